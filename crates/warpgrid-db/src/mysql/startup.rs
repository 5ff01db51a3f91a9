//! The guest's side of a session's start: it is greeted, answers with what it
//! wants ("Protocol::HandshakeResponse41"), and where the host has no
//! credentials is asked for its password.

use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use mysql_common::constants::CapabilityFlags as Flags;
use zeroize::Zeroize;

use super::handshake::{CHOICES, Handshake};
use super::link::Identity;
use super::{Mysql, frame};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::protocol::{self, Event, Failure, LOGGING_IN, WAITING};
use crate::secret::Secret;

/// Guests that are offered no connection attributes say less.
const LONGEST: usize = 16 * 1024;
/// AuthSwitchRequest: the password does not leave the process.
const ASK_PASSWORD: &[u8] = b"\xfemysql_clear_password\0";
/// OK, without affected rows or insert id, in autocommit, without warnings.
const WELCOME: &[u8] = &[frame::OK, 0, 0, 2, 0, 0, 0];
/// AuthMoreData: what `caching_sha2_password` waits for before OK.
const FAST_AUTH_SUCCESS: &[u8] = &[1, 3];

pub(crate) struct Opening {
    endpoint: Arc<Endpoint>,
    handshake: Handshake,
    buffer: BytesMut,
    /// Of the last packet, whoever sent it; none was sent yet.
    sequence: Option<u8>,
    /// The guest was asked for its password.
    asked: Option<Request>,
    fast_auth: bool,
}

/// A HandshakeResponse41, understood.
struct Request {
    flags: Flags,
    collation: u8,
    user: Bytes,
    answer: Bytes,
    database: Option<Bytes>,
    plugin: Bytes,
}

impl Opening {
    pub(super) fn new(endpoint: &Arc<Endpoint>, server: Arc<Handshake>) -> Self {
        Self {
            endpoint: endpoint.clone(),
            handshake: server.for_guest(),
            buffer: BytesMut::new(),
            sequence: None,
            asked: None,
            fast_auth: false,
        }
    }

    /// The number that the guest knows its session by.
    pub(super) fn thread(&self) -> u32 {
        self.handshake.thread
    }

    pub(super) fn welcome(&self, out: &mut BytesMut) {
        let mut sequence = self.next();
        if self.fast_auth {
            frame::put(out, sequence, FAST_AUTH_SUCCESS);
            sequence = sequence.wrapping_add(1);
        }
        frame::put(out, sequence, WELCOME);
    }

    fn fill(&mut self, data: &mut &[u8], length: usize) {
        let take = length.saturating_sub(self.buffer.len()).min(data.len());
        self.buffer.extend_from_slice(&data[..take]);
        *data = &data[take..];
    }

    fn next(&self) -> u8 {
        self.sequence.map_or(0, |last| last.wrapping_add(1))
    }

    fn packet(&self, payload: &[u8]) -> Bytes {
        let mut out = BytesMut::new();
        frame::put(&mut out, self.next(), payload);
        out.freeze()
    }

    fn refuse(&self, code: u16, state: &str, text: &str) -> Event<Arc<Identity>, ()> {
        Event::Refuse(self.packet(&frame::err(code, Some(state), text)))
    }

    /// The guest's answer to the handshake.
    fn identify(&mut self, payload: Bytes) -> Event<Arc<Identity>, ()> {
        let Some(request) = Request::parse(&payload) else {
            // ER_HANDSHAKE_ERROR.
            let text = "Bad handshake: only protocol 4.1 without TLS is offered";
            return self.refuse(1043, "08S01", text);
        };
        if let Some(credentials) = &self.endpoint.credentials {
            self.fast_auth =
                &request.plugin[..] == b"caching_sha2_password" && request.answer.len() > 1;
            let user = Bytes::copy_from_slice(credentials.user.as_bytes());
            return self.start(&request, user, credentials.current());
        }
        if request.answer.is_empty() || request.answer[..] == [0] {
            return self.start(&request, request.user.clone(), None);
        }
        if !request.flags.contains(Flags::CLIENT_PLUGIN_AUTH) {
            // ER_NOT_SUPPORTED_AUTH_MODE.
            let text = "Client does not support mysql_clear_password, by which the host asks for the password; configure the login in the host, or use another client";
            return self.refuse(1251, "08004", text);
        }
        self.asked = Some(request);
        let asked = self.packet(ASK_PASSWORD);
        self.sequence = Some(self.next());
        Event::Answer(asked)
    }

    /// The guest's password, with a zero at its end.
    fn password(&mut self, request: &Request, mut payload: BytesMut) -> Event<Arc<Identity>, ()> {
        let password = Secret::new(payload.strip_suffix(b"\0").unwrap_or(&payload));
        payload.zeroize();
        self.start(request, request.user.clone(), Some(password))
    }

