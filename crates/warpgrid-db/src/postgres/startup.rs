//! The guest's side of a session's start: everything up to the point where the
//! host knows which connection the guest needs.
//!
//! Source: PostgreSQL 15 documentation, 55.2.1 "Start-up" and 55.7; what the
//! server says in the error cases was read off a PostgreSQL 15 server.

use std::collections::BTreeMap;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{BackendKey, frame};
use crate::protocol;
use crate::secret::Secret;

/// The server's own bound (`MAX_STARTUP_PACKET_LENGTH`).
const LONGEST: u32 = 10_000;
/// The same for a PasswordMessage.
const LONGEST_PASSWORD: u32 = 10_000;

const VERSION_3_0: u32 = 3 << 16;
const CANCEL: u32 = 1234 << 16 | 5678;
const SSL: u32 = 1234 << 16 | 5679;
const GSSENC: u32 = 1234 << 16 | 5680;

/// What an untyped message means.
type Event = protocol::Event<Request, BackendKey>;

/// A StartupMessage, understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) user: Option<Bytes>,
    pub(crate) database: Option<Bytes>,
    /// The other parameters, which become the session's defaults.
    parameters: BTreeMap<Bytes, Bytes>,
    /// NegotiateProtocolVersion, where the guest asked for more than 3.0.
    pub(crate) negotiation: Bytes,
}

impl Request {
    /// The StartupMessage for the server. Equal ones ask for equal sessions,
    /// whatever order the guest named its parameters in.
    pub(crate) fn upstream(&self, user: &[u8], database: Option<&[u8]>) -> Bytes {
        let mut out = BytesMut::with_capacity(128);
        out.put_u32(0);
        out.put_u32(VERSION_3_0);
        let named = [(&b"user"[..], Some(user)), (&b"database"[..], database)];
        let own = named
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let rest = self
            .parameters
            .iter()
            .map(|(name, value)| (&name[..], &value[..]));
        for (name, value) in own.chain(rest) {
            out.put_slice(name);
            out.put_u8(0);
            out.put_slice(value);
            out.put_u8(0);
        }
        out.put_u8(0);
        let length = out.len() as u32;
        out[..4].copy_from_slice(&length.to_be_bytes());
        out.freeze()
    }
}

/// Collects and understands untyped messages.
#[derive(Debug, Default)]
pub(crate) struct Startup {
    buffer: BytesMut,
    ssl_refused: bool,
    gss_refused: bool,
}

impl Startup {
    /// Takes bytes off the front of `data` until they are used up or mean
    /// something.
    pub(crate) fn feed(&mut self, data: &mut &[u8]) -> Option<Event> {
        self.fill(data, 4);
        let [a, b, c, d, ..] = self.buffer[..] else {
            return None;
        };
        let length = u32::from_be_bytes([a, b, c, d]);
        if !(8..=LONGEST).contains(&length) {
            // The server says nothing either.
            return Some(Event::Refuse(Bytes::new()));
        }
        self.fill(data, length as usize);
        if self.buffer.len() < length as usize {
            return None;
        }
        let mut message = std::mem::take(&mut self.buffer).freeze();
        message.advance(4);
        Some(self.understand(message))
    }

    fn fill(&mut self, data: &mut &[u8], length: usize) {
        let take = length.saturating_sub(self.buffer.len()).min(data.len());
        self.buffer.put_slice(&data[..take]);
        *data = &data[take..];
    }

    fn understand(&mut self, mut message: Bytes) -> Event {
        match message.get_u32() {
            SSL if !self.ssl_refused => {
                self.ssl_refused = true;
                Event::Answer(Bytes::from_static(b"N"))
            }
            GSSENC if !self.gss_refused => {
                self.gss_refused = true;
                Event::Answer(Bytes::from_static(b"N"))
            }
            CANCEL => match <[u8; 8]>::try_from(&message[..]) {
                Ok(mut key) => {
                    let mut key = &mut key[..] as &[u8];
                    Event::Cancel(BackendKey {
                        process: key.get_i32(),
                        secret: key.get_i32(),
                    })
                }
                Err(_) => Event::Refuse(Bytes::new()),
            },
            version if version >> 16 == 3 => request(version, message),
            version => {
                let (major, minor) = (version >> 16, version & 0xffff);
                let text = format!(
                    "unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.0"
                );
                Event::Refuse(frame::fatal("0A000", &text))
            }
        }
    }
}

