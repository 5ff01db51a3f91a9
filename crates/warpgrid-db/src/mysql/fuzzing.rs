//! MySQL under the fuzz targets, and what a connection's state must be by the
//! packets alone: "Command Phase", read command by command where the tracker
//! goes packet by packet.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use mysql_common::constants::CapabilityFlags as Flags;

use super::auth::{self, Refusal, Step};
use super::handshake::{Handshake, SCRAMBLE};
use super::link::{Identity, Server};
use super::startup::Opening;
use super::{Mysql, frame, kill, tracker};
use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::fuzzing::{Model, Options, Relayed, Side, Stream, Subject};
use crate::protocol::{Failure, Verdict};
use crate::secret::Secret;

/// A number that the guest may kill, which it really has at random.
const GREETED: u32 = 3_000_000_000;

fn handshake() -> Handshake {
    Handshake {
        version: Bytes::from_static(b"5.5.5-10.11.19-MariaDB"),
        thread: 7,
        scramble: Bytes::from_static(&[b'x'; SCRAMBLE]),
        flags: Flags::all(),
        collation: 45,
        status: 2,
        plugin: Bytes::from_static(b"caching_sha2_password"),
    }
}

impl Subject for Mysql {
    /// A KILL that is not whole.
    const MOST_HELD: usize = 4 + 64;

    type Login = Login;

    fn begin(
        endpoint: &Arc<Endpoint>,
        options: Options,
        server: &mut BytesMut,
    ) -> Result<Option<Opening>, ()> {
        if !options.login() {
            return Ok(Some(Opening::new(endpoint, Arc::new(handshake()))));
        }
        let Some((_, payload)) = frame::take(server, 4096).map_err(drop)? else {
            return Ok(None);
        };
        let said = Handshake::parse(&payload).ok_or(())?;
        assert_eq!(Handshake::parse(&said.payload()).as_ref(), Some(&said));
        Ok(Some(Opening::new(endpoint, Arc::new(said))))
    }

    fn logged_in(identity: Arc<Identity>, _: Options) -> Server {
        Server {
            identity,
            thread: 7,
            version: handshake().version,
            state: Bytes::new(),
        }
    }

    fn registration(_: &Arc<Endpoint>) -> kill::Registration {
        Arc::<kill::Threads>::default().register(GREETED, &Tenant::new("t"), 7)
    }

    fn held(tracker: &tracker::Tracker) -> usize {
        tracker.held()
    }

    fn model(server: &Server, relayed: &Relayed) -> Model {
        model(relayed, server.deprecate_eof()).unwrap_or(Model::Unknown)
    }
}

/// As [`super::link::log_in`] does it.
pub(crate) struct Login(auth::Login, Arc<Identity>);

impl crate::fuzzing::Login<Mysql> for Login {
    fn begin(identity: Arc<Identity>, options: Options) -> Result<Self, Failure> {
        let password = identity.password.as_ref().map_or(&b""[..], Secret::expose);
        let Handshake {
            scramble, plugin, ..
        } = handshake();
        let mut login = auth::Login::new(password, scramble, options.encrypted());
        login.first(&plugin).map_err(failure)?;
        Ok(Self(login, identity))
    }

    fn answer(&mut self, buffer: &mut BytesMut) -> Result<Option<Server>, Failure> {
        let ended = || Failure::Own(Error::Closed);
        while let Some((_, payload)) = frame::take(buffer, 64 << 10).map_err(|_| ended())? {
            match self.0.packet(&payload).map_err(failure)? {
                Step::Read | Step::Send(_) => {}
                Step::Done if buffer.is_empty() => {
                    return Ok(Some(Mysql::logged_in(self.1.clone(), Options(0))));
                }
                Step::Done => return Err(ended()),
            }
        }
        Ok(None)
    }
}

fn failure(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Server(payload) => Failure::Server(payload),
        Refusal::Login(_) | Refusal::Protocol(_) => Failure::Own(Error::Closed),
    }
}

struct Packet<'a> {
    payload: &'a [u8],
    /// When its last byte had passed.
    passed: usize,
}

/// All packets of one side; nothing where the last is not whole.
fn packets(stream: &Stream) -> Option<Vec<Packet<'_>>> {
    let (all, mut at, mut packets) = (stream.bytes(), 0, vec![]);
    while at < all.len() {
        let header = all.get(at..at + 4)?;
        let length = u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize;
        let end = at + 4 + length;
        packets.push(Packet {
            payload: all.get(at + 4..end)?,
            passed: stream.passed(end),
        });
        at = end;
    }
    Some(packets)
}

