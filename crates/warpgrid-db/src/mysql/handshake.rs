//! The server's first packet, and the one that guests are greeted with
//! ("Protocol::HandshakeV10").

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use mysql_common::constants::CapabilityFlags as Flags;
use tokio::sync::Notify;

use super::frame;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::protocol::Raw;
use crate::stream::Stream;

/// No server's first packet is longer.
const LONGEST: usize = 4096;
/// The scramble is of this length, in two parts.
pub(super) const SCRAMBLE: usize = 20;

/// What guests may choose of a connection; the tracker understands what comes
/// of each. TLS and compression are not among them, nor LOCAL INFILE, by which
/// a server reads its client's files, nor MariaDB's extensions.
pub(super) const CHOICES: Flags = Flags::CLIENT_FOUND_ROWS
    .union(Flags::CLIENT_LONG_FLAG)
    .union(Flags::CLIENT_NO_SCHEMA)
    .union(Flags::CLIENT_ODBC)
    .union(Flags::CLIENT_IGNORE_SPACE)
    .union(Flags::CLIENT_INTERACTIVE)
    .union(Flags::CLIENT_TRANSACTIONS)
    .union(Flags::CLIENT_MULTI_STATEMENTS)
    .union(Flags::CLIENT_MULTI_RESULTS)
    .union(Flags::CLIENT_PS_MULTI_RESULTS)
    .union(Flags::CLIENT_SESSION_TRACK)
    .union(Flags::CLIENT_DEPRECATE_EOF);

/// What a login needs. CLIENT_LONG_PASSWORD is also how MariaDB and its
/// clients tell each other that they are not to use extensions.
pub(super) const LOGIN: Flags = Flags::CLIENT_LONG_PASSWORD
    .union(Flags::CLIENT_PROTOCOL_41)
    .union(Flags::CLIENT_SECURE_CONNECTION)
    .union(Flags::CLIENT_PLUGIN_AUTH)
    .union(Flags::CLIENT_CONNECT_WITH_DB)
    .union(Flags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA);

/// What the server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handshake {
    pub(super) version: Bytes,
    pub(super) thread: u32,
    pub(super) scramble: Bytes,
    pub(super) flags: Flags,
    pub(super) collation: u8,
    pub(super) status: u16,
    pub(super) plugin: Bytes,
}

impl Default for Handshake {
    fn default() -> Self {
        Self {
            version: Bytes::new(),
            thread: 0,
            scramble: Bytes::new(),
            flags: Flags::empty(),
            collation: 0,
            status: 0,
            plugin: Bytes::new(),
        }
    }
}

impl Handshake {
    pub(super) fn parse(payload: &Bytes) -> Option<Self> {
        let mut rest = &payload[..];
        if frame::bytes(&mut rest, 1)? != [10] {
            return None;
        }
        let version = payload.slice_ref(frame::c_string(&mut rest)?);
        let thread = frame::bytes(&mut rest, 4)?.get_u32_le();
        let mut scramble = frame::bytes(&mut rest, 8)?.to_vec();
        frame::bytes(&mut rest, 1)?;
        let low = frame::bytes(&mut rest, 2)?.get_u16_le();
        let collation = frame::bytes(&mut rest, 1)?[0];
        let status = frame::bytes(&mut rest, 2)?.get_u16_le();
        let high = frame::bytes(&mut rest, 2)?.get_u16_le();
        let length = usize::from(frame::bytes(&mut rest, 1)?[0]);
        frame::bytes(&mut rest, 10)?;
        let flags = Flags::from_bits_retain(u32::from(high) << 16 | u32::from(low));
        // The second part has a zero at its end, and at least 13 bytes.
        let second = frame::bytes(&mut rest, length.saturating_sub(8).max(13))?;
        scramble.extend_from_slice(second.get(..SCRAMBLE - 8)?);
        let plugin = rest.strip_suffix(b"\0").unwrap_or(rest);
        Some(Self {
            version,
            thread,
            scramble: scramble.into(),
            flags,
            collation,
            status,
            plugin: payload.slice_ref(plugin),
        })
    }

    /// The payload that says it.
    pub(super) fn payload(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(128);
        let (first, second) = self.scramble.split_at(self.scramble.len().min(8));
        out.put_u8(10);
        out.put_slice(&self.version);
        out.put_u8(0);
        out.put_u32_le(self.thread);
        out.put_slice(first);
        out.put_u8(0);
        out.put_u16_le(self.flags.bits() as u16);
        out.put_u8(self.collation);
        out.put_u16_le(self.status);
        out.put_u16_le((self.flags.bits() >> 16) as u16);
        out.put_u8(SCRAMBLE as u8 + 1);
        out.put_bytes(0, 10);
        out.put_slice(second);
        out.put_u8(0);
        out.put_slice(&self.plugin);
        out.put_u8(0);
        out.freeze()
    }

