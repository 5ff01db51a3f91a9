//! A session that has its server connection: bytes pass through, followed by
//! the tracker, until the connection is given back or closed.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::time::timeout;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::link::{Link, Unfit};
use crate::pool::{Connection, Lease};
use crate::pools::ResetPolicy;
use crate::protocol::{Backend, Gate, Protocol, Registration, Tracker, Verdict};

/// The least and the most that one read asks for; it grows with the results.
const READ: usize = 8 * 1024;
const LARGEST_READ: usize = 128 * 1024;
/// The most that one write looks at, so that a short write costs little.
const WRITE: usize = 256 * 1024;
/// Why a connection is closed that could have been reset.
const OUTDATED: &str = "the password has changed since the login";
/// The most that is staged at a time.
const STAGE: usize = 16 * 1024;

pub(super) struct Relay<P: Protocol> {
    lease: Lease<Link<P>>,
    tracker: P::Tracker,
    registration: P::Registration,
    /// Was staged, and is to be sent before anything else.
    staged: BytesMut,
    read: usize,
}

pub(super) enum Read {
    Some,
    End,
}

pub(super) enum Written {
    Some(usize),
    /// The guest has taken its leave, and reads this.
    Terminated(Bytes),
}

pub(super) enum Broken {
    Lost(io::Error),
    Malformed(Unfit),
}

impl Broken {
    pub(super) fn error(self, endpoint: &Endpoint) -> Error {
        match self {
            Self::Lost(error) => Error::lost(endpoint, error),
            Self::Malformed(error) => Error::protocol(endpoint, error.to_string()),
        }
    }
}

impl<P: Protocol> Relay<P> {
    pub(super) fn new(mut lease: Lease<Link<P>>, registration: P::Registration) -> Self {
        let tracker = P::tracker(&lease.connection().server, &registration);
        Self {
            lease,
            tracker,
            registration,
            staged: BytesMut::new(),
            read: READ,
        }
    }

    /// What the guest reads if the session ended now, because the host stops.
    pub(super) fn farewell(&self) -> Bytes {
        self.tracker.farewell()
    }

    /// Takes all of these bytes, and sends what the transport takes at once.
    /// What does not go out goes before the next read or write. Gives the
    /// farewell of a guest that takes its leave.
    pub(super) fn stage(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Option<Bytes> {
        if data.is_empty() {
            return None;
        }
        let farewell = self.tracker.stage(data, &mut self.staged);
        // An error shows again at the next write.
        let _ = self.poll_flush(cx);
        farewell
    }

    /// Reads what the server has sent, once.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        inbound: &mut BytesMut,
    ) -> Poll<Result<Read, Broken>> {
        if let Poll::Ready(Err(error)) = self.poll_flush(cx) {
            // The server may have said why before it closed.
            tracing::trace!(%error, "the server takes no more");
            self.staged.clear();
        }
        let link = self.lease.connection();
        if inbound.capacity() - inbound.len() < self.read / 4 {
            inbound.reserve(self.read);
        }
        let (before, spare) = (inbound.len(), inbound.capacity() - inbound.len());
        let count = ready!(link.stream.poll_read(cx, inbound)).map_err(Broken::Lost)?;
        if count == 0 {
            return Poll::Ready(Ok(Read::End));
        }
        if count == spare {
            self.read = (self.read * 2).min(LARGEST_READ);
        }
        let tracked = self.tracker.received(&inbound[before..], &mut link.server);
        Poll::Ready(tracked.map(|()| Read::Some).map_err(Broken::Malformed))
    }

    /// Writes what the server takes, up to the guest's farewell, which is not
    /// for the server.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<Written>> {
        ready!(self.poll_flush(cx))?;
        let data = &data[..data.len().min(WRITE)];
        match self.tracker.gate(data) {
            Gate::Pass(ours) => {
                let stream = &mut self.lease.connection().stream;
                let taken = ready!(stream.poll_write(cx, &data[..ours]))?;
                self.tracker.sent(&data[..taken]);
                Poll::Ready(Ok(Written::Some(taken)))
            }
            Gate::Stage => {
                let data = &data[..data.len().min(STAGE)];
                Poll::Ready(Ok(match self.stage(cx, data) {
                    Some(farewell) => Written::Terminated(farewell),
                    None => Written::Some(data.len()),
                }))
            }
            Gate::End(farewell) => Poll::Ready(Ok(Written::Terminated(farewell))),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.staged.is_empty() {
            let stream = &mut self.lease.connection().stream;
            let written = ready!(stream.poll_write(cx, &self.staged))?;
            self.staged.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Gives the connection back to the pool by way of a reset, or closes it.
    /// The guest does not wait for either.
    pub(super) fn release(self, backend: &Arc<Backend<P>>) {
        let Self {
            mut lease,
            tracker,
            registration,
            staged,
            ..
        } = self;
        let settling = registration.close();
        if backend.reset == ResetPolicy::Never {
            return lease.park();
        }
        let endpoint = backend.endpoint.clone();
        let verdict = match tracker.verdict() {
            Verdict::Kill { running, why } => Err((running, why)),
            _ if !staged.is_empty() => Err((false, "a request is not sent")),
            _ if backend.is_outdated(lease.key()) => Err((false, OUTDATED)),
            verdict => Ok(verdict == Verdict::RollBack),
        };
        let roll_back = match verdict {
            Ok(roll_back) => roll_back,
            Err((running, why)) => {
                tracing::debug!(%endpoint, why, "closing a server connection");
                // The place is free at once.
                let link = lease.remove();
                if why == OUTDATED {
                    link.close();
                } else if running {
                    backend.pool.runtime().spawn(async move {
                        let limit = endpoint.limits.connect_timeout;
                        let _ = timeout(limit, P::stop(&link, &endpoint)).await;
                    });
                }
                return;
            }
        };
        let (exchange, mut requests) = P::reset(&lease.connection().server, roll_back);
        // Already on its way when the task first runs. But a cancel request
        // that is under way must not hit it.
        if settling.is_none() && lease.connection().begin(&mut requests).is_err() {
            return;
        }
        let owner = backend.clone();
        backend.pool.runtime().spawn(async move {
            let limit = endpoint.limits.connect_timeout;
            match timeout(
                limit,
                reset(lease.connection(), requests, exchange, settling),
            )
            .await
            {
                Ok(Ok(())) if owner.is_outdated(lease.key()) => lease.remove().close(),
                Ok(Ok(())) => lease.park(),
                Ok(Err(error)) => tracing::debug!(%endpoint, %error, "a reset failed"),
                Err(_) => tracing::debug!(%endpoint, "a reset took too long"),
            }
        });
    }
}

async fn reset<P: Protocol>(
    link: &mut Link<P>,
    requests: Bytes,
    exchange: P::Exchange,
    settling: Option<Pin<Box<dyn Future<Output = bool> + Send>>>,
) -> Result<(), Unfit> {
    if let Some(settling) = settling
        && !settling.await
    {
        return Err(Unfit("a cancel request may yet have its effect".into()));
    }
    link.finish(requests, exchange).await
}