/// Nothing where it takes more to say. Packets of 16 MiB are longer than any
/// conversation here.
fn model(relayed: &Relayed, deprecate_eof: bool) -> Option<Model> {
    let [guest, server] = [Side::Guest, Side::Server].map(|side| Stream::of(relayed, side));
    let (Some(commands), Some(answers)) = (packets(&guest), packets(&server)) else {
        return Some(Model::Dirty("a packet is not whole"));
    };
    let mut rest = &answers[..];
    for command in &commands {
        let Some(&name) = command.payload.first() else {
            return Some(Model::Dirty("a command without a name"));
        };
        // COM_STMT_SEND_LONG_DATA, COM_STMT_CLOSE.
        if matches!(name, 0x18 | 0x19) {
            continue;
        }
        if rest
            .first()
            .is_some_and(|first| first.passed < command.passed)
        {
            return Some(Model::Dirty("an answer before its command"));
        }
        let mut answer = Answer {
            rest,
            deprecate_eof,
        };
        if answer.to(name).is_none() {
            return Some(Model::Dirty("an answer is not whole"));
        }
        rest = answer.rest;
    }
    Some(match rest {
        [] => Model::Clean(Verdict::Reset),
        _ => Model::Dirty("an answer to no command"),
    })
}

/// Reads answers; nothing where one is not all there, or cannot be.
struct Answer<'a> {
    rest: &'a [Packet<'a>],
    deprecate_eof: bool,
}

impl<'a> Answer<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first.payload).filter(|payload| !payload.is_empty())
    }

    fn to(&mut self, command: u8) -> Option<()> {
        match command {
            // COM_QUERY, COM_PROCESS_INFO, COM_STMT_EXECUTE.
            0x03 | 0x0a | 0x17 => self.results(),
            // COM_FIELD_LIST, COM_STMT_FETCH.
            0x04 | 0x1c => self.rows().map(drop),
            0x16 => self.prepared(),
            _ => self.next().map(drop),
        }
    }

    fn results(&mut self) -> Option<()> {
        loop {
            let first = self.next()?;
            let status = match first[0] {
                0xff => return Some(()),
                0x00 => status_of_ok(first)?,
                0xfb => return None,
                _ => {
                    let columns = integer(&mut &first[..]).filter(|columns| *columns > 0)?;
                    for _ in 0..columns {
                        self.next()?;
                    }
                    match self.before_rows()? {
                        Rows::Failed => return Some(()),
                        Rows::Fetched(status) => status,
                        Rows::Follow => match self.rows()? {
                            None => return Some(()),
                            Some(status) => status,
                        },
                    }
                }
            };
            // SERVER_MORE_RESULTS_EXISTS.
            if status & 8 == 0 {
                return Some(());
            }
        }
    }

    fn before_rows(&mut self) -> Option<Rows> {
        if self.deprecate_eof {
            return Some(Rows::Follow);
        }
        let eof = self.next()?;
        if eof[0] == 0xff {
            return Some(Rows::Failed);
        }
        let status = self.end(eof)??;
        // SERVER_STATUS_CURSOR_EXISTS.
        Some(match status & 0x40 {
            0 => Rows::Follow,
            _ => Rows::Fetched(status),
        })
    }

    /// Up to their end; its status flags, unless that is an error.
    fn rows(&mut self) -> Option<Option<u16>> {
        loop {
            let row = self.next()?;
            if row[0] == 0xff {
                return Some(None);
            }
            if let Some(status) = self.end(row) {
                return Some(Some(status?));
            }
        }
    }

    /// The status flags, if this ends rows.
    fn end(&self, packet: &[u8]) -> Option<Option<u16>> {
        let ends = packet[0] == 0xfe && (self.deprecate_eof || packet.len() < 9);
        ends.then(|| match self.deprecate_eof {
            true => status_of_ok(packet),
            false => Some(u16::from_le_bytes(packet.get(3..5)?.try_into().ok()?)),
        })
    }

    fn prepared(&mut self) -> Option<()> {
        let first = self.next()?;
        if first[0] == 0xff {
            return Some(());
        }
        let [0, _, _, _, _, a, b, c, d, ..] = *first else {
            return None;
        };
        for count in [[a, b], [c, d]].map(u16::from_le_bytes) {
            let eof = u32::from(count > 0 && !self.deprecate_eof);
            for _ in 0..u32::from(count) + eof {
                self.next()?;
            }
        }
        Some(())
    }
}

enum Rows {
    Follow,
    /// Only when they are asked for.
    Fetched(u16),
    Failed,
}

fn status_of_ok(packet: &[u8]) -> Option<u16> {
    let mut rest = &packet[1..];
    integer(&mut rest);
    integer(&mut rest);
    Some(u16::from_le_bytes(rest.get(..2)?.try_into().ok()?))
}

fn integer(rest: &mut &[u8]) -> Option<u64> {
    let (&first, after) = rest.split_first()?;
    let width = match first {
        0..=0xfa => 0,
        0xfc => 2,
        0xfd => 3,
        0xfe => 8,
        _ => return None,
    };
    let (bytes, after) = after.split_at_checked(width)?;
    *rest = after;
    let value = bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    Some(if width == 0 { first.into() } else { value })
}
