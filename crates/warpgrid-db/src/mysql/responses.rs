//! What a server answers, command by command ("Command Phase"): one packet,
//! or result sets that say themselves where they end.

use std::collections::VecDeque;

use bytes::Buf;

use super::frame::{self, EOF, ERR, Malformed, OK};

/// A guest that leaves more commands unanswered has its connection closed.
const MOST_OWED: usize = 16 * 1024;

const SERVER_MORE_RESULTS_EXISTS: u16 = 0x0008;
const SERVER_STATUS_CURSOR_EXISTS: u16 = 0x0040;
/// Instead of a count of columns: the server asks for a file.
const LOCAL_INFILE: u8 = 0xfb;

/// How a command is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// By one packet.
    Single,
    /// By OK, ERR, or a result set, each perhaps with more after it.
    Results,
    /// By column definitions, then EOF.
    Fields,
    /// By COM_STMT_PREPARE_OK and the definitions that it counts.
    Prepare,
    /// By rows, then EOF.
    Rows,
}

/// Where the present answer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    First,
    /// So many packets of definitions are to come; then the rows, or the end.
    Definitions {
        left: u64,
        rows: bool,
    },
    /// The EOF between columns and rows.
    BeforeRows,
    Rows,
}

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// OK, or EOF in its place.
    Ok,
    Err,
    Row,
    /// Anything in between, or that only its command gives a meaning.
    Other,
    /// The answer to no command.
    Unasked,
    LocalInfile,
}

/// Follows answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Responses {
    owed: VecDeque<Kind>,
    at: At,
    deprecate_eof: bool,
}

impl Responses {
    pub(super) fn new(deprecate_eof: bool) -> Self {
        Self {
            owed: VecDeque::new(),
            at: At::First,
            deprecate_eof,
        }
    }

    /// Takes note of a command. False if it is one too many.
    pub(super) fn owe(&mut self, kind: Kind) -> bool {
        let room = self.owed.len() < MOST_OWED;
        if room {
            self.owed.push_back(kind);
        }
        room
    }

    /// Whether every command is answered.
    pub(super) fn is_done(&self) -> bool {
        self.owed.is_empty()
    }

    /// Takes note of a message, by the start of its payload and its length.
    pub(super) fn message(&mut self, head: &[u8], length: u64) -> Result<Seen, Malformed> {
        let Some(&kind) = self.owed.front() else {
            return Ok(Seen::Unasked);
        };
        let first = *head.first().ok_or(Malformed("an answer is empty"))?;
        match self.at {
            At::First if first == ERR => Ok(self.end(Seen::Err)),
            At::First => self.first(kind, first, head, length),
            At::Definitions { left, rows } => {
                self.at = match (left, rows) {
                    (2.., _) => At::Definitions {
                        left: left - 1,
                        rows,
                    },
                    (_, false) => return Ok(self.end(Seen::Other)),
                    (_, true) if self.deprecate_eof => At::Rows,
                    (_, true) => At::BeforeRows,
                };
                Ok(Seen::Other)
            }
            At::BeforeRows if first == ERR => Ok(self.end(Seen::Err)),
            At::BeforeRows => {
                if !self.is_end(first, length) {
                    return Err(Malformed("columns have no end"));
                }
                // The rows are to be fetched.
                if self.status(head)? & SERVER_STATUS_CURSOR_EXISTS != 0 {
                    return self.result_end(head);
                }
                self.at = At::Rows;
                Ok(Seen::Other)
            }
            At::Rows if first == ERR => Ok(self.end(Seen::Err)),
            At::Rows if self.is_end(first, length) => self.result_end(head),
            At::Rows => Ok(Seen::Row),
        }
    }

    fn first(
        &mut self,
        kind: Kind,
        first: u8,
        head: &[u8],
        length: u64,
    ) -> Result<Seen, Malformed> {
        match kind {
            Kind::Single => Ok(self.end(match first {
                OK | EOF => Seen::Ok,
                _ => Seen::Other,
            })),
            Kind::Results => match first {
                OK => self.result_end(head),
                LOCAL_INFILE => Ok(self.end(Seen::LocalInfile)),
                _ => {
                    let columns = frame::integer(&mut &*head).filter(|columns| *columns > 0);
                    let left = columns.ok_or(Malformed("a count of columns that cannot be"))?;
                    self.at = At::Definitions { left, rows: true };
                    Ok(Seen::Other)
                }
            },
            Kind::Fields if self.is_end(first, length) => Ok(self.end(Seen::Ok)),
            Kind::Fields => Ok(Seen::Other),
            Kind::Prepare => self.prepared(first, head),
            Kind::Rows if self.is_end(first, length) => Ok(self.end(Seen::Ok)),
            Kind::Rows => Ok(Seen::Row),
        }
    }

    fn prepared(&mut self, first: u8, head: &[u8]) -> Result<Seen, Malformed> {
        let mut counts = head
            .get(5..9)
            .filter(|_| first == OK)
            .ok_or(Malformed("not what COM_STMT_PREPARE is answered with"))?;
        let [columns, parameters] = [counts.get_u16_le(), counts.get_u16_le()];
        let eof = u64::from(!self.deprecate_eof);
        let left = [columns, parameters].map(|count| match count {
            0 => 0,
            count => u64::from(count) + eof,
        });
        match left[0] + left[1] {
            0 => return Ok(self.end(Seen::Ok)),
            left => self.at = At::Definitions { left, rows: false },
        }
        Ok(Seen::Ok)
    }

    /// Whether this is what rows and definitions end with.
    fn is_end(&self, first: u8, length: u64) -> bool {
        let most = if self.deprecate_eof { 0x00ff_ffff } else { 9 };
        first == EOF && length < most
    }

    /// The status flags of OK, or of EOF.
    fn status(&self, head: &[u8]) -> Result<u16, Malformed> {
        let mut rest = head.get(1..).unwrap_or_default();
        let found = if head.first() == Some(&EOF) && !self.deprecate_eof {
            rest.get(2..4)
        } else {
            // Affected rows, and the last insert id.
            let _ = (frame::integer(&mut rest), frame::integer(&mut rest));
            rest.get(..2)
        };
        let mut status = found.ok_or(Malformed("OK without its status"))?;
        Ok(status.get_u16_le())
    }

    fn result_end(&mut self, head: &[u8]) -> Result<Seen, Malformed> {
        if self.status(head)? & SERVER_MORE_RESULTS_EXISTS != 0 {
            self.at = At::First;
            return Ok(Seen::Ok);
        }
        Ok(self.end(Seen::Ok))
    }

    fn end(&mut self, seen: Seen) -> Seen {
        self.owed.pop_front();
        self.at = At::First;
        seen
    }
}