    /// What a guest is greeted with: the server's words, a scramble of our
    /// own, and a made-up thread: which one serves the guest is not known yet.
    pub(super) fn for_guest(&self) -> Self {
        let scramble: [u8; SCRAMBLE] = rand::random();
        Self {
            thread: rand::random::<u32>() | 1 << 31,
            // Text of seven bits, without a zero.
            scramble: scramble.iter().map(|byte| byte % 93 + 33).collect(),
            flags: self.flags & CHOICES | LOGIN,
            plugin: Bytes::from_static(b"mysql_native_password"),
            ..self.clone()
        }
    }
}

/// A transport on which the server has spoken.
pub(crate) struct Greeted {
    pub(super) stream: Stream,
    pub(super) handshake: Handshake,
    /// Whether to begin TLS.
    pub(super) encrypt: bool,
}

impl Raw for Greeted {
    fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }
}

impl Greeted {
    pub(super) async fn read(
        mut stream: Stream,
        endpoint: &Endpoint,
        encrypt: bool,
    ) -> Result<Self, Error> {
        let mut buffer = BytesMut::new();
        loop {
            let packet = frame::take(&mut buffer, LONGEST)
                .map_err(|error| Error::protocol(endpoint, error.to_string()))?;
            let Some((_, payload)) = packet else {
                let read = stream.read(&mut buffer).await;
                read.map_err(|source| Error::lost(endpoint, source))?;
                continue;
            };
            if payload.first() == Some(&frame::ERR) {
                return Err(Error::login(endpoint, frame::error_text(&payload)));
            }
            let handshake = Handshake::parse(&payload)
                .filter(|handshake| {
                    buffer.is_empty()
                        && handshake
                            .flags
                            .contains(Flags::CLIENT_PROTOCOL_41 | Flags::CLIENT_PLUGIN_AUTH)
                })
                .ok_or_else(|| Error::protocol(endpoint, "its first packet is not a handshake"))?;
            return Ok(Self {
                stream,
                handshake,
                encrypt,
            });
        }
    }
}

/// What is known of an endpoint's server, by the last handshake.
#[derive(Default)]
pub(crate) struct Known {
    handshake: Mutex<Option<Arc<Handshake>>>,
    learnt: Notify,
}

impl Known {
    pub(super) fn learn(&self, handshake: &Handshake) {
        *self.handshake() = Some(Arc::new(handshake.clone()));
        self.learnt.notify_waiters();
    }

    /// Waits until a server has spoken.
    pub(super) async fn get(&self) -> Arc<Handshake> {
        loop {
            let learnt = self.learnt.notified();
            let known = self.handshake().clone();
            match known {
                Some(handshake) => return handshake,
                None => learnt.await,
            }
        }
    }

    fn handshake(&self) -> MutexGuard<'_, Option<Arc<Handshake>>> {
        self.handshake
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_greeted_in_the_servers_words_and_offered_what_is_understood() {
        let server = Handshake {
            version: "5.5.5-10.11.19-MariaDB".into(),
            thread: 7,
            scramble: Bytes::from_static(b"01234567890123456789"),
            flags: Flags::all(),
            collation: 45,
            status: 2,
            plugin: "client_ed25519".into(),
        };
        let parsed = Handshake::parse(&server.payload());
        assert_eq!(parsed.as_ref(), Some(&server));
        let guest = server.for_guest();
        let told = Handshake::parse(&guest.payload()).unwrap();
        assert_eq!((&told.version, told.collation), (&server.version, 45));
        assert_eq!(told.plugin, "mysql_native_password");
        assert_ne!(told.scramble, server.scramble);
        assert!(told.thread > 1 << 31);
        for not in [
            Flags::CLIENT_SSL,
            Flags::CLIENT_COMPRESS,
            Flags::CLIENT_LOCAL_FILES,
            Flags::CLIENT_CONNECT_ATTRS,
        ] {
            assert!(!told.flags.contains(not), "{not:?}");
        }
    }

    #[test]
    fn what_is_no_handshake_is_none() {
        let whole = Handshake {
            version: "8".into(),
            scramble: Bytes::from_static(&[b'x'; SCRAMBLE]),
            flags: LOGIN,
            ..Handshake::default()
        }
        .payload();
        for length in 0..whole.len() - 1 {
            // The plugin's name is what may be short.
            let parsed = Handshake::parse(&whole.slice(..length));
            assert!(parsed.is_none() || length >= 47, "{length}");
        }
        assert!(Handshake::parse(&Bytes::from_static(b"HTTP/1.1 400 Bad Request")).is_none());
    }
}
