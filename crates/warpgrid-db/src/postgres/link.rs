//! A connection to a server, logged in.

use std::io;
use std::net::SocketAddr;
use std::sync::LazyLock;

use bytes::{Buf, Bytes, BytesMut};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::auth::{Login, Refusal, Step};
use super::parameters::Parameters;
use super::reset::{Dirty, Exchange};
use super::{BackendKey, frame};
use crate::endpoint::{Endpoint, Secret};
use crate::error::Error;
use crate::pool::Connection;
use crate::stream::Stream;

/// No message of a login is longer; an ErrorResponse may be long.
const LONGEST_IN_LOGIN: u32 = 64 * 1024;

/// A server connection between `ReadyForQuery` and the next request.
pub(crate) struct Link {
    pub(crate) stream: Stream,
    pub(crate) address: SocketAddr,
    pub(crate) parameters: Parameters,
    pub(crate) key: Option<BackendKey>,
    /// What is read goes here; kept between sessions for its memory.
    pub(crate) buffer: BytesMut,
}

/// What makes two sessions able to use the same connection.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LinkKey {
    /// The StartupMessage: user, database and all settings.
    startup: Bytes,
    /// Of the guest's own password. Where the endpoint has credentials, they
    /// are the pool's.
    password: Option<[u8; 32]>,
}

/// Why a guest gets no connection.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the server said, for the guest to read.
    Server(Bytes),
    /// What we say.
    Own(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Own(error)
    }
}

impl Connection for Link {
    type Key = LinkKey;
    type Raw = Stream;

    fn close(mut self) {
        // Terminate; a server that does not take it sees the end anyway.
        let _ = self.stream.write_now(b"X\0\0\0\x04");
    }
}

/// What a guest logs in with.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) user: Bytes,
    pub(crate) password: Option<Secret>,
    pub(crate) startup: Bytes,
    /// Whether the password is the guest's own.
    pub(crate) own: bool,
}

impl Identity {
    pub(crate) fn key(&self) -> LinkKey {
        let own = self.password.as_ref().filter(|_| self.own);
        LinkKey {
            startup: self.startup.clone(),
            password: own.map(digest),
        }
    }
}

/// Keyed, so that what stays in memory says nothing about the password.
fn digest(password: &Secret) -> [u8; 32] {
    static SALT: LazyLock<[u8; 32]> = LazyLock::new(rand::random);
    Sha256::new()
        .chain_update(*SALT)
        .chain_update(password.expose())
        .finalize()
        .into()
}

impl Link {
    /// Logs in on an open transport, within the connect timeout.
    pub(crate) async fn login(
        stream: Stream,
        endpoint: &Endpoint,
        identity: &Identity,
    ) -> Result<Self, Failure> {
        let limit = endpoint.limits.connect_timeout;
        timeout(limit, log_in(stream, endpoint, identity))
            .await
            .unwrap_or_else(|_| {
                Err(Failure::Own(Error::timeout(
                    endpoint,
                    "logging in",
                    limit,
                    "check that the server is not overloaded, or raise connect_timeout",
                )))
            })
    }

    /// Sends queries of the host's own, as far as the transport takes them.
    pub(crate) fn begin(&mut self, queries: &mut Bytes) -> io::Result<()> {
        let written = self.stream.write_now(queries)?;
        queries.advance(written);
        Ok(())
    }

    /// Sends the rest of the queries, and reads until they are answered as
    /// they must be.
    pub(crate) async fn finish(
        &mut self,
        queries: Bytes,
        mut exchange: Exchange,
    ) -> Result<(), Unfit> {
        self.stream.write_all(&queries).await?;
        self.buffer.clear();
        loop {
            self.stream.read(&mut self.buffer).await?;
            if exchange.answer(&mut self.buffer, &mut self.parameters)? {
                return Ok(());
            }
        }
    }
}

/// Why a connection cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Dirty(#[from] Dirty),
}

async fn log_in(
    mut stream: Stream,
    endpoint: &Endpoint,
    identity: &Identity,
) -> Result<Link, Failure> {
    let lost = |source| Failure::Own(Error::lost(endpoint, source));
    let address = stream.peer().map_err(lost)?;
    let mut buffer = BytesMut::with_capacity(8 * 1024);
    let mut login = Login::new(identity.user.clone(), identity.password.clone());
    stream.write_all(&identity.startup).await.map_err(lost)?;
    loop {
        let message = frame::take(&mut buffer, LONGEST_IN_LOGIN)
            .map_err(|error| Error::protocol(endpoint, error.to_string()))?;
        let Some((tag, body)) = message else {
            stream.read(&mut buffer).await.map_err(lost)?;
            continue;
        };
        let step = if login.is_costly(tag) {
            let moved = move || {
                let step = login.message(tag, body);
                (login, step)
            };
            let (back, step) = tokio::task::spawn_blocking(moved)
                .await
                .map_err(|error| lost(io::Error::other(error)))?;
            login = back;
            step
        } else {
            login.message(tag, body)
        };
        match step {
            Ok(Step::Read) => {}
            Ok(Step::Send(bytes)) => stream.write_all(&bytes).await.map_err(lost)?,
            Ok(Step::Done(parameters, key)) if buffer.is_empty() => {
                return Ok(Link {
                    stream,
                    address,
                    parameters,
                    key,
                    buffer,
                });
            }
            Ok(Step::Done(..)) => {
                let what = "the server went on speaking after the login";
                return Err(Error::protocol(endpoint, what).into());
            }
            Err(Refusal::Server(message)) => return Err(Failure::Server(message)),
            Err(Refusal::Login(what)) => return Err(Error::login(endpoint, what).into()),
            Err(Refusal::Protocol(what)) => return Err(Error::protocol(endpoint, what).into()),
        }
    }
}

impl Failure {
    /// The ErrorResponse for the guest.
    pub(crate) fn message(self) -> Bytes {
        match self {
            Self::Server(message) => message,
            Self::Own(error) => frame::fatal(code(&error), &error.to_string()),
        }
    }
}

/// The SQLSTATE of an error (documentation, Appendix A).
fn code(error: &Error) -> &'static str {
    match error {
        Error::ConnectionRefused { .. } | Error::Resolve { .. } => "08001",
        Error::Timeout { what: WAITING, .. } | Error::PoolExhausted { .. } => "53300",
        Error::Timeout { .. } => "08001",
        Error::Lost { .. } | Error::Closed => "08006",
        Error::Protocol { .. } => "08P01",
        Error::Login { .. } => "28000",
        Error::Draining { .. } => "57P03",
        Error::Unsupported { .. } => "0A000",
    }
}

/// What a [`Error::Timeout`] of the wait queue says.
pub(crate) const WAITING: &str = "waiting for a free connection";
