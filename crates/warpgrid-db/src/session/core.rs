//! A session of one protocol, from the guest's first byte to its end.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Bytes, BytesMut};
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};
use zeroize::Zeroizing;

use super::checkout::Pending;
use super::relay::{Read, Relay, Written};
use crate::endpoint::Tenant;
use crate::error::Error;
use crate::pools::refusal;
use crate::protocol::{Backend, Opening, Protocol};
use crate::wakers::Wakers;

/// What a session holds for a guest that does not read, in bytes. Beyond it
/// nothing is read from the server.
const INBOUND_LIMIT: usize = 1 << 20;

/// What a session keeps of what its guest sends before it has a connection,
/// where the protocol lets it.
const EARLY_LIMIT: usize = 64 << 10;

pub(crate) struct Core<P: Protocol> {
    pub(super) backend: Arc<Backend<P>>,
    pub(super) tenant: Tenant,
    pub(super) wakers: Arc<Wakers>,
    /// Wakes `wakers`: what everything below is polled with.
    pub(super) waker: Waker,
    /// What the guest has not read yet.
    pub(super) inbound: BytesMut,
    pub(super) state: State<P>,
    pub(super) timer: Option<Pin<Box<Sleep>>>,
}

pub(super) enum State<P: Protocol> {
    /// The guest has not said what it wants.
    Opening {
        opening: P::Opening,
        deadline: Instant,
    },
    /// This was a cancel request, and the server has not seen it yet.
    Cancelling(Pin<Box<dyn Future<Output = ()> + Send>>),
    /// Waiting for a server connection.
    Waiting {
        pending: Pending<P>,
        opening: P::Opening,
        /// What the guest has sent since.
        early: Zeroizing<Vec<u8>>,
    },
    /// Bytes pass through.
    Relaying(Relay<P>),
    /// Nothing comes any more, but perhaps a reason.
    Ended(Option<Error>),
}

impl<P: Protocol> Core<P> {
    pub(super) async fn open(backend: Arc<Backend<P>>, tenant: Tenant) -> Result<Box<Self>, Error> {
        backend.expect_uncut()?;
        let refused = |refused| refusal(&backend.endpoint, refused);
        if let Some(place) = backend.pool.admit().map_err(refused)? {
            place.park(backend.open().await?);
        }
        let opening = P::opening(&backend).await?;
        Ok(Box::new(Self::new(backend, tenant, opening)))
    }

    fn new(backend: Arc<Backend<P>>, tenant: Tenant, opening: P::Opening) -> Self {
        let wakers = Arc::<Wakers>::default();
        let waker = Waker::from(wakers.clone());
        let inbound = BytesMut::from(&opening.greeting()[..]);
        let deadline = Instant::now() + backend.endpoint.limits.startup_timeout;
        Self {
            backend,
            tenant,
            wakers,
            waker,
            inbound,
            state: State::Opening { opening, deadline },
            timer: None,
        }
    }

