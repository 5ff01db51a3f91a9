//! Follows a session in both directions closely enough to say, at any moment,
//! whether its server connection may go to somebody else.
//!
//! The rule that all of this serves: every `Query`, `Sync` and `FunctionCall`
//! is answered by exactly one `ReadyForQuery` (documentation 55.2). `COPY FROM
//! STDIN` bends it, because the server ignores `Sync` while it reads the data;
//! where the order in which the server read things cannot be known, the
//! connection is doubtful and never used again.

use bytes::Bytes;

use super::frame::{self, Malformed, Part, Scanner};
use super::link::Server;
use super::parameters::{self, Parameters};
use crate::link::Unfit;
use crate::protocol::{self, Gate, Verdict};

/// The transaction state that `ReadyForQuery` reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Idle,
    Transaction,
    Failed,
}

/// What a `ReadyForQuery` is owed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    Query,
    Sync,
}

/// A session's state, as the bytes that passed tell it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tracker {
    guest: Scanner,
    server: Scanner,
    /// The body of the server's message, where it matters and is in pieces.
    partial: Vec<u8>,
    status: Status,
    /// Requests that `ReadyForQuery` has not answered.
    owed: u64,
    /// What the newest of them was.
    last: Point,
    /// Extended-query messages went out after the last `Sync`.
    unsynced: bool,
    /// The server reads `COPY` data, and the guest has not ended it.
    copying: bool,
    /// The server passed over a `Sync` in this `COPY`.
    skipped: bool,
    /// `COPY` data went out before the server asked for it.
    blind: bool,
    doubt: Option<&'static str>,
}

impl Default for Tracker {
    /// A session that was just greeted with `ReadyForQuery`.
    fn default() -> Self {
        Self {
            guest: Scanner::default(),
            server: Scanner::default(),
            partial: Vec::new(),
            status: Status::Idle,
            owed: 0,
            last: Point::Query,
            unsynced: false,
            copying: false,
            skipped: false,
            blind: false,
            doubt: None,
        }
    }
}

impl Tracker {
    /// How many bytes of what the guest sends next come before a `Terminate`.
    pub(crate) fn before_terminate(&self, data: &[u8]) -> usize {
        self.guest.before(b'X', data)
    }

    /// Takes note of bytes that were sent to the server.
    pub(crate) fn sent(&mut self, data: &[u8]) {
        // What cannot be framed is passed on for the server to complain about.
        if self.doubt == Some(UNFRAMED) {
            return;
        }
        let mut guest = self.guest;
        let result = guest.scan(data, |part| {
            if let Part::Start { tag, .. } = part {
                self.request(tag);
            }
            Ok(())
        });
        self.guest = guest;
        if result.is_err() {
            self.doubt = Some(UNFRAMED);
        }
    }

    /// Takes note of bytes that came from the server, and of the settings it
    /// reports in them.
    ///
    /// # Errors
    /// Where the stream cannot be framed any more.
    pub(crate) fn received(
        &mut self,
        data: &[u8],
        parameters: &mut Parameters,
    ) -> Result<(), Malformed> {
        let mut server = self.server;
        let mut current = (0, 0);
        let result = server.scan(data, |part| {
            match part {
                Part::Start { tag, body } => {
                    current = (tag, body);
                    match tag {
                        b'Z' if body != 1 => {
                            return Err(Malformed {
                                tag,
                                length: body + 4,
                            });
                        }
                        b'S' if body == 0 || body > parameters::LONGEST => {
                            return Err(Malformed {
                                tag,
                                length: body + 4,
                            });
                        }
                        _ => {}
                    }
                    self.response(tag);
                }
                Part::Body(bytes) => match self.server_tag(current.0) {
                    b'Z' => self.ready(bytes[0])?,
                    b'S' if bytes.len() == current.1 as usize => {
                        self.parameter(bytes, parameters)?;
                    }
                    b'S' => self.partial.extend_from_slice(bytes),
                    _ => {}
                },
                Part::End if !self.partial.is_empty() => {
                    let body = std::mem::take(&mut self.partial);
                    self.parameter(&body, parameters)?;
                }
                Part::End => {}
            }
            Ok(())
        });
        self.server = server;
        if result.is_err() {
            self.doubt = Some(UNFRAMED);
        }
        result
    }

    /// Whether what came from the server so far ends with a message.
    pub(crate) fn between_messages(&self) -> bool {
        self.doubt != Some(UNFRAMED) && self.server.at_boundary()
    }

