//! The start of a session: from the guest's first byte to the greeting.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{BufMut, Bytes};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::checkout::{self, Begun};
use super::relay::Relay;
use super::{Session, State};
use crate::endpoint::Secret;
use crate::error::Error;
use crate::pool::Lease;
use crate::postgres::cancel::Target;
use crate::postgres::frame;
use crate::postgres::link::{Failure, Identity, Link};
use crate::postgres::startup::{ASK_PASSWORD, Event, Password, Request};

impl Session {
    /// The guest has said something before its session began.
    pub(super) fn opened(&mut self, event: Event) {
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
        let startup = request.upstream(&user, self.database(&request));
        let password = credentials.password.clone();
        self.start(Identity {
            user,
            password,
            startup,
            own: false,
        });
    }

    /// The guest has given its own password.
    pub(super) fn log_in(&mut self, secret: Secret) {
        let State::Asking { request, .. } = &self.state else {
            return;
        };
        let user = request.user.clone().unwrap_or_default();
        let startup = request.upstream(&user, self.database(request));
        self.start(Identity {
            user,
            password: Some(secret),
            startup,
            own: true,
        });
    }

    /// The endpoint's database, else the guest's.
    fn database<'a>(&'a self, request: &'a Request) -> Option<&'a [u8]> {
        let own = self.endpoint.database.as_ref().map(String::as_bytes);
        own.or(request.database.as_deref())
    }

    /// Takes a connection, at once if there is one.
    fn start(&mut self, identity: Identity) {
        self.timer = None;
        match checkout::begin(&self.shared, &self.pool, &self.endpoint, identity) {
            Ok(Begun::Lease(lease)) => self.adopt(lease),
            Ok(Begun::Pending(pending)) => {
                self.state = State::Waiting(pending);
                self.wakers.notify();
            }
            Err(error) => self.fail(Failure::Own(error)),
        }
    }

    pub(super) fn poll_checkout(&mut self) -> Poll<()> {
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
        let tenant = &self.tenant;
        match &failure {
            Failure::Own(error) => tracing::warn!(%tenant, %error, "no connection for a session"),
            // With the host's own credentials, that is the operator's to mend.
            Failure::Server(message) if self.endpoint.credentials.is_some() => {
                let (endpoint, error) = (&self.endpoint, frame::error_text(message));
                tracing::warn!(%tenant, %endpoint, %error, "the server refuses the login");
            }
            Failure::Server(_) => {}
        }
        self.answer_and_end(&failure.message());
    }

    fn answer(&mut self, bytes: &[u8]) {
        self.inbound.put_slice(bytes);
        self.wakers.notify();
    }

    pub(super) fn answer_and_end(&mut self, bytes: &[u8]) {
        self.inbound.put_slice(bytes);
        self.end(None);
    }

    /// Ends a session that has not begun in time.
    pub(super) fn watch_startup(&mut self) -> Poll<()> {
        let (State::Opening { deadline, .. } | State::Asking { deadline, .. }) = &self.state else {
            return Poll::Ready(());
        };
        let deadline = *deadline;
        ready!(self.poll_timer(|| deadline));
        let limit = self.endpoint.limits.startup_timeout;
        let remedy = "send the startup message and the password earlier";
        let what = "waiting for the guest to log in";
        let error = Error::timeout(&self.endpoint, what, limit, remedy);
        self.answer_and_end(&frame::fatal("08P01", &error.to_string()));
        Poll::Ready(())
    }
}
