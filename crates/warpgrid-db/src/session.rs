//! A guest's connection, as the guest sees it: bytes in, bytes out, in the
//! database's own protocol.

mod checkout;
mod opening;
mod relay;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Bytes, BytesMut};
use tokio::sync::oneshot;
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::pool::Pool;
use crate::pools::{ResetPolicy, Shared};
use crate::postgres::frame;
use crate::postgres::link::Link;
use crate::postgres::startup::{Password, Request, Startup};
use crate::wakers::Wakers;
use checkout::Pending;
use relay::{Read, Relay, Written};

/// What a session holds for a guest that does not read, in bytes. Beyond it
/// nothing is read from the server.
const INBOUND_LIMIT: usize = 1 << 20;

/// A guest's session with a database.
///
/// Every operation is safe to cancel: what was not reported as taken or
/// received did not happen. Several tasks may wait for one session at a time.
///
/// Dropping it gives the server connection back, or closes it, without
/// waiting.
pub struct Session {
    shared: Arc<Shared>,
    pool: Arc<Pool<Link>>,
    tenant: Tenant,
    endpoint: Arc<Endpoint>,
    wakers: Arc<Wakers>,
    /// Wakes `wakers`: what everything below is polled with.
    waker: Waker,
    /// What the guest has not read yet.
    inbound: BytesMut,
    state: State,
    timer: Option<Pin<Box<Sleep>>>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "the largest is what sessions are for"
)]
enum State {
    /// The guest has not said what it wants.
    Opening { startup: Startup, deadline: Instant },
    /// The guest was asked for its password.
    Asking {
        request: Request,
        password: Password,
        deadline: Instant,
    },
    /// This was a cancel request, and the server has not seen it yet.
    Cancelling(oneshot::Receiver<()>),
    /// Waiting for a server connection.
    Waiting(Pending),
    /// Bytes pass through.
    Relaying(Relay),
    /// Nothing comes any more, but perhaps a reason.
    Ended(Option<Error>),
}

impl Session {
    pub(crate) fn new(
        shared: Arc<Shared>,
        pool: Arc<Pool<Link>>,
        tenant: Tenant,
        endpoint: Arc<Endpoint>,
    ) -> Self {
        let wakers = Arc::<Wakers>::default();
        let waker = Waker::from(wakers.clone());
        let deadline = Instant::now() + endpoint.limits.startup_timeout;
        let state = State::Opening {
            startup: Startup::default(),
            deadline,
        };
        let (inbound, timer) = (BytesMut::new(), None);
        Self {
            shared,
            pool,
            tenant,
            endpoint,
            wakers,
            waker,
            inbound,
            state,
            timer,
        }
    }

    /// Sends bytes from the front of `data` and gives how many were taken.
    /// Zero: none can be taken until what is waiting has been received.
    ///
    /// # Errors
    /// [`Error::Closed`] after the end, else why the session ended.
    pub async fn send(&mut self, data: &[u8]) -> Result<usize, Error> {
        poll_fn(|cx| self.poll_send(cx, data)).await
    }

    /// Receives at least one byte and at most `max`. Empty is the end of the
    /// stream (or what zero bytes are asked for).
    ///
    /// # Errors
    /// Why the session ended, once; then it is at its end.
    pub async fn recv(&mut self, max: usize) -> Result<Bytes, Error> {
        poll_fn(|cx| self.poll_recv(cx, max)).await
    }

