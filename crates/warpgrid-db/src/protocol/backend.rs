//! The server of one endpoint: how connections to it are opened, and which of
//! them may still be used.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::timeout;

use super::Protocol;
use crate::addresses::Registry;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::faults::Cuts;
use crate::link::Link;
use crate::pool::Pool;
use crate::pools::ResetPolicy;
use crate::stream::Stream;

/// What all sessions of one endpoint share.
pub(crate) struct Backend<P: Protocol> {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) pool: Arc<Pool<Link<P>>>,
    pub(crate) shared: P::Shared,
    pub(crate) reset: ResetPolicy,
    /// Where the server is, if that is not for the system's resolver to say.
    pub(crate) registry: Registry,
    /// Of the host's password, as it last was.
    pub(crate) generation: AtomicU64,
    pub(crate) cuts: Cuts,
}

impl<P: Protocol> Backend<P> {
    /// Opens a transport, ready for a login.
    pub(crate) async fn open(&self) -> Result<P::Raw, Error> {
        match self.attempt(self.endpoint.tls.is_wanted()).await {
            Err(error) if self.does_without(&error) => self.attempt(false).await,
            done => done,
        }
    }

    /// That nobody has cut the way to the server.
    pub(crate) fn expect_uncut(&self) -> Result<(), Error> {
        if !self.cuts.any() {
            return Ok(());
        }
        Err(Error::ConnectionRefused {
            endpoint: self.endpoint.to_string(),
            source: io::ErrorKind::ConnectionRefused.into(),
        })
    }

    /// Opens a transport, with the endpoint's TLS or without any.
    pub(crate) async fn attempt(&self, encrypt: bool) -> Result<P::Raw, Error> {
        self.expect_uncut()?;
        let stream = Stream::open(&self.endpoint, &self.registry).await?;
        let endpoint = &self.endpoint;
        // An attempt that may be repeated without TLS leaves time for that.
        let share = if encrypt && endpoint.tls.is_optional() {
            2
        } else {
            1
        };
        let limit = endpoint.limits.connect_timeout / share;
        let prepared = timeout(limit, P::prepare(stream, self, encrypt)).await;
        prepared.unwrap_or_else(|_| {
            // Redis without TLS waits for the rest of what it takes for a line.
            Err(match encrypt && !P::SERVER_SPEAKS_FIRST {
                true => Error::silent_handshake(endpoint),
                false => slow(endpoint, "waiting for the server to speak"),
            })
        })
    }

    /// The identity with the host's password as it is now, where that is
    /// another one.
    pub(crate) fn renewed(&self, identity: &P::Identity) -> Option<P::Identity> {
        let (password, _) = self.endpoint.changing_password()?;
        let same = P::password(&P::key(identity)) == Some(&password.digest());
        (!same).then(|| P::renew(identity, password))
    }

    /// Whether a connection is logged in with a password that the host had
    /// before, so that no other session may have it.
    pub(crate) fn is_outdated(&self, key: &P::Key) -> bool {
        let password = self.endpoint.changing_password();
        password.is_some_and(|(now, _)| P::password(key) != Some(&now.digest()))
    }

    /// Closes what is idle and logged in with a password that the host had
    /// before.
    pub(crate) fn follow_password(&self) {
        let Some((password, generation)) = self.endpoint.changing_password() else {
            return;
        };
        if self.generation.swap(generation, Ordering::Relaxed) != generation {
            let now = password.digest();
            self.pool.retain(|key| P::password(key) == Some(&now));
        }
    }

    /// Whether a connection that nobody uses may be used: it is open and silent,
    /// and its server is where the endpoint's name says.
    pub(crate) fn may_use(&self, stream: &mut Stream) -> bool {
        stream.is_quiet() && !self.has_moved(stream) && !self.cuts.any()
    }

    /// Whether a connection is to where the endpoint's name was before.
    pub(crate) fn has_moved(&self, stream: &Stream) -> bool {
        let Some(registry) = &self.registry else {
            return false;
        };
        let at = |peer: SocketAddr| registry.is_at(&self.endpoint.host, peer.ip());
        let moved = !stream.peer().is_ok_and(at);
        if moved {
            tracing::debug!(endpoint = %self.endpoint, "the server is elsewhere now");
        }
        moved
    }

    /// Whether an attempt is to be repeated without TLS.
    pub(crate) fn does_without(&self, error: &Error) -> bool {
        let without = matches!(error, Error::Tls { .. }) && self.endpoint.tls.is_optional();
        if without {
            tracing::warn!(%error, "going on without TLS");
        }
        without
    }
}

/// A server that takes longer than the connect timeout.
pub(crate) fn slow(endpoint: &Endpoint, what: &'static str) -> Error {
    let limit = endpoint.limits.connect_timeout;
    let remedy = "check that the server is not overloaded, or raise connect_timeout";
    Error::timeout(endpoint, what, limit, remedy)
}
