//! A logged-in connection: what it is logged in with, and how.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use mysql_common::constants::CapabilityFlags as Flags;

use super::auth::{Login, Refusal, Step};
use super::handshake::{CHOICES, Greeted, Handshake, LOGIN};
use super::reset::{self, Exchange};
use super::{Mysql, frame};
use crate::endpoint::{Endpoint, Secret};
use crate::error::Error;
use crate::link::Link;
use crate::protocol::{Exchange as _, Failure};
use crate::stream::Stream;

/// No packet of a login is longer; a public key is the longest.
const LONGEST_IN_LOGIN: usize = 64 * 1024;
/// What the server is told of how long our packets may be.
const MAX_PACKET: u32 = 1 << 30;

/// What a guest logs in with, and what it chose of the connection.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(super) user: Bytes,
    pub(super) password: Option<Secret>,
    /// Whether the password is the guest's own.
    pub(super) own: bool,
    pub(super) database: Option<Bytes>,
    pub(super) flags: Flags,
    pub(super) collation: u8,
}

/// What makes two sessions able to use the same connection.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LinkKey {
    user: Bytes,
    /// Of the guest's own password. Where the endpoint has credentials, they
    /// are the pool's.
    password: Option<[u8; 32]>,
    database: Option<Bytes>,
    flags: Flags,
    collation: u8,
}

impl Identity {
    pub(super) fn key(&self) -> LinkKey {
        let own = self.password.as_ref().filter(|_| self.own);
        LinkKey {
            user: self.user.clone(),
            password: own.map(Secret::digest),
            database: self.database.clone(),
            flags: self.flags & CHOICES,
            collation: self.collation,
        }
    }
}

/// What is known of the server of one connection.
pub(crate) struct Server {
    pub(super) identity: Arc<Identity>,
    /// By this number the server knows the connection.
    pub(super) thread: u32,
    pub(super) version: Bytes,
    /// The answer to [`reset::state_query`] right after the login.
    pub(super) state: Bytes,
}

impl Server {
    /// Whether results end by an OK packet.
    pub(super) fn deprecate_eof(&self) -> bool {
        self.identity.flags.contains(Flags::CLIENT_DEPRECATE_EOF)
    }
}

pub(super) async fn log_in(
    raw: Greeted,
    endpoint: &Endpoint,
    identity: &Arc<Identity>,
) -> Result<Link<Mysql>, Failure> {
    let Greeted {
        mut stream,
        handshake,
    } = raw;
    authenticate(&mut stream, endpoint, &handshake, identity).await?;
    let mut link = Link {
        stream,
        buffer: BytesMut::with_capacity(8 * 1024),
        server: Server {
            identity: identity.clone(),
            thread: handshake.thread,
            version: handshake.version,
            state: Bytes::new(),
        },
    };
    let (mut exchange, request) = Exchange::learn(&link.server);
    let lost = |source| Failure::Own(Error::lost(endpoint, source));
    link.stream.write_all(&request).await.map_err(lost)?;
    loop {
        link.stream.read(&mut link.buffer).await.map_err(lost)?;
        let done = exchange.answer(&mut link.buffer, &mut link.server);
        if done.map_err(|error| Error::protocol(endpoint, error.to_string()))? {
            return Ok(link);
        }
    }
}

async fn authenticate(
    stream: &mut Stream,
    endpoint: &Endpoint,
    handshake: &Handshake,
    identity: &Identity,
) -> Result<(), Failure> {
    let lost = |source| Failure::Own(Error::lost(endpoint, source));
    let refused = |refusal| match refusal {
        Refusal::Server(payload) => Failure::Server(payload),
        Refusal::Login(what) => Error::login(endpoint, what).into(),
        Refusal::Protocol(what) => Error::protocol(endpoint, what).into(),
    };
    let password = identity.password.as_ref().map_or(&b""[..], Secret::expose);
    let mut login = Login::new(password, handshake.scramble.clone());
    let (plugin, answer) = login.first(&handshake.plugin).map_err(refused)?;
    let mut out = BytesMut::new();
    frame::put(
        &mut out,
        1,
        &response(handshake, identity, &plugin, &answer),
    );
    stream.write_all(&out).await.map_err(lost)?;
    let mut buffer = BytesMut::with_capacity(4096);
    loop {
        let packet = frame::take(&mut buffer, LONGEST_IN_LOGIN)
            .map_err(|error| Error::protocol(endpoint, error.to_string()))?;
        let Some((sequence, payload)) = packet else {
            stream.read(&mut buffer).await.map_err(lost)?;
            continue;
        };
        match login.packet(&payload).map_err(refused)? {
            Step::Read => {}
            Step::Send(answer) => {
                let mut out = BytesMut::new();
                frame::put(&mut out, sequence.wrapping_add(1), &answer);
                stream.write_all(&out).await.map_err(lost)?;
            }
            Step::Done if buffer.is_empty() => return Ok(()),
            Step::Done => {
                let what = "the server went on speaking after the login";
                return Err(Error::protocol(endpoint, what).into());
            }
        }
    }
}

/// The payload of a HandshakeResponse41.
fn response(handshake: &Handshake, identity: &Identity, plugin: &[u8], answer: &[u8]) -> Bytes {
    let mut flags = identity.flags & CHOICES | LOGIN & handshake.flags | Flags::CLIENT_PROTOCOL_41;
    flags.set(Flags::CLIENT_CONNECT_WITH_DB, identity.database.is_some());
    // An answer is shorter than 251 bytes, so both encodings are the same.
    flags.insert(Flags::CLIENT_LONG_PASSWORD | Flags::CLIENT_SECURE_CONNECTION);
    let mut out = BytesMut::new();
    out.put_u32_le(flags.bits());
    out.put_u32_le(MAX_PACKET);
    out.put_u8(identity.collation);
    out.put_bytes(0, 23);
    out.put_slice(&identity.user);
    out.put_u8(0);
    out.put_u8(answer.len() as u8);
    out.put_slice(answer);
    if let Some(database) = &identity.database {
        out.put_slice(database);
        out.put_u8(0);
    }
    out.put_slice(plugin);
    out.put_u8(0);
    out.freeze()
}

/// Ends a connection by another one, to the same server.
pub(super) async fn kill(link: &Link<Mysql>, endpoint: &Endpoint) -> Result<(), Failure> {
    let lost = |source| Failure::Own(Error::lost(endpoint, source));
    let server = &link.server;
    let stream = Stream::open_at(endpoint, link.stream.peer().map_err(lost)?).await?;
    let Greeted {
        mut stream,
        handshake,
    } = Greeted::read(stream, endpoint).await?;
    authenticate(&mut stream, endpoint, &handshake, &server.identity).await?;
    let mut out = BytesMut::new();
    let query = format!("KILL {}", server.thread);
    reset::put_command(&mut out, frame::COM_QUERY, query.as_bytes());
    stream.write_all(&out).await.map_err(lost)?;
    // Whatever the answer is: the server has seen it.
    stream.read(&mut BytesMut::new()).await.map_err(lost)?;
    Ok(())
}
