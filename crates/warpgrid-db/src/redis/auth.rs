//! Who logs in, and the host's login to the server.
//!
//! Source: redis.io, "AUTH", "HELLO", "SELECT".

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{Redis, frame};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::link::Link;
use crate::protocol::Failure;
use crate::secret::Secret;
use crate::stream::Stream;

/// The user that a connection without AUTH is, and that AUTH without a name
/// means.
const DEFAULT: &[u8] = b"default";
/// No answer of a login is longer; an error may be long.
const LONGEST: usize = 16 << 10;

/// What a connection is logged in with.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Nothing: as the server lets everybody in.
    pub(super) credentials: Option<Credentials>,
    /// Whether they are the host's, so that the guest's do not count.
    pub(super) hosts: bool,
    /// The endpoint's database, which guests may not leave.
    pub(super) database: Option<Bytes>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) user: Bytes,
    pub(super) password: Secret,
}

/// What makes two sessions able to use the same connection.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LoginKey {
    user: Option<Bytes>,
    /// The digest of the password, the host's or the guest's own.
    pub(super) password: Option<[u8; 32]>,
}

impl Login {
    /// Of the host's credentials; nothing where it has none.
    pub(super) fn hosts(endpoint: &Endpoint) -> Option<Self> {
        let credentials = endpoint.credentials.as_ref()?;
        let password = credentials.current();
        Some(Self {
            credentials: Some(Credentials {
                user: Bytes::copy_from_slice(credentials.user.as_bytes()),
                // A user without a password takes any.
                password: password.unwrap_or_else(|| Secret::from("")),
            }),
            hosts: true,
            database: database(endpoint),
        })
    }

    /// Of the guest's own.
    pub(super) fn guests(endpoint: &Endpoint, credentials: Option<Credentials>) -> Self {
        Self {
            credentials,
            hosts: false,
            database: database(endpoint),
        }
    }

    pub(crate) fn key(&self) -> LoginKey {
        let credentials = self.credentials.as_ref();
        LoginKey {
            user: credentials.map(|credentials| credentials.user.clone()),
            password: credentials.map(|credentials| credentials.password.digest()),
        }
    }

    /// AUTH and SELECT, as far as they are called for; how many that is.
    pub(super) fn put(&self, out: &mut BytesMut) -> usize {
        let mut count = 0;
        if let Some(Credentials { user, password }) = &self.credentials {
            frame::put(out, &[b"AUTH", &user[..], password.expose()]);
            count += 1;
        }
        if let Some(database) = &self.database {
            frame::put(out, &[b"SELECT", &database[..]]);
            count += 1;
        }
        count
    }
}

fn database(endpoint: &Endpoint) -> Option<Bytes> {
    let database = endpoint.database.as_ref()?;
    Some(Bytes::copy_from_slice(database.as_bytes()))
}

/// The credentials in the arguments of AUTH, if it has as many as it takes.
pub(super) fn auth(arguments: &[Bytes]) -> Option<Credentials> {
    let (user, password) = match arguments {
        [_, password] => (Bytes::from_static(DEFAULT), password),
        // A slice would keep the password beside it.
        [_, user, password] => (Bytes::copy_from_slice(user), password),
        _ => return None,
    };
    Some(Credentials {
        user,
        password: Secret::new(&password[..]),
    })
}

/// Where the user's name stands in the arguments of HELLO; its password is
/// next.
pub(super) fn hello_auth(arguments: &[Bytes]) -> Option<usize> {
    let mut at = 2;
    loop {
        let option = arguments.get(at)?;
        if option.eq_ignore_ascii_case(b"AUTH") && arguments.len() > at + 2 {
            return Some(at + 1);
        } else if option.eq_ignore_ascii_case(b"SETNAME") && arguments.len() > at + 1 {
            at += 2;
        } else {
            return None;
        }
    }
}

/// The credentials in the arguments of AUTH or HELLO.
pub(super) fn credentials(arguments: &[Bytes]) -> Option<Credentials> {
    let name = arguments.first()?;
    if name.eq_ignore_ascii_case(b"AUTH") {
        return auth(arguments);
    }
    let at = hello_auth(arguments)?;
    Some(Credentials {
        user: Bytes::copy_from_slice(arguments.get(at)?),
        password: Secret::new(&arguments.get(at + 1)?[..]),
    })
}

pub(super) async fn log_in(
    mut stream: Stream,
    endpoint: &Endpoint,
    identity: &Arc<Login>,
) -> Result<Link<Redis>, Failure> {
    let lost = |source| Failure::Own(Error::lost(endpoint, source));
    let mut requests = BytesMut::new();
    let mut due = identity.put(&mut requests);
    let anonymous = due == 0;
    if anonymous {
        // A server that is full says so at once, and this finds out.
        frame::put(&mut requests, &["PING"]);
        due = 1;
    }
    stream.write_all(&requests).await.map_err(lost)?;
    let mut buffer = BytesMut::with_capacity(1024);
    while due > 0 {
        let Some(end) = buffer.iter().position(|&byte| byte == b'\n') else {
            if buffer.len() > LONGEST {
                return Err(Error::protocol(endpoint, "an answer to the login has no end").into());
            }
            stream.read(&mut buffer).await.map_err(lost)?;
            continue;
        };
        let line = buffer.split_to(end + 1).freeze();
        match &line[..] {
            b"+OK\r\n" => {}
            // One that asks for a login may yet get the guest's own.
            b"+PONG\r\n" if anonymous => {}
            [b'-', b'N', b'O', b'A', b'U', b'T', b'H', ..] if anonymous => {}
            [b'-', ..] => return Err(Failure::Server(line)),
            _ => {
                let what = "the server answers a login with something else";
                return Err(Error::protocol(endpoint, what).into());
            }
        }
        due -= 1;
    }
    if !buffer.is_empty() {
        let what = "the server went on speaking after the login";
        return Err(Error::protocol(endpoint, what).into());
    }
    Ok(Link {
        stream,
        buffer,
        server: identity.clone(),
    })
}
