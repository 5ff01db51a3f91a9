//! A session that has its server connection: bytes pass through, followed by
//! the tracker, until the connection is given back or closed.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::pool::Lease;
use crate::pools::ResetPolicy;
use crate::postgres::cancel::{self, Registration, Target};
use crate::postgres::frame::Malformed;
use crate::postgres::link::Link;
use crate::postgres::reset::Exchange;
use crate::postgres::tracker::{Tracker, Verdict};

/// The least and the most that one read asks for; it grows with the results.
const READ: usize = 8 * 1024;
const LARGEST_READ: usize = 128 * 1024;
/// The most that one write looks at, so that a short write costs little.
const WRITE: usize = 256 * 1024;

pub(super) struct Relay {
    lease: Lease<Link>,
    tracker: Tracker,
    registration: Registration,
    read: usize,
}

pub(super) enum Read {
    Some,
    End,
}

pub(super) enum Written {
    Some(usize),
    /// The guest has taken its leave.
    Terminated,
}

pub(super) enum Broken {
    Lost(io::Error),
    Malformed(Malformed),
}

impl Broken {
    pub(super) fn error(self, endpoint: &Endpoint) -> Error {
        match self {
            Self::Lost(error) => Error::lost(endpoint, error),
            Self::Malformed(error) => Error::protocol(endpoint, error.to_string()),
        }
    }
}

impl Relay {
    pub(super) fn new(lease: Lease<Link>, registration: Registration) -> Self {
        Self {
            lease,
            tracker: Tracker::default(),
            registration,
            read: READ,
        }
    }

    /// Whether what the server has sent so far ends with a message.
    pub(super) fn between_messages(&self) -> bool {
        self.tracker.between_messages()
    }

    /// Reads what the server has sent, once.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        inbound: &mut BytesMut,
    ) -> Poll<Result<Read, Broken>> {
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
        let tracked = self
            .tracker
            .received(&inbound[before..], &mut link.parameters);
        Poll::Ready(tracked.map(|()| Read::Some).map_err(Broken::Malformed))
    }

    /// Writes what the server takes, up to the guest's `Terminate`, which is
    /// not for the server.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<Written>> {
        let data = &data[..data.len().min(WRITE)];
        let ours = self.tracker.before_terminate(data);
        if ours == 0 {
            return Poll::Ready(Ok(Written::Terminated));
        }
        let taken = ready!(self.lease.connection().stream.poll_write(cx, &data[..ours]))?;
        self.tracker.sent(&data[..taken]);
        let over = taken == ours && ours < data.len();
        Poll::Ready(Ok(if over {
            Written::Terminated
        } else {
            Written::Some(taken)
        }))
    }

    /// Gives the connection back to the pool by way of a reset, or closes it.
    /// The guest does not wait for either.
    pub(super) fn release(self, policy: ResetPolicy, endpoint: &Arc<Endpoint>, runtime: &Handle) {
        let Self {
            mut lease,
            tracker,
            registration,
            ..
        } = self;
        let target = registration.target.clone();
        drop(registration);
        let unhurt = target.close();
        if policy == ResetPolicy::Never {
            return lease.park();
        }
        let roll_back = match tracker.verdict() {
            Verdict::Reset => false,
            Verdict::RollBack => true,
            Verdict::Kill { running, why } => {
                tracing::debug!(%endpoint, why, "closing a server connection");
                return kill(lease, running, endpoint, runtime);
            }
        };
        let (exchange, mut queries) = Exchange::reset(roll_back);
        // Already on its way when the task first runs. But a cancel request
        // that is under way must not hit it.
        if unhurt && lease.connection().begin(&mut queries).is_err() {
            return;
        }
        let endpoint = endpoint.clone();
        runtime.spawn(async move {
            let target = (!unhurt).then_some(target);
            let limit = endpoint.limits.connect_timeout;
            match timeout(limit, reset(lease.connection(), queries, exchange, target)).await {
                Ok(Ok(())) => lease.park(),
                Ok(Err(error)) => tracing::debug!(%endpoint, %error, "a reset failed"),
                Err(_) => tracing::debug!(%endpoint, "a reset took too long"),
            }
        });
    }
}

async fn reset(
    link: &mut Link,
    queries: Bytes,
    exchange: Exchange,
    cancelled: Option<Arc<Target>>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    if let Some(target) = cancelled
        && !target.settled().await
    {
        return Err("a cancel request may yet have its effect".into());
    }
    Ok(link.finish(queries, exchange).await?)
}

/// Frees the place at once, then stops what the server still does for a guest
/// that is gone.
fn kill(lease: Lease<Link>, running: bool, endpoint: &Endpoint, runtime: &Handle) {
    let link = lease.remove();
    let (Some(key), true) = (link.key, running) else {
        return;
    };
    let limit = endpoint.limits.connect_timeout;
    runtime.spawn(async move {
        let _ = timeout(limit, cancel::send(link.address, key)).await;
        drop(link);
    });
}