fn request(version: u32, message: Bytes) -> Event {
    let mut rest = &message[..];
    let mut parameters = BTreeMap::new();
    let mut unknown = Vec::new();
    loop {
        match frame::c_string(&mut rest) {
            Some(b"") if rest.is_empty() => break,
            Some(name) if !name.is_empty() => match frame::c_string(&mut rest) {
                Some(_) if name.starts_with(b"_pq_.") => unknown.push(name),
                Some(value) => {
                    parameters.insert(message.slice_ref(name), message.slice_ref(value));
                }
                None => return Event::Refuse(bad_layout()),
            },
            _ => return Event::Refuse(bad_layout()),
        }
    }
    Event::Start(Request {
        user: parameters
            .remove(&b"user"[..])
            .filter(|user| !user.is_empty()),
        database: parameters
            .remove(&b"database"[..])
            .filter(|name| !name.is_empty()),
        parameters,
        negotiation: negotiation(version, &unknown),
    })
}

fn bad_layout() -> Bytes {
    frame::fatal(
        "08P01",
        "invalid startup packet layout: expected terminator as last byte",
    )
}

/// The server names the newest version it speaks in full, not just its minor
/// part, and the options it does not know.
fn negotiation(version: u32, unknown: &[&[u8]]) -> Bytes {
    if version == VERSION_3_0 && unknown.is_empty() {
        return Bytes::new();
    }
    let mut body = BytesMut::new();
    body.put_u32(VERSION_3_0);
    body.put_u32(unknown.len() as u32);
    for name in unknown {
        body.put_slice(name);
        body.put_u8(0);
    }
    let mut out = BytesMut::new();
    frame::put(&mut out, b'v', &body);
    out.freeze()
}

/// Asks the guest for its password in clear: it does not leave the process.
pub(crate) const ASK_PASSWORD: &[u8] = b"R\0\0\0\x08\0\0\0\x03";

/// Collects a PasswordMessage.
#[derive(Default)]
pub(crate) struct Password {
    buffer: zeroize::Zeroizing<Vec<u8>>,
}

impl Password {
    /// Takes bytes off the front of `data` until the password is there. An
    /// error is the answer to the guest, before the end.
    pub(crate) fn feed(&mut self, data: &mut &[u8]) -> Option<Result<Secret, Bytes>> {
        let refuse = || Some(Err(frame::fatal("08P01", "expected password response")));
        self.fill(data, 5);
        let [tag, a, b, c, d, ..] = self.buffer[..] else {
            return None;
        };
        let length = u32::from_be_bytes([a, b, c, d]);
        if tag != b'p' || !(5..=LONGEST_PASSWORD).contains(&length) {
            return refuse();
        }
        self.fill(data, 1 + length as usize);
        if self.buffer.len() <= length as usize {
            return None;
        }
        let mut rest = &self.buffer[5..];
        match frame::c_string(&mut rest) {
            Some(password) if rest.is_empty() => Some(Ok(Secret::new(password))),
            _ => refuse(),
        }
    }

