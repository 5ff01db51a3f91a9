//! Follows a session in both directions: which commands are not answered.
//!
//! What guests may not say is replaced on its way by a command that the server
//! does not know, so that the server's refusal stands in its place. A KILL names
//! the thread that the server knows.

use bytes::{Buf, Bytes, BytesMut};

use super::frame::{self, Scanner};
use super::kill::{Looks, Reach, looks};
use super::link::Server;
use super::responses::{Kind, Responses, Seen};
use crate::link::Unfit;
use crate::protocol::{self, Gate, Verdict};

/// The server knows no such command from a client (COM_SLEEP).
const UNKNOWN: u8 = 0x00;

#[derive(Debug)]
pub(crate) struct Tracker {
    guest: Scanner,
    server: Scanner,
    responses: Responses,
    reach: Reach,
    /// The start of a message whose command is not there yet.
    held: BytesMut,
    /// The guest's present message does not go to the server.
    refused: bool,
    doubt: Option<&'static str>,
}

/// What a message begins with.
enum Start {
    Unknown,
    Pass,
    Quit,
    Refuse {
        sequence: u8,
    },
    /// Perhaps a KILL, which is to be seen whole; so long with its header.
    Kill {
        sequence: u8,
        length: usize,
    },
}

fn start(data: &[u8]) -> Start {
    let [a, b, c, sequence, rest @ ..] = data else {
        return Start::Unknown;
    };
    let length = u32::from_le_bytes([*a, *b, *c, 0]) as usize;
    match (length, rest.first()) {
        (0, _) => Start::Pass,
        (_, None) => Start::Unknown,
        (1, Some(&frame::COM_QUIT)) => Start::Quit,
        (_, Some(command)) if is_refused(*command) => Start::Refuse {
            sequence: *sequence,
        },
        _ => match looks(length, rest) {
            Looks::Like => Start::Kill {
                sequence: *sequence,
                length: 4 + length,
            },
            Looks::Unlike => Start::Pass,
            Looks::Unknown => Start::Unknown,
        },
    }
}

/// Commands that change who the session is, or turn it into a replica's.
fn is_refused(command: u8) -> bool {
    const COM_CHANGE_USER: u8 = 0x11;
    const COM_BINLOG_DUMP: u8 = 0x12;
    const COM_TABLE_DUMP: u8 = 0x13;
    const COM_CONNECT_OUT: u8 = 0x14;
    const COM_REGISTER_SLAVE: u8 = 0x15;
    const COM_BINLOG_DUMP_GTID: u8 = 0x1e;
    const COM_CLONE: u8 = 0x20;
    const COM_MULTI: u8 = 0xfe;
    matches!(
        command,
        COM_CHANGE_USER
            | COM_BINLOG_DUMP
            | COM_TABLE_DUMP
            | COM_CONNECT_OUT
            | COM_REGISTER_SLAVE
            | COM_BINLOG_DUMP_GTID
            | COM_CLONE
            | COM_MULTI
    )
}

/// How a command is answered; not at all, for some.
fn answer(command: u8) -> Option<Kind> {
    const COM_FIELD_LIST: u8 = 0x04;
    const COM_PROCESS_INFO: u8 = 0x0a;
    const COM_STMT_PREPARE: u8 = 0x16;
    const COM_STMT_EXECUTE: u8 = 0x17;
    const COM_STMT_SEND_LONG_DATA: u8 = 0x18;
    const COM_STMT_CLOSE: u8 = 0x19;
    const COM_STMT_FETCH: u8 = 0x1c;
    match command {
        frame::COM_QUERY | COM_PROCESS_INFO | COM_STMT_EXECUTE => Some(Kind::Results),
        COM_FIELD_LIST => Some(Kind::Fields),
        COM_STMT_PREPARE => Some(Kind::Prepare),
        COM_STMT_FETCH => Some(Kind::Rows),
        COM_STMT_SEND_LONG_DATA | COM_STMT_CLOSE => None,
        // Those that only some servers know among them: where one is answered
        // by more, the rest of it answers nothing.
        _ => Some(Kind::Single),
    }
}

impl Tracker {
    pub(super) fn new(deprecate_eof: bool, reach: Reach) -> Self {
        Self {
            guest: Scanner::default(),
            server: Scanner::default(),
            responses: Responses::new(deprecate_eof),
            reach,
            held: BytesMut::new(),
            refused: false,
            doubt: None,
        }
    }