    pub(super) fn try_recv(&mut self, max: usize) -> Result<Option<Bytes>, Error> {
        // The runtime's budget for a task would make it say "nothing yet" of
        // what is there.
        let look = pin!(unconstrained(poll_fn(|_| self.drive(None))));
        match look.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(()) => self.take(max).map(Some),
            Poll::Pending => Ok(None),
        }
    }

    pub(super) fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.drive(Some(cx))
    }

    pub(super) fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
        max: usize,
    ) -> Poll<Result<Bytes, Error>> {
        ready!(self.drive(Some(cx)));
        Poll::Ready(self.take(max))
    }

    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<Result<usize, Error>> {
        let mut rest = data;
        while !rest.is_empty() {
            let taken = data.len() - rest.len();
            match &mut self.state {
                State::Opening { opening, deadline } => {
                    if opening.may_be_silent() {
                        *deadline = Instant::now() + self.backend.endpoint.limits.startup_timeout;
                    }
                    match opening.feed(&mut rest) {
                        Some(event) => self.opened(event),
                        None => {
                            let _ = self.watch_startup();
                        }
                    }
                }
                State::Waiting { .. } => {
                    if self.poll_checkout().is_pending() {
                        match self.send_early(cx, rest) {
                            // It has its connection after all.
                            Poll::Ready(None) => {}
                            Poll::Ready(Some(more)) => return Poll::Ready(Ok(taken + more)),
                            Poll::Pending => return and_taken(taken, Poll::Pending),
                        }
                    }
                }
                State::Cancelling(_) => return Poll::Ready(Ok(data.len())),
                State::Relaying(_) => {
                    return and_taken(taken, self.relay(cx, rest));
                }
                State::Ended(_) if taken > 0 => return Poll::Ready(Ok(taken)),
                State::Ended(why) => {
                    return Poll::Ready(Err(why.take().unwrap_or(Error::Closed)));
                }
            }
        }
        Poll::Ready(Ok(data.len()))
    }

    /// Ends the session because the host stops. The guest reads why, unless the
    /// server is in the middle of a message to it.
    pub(super) fn shut_down(&mut self) {
        let farewell = match &self.state {
            State::Relaying(relay) => relay.farewell(),
            State::Opening { opening, .. } | State::Waiting { opening, .. } => {
                let endpoint = self.backend.endpoint.to_string();
                opening.refusal(Error::ShutDown { endpoint }.into())
            }
            State::Cancelling(_) | State::Ended(_) => Bytes::new(),
        };
        self.answer_and_end(&farewell);
    }

    /// Ends it with what the guest has not read, and closes its connection.
    pub(super) fn cut(&mut self) {
        if matches!(self.state, State::Ended(_)) {
            return;
        }
        let lost = Error::lost(
            &self.backend.endpoint,
            std::io::ErrorKind::ConnectionReset.into(),
        );
        self.timer = None;
        self.inbound.clear();
        self.state = State::Ended(Some(lost));
        self.wakers.notify();
    }

    /// Takes what a guest sends before it has its connection, as far as that
    /// may be taken. Nothing: it has one now.
    fn send_early(&mut self, cx: &Context<'_>, data: &[u8]) -> Poll<Option<usize>> {
        if P::GREETS {
            // The greeting will be there to read.
            return Poll::Ready(Some(0));
        }
        let State::Waiting { early, .. } = &mut self.state else {
            return Poll::Ready(None);
        };
        let room = EARLY_LIMIT.saturating_sub(early.len());
        if room > 0 {
            let taken = data.len().min(room);
            early.extend_from_slice(&data[..taken]);
            return Poll::Ready(Some(taken));
        }
        self.wakers.register(cx.waker());
        // One more look: what came before was not heard.
        self.poll_checkout().map(|()| None)
    }

    fn take(&mut self, max: usize) -> Result<Bytes, Error> {
        if self.inbound.is_empty() {
            return match &mut self.state {
                State::Ended(why) => why.take().map_or(Ok(Bytes::new()), Err),
                _ => Ok(Bytes::new()),
            };
        }
        Ok(self.inbound.split_to(max.min(self.inbound.len())).freeze())
    }

    /// Gets on until there is something to read. Without a context it does
    /// what can be done at once.
    fn drive(&mut self, cx: Option<&Context<'_>>) -> Poll<()> {
        let mut last = cx.is_none();
        while self.inbound.is_empty() && !matches!(self.state, State::Ended(_)) {
            if self.poll_progress().is_pending() {
                if last {
                    return Poll::Pending;
                }
                // Then one more look: what came before was not heard.
                last = true;
                if let Some(cx) = cx {
                    self.wakers.register(cx.waker());
                }
            }
        }
        Poll::Ready(())
    }

    /// Ready when something has changed.
    fn poll_progress(&mut self) -> Poll<()> {
        match &mut self.state {
            State::Opening { .. } => return self.watch_startup(),
            State::Cancelling(seen) => {
                ready!(seen.as_mut().poll(&mut Context::from_waker(&self.waker)));
                self.end(None);
            }
            State::Waiting { .. } => return self.poll_checkout(),
            State::Relaying(_) => return self.poll_read(),
            State::Ended(_) => {}
        }
        Poll::Ready(())
    }

    /// Reads once from the server: something, or the end.
    fn poll_read(&mut self) -> Poll<()> {
        let State::Relaying(relay) = &mut self.state else {
            return Poll::Ready(());
        };
        let own = &mut Context::from_waker(&self.waker);
        match ready!(relay.poll_read(own, &mut self.inbound)) {
            Ok(Read::Some) => self.timer = None,
            Ok(Read::End) => self.end(None),
            Err(broken) => {
                let error = broken.error(&self.backend.endpoint);
                self.end(Some(error));
            }
        }
        Poll::Ready(())
    }

    /// Passes bytes to the server, and reads what it sends while it takes
    /// none: a server that waits for its answers to be read takes nothing.
    fn relay(&mut self, cx: &Context<'_>, data: &[u8]) -> Poll<Result<usize, Error>> {
        let mut last = false;
        loop {
            let relay = match &mut self.state {
                State::Relaying(relay) => relay,
                State::Ended(why) => {
                    return Poll::Ready(Err(why.take().unwrap_or(Error::Closed)));
                }
                _ => return Poll::Ready(Ok(0)),
            };
            let own = &mut Context::from_waker(&self.waker);
            match relay.poll_write(own, data) {
                Poll::Ready(Ok(Written::Some(taken))) => {
                    self.timer = None;
                    return Poll::Ready(Ok(taken));
                }
                Poll::Ready(Ok(Written::Terminated(farewell))) => {
                    self.answer_and_end(&farewell);
                    return Poll::Ready(Ok(data.len()));
                }
                Poll::Ready(Err(error)) => {
                    // The server may have said why before it closed.
                    while self.inbound.len() < INBOUND_LIMIT && self.poll_read().is_ready() {
                        if matches!(self.state, State::Ended(_)) {
                            return Poll::Ready(Err(Error::Closed));
                        }
                    }
                    self.end(Some(Error::lost(&self.backend.endpoint, error)));
                    return Poll::Ready(Err(Error::Closed));
                }
                Poll::Pending => {}
            }
            if self.inbound.len() >= INBOUND_LIMIT {
                return Poll::Ready(Ok(0));
            }
            if self.poll_read().is_ready() {
                self.wakers.notify();
            } else if last {
                let limit = self.backend.endpoint.limits.stall_timeout;
                ready!(self.poll_timer(|| Instant::now() + limit));
                let remedy = "check that the server is alive, or raise stall_timeout";
                let what = "waiting for the server to take data";
                self.end(Some(Error::timeout(
                    &self.backend.endpoint,
                    what,
                    limit,
                    remedy,
                )));
            } else {
                // Then one more look: what came before was not heard.
                last = true;
                self.wakers.register(cx.waker());
            }
        }
    }

    /// Ends the session; what is left to read stays.
    pub(super) fn end(&mut self, why: Option<Error>) {
        self.timer = None;
        let before = std::mem::replace(&mut self.state, State::Ended(why));
        if let State::Relaying(relay) = before {
            relay.release(&self.backend);
        }
        self.wakers.notify();
    }

    pub(super) fn poll_timer(&mut self, deadline: impl FnOnce() -> Instant) -> Poll<()> {
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline())));
        let polled = timer.as_mut().poll(&mut Context::from_waker(&self.waker));
        if polled.is_ready() {
            self.timer = None;
        }
        polled
    }
}

/// Adds what was taken before: it must be told, even where more has to wait.
fn and_taken(before: usize, more: Poll<Result<usize, Error>>) -> Poll<Result<usize, Error>> {
    match more {
        Poll::Pending if before > 0 => Poll::Ready(Ok(before)),
        more => more.map_ok(|more| before + more),
    }
}

impl<P: Protocol> Drop for Core<P> {
    fn drop(&mut self) {
        self.inbound.clear();
        self.end(None);
    }
}

impl<P: Protocol> fmt::Debug for Core<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Opening { .. } => "opening",
            State::Cancelling(_) => "cancelling",
            State::Waiting { .. } => "waiting for a connection",
            State::Relaying(_) => "relaying",
            State::Ended(_) => "ended",
        };
        f.debug_struct("Session")
            .field("tenant", &self.tenant)
            .field("endpoint", &format_args!("{}", self.backend.endpoint))
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