    fn fill(&mut self, data: &mut &[u8], length: usize) {
        let missing = length.saturating_sub(self.buffer.len());
        let take = missing.min(data.len());
        if self.buffer.capacity() == 0 {
            // One that grows leaves copies of the password behind.
            self.buffer.reserve_exact(1 + LONGEST_PASSWORD as usize);
        }
        self.buffer.extend_from_slice(&data[..take]);
        *data = &data[take..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(version: u32, rest: &[u8]) -> Vec<u8> {
        let mut out = (8 + rest.len() as u32).to_be_bytes().to_vec();
        out.extend(version.to_be_bytes());
        out.extend(rest);
        out
    }

    fn feed(data: &[u8]) -> Event {
        Startup::default()
            .feed(&mut &data[..])
            .expect("a whole message")
    }

    fn refusal(code: &str, data: &[u8]) {
        match feed(data) {
            Event::Refuse(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                assert!(text.contains(&format!("C{code}\0")), "{text:?}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_session_in_single_bytes_and_what_follows_is_left() {
        let data = message(
            VERSION_3_0,
            b"user\0me\0database\0db\0application_name\0psql\0\0",
        );
        let mut startup = Startup::default();
        for byte in &data[..data.len() - 1] {
            assert_eq!(startup.feed(&mut std::slice::from_ref(byte)), None);
        }
        let mut rest = &b"\0Q"[..];
        let Some(Event::Start(request)) = startup.feed(&mut rest) else {
            panic!()
        };
        assert_eq!(rest, b"Q");
        assert_eq!(request.user.as_deref(), Some(&b"me"[..]));
        assert_eq!(request.database.as_deref(), Some(&b"db"[..]));
        assert!(request.negotiation.is_empty());
        assert_eq!(
            request.upstream(b"app", None)[4..],
            *b"\0\x03\0\0user\0app\0application_name\0psql\0\0"
        );
    }

    #[test]
    fn the_order_of_parameters_makes_no_other_session() {
        let upstream = |rest: &[u8]| match feed(&message(VERSION_3_0, rest)) {
            Event::Start(request) => request.upstream(b"u", Some(b"d")),
            other => panic!("{other:?}"),
        };
        let first = upstream(b"user\0u\0a\x001\0b\x002\0\0");
        assert_eq!(first, upstream(b"b\x002\0a\x001\0user\0x\0\0"));
        assert_ne!(first, upstream(b"b\x002\0a\x003\0user\0u\0\0"));
    }

    #[test]
    fn encryption_is_declined_once_each() {
        let mut startup = Startup::default();
        for version in [SSL, GSSENC] {
            let event = startup.feed(&mut &message(version, b"")[..]);
            assert_eq!(event, Some(Event::Answer(Bytes::from_static(b"N"))));
        }
        let event = startup.feed(&mut &message(SSL, b"")[..]);
        assert!(matches!(event, Some(Event::Refuse(_))), "{event:?}");
    }

    #[test]
    fn a_cancel_request_carries_a_key() {
        let data = message(CANCEL, &[0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(
            feed(&data),
            Event::Cancel(BackendKey {
                process: 7,
                secret: -1
            })
        );
        assert_eq!(feed(&message(CANCEL, &[0; 7])), Event::Refuse(Bytes::new()));
        assert_eq!(feed(&message(CANCEL, &[0; 9])), Event::Refuse(Bytes::new()));
    }

    #[test]
    fn newer_minor_versions_and_options_are_negotiated_down() {
        let negotiation = |version, rest: &[u8]| match feed(&message(version, rest)) {
            Event::Start(request) => request.negotiation,
            other => panic!("{other:?}"),
        };
        // Both as PostgreSQL 15 answered them.
        assert_eq!(
            negotiation(VERSION_3_0 + 2, b"user\0u\0\0")[..],
            *b"v\0\0\0\x0c\0\x03\0\0\0\0\0\0"
        );
        assert_eq!(
            negotiation(VERSION_3_0, b"user\0u\0_pq_.x\x001\0\0")[..],
            *b"v\0\0\0\x13\0\x03\0\0\0\0\0\x01_pq_.x\0"
        );
    }

    #[test]
    fn what_the_server_refuses_is_refused() {
        refusal("0A000", &message(2 << 16, b"user\0u\0\0"));
        refusal("0A000", &message(4 << 16, b"user\0u\0\0"));
        refusal("08P01", &message(VERSION_3_0, b"user\0u\0"));
        refusal("08P01", &message(VERSION_3_0, b"user\0u\0\0\0"));
        refusal("08P01", &message(VERSION_3_0, b"user\0u\0\0x"));
        refusal("08P01", &message(VERSION_3_0, b""));
        for length in [0_u32, 7, 10_001, u32::MAX] {
            assert_eq!(feed(&length.to_be_bytes()), Event::Refuse(Bytes::new()));
        }
        // A TLS ClientHello without asking first.
        assert_eq!(feed(b"\x16\x03\x01\x02\x00"), Event::Refuse(Bytes::new()));
    }

    #[test]
    fn a_password_in_pieces() {
        let mut password = Password::default();
        let data = b"p\0\0\0\x0bsecret\0";
        for byte in &data[..data.len() - 1] {
            assert!(password.feed(&mut std::slice::from_ref(byte)).is_none());
        }
        let secret = password.feed(&mut &b"\0"[..]).unwrap().unwrap();
        assert_eq!(secret.expose(), b"secret");
    }

    #[test]
    fn anything_but_a_password_is_refused() {
        for data in [
            &b"Q\0\0\0\x05\0"[..],
            b"p\0\0\0\x04",
            b"p\0\0\x27\x11",
            b"p\0\0\0\x06ab",
            b"p\0\0\0\x06\0b",
        ] {
            let answer = Password::default().feed(&mut &data[..]).expect("an answer");
            assert!(answer.is_err(), "{data:?}");
        }
    }
}
