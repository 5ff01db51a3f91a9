//! The host's login to the server, and what it leaves to know.

use std::io;
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};

use super::auth::{Channel, Login, Refusal, Step};
use super::parameters::Parameters;
use super::{BackendKey, Postgres, frame};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::link::Link;
use crate::protocol::{Failure, LOGGING_IN, WAITING};
use crate::secret::Secret;
use crate::stream::Stream;

/// No message of a login is longer; an ErrorResponse may be long.
const LONGEST_IN_LOGIN: u32 = 64 * 1024;

/// invalid_authorization_specification (Appendix A): what a server says that has
/// no rule in `pg_hba.conf` by which one comes in.
const NOBODY_COMES_SO: &str = "28000";

/// What is known of the server of one connection.
pub(crate) struct Server {
    pub(super) peer: Peer,
    pub(super) parameters: Parameters,
    pub(super) key: Option<BackendKey>,
}

/// Where a connection leads, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(super) address: SocketAddr,
    pub(super) encrypted: bool,
}

/// What makes two sessions able to use the same connection.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LinkKey {
    /// The StartupMessage: user, database and all settings.
    startup: Bytes,
    /// The digest of the password, the host's or the guest's own.
    pub(super) password: Option<[u8; 32]>,
}

/// What a guest logs in with.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) user: Bytes,
    pub(crate) password: Option<Secret>,
    pub(crate) startup: Bytes,
}

impl Identity {
    pub(crate) fn key(&self) -> LinkKey {
        LinkKey {
            startup: self.startup.clone(),
            password: self.password.as_ref().map(Secret::digest),
        }
    }
}

pub(super) async fn log_in(
    mut stream: Stream,
    endpoint: &Endpoint,
    identity: &Identity,
) -> Result<Link<Postgres>, Failure> {
    let lost = |source| Failure::Own(Error::lost(endpoint, source));
    let peer = Peer {
        address: stream.peer().map_err(lost)?,
        encrypted: stream.encrypted().is_some(),
    };
    let channel = match stream.encrypted() {
        Some(encrypted) => Channel::Encrypted(encrypted.end_point()),
        None => Channel::Clear,
    };
    let mut buffer = BytesMut::with_capacity(8 * 1024);
    let mut login = Login::new(identity.user.clone(), identity.password.clone(), channel);
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
                let server = Server {
                    peer,
                    parameters,
                    key,
                };
                return Ok(Link {
                    stream,
                    buffer,
                    server,
                });
            }
            Ok(Step::Done(..)) => {
                let what = "the server went on speaking after the login";
                return Err(Error::protocol(endpoint, what).into());
            }
            Err(Refusal::Server(message)) => {
                // "prefer" has not failed before the attempt without TLS has: a
                // rule of the server's may let nobody in over TLS.
                let barred = !login.has_begun() && frame::error_code(&message) == NOBODY_COMES_SO;
                if barred && peer.encrypted && endpoint.tls.is_optional() {
                    return Err(Failure::Own(Error::Tls {
                        endpoint: endpoint.to_string(),
                        what: format!("over TLS, the server says: {}", frame::error_text(&message)),
                        remedy: "set tls = \"disable\" if it is to be in clear".into(),
                    }));
                }
                return Err(Failure::Server(message));
            }
            Err(Refusal::Login(what)) => return Err(Error::login(endpoint, what).into()),
            Err(Refusal::Protocol(what)) => return Err(Error::protocol(endpoint, what).into()),
        }
    }
}

/// The SQLSTATE of an error (documentation, Appendix A).
pub(super) fn code(error: &Error) -> &'static str {
    match error {
        Error::ConnectionRefused { .. } | Error::Resolve { .. } | Error::Tls { .. } => "08001",
        Error::Timeout { what: WAITING, .. } | Error::PoolExhausted { .. } => "53300",
        Error::Timeout {
            what: LOGGING_IN, ..
        }
        | Error::Protocol { .. } => "08P01",
        Error::Timeout { .. } => "08001",
        Error::Lost { .. } | Error::Closed => "08006",
        Error::Login { .. } => "28000",
        Error::Draining { .. } => "57P03",
        Error::ShutDown { .. } => "57P01",
    }
}
