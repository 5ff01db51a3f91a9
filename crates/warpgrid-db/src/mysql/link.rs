//! A logged-in connection: what it is logged in with, and how.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use mysql_common::constants::CapabilityFlags as Flags;

use super::auth::{Login, Refusal, Step};
use super::handshake::{CHOICES, Greeted, Handshake, LOGIN};
use super::reset::{self, Exchange};
use super::{Mysql, frame};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::link::Link;
use crate::protocol::{Exchange as _, Failure};
use crate::secret::Secret;
use crate::stream::Stream;

/// No packet of a login is longer; a public key is the longest.
const LONGEST_IN_LOGIN: usize = 64 * 1024;
/// What the server is told of how long our packets may be.
const MAX_PACKET: u32 = 1 << 30;

/// What a guest logs in with, and what it chose of the connection.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(super) user: Bytes,
    pub(super) password: Option<Secret>,
    pub(super) database: Option<Bytes>,
    pub(super) flags: Flags,
    pub(super) collation: u8,
}

/// What makes two sessions able to use the same connection.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LinkKey {
    user: Bytes,
    /// The digest of the password, the host's or the guest's own.
    pub(super) password: Option<[u8; 32]>,
    database: Option<Bytes>,
    flags: Flags,
    collation: u8,
}

impl Identity {
    pub(super) fn key(&self) -> LinkKey {
        LinkKey {
            user: self.user.clone(),
            password: self.password.as_ref().map(Secret::digest),
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
    let (stream, handshake) = authenticate(raw, endpoint, identity).await?;
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

/// Begins TLS on a connection, if there is to be any. The number of the next
/// packet comes with it.
async fn encrypt(
    mut stream: Stream,
    endpoint: &Endpoint,
    handshake: &Handshake,
    identity: &Identity,
) -> Result<(Stream, u8), Error> {
    if !handshake.flags.contains(Flags::CLIENT_SSL) {
        return match endpoint.tls.is_optional() {
            true => Ok((stream, 1)),
            false => Err(Error::no_tls(endpoint)),
        };
    }
    let mut out = BytesMut::new();
    let flags = flags(handshake, identity) | Flags::CLIENT_SSL;
    frame::put(&mut out, 1, &request(flags, identity));
    let lost = |source| Error::lost(endpoint, source);
    stream.write_all(&out).await.map_err(lost)?;
    Ok((stream.encrypt(endpoint).await?, 2))
}

async fn authenticate(
    raw: Greeted,
    endpoint: &Endpoint,
    identity: &Identity,
) -> Result<(Stream, Handshake), Failure> {
    let Greeted {
        mut stream,
        handshake,
        encrypt: wanted,
    } = raw;
    let mut sequence = 1;
    if wanted {
        (stream, sequence) = encrypt(stream, endpoint, &handshake, identity).await?;
    }
    let encrypted = stream.encrypted().is_some();
    let lost = |source| Failure::Own(Error::lost(endpoint, source));
    let refused = |refusal| match refusal {
        Refusal::Server(payload) => Failure::Server(payload),
        Refusal::Login(what) => Error::login(endpoint, what).into(),
        Refusal::Protocol(what) => Error::protocol(endpoint, what).into(),
    };
    let password = identity.password.as_ref().map_or(&b""[..], Secret::expose);
    let mut login = Login::new(password, handshake.scramble.clone(), encrypted);
    let (plugin, answer) = login.first(&handshake.plugin).map_err(refused)?;
    let mut out = BytesMut::new();
    let mut flags = flags(&handshake, identity);
    flags.set(Flags::CLIENT_SSL, encrypted);
    let response = response(flags, identity, &plugin, &answer);
    frame::put(&mut out, sequence, &response);
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
            Step::Done if buffer.is_empty() => return Ok((stream, handshake)),
            Step::Done => {
                let what = "the server went on speaking after the login";
                return Err(Error::protocol(endpoint, what).into());
            }
        }
    }
}

/// What the client is to the server.
fn flags(handshake: &Handshake, identity: &Identity) -> Flags {
    let mut flags = identity.flags & CHOICES | LOGIN & handshake.flags | Flags::CLIENT_PROTOCOL_41;
    flags.set(Flags::CLIENT_CONNECT_WITH_DB, identity.database.is_some());
    flags.insert(Flags::CLIENT_LONG_PASSWORD | Flags::CLIENT_SECURE_CONNECTION);
    flags
}

/// The payload of an SSLRequest, and what a HandshakeResponse41 begins with.
fn request(flags: Flags, identity: &Identity) -> BytesMut {
    let mut out = BytesMut::new();
    out.put_u32_le(flags.bits());
    out.put_u32_le(MAX_PACKET);
    out.put_u8(identity.collation);
    out.put_bytes(0, 23);
    out
}

/// The payload of a HandshakeResponse41.
fn response(flags: Flags, identity: &Identity, plugin: &[u8], answer: &[u8]) -> Bytes {
    let mut out = request(flags, identity);
    out.put_slice(&identity.user);
    out.put_u8(0);
    // Up to 250 bytes, both encodings of the length are the same; over TLS a
    // password may be longer.
    match answer.len() {
        length @ 0..=250 => out.put_u8(length as u8),
        length => {
            out.put_u8(0xfc);
            out.put_u16_le(length as u16);
        }
    }
    out.put_slice(answer);
    if let Some(database) = &identity.database {
        out.put_slice(database);
        out.put_u8(0);
    }
    out.put_slice(plugin);
    out.put_u8(0);
    out.freeze()
}

/// Ends a connection by another one, to the same server and encrypted as that
/// one is.
pub(super) async fn kill(
    link: &Link<Mysql>,
    endpoint: &Endpoint,
    identity: &Identity,
) -> Result<(), Failure> {
    let lost = |source| Failure::Own(Error::lost(endpoint, source));
    let stream = Stream::open_at(endpoint, link.stream.peer().map_err(lost)?).await?;
    let greeted = Greeted::read(stream, endpoint, link.stream.encrypted().is_some()).await?;
    let (mut stream, _) = authenticate(greeted, endpoint, identity).await?;
    let mut out = BytesMut::new();
    let query = format!("KILL {}", link.server.thread);
    reset::put_command(&mut out, frame::COM_QUERY, query.as_bytes());
    stream.write_all(&out).await.map_err(lost)?;
    // Whatever the answer is: the server has seen it.
    stream.read(&mut BytesMut::new()).await.map_err(lost)?;
    Ok(())
}
