//! Follows a session in both directions: every command has one reply, pushes
//! apart. What bends that rule (subscriptions, MONITOR, replication, CLIENT
//! REPLY) makes a connection doubtful, and it is never used again.
//!
//! On the way to the server it replaces what guests may not say as they do:
//! their logins by the host's, and what is refused by a command that no server
//! knows. So each reply has its place, and a transaction is aborted by a
//! refusal as by any other error.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::auth::{self, Credentials, Login};
use super::frame::{self, Head, Malformed, Scanner};
use super::replies::Replies;
use crate::link::Unfit;
use crate::protocol::{self, Gate, Verdict};

/// No AUTH or HELLO that makes sense is longer.
pub(super) const LONGEST_LOGIN: usize = 16 << 10;

const NO_RESET: &str = "RESET (refused: it would end the host's login)";
const NO_SELECT: &str = "SELECT (refused: warp.toml says which database)";

pub(crate) struct Tracker {
    login: Arc<Login>,
    guest: Scanner,
    server: Replies,
    /// The start of a command that may have to be replaced.
    held: BytesMut,
    /// Commands without their reply.
    owed: u64,
    doubt: Option<&'static str>,
}

/// What becomes of a whole command.
enum Fate {
    Pass,
    Replace(Vec<Bytes>),
    End(Bytes),
}

impl Tracker {
    pub(super) fn new(login: Arc<Login>) -> Self {
        Self {
            login,
            guest: Scanner::default(),
            server: Replies::default(),
            held: BytesMut::new(),
            owed: 0,
            doubt: None,
        }
    }

    /// Whether a command must be looked at as a whole.
    fn intercepts(&self, name: &[u8]) -> bool {
        match name {
            b"AUTH" | b"HELLO" | b"QUIT" => true,
            b"RESET" => self.login.hosts,
            b"SELECT" => self.login.database.is_some(),
            _ => false,
        }
    }

    fn fate(&mut self, command: &[Bytes]) -> Fate {
        let name = command.first().map(|name| name.to_ascii_uppercase());
        match name.as_deref().unwrap_or_default() {
            b"QUIT" if self.owed == 0 && self.doubt.is_none() => {
                Fate::End(Bytes::from_static(b"+OK\r\n"))
            }
            b"AUTH" | b"HELLO" => self.log_in(command),
            b"RESET" if self.login.hosts => refuse(NO_RESET),
            b"SELECT" if !self.may_select(command) => refuse(NO_SELECT),
            _ => Fate::Pass,
        }
    }

    fn log_in(&mut self, command: &[Bytes]) -> Fate {
        let Some(said) = auth::credentials(command) else {
            return Fate::Pass;
        };
        match &self.login.credentials {
            Some(Credentials { user, password }) if self.login.hosts => {
                let mut command = command.to_vec();
                match auth::hello_auth(&command) {
                    Some(at) if !command[0].eq_ignore_ascii_case(b"AUTH") => {
                        command[at] = user.clone();
                        command[at + 1] = Bytes::copy_from_slice(password.expose());
                    }
                    _ => {
                        let password = Bytes::copy_from_slice(password.expose());
                        command = vec!["AUTH".into(), user.clone(), password];
                    }
                }
                Fate::Replace(command)
            }
            Some(own) if *own == said => Fate::Pass,
            _ => {
                self.doubt = Some("the guest logged in as another user");
                Fate::Pass
            }
        }
    }

    fn may_select(&self, command: &[Bytes]) -> bool {
        let number = |text: &[u8]| str::from_utf8(text).ok()?.parse::<u32>().ok();
        match (&self.login.database, command) {
            (Some(own), [_, wanted]) => number(own) == number(wanted),
            _ => true,
        }
    }

    /// Takes a command off the front of what is held, unless more of it is
    /// needed first.
    fn release(&mut self, out: &mut BytesMut) -> Result<Option<Fate>, Malformed> {
        let mut passed = Fate::Pass;
        let command = if !self.guest.at_boundary() {
            None
        } else {
            match frame::head(&self.held)? {
                Head::Unnamed => return Ok(None),
                Head::Inline => match frame::take_inline(&mut self.held)? {
                    // The server does not answer an empty line.
                    Some(words) if words.is_empty() => return Ok(Some(Fate::Pass)),
                    Some(words) => Some(words),
                    None => return Ok(None),
                },
                Head::Named(name) if self.intercepts(name.get()) => {
                    match frame::take(&mut self.held, LONGEST_LOGIN)? {
                        Some(arguments) => Some(arguments),
                        None => return Ok(None),
                    }
                }
                Head::Named(_) => None,
            }
        };
        let before = out.len();
        match command {
            Some(command) => match self.fate(&command) {
                Fate::Pass => frame::put(out, &command),
                Fate::Replace(other) => frame::put(out, &other),
                end => passed = end,
            },
            None => {
                let length = self.guest.clone().advance(&self.held)?;
                out.extend_from_slice(&self.held.split_to(length));
            }
        }
        self.note(&out[before..]);
        Ok(Some(passed))
    }