    fn start(
        &self,
        request: &Request,
        user: Bytes,
        password: Option<Secret>,
    ) -> Event<Arc<Identity>, ()> {
        // The endpoint's database, else the guest's.
        let database = self.endpoint.database.as_ref();
        let database = database.map(|database| Bytes::copy_from_slice(database.as_bytes()));
        Event::Start(Arc::new(Identity {
            user,
            password,
            database: database.or_else(|| request.database.clone()),
            flags: request.flags & self.handshake.flags & CHOICES,
            collation: request.collation,
        }))
    }
}

impl protocol::Opening<Mysql> for Opening {
    fn greeting(&self) -> Bytes {
        let mut out = BytesMut::new();
        frame::put(&mut out, 0, &self.handshake.payload());
        out.freeze()
    }

    fn feed(&mut self, data: &mut &[u8]) -> Option<Event<Arc<Identity>, ()>> {
        if self.buffer.capacity() == 0 {
            // One that grows leaves copies of a password behind.
            self.buffer.reserve(LONGEST);
        }
        self.fill(data, 4);
        let [a, b, c, sequence, ..] = self.buffer[..] else {
            return None;
        };
        self.sequence = Some(sequence);
        let wanted = 4 + u32::from_le_bytes([a, b, c, 0]) as usize;
        if wanted > LONGEST {
            return Some(self.refuse(1043, "08S01", "Bad handshake: too long a packet"));
        }
        self.fill(data, wanted);
        if self.buffer.len() < wanted {
            return None;
        }
        let mut payload = self.buffer.split();
        payload.advance(4);
        Some(match self.asked.take() {
            Some(request) => self.password(&request, payload),
            None => self.identify(payload.freeze()),
        })
    }

    fn refusal(&self, failure: Failure) -> Bytes {
        match failure {
            Failure::Server(payload) => self.packet(&payload),
            Failure::Own(error) => {
                let (code, state) = code(&error);
                let state = self.sequence.map(|_| state);
                self.packet(&frame::err(code, state, &error.to_string()))
            }
        }
    }
}

impl Request {
    fn parse(payload: &Bytes) -> Option<Self> {
        let mut rest = &payload[..];
        let flags = Flags::from_bits_retain(frame::bytes(&mut rest, 4)?.get_u32_le());
        if !flags.contains(Flags::CLIENT_PROTOCOL_41) || flags.contains(Flags::CLIENT_SSL) {
            return None;
        }
        frame::bytes(&mut rest, 4)?;
        let collation = frame::bytes(&mut rest, 1)?[0];
        frame::bytes(&mut rest, 23)?;
        let user = payload.slice_ref(frame::c_string(&mut rest)?);
        let answer = if flags.contains(Flags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA) {
            let length = usize::try_from(frame::integer(&mut rest)?).ok()?;
            frame::bytes(&mut rest, length)?
        } else if flags.contains(Flags::CLIENT_SECURE_CONNECTION) {
            let length = frame::bytes(&mut rest, 1)?[0];
            frame::bytes(&mut rest, length.into())?
        } else {
            frame::c_string(&mut rest)?
        };
        let answer = payload.slice_ref(answer);
        let mut string = |flag| -> Option<Bytes> {
            // Some clients leave the last zero out.
            let text = if flags.contains(flag) && !rest.is_empty() {
                let all = rest;
                frame::c_string(&mut rest)
                    .unwrap_or_else(|| std::mem::replace(&mut rest, &all[all.len()..]))
            } else {
                return None;
            };
            Some(payload.slice_ref(text)).filter(|text| !text.is_empty())
        };
        let database = string(Flags::CLIENT_CONNECT_WITH_DB);
        let plugin = string(Flags::CLIENT_PLUGIN_AUTH).unwrap_or_default();
        Some(Self {
            flags,
            collation,
            user,
            answer,
            database,
            plugin,
        })
    }
}

/// The number and the SQL state of an error ("Server Error Message
/// Reference").
pub(super) fn code(error: &Error) -> (u16, &'static str) {
    match error {
        // ER_CON_COUNT_ERROR.
        Error::Timeout { what: WAITING, .. } | Error::PoolExhausted { .. } => (1040, "08004"),
        // ER_NET_READ_INTERRUPTED.
        Error::Timeout {
            what: LOGGING_IN, ..
        } => (1159, "08S01"),
        // ER_CONNECT_TO_FOREIGN_DATA_SOURCE.
        Error::ConnectionRefused { .. }
        | Error::Resolve { .. }
        | Error::Tls { .. }
        | Error::Timeout { .. }
        | Error::Lost { .. }
        | Error::Closed => (1429, "HY000"),
        // ER_ACCESS_DENIED_ERROR.
        Error::Login { .. } => (1045, "28000"),
        // ER_SERVER_SHUTDOWN.
        Error::Draining { .. } | Error::ShutDown { .. } => (1053, "08S01"),
        // ER_UNKNOWN_ERROR.
        Error::Protocol { .. } => (1105, "HY000"),
    }
}