    /// Takes note of what goes to the server, up to the end of a message.
    fn note(&mut self, data: &[u8]) -> usize {
        let length = self.guest.advance(data);
        if self.guest.at_boundary() && !self.refused {
            match self.guest.head().first() {
                Some(command) => self.owe(answer(*command)),
                None => self.doubt = Some("an empty command"),
            }
        }
        length
    }

    fn owe(&mut self, kind: Option<Kind>) {
        if let Some(kind) = kind
            && !self.responses.owe(kind)
        {
            self.doubt = Some("too many commands without an answer");
        }
    }

    /// How many bytes are kept.
    #[cfg(any(test, fuzzing))]
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// Takes note of what the server says.
    fn follow(&mut self, mut data: &[u8]) -> Result<(), Unfit> {
        while !data.is_empty() {
            data = &data[self.server.advance(data)..];
            if !self.server.at_boundary() || self.doubt.is_some() {
                continue;
            }
            let (head, length) = (self.server.head(), self.server.length());
            match self.responses.message(head, length) {
                Ok(Seen::Unasked) => self.doubt = Some("the server spoke unasked"),
                Ok(Seen::LocalInfile) => self.doubt = Some("the server asked for a file"),
                Ok(_) => {}
                Err(error) => {
                    self.doubt = Some("an answer that cannot be");
                    return Err(Unfit(error.to_string()));
                }
            }
        }
        Ok(())
    }
}

impl protocol::Tracker<Server> for Tracker {
    fn gate(&self, data: &[u8]) -> Gate {
        let mut guest = self.guest;
        let mut at = 0;
        if !self.held.is_empty() || (self.refused && !guest.at_boundary()) {
            return Gate::Stage;
        }
        while at < data.len() {
            if guest.at_boundary() {
                match start(&data[at..]) {
                    Start::Pass => {}
                    Start::Quit if at == 0 => return Gate::End(Bytes::new()),
                    _ if at == 0 => return Gate::Stage,
                    _ => break,
                }
            }
            at += guest.advance(&data[at..]);
        }
        Gate::Pass(at)
    }

    fn stage(&mut self, data: &[u8], out: &mut BytesMut) -> Option<Bytes> {
        self.held.extend_from_slice(data);
        while !self.held.is_empty() {
            if self.guest.at_boundary() {
                self.refused = false;
                match start(&self.held) {
                    Start::Unknown => break,
                    Start::Quit => {
                        self.held.clear();
                        return Some(Bytes::new());
                    }
                    Start::Refuse { sequence } => {
                        self.refused = true;
                        frame::put(out, sequence, &[UNKNOWN]);
                        self.owe(Some(Kind::Single));
                    }
                    Start::Kill { length, .. } if self.held.len() < length => break,
                    Start::Kill { sequence, length } => {
                        if let Some(payload) = self.reach.translate(&self.held[4..length]) {
                            let message = self.held.split_to(length);
                            self.note(&message);
                            frame::put(out, sequence, &payload);
                            continue;
                        }
                    }
                    Start::Pass => {}
                }
            }
            let mut held = std::mem::take(&mut self.held);
            let length = self.note(&held);
            if !self.refused {
                out.extend_from_slice(&held[..length]);
            }
            held.advance(length);
            if !held.is_empty() {
                self.held = held;
            }
        }
        None
    }

    fn sent(&mut self, mut data: &[u8]) {
        self.refused = false;
        while !data.is_empty() {
            data = &data[self.note(data)..];
        }
    }

    fn received(&mut self, data: &[u8], _: &mut Server) -> Result<(), Unfit> {
        self.follow(data)
    }

    fn verdict(&self) -> Verdict {
        let running = !self.responses.is_done();
        let kill = |why| Verdict::Kill { running, why };
        if let Some(why) = self.doubt {
            kill(why)
        } else if running {
            kill("a command is not answered")
        } else if !self.held.is_empty() || !self.guest.at_boundary() {
            kill("a command is not complete")
        } else if !self.server.at_boundary() {
            kill("an answer is not complete")
        } else {
            Verdict::Reset
        }
    }

    /// ER_SERVER_SHUTDOWN, as the answer to the next command or the rest of
    /// the present one.
    fn farewell(&self) -> Bytes {
        if self.doubt.is_some() || !self.server.at_boundary() {
            return Bytes::new();
        }
        let sequence = match self.responses.is_done() {
            true => 1,
            false => self.server.sequence().wrapping_add(1),
        };
        let text = "Server shutdown in progress: the host is shutting down; connect again later";
        let mut out = BytesMut::new();
        frame::put(&mut out, sequence, &frame::err(1053, Some("08S01"), text));
        out.freeze()
    }
}

#[cfg(test)]
mod tests;