    /// How many bytes are kept.
    #[cfg(any(test, fuzzing))]
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// Takes note of what goes to the server, and can be framed.
    fn note(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let Ok(length) = self.guest.advance(data) else {
                self.doubt = Some("a command that cannot be");
                return;
            };
            data = &data[length..];
            if self.guest.at_boundary() && self.guest.any() {
                self.owed += 1;
                if let Some(why) = unruly(self.guest.words()) {
                    self.doubt = Some(why);
                }
            }
        }
    }
}

/// Why a command's replies cannot be counted, or its effect not be taken back.
fn unruly(words: [&[u8]; 2]) -> Option<&'static str> {
    match words {
        [
            b"SUBSCRIBE" | b"PSUBSCRIBE" | b"SSUBSCRIBE" | b"UNSUBSCRIBE" | b"PUNSUBSCRIBE"
            | b"SUNSUBSCRIBE",
            _,
        ] => Some("the guest subscribed"),
        [b"MONITOR", _] => Some("the guest monitors"),
        [b"SYNC" | b"PSYNC" | b"REPLCONF", _] => Some("replication"),
        [b"CLIENT", b"REPLY"] => Some("replies were switched"),
        [b"CLIENT", b"NO-EVICT" | b"NO-TOUCH"] => Some("eviction was switched"),
        [b"QUIT", _] => Some("the guest quit"),
        _ => None,
    }
}

/// The server says in an error that it does not know this command.
fn refuse(why: &'static str) -> Fate {
    Fate::Replace(vec![Bytes::from_static(why.as_bytes())])
}

impl<S> protocol::Tracker<S> for Tracker {
    fn gate(&self, data: &[u8]) -> Gate {
        let mut guest = self.guest;
        let mut at = 0;
        while self.held.is_empty() && at < data.len() {
            let rest = &data[at..];
            let plain = !guest.at_boundary()
                || matches!(frame::head(rest), Ok(Head::Named(name)) if !self.intercepts(name.get()));
            match guest.advance(rest) {
                Ok(length) if plain => at += length,
                _ => break,
            }
        }
        match at {
            0 => Gate::Stage,
            _ => Gate::Pass(at),
        }
    }

    fn stage(&mut self, data: &[u8], out: &mut BytesMut) -> Option<Bytes> {
        self.held.extend_from_slice(data);
        while !self.held.is_empty() {
            match self.release(out) {
                Ok(Some(Fate::End(farewell))) => return Some(farewell),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    self.doubt = Some("a command that cannot be");
                    return Some(frame::error(&error.to_string()));
                }
            }
        }
        None
    }

    fn sent(&mut self, data: &[u8]) {
        self.note(data);
    }

    fn received(&mut self, data: &[u8], _: &mut S) -> Result<(), Unfit> {
        let ended = self.server.scan(data).map_err(|error| {
            self.doubt = Some("a reply that cannot be");
            Unfit(error.to_string())
        })?;
        if ended > self.owed && self.doubt.is_none() {
            self.doubt = Some("the server spoke unasked");
        }
        self.owed = self.owed.saturating_sub(ended);
        Ok(())
    }

    fn verdict(&self) -> Verdict {
        let kill = |why| Verdict::Kill {
            // Closing the connection is enough.
            running: false,
            why,
        };
        if let Some(why) = self.doubt {
            kill(why)
        } else if self.owed > 0 {
            kill("a command has no reply")
        } else if !self.held.is_empty() || !self.guest.at_boundary() {
            kill("a command is not complete")
        } else if !self.server.at_boundary() {
            kill("a reply is not complete")
        } else {
            Verdict::Reset
        }
    }

    fn farewell(&self) -> Bytes {
        if self.doubt.is_some() || !self.server.at_boundary() {
            return Bytes::new();
        }
        frame::error("the host is shutting down; connect again later")
    }
}

#[cfg(test)]
mod tests;