    /// Like [`Session::recv`]; `None` where that would wait.
    ///
    /// # Errors
    /// As [`Session::recv`].
    pub fn try_recv(&mut self, max: usize) -> Result<Option<Bytes>, Error> {
        // The runtime's budget for a task would make it say "nothing yet" of
        // what is there.
        let look = pin!(unconstrained(poll_fn(|_| self.drive(None))));
        match look.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(()) => self.take(max).map(Some),
            Poll::Pending => Ok(None),
        }
    }

    /// Waits until [`Session::try_recv`] would not give `None`.
    pub async fn readable(&mut self) {
        poll_fn(|cx| self.poll_readable(cx)).await;
    }

    /// [`Session::readable`], to be polled.
    pub fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.drive(Some(cx))
    }

    /// [`Session::recv`], to be polled.
    ///
    /// # Errors
    /// As [`Session::recv`].
    pub fn poll_recv(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<Result<Bytes, Error>> {
        ready!(self.drive(Some(cx)));
        Poll::Ready(self.take(max))
    }

    /// [`Session::send`], to be polled.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn poll_send(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Error>> {
        let mut rest = data;
        while !rest.is_empty() {
            let taken = data.len() - rest.len();
            match &mut self.state {
                State::Opening { startup, .. } => match startup.feed(&mut rest) {
                    Some(event) => self.opened(event),
                    None => {
                        let _ = self.watch_startup();
                    }
                },
                State::Asking { password, .. } => match password.feed(&mut rest) {
                    Some(Ok(secret)) => self.log_in(secret),
                    Some(Err(answer)) => self.answer_and_end(&answer),
                    None => {
                        let _ = self.watch_startup();
                    }
                },
                State::Waiting(_) => {
                    if self.poll_checkout().is_pending() {
                        // The greeting will be there to read.
                        return Poll::Ready(Ok(taken));
                    }
                }
                State::Cancelling(_) => return Poll::Ready(Ok(data.len())),
                State::Relaying(_) => {
                    return self.relay(cx, rest).map_ok(|more| taken + more);
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
    pub(crate) fn shut_down(&mut self) {
        let between_messages = match &self.state {
            State::Relaying(relay) => relay.between_messages(),
            State::Opening { .. } | State::Asking { .. } | State::Waiting(_) => true,
            State::Cancelling(_) | State::Ended(_) => false,
        };
        if between_messages {
            let text = "terminating connection: the host is shutting down; connect again later";
            self.answer_and_end(&frame::fatal("57P01", text));
        } else {
            self.end(None);
        }
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
            State::Opening { .. } | State::Asking { .. } => return self.watch_startup(),
            State::Cancelling(seen) => {
                let own = &mut Context::from_waker(&self.waker);
                let _ = ready!(Pin::new(seen).poll(own));
                self.end(None);
            }
            State::Waiting(_) => return self.poll_checkout(),
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
                let error = broken.error(&self.endpoint);
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
                Poll::Ready(Ok(Written::Terminated)) => {
                    self.end(None);
                    return Poll::Ready(Ok(data.len()));
                }
                Poll::Ready(Err(error)) => {
                    // The server may have said why before it closed.
                    while self.inbound.len() < INBOUND_LIMIT && self.poll_read().is_ready() {
                        if matches!(self.state, State::Ended(_)) {
                            return Poll::Ready(Err(Error::Closed));
                        }
                    }
                    self.end(Some(Error::lost(&self.endpoint, error)));
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
                let limit = self.endpoint.limits.stall_timeout;
                ready!(self.poll_timer(|| Instant::now() + limit));
                let remedy = "check that the server is alive, or raise stall_timeout";
                let what = "waiting for the server to take data";
                self.end(Some(Error::timeout(&self.endpoint, what, limit, remedy)));
            } else {
                // Then one more look: what came before was not heard.
                last = true;
                self.wakers.register(cx.waker());
            }
        }
    }

    /// Ends the session; what is left to read stays.
    fn end(&mut self, why: Option<Error>) {
        self.timer = None;
        let before = std::mem::replace(&mut self.state, State::Ended(why));
        if let State::Relaying(relay) = before {
            let policy: ResetPolicy = self.shared.reset;
            relay.release(policy, &self.endpoint, self.pool.runtime());
        }
        self.wakers.notify();
    }

    fn poll_timer(&mut self, deadline: impl FnOnce() -> Instant) -> Poll<()> {
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

impl Drop for Session {
    fn drop(&mut self) {
        self.inbound.clear();
        self.end(None);
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match self.state {
            State::Opening { .. } => "opening",
            State::Asking { .. } => "asking for the password",
            State::Cancelling(_) => "cancelling",
            State::Waiting(_) => "waiting for a connection",
            State::Relaying(_) => "relaying",
            State::Ended(_) => "ended",
        };
        f.debug_struct("Session")
            .field("tenant", &self.tenant)
            .field("endpoint", &format_args!("{}", self.endpoint))
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
