//! The start of a session: from the guest's first byte to the greeting.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::checkout::{self, Begun};
use super::core::{Core, State};
use super::relay::Relay;
use crate::error::Error;
use crate::link::Link;
use crate::pool::Lease;
use crate::protocol::{Event, Failure, LOGGING_IN, Opening, Protocol};

impl<P: Protocol> Core<P> {
    /// The guest has said something before its session began.
    pub(super) fn opened(&mut self, event: Event<P::Identity, P::Cancel>) {
        match event {
            Event::Answer(bytes) => self.answer(&bytes),
            Event::Refuse(bytes) => self.answer_and_end(&bytes),
            Event::Cancel(cancel) => match P::cancel(&self.backend, &self.tenant, cancel) {
                Some(seen) => {
                    self.state = State::Cancelling(seen);
                    self.wakers.notify();
                }
                None => self.end(None),
            },
            Event::Start(identity) => self.start(identity),
        }
    }

    /// Takes a connection, at once if there is one.
    fn start(&mut self, identity: P::Identity) {
        let before = std::mem::replace(&mut self.state, State::Ended(None));
        let State::Opening { mut opening, .. } = before else {
            return;
        };
        self.timer = None;
        match checkout::begin(&self.backend, identity) {
            Ok(Begun::Lease(lease)) => {
                let early = opening.early();
                self.adopt(&opening, lease, &early);
            }
            Ok(Begun::Pending(pending)) => {
                let early = opening.early();
                self.state = State::Waiting {
                    pending,
                    opening,
                    early,
                };
                self.wakers.notify();
            }
            Err(error) => self.fail(&opening, error.into()),
        }
    }

    pub(super) fn poll_checkout(&mut self) -> Poll<()> {
        let State::Waiting { pending, .. } = &mut self.state else {
            return Poll::Ready(());
        };
        let own = &mut Context::from_waker(&self.waker);
        let done = ready!(Pin::new(pending).poll(own));
        let before = std::mem::replace(&mut self.state, State::Ended(None));
        if let State::Waiting { opening, early, .. } = before {
            match done {
                Ok(lease) => self.adopt(&opening, lease, &early),
                Err(failure) => self.fail(&opening, failure),
            }
        }
        Poll::Ready(())
    }

    /// Greets the guest as the server greeted us, and sends on what it has
    /// said already.
    fn adopt(&mut self, opening: &P::Opening, mut lease: Lease<Link<P>>, early: &[u8]) {
        let link = lease.connection();
        let registration = P::register(&self.backend, &self.tenant, opening, &link.server);
        if self.inbound.is_empty() {
            self.inbound = std::mem::take(&mut link.buffer);
            self.inbound.clear();
        }
        P::welcome(opening, &registration, &mut link.server, &mut self.inbound);
        let mut relay = Relay::new(lease, registration);
        let own = &mut Context::from_waker(&self.waker);
        let farewell = relay.stage(own, early);
        self.state = State::Relaying(relay);
        match farewell {
            Some(farewell) => self.answer_and_end(&farewell),
            None => self.wakers.notify(),
        }
    }

    fn fail(&mut self, opening: &P::Opening, failure: Failure) {
        let tenant = &self.tenant;
        let endpoint = &self.backend.endpoint;
        match &failure {
            Failure::Own(error) => tracing::warn!(%tenant, %error, "no connection for a session"),
            // With the host's own credentials, that is the operator's to mend.
            Failure::Server(message) if endpoint.credentials.is_some() => {
                let error = P::error_text(message);
                tracing::warn!(%tenant, %endpoint, %error, "the server refuses the login");
            }
            Failure::Server(_) => {}
        }
        let answer = opening.refusal(failure);
        self.answer_and_end(&answer);
    }

    fn answer(&mut self, bytes: &[u8]) {
        self.inbound.extend_from_slice(bytes);
        self.wakers.notify();
    }

    pub(super) fn answer_and_end(&mut self, bytes: &[u8]) {
        self.inbound.extend_from_slice(bytes);
        self.end(None);
    }

    /// Ends a session that has not begun in time.
    pub(super) fn watch_startup(&mut self) -> Poll<()> {
        let State::Opening { opening, deadline } = &self.state else {
            return Poll::Ready(());
        };
        if opening.may_be_silent() {
            return Poll::Pending;
        }
        let deadline = *deadline;
        ready!(self.poll_timer(|| deadline));
        let State::Opening { opening, .. } = &self.state else {
            return Poll::Ready(());
        };
        let endpoint = &self.backend.endpoint;
        let limit = endpoint.limits.startup_timeout;
        let remedy = "send the startup message and the password earlier";
        let error = Error::timeout(endpoint, LOGGING_IN, limit, remedy);
        let answer = opening.refusal(error.into());
        self.answer_and_end(&answer);
        Poll::Ready(())
    }
}