    /// How many bytes are kept.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn held(&self) -> usize {
        self.partial.len()
    }

    /// What to do with the server connection.
    pub(crate) fn verdict(&self) -> Verdict {
        let running = self.owed > 0 || self.unsynced || self.copying;
        let kill = |why| Verdict::Kill { running, why };
        if let Some(why) = self.doubt {
            kill(why)
        } else if self.copying {
            kill("COPY is not finished")
        } else if self.owed > 0 {
            kill("a request is not answered")
        } else if self.unsynced {
            kill("an extended query is not synced")
        } else if !self.guest.at_boundary() || !self.server.at_boundary() {
            kill("a message is not complete")
        } else if self.status == Status::Idle {
            Verdict::Reset
        } else {
            Verdict::RollBack
        }
    }

    /// The type of the server's message whose body goes on: from this piece,
    /// or from an earlier one.
    fn server_tag(&self, current: u8) -> u8 {
        if current != 0 {
            current
        } else if self.server.within(b'S') {
            b'S'
        } else if self.server.within(b'Z') {
            b'Z'
        } else {
            0
        }
    }

    fn request(&mut self, tag: u8) {
        match tag {
            b'd' | b'c' | b'f' if self.copying => {
                if tag != b'd' {
                    self.copying = false;
                    // Without a request that waits for its answer, this was an
                    // Execute, and the answer needs a Sync yet.
                    self.unsynced |= self.owed == 0;
                }
            }
            b'd' | b'c' | b'f' => self.blind = true,
            // The server ignores both while it reads COPY data.
            b'H' if self.copying => {}
            b'S' if self.copying => self.skipped = true,
            _ if self.copying => self.doubt = Some("a request in the middle of COPY"),
            b'Q' | b'F' => self.owe(Point::Query),
            b'S' => {
                self.owe(Point::Sync);
                self.unsynced = false;
            }
            b'P' | b'B' | b'D' | b'E' | b'C' | b'H' => self.unsynced = true,
            _ => self.doubt = Some("an unknown request"),
        }
    }

    fn owe(&mut self, point: Point) {
        if self.owed == 0 {
            // The server ignores COPY data that nobody waits for.
            self.blind = false;
        }
        self.owed += 1;
        self.last = point;
    }

    fn response(&mut self, tag: u8) {
        match tag {
            // May come at any time.
            b'N' | b'S' | b'A' => {}
            b'Z' if self.owed > 0 => {}
            b'Z' => self.doubt = Some("an answer to no request"),
            _ if self.owed == 0 && !self.unsynced && !self.copying => {
                self.doubt = Some("the server spoke unasked");
            }
            b'E' if self.copying => {
                self.copying = false;
                if self.skipped {
                    self.doubt = Some("COPY failed, with a Sync that was passed over or was not");
                }
            }
            b'G' => self.copy_in(),
            b'W' => self.doubt = Some("replication"),
            b'E' | b'T' | b't' | b'D' | b'C' | b'I' | b'n' | b's' | b'V' | b'1' | b'2' | b'3'
            | b'H' | b'd' | b'c' => {}
            _ => self.doubt = Some("an unknown answer"),
        }
    }

    fn copy_in(&mut self) {
        if self.copying || self.owed > 1 || self.blind || (self.owed == 1 && self.unsynced) {
            self.doubt = Some("COPY in a pipeline");
            return;
        }
        self.copying = true;
        if self.owed == 1 && self.last == Point::Sync {
            // An Execute started this; its Sync is read as part of the data.
            self.owed = 0;
            self.skipped = true;
        }
    }

    fn ready(&mut self, status: u8) -> Result<(), Malformed> {
        self.status = match status {
            b'I' => Status::Idle,
            b'T' => Status::Transaction,
            b'E' => Status::Failed,
            _ => {
                return Err(Malformed {
                    tag: b'Z',
                    length: 5,
                });
            }
        };
        self.owed = self.owed.saturating_sub(1);
        if self.owed == 0 {
            self.copying = false;
            self.skipped = false;
            self.blind = false;
        }
        Ok(())
    }

    fn parameter(&mut self, body: &[u8], parameters: &mut Parameters) -> Result<(), Malformed> {
        if parameters.update(body) {
            Ok(())
        } else {
            Err(Malformed {
                tag: b'S',
                length: body.len() as u32 + 4,
            })
        }
    }
}

impl protocol::Tracker<Server> for Tracker {
    fn gate(&self, data: &[u8]) -> Gate {
        match self.before_terminate(data) {
            0 => Gate::End(Bytes::new()),
            ours => Gate::Pass(ours),
        }
    }

    fn sent(&mut self, data: &[u8]) {
        Tracker::sent(self, data);
    }

    fn received(&mut self, data: &[u8], server: &mut Server) -> Result<(), Unfit> {
        Tracker::received(self, data, &mut server.parameters)
            .map_err(|malformed| Unfit(malformed.to_string()))
    }

    fn verdict(&self) -> Verdict {
        Tracker::verdict(self)
    }

    fn farewell(&self) -> Bytes {
        if !self.between_messages() {
            return Bytes::new();
        }
        let text = "terminating connection: the host is shutting down; connect again later";
        frame::fatal("57P01", text)
    }
}

const UNFRAMED: &str = "a length that cannot be";

#[cfg(test)]
mod tests;
