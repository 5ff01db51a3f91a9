//! A guest's connection, as the guest sees it: bytes in, bytes out, in the
//! database's own protocol.

mod checkout;
mod relay;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::pool::{Lease, Pool};
use crate::pools::{ResetPolicy, Shared};
use crate::postgres::cancel::Target;
use crate::postgres::frame;
use crate::postgres::link::{Failure, Identity, Link};
use crate::postgres::startup::{ASK_PASSWORD, Event, Password, Request, Startup};
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
        match self.drive(None) {
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
                    None => self.watch_startup(),
                },
                State::Asking {
                    request, password, ..
                } => match password.feed(&mut rest) {
                    Some(Ok(secret)) => {
                        let user = request.user.clone().unwrap_or_default();
                        let database = self.endpoint.database.as_ref().map(String::as_bytes);
                        let database = database.or(request.database.as_deref());
                        let startup = request.upstream(&user, database);
                        let password = Some(secret);
                        self.start(Identity {
                            user,
                            password,
                            startup,
                            own: true,
                        });
                    }
                    Some(Err(answer)) => self.answer_and_end(&answer),
                    None => self.watch_startup(),
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
    /// what can be done at once, and disturbs nobody who waits.
    fn drive(&mut self, mut cx: Option<&mut Context<'_>>) -> Poll<()> {
        while self.inbound.is_empty() {
            // Whoever waits is known before the last look, so that nothing
            // that comes in between is missed.
            let mut waiting = false;
            if let Some(cx) = cx.as_deref_mut() {
                waiting = true;
                if !matches!(self.state, State::Relaying(_)) {
                    self.wakers.register(cx.waker());
                }
            }
            match &mut self.state {
                State::Opening { .. } | State::Asking { .. } => {
                    self.watch_startup();
                    if !matches!(self.state, State::Ended(_)) {
                        return Poll::Pending;
                    }
                }
                State::Cancelling(done) => {
                    let polled = Pin::new(done).poll(&mut Context::from_waker(&self.waker));
                    ready!(polled.map(|_| ()));
                    self.end(None);
                }
                State::Waiting(_) => ready!(self.poll_checkout()),
                State::Relaying(relay) => match relay.read(&mut self.inbound) {
                    Ok(Read::Some) => {}
                    Ok(Read::Nothing) if !waiting => return Poll::Pending,
                    Ok(Read::Nothing) => {
                        if let Some(cx) = cx.as_deref_mut() {
                            self.wakers.register(cx.waker());
                        }
                        let own = &mut Context::from_waker(&self.waker);
                        if let Err(error) = ready!(relay.poll_readable(own)) {
                            self.end(Some(Error::lost(&self.endpoint, error)));
                        }
                    }
                    Ok(Read::End) => self.end(None),
                    Err(broken) => {
                        let error = broken.error(&self.endpoint);
                        self.end(Some(error));
                    }
                },
                State::Ended(_) => break,
            }
        }
        Poll::Ready(())
    }

    /// Passes bytes to the server, and reads what it sends while it takes
    /// none: a server that waits for its answers to be read takes nothing.
    fn relay(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Error>> {
        loop {
            let State::Relaying(relay) = &mut self.state else {
                let State::Ended(why) = &mut self.state else {
                    return Poll::Ready(Ok(0));
                };
                return Poll::Ready(Err(why.take().unwrap_or(Error::Closed)));
            };
            match relay.write(data) {
                Ok(Written::Some(taken)) => {
                    self.timer = None;
                    return Poll::Ready(Ok(taken));
                }
                Ok(Written::Terminated) => {
                    self.end(None);
                    return Poll::Ready(Ok(data.len()));
                }
                Ok(Written::Nothing) => {}
                Err(error) => {
                    // The server may have said why before it closed.
                    while self.inbound.len() < INBOUND_LIMIT
                        && matches!(relay.read(&mut self.inbound), Ok(Read::Some))
                    {
                    }
                    self.end(Some(Error::lost(&self.endpoint, error)));
                    return Poll::Ready(Err(Error::Closed));
                }
            }
            if self.inbound.len() >= INBOUND_LIMIT {
                return Poll::Ready(Ok(0));
            }
            match relay.read(&mut self.inbound) {
                Ok(Read::Some) => {
                    self.timer = None;
                    self.wakers.notify();
                    continue;
                }
                Ok(Read::Nothing) => {}
                Ok(Read::End) => {
                    self.end(None);
                    continue;
                }
                Err(broken) => {
                    let error = broken.error(&self.endpoint);
                    self.end(Some(error));
                    continue;
                }
            }
            self.wakers.register(cx.waker());
            let own = &mut Context::from_waker(&self.waker);
            let (writable, readable) = (relay.poll_writable(own), relay.poll_readable(own));
            if writable.is_pending() && readable.is_pending() {
                let limit = self.endpoint.limits.stall_timeout;
                ready!(self.poll_timer(|| Instant::now() + limit));
                let remedy = "check that the server is alive, or raise stall_timeout";
                let what = "waiting for the server to take data";
                self.end(Some(Error::timeout(&self.endpoint, what, limit, remedy)));
            }
        }
    }

    /// The guest has said something before its session began.
    fn opened(&mut self, event: Event) {
        match event {
            Event::Answer(bytes) => self.answer(bytes),
            Event::Refuse(bytes) => self.answer_and_end(&bytes),
            Event::Cancel(key) => {
                let Some(target) = self.shared.cancels.find(&self.tenant, key) else {
                    return self.end(None);
                };
                let (done, seen) = oneshot::channel();
                self.pool.runtime().spawn(async move {
                    target.cancel().await;
                    let _ = done.send(());
                });
                self.state = State::Cancelling(seen);
                self.wakers.notify();
            }
            Event::Start(request) => self.identify(request),
        }
    }

    fn identify(&mut self, request: Request) {
        if !request.negotiation.is_empty() {
            self.answer(&request.negotiation);
        }
        let Some(credentials) = &self.endpoint.credentials else {
            if request.user.is_none() {
                let text = "no PostgreSQL user name specified in startup packet";
                return self.answer_and_end(&frame::fatal("28000", text));
            }
            let deadline = Instant::now() + self.endpoint.limits.startup_timeout;
            let password = Password::default();
            self.state = State::Asking {
                request,
                password,
                deadline,
            };
            return self.answer(ASK_PASSWORD);
        };
        let user = Bytes::copy_from_slice(credentials.user.as_bytes());
        let database = self.endpoint.database.as_ref().map(String::as_bytes);
        let startup = request.upstream(&user, database.or(request.database.as_deref()));
        let password = credentials.password.clone();
        self.start(Identity {
            user,
            password,
            startup,
            own: false,
        });
    }

    /// Takes a connection, at once if there is one.
    fn start(&mut self, identity: Identity) {
        self.timer = None;
        match checkout::begin(&self.shared, &self.pool, &self.endpoint, identity) {
            Ok(checkout::Begun::Lease(lease)) => self.adopt(lease),
            Ok(checkout::Begun::Pending(pending)) => {
                self.state = State::Waiting(pending);
                self.wakers.notify();
            }
            Err(error) => self.fail(Failure::Own(error)),
        }
    }

    fn poll_checkout(&mut self) -> Poll<()> {
        let State::Waiting(pending) = &mut self.state else {
            return Poll::Ready(());
        };
        let polled = Pin::new(pending).poll(&mut Context::from_waker(&self.waker));
        match ready!(polled) {
            Ok(lease) => self.adopt(lease),
            Err(failure) => self.fail(failure),
        }
        Poll::Ready(())
    }

    /// Greets the guest as the server greeted us.
    fn adopt(&mut self, mut lease: Lease<Link>) {
        let link = lease.connection();
        let target = Target::new(
            self.tenant.clone(),
            link.address,
            link.key,
            self.endpoint.limits.connect_timeout,
        );
        let registration = self.shared.cancels.register(target);
        if self.inbound.is_empty() {
            self.inbound = std::mem::take(&mut link.buffer);
            self.inbound.clear();
        }
        self.inbound.put_slice(link.parameters.greeting());
        let key = registration.key;
        let key = [key.process.to_be_bytes(), key.secret.to_be_bytes()].concat();
        frame::put(&mut self.inbound, b'K', &key);
        frame::put(&mut self.inbound, b'Z', b"I");
        self.state = State::Relaying(Relay::new(lease, registration));
        self.wakers.notify();
    }

    fn fail(&mut self, failure: Failure) {
        if let Failure::Own(error) = &failure {
            tracing::debug!(tenant = %self.tenant, %error, "no server connection for a session");
        }
        self.answer_and_end(&failure.message());
    }

    fn answer(&mut self, bytes: &[u8]) {
        self.inbound.put_slice(bytes);
        self.wakers.notify();
    }

    fn answer_and_end(&mut self, bytes: &[u8]) {
        self.inbound.put_slice(bytes);
        self.end(None);
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

    /// Ends a session that has not begun in time.
    fn watch_startup(&mut self) {
        let (State::Opening { deadline, .. } | State::Asking { deadline, .. }) = &self.state else {
            return;
        };
        let deadline = *deadline;
        if self.poll_timer(|| deadline).is_ready() {
            let limit = self.endpoint.limits.startup_timeout;
            let remedy = "send the startup message and the password earlier";
            let what = "waiting for the guest to log in";
            let error = Error::timeout(&self.endpoint, what, limit, remedy);
            self.answer_and_end(&frame::fatal("08P01", &error.to_string()));
        }
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
