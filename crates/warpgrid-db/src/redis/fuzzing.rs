//! Redis under the fuzz targets, and what a connection's state must be by the
//! commands and replies alone: each taken apart as a whole.

use std::sync::Arc;

use bytes::BytesMut;

use super::auth::Login;
use super::startup::Opening;
use super::{Redis, frame, tracker};
use crate::endpoint::Endpoint;
use crate::fuzzing::{self, Model, Options, Relayed, Side, Stream, Subject};
use crate::protocol::{Failure, Verdict};

/// Replies nest no deeper, or the model says nothing of them.
const DEEPEST: u32 = 100;

impl Subject for Redis {
    /// A line that is not whole.
    const MOST_HELD: usize = frame::LONGEST_LINE;

    type Login = NoLogin;

    fn begin(
        endpoint: &Arc<Endpoint>,
        _: Options,
        _: &mut BytesMut,
    ) -> Result<Option<Opening>, ()> {
        Ok(Some(Opening::new(endpoint)))
    }

    fn logged_in(identity: Arc<Login>, _: Options) -> Arc<Login> {
        identity
    }

    fn registration(_: &Arc<Endpoint>) {}

    fn held(tracker: &tracker::Tracker) -> usize {
        tracker.held()
    }

    fn model(_: &Arc<Login>, relayed: &Relayed) -> Model {
        model(relayed).unwrap_or(Model::Unknown)
    }
}

/// The host's login is io from its first line to its last; the `session` target
/// has it.
pub(crate) struct NoLogin(Arc<Login>);

impl fuzzing::Login<Redis> for NoLogin {
    fn begin(identity: Arc<Login>, _: Options) -> Result<Self, Failure> {
        Ok(Self(identity))
    }

    fn answer(&mut self, _: &mut BytesMut) -> Result<Option<Arc<Login>>, Failure> {
        Ok(Some(self.0.clone()))
    }
}

/// Where the reading of one side's bytes stands.
struct Reader<'a> {
    all: &'a [u8],
    at: usize,
}

/// Why it stands there.
enum Stop {
    /// The rest is not there yet, or cannot be.
    Dirty,
    Unknown,
}

impl<'a> Reader<'a> {
    /// Up to a carriage return, which one byte follows.
    fn line(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.all[self.at..];
        let end = rest
            .iter()
            .position(|&byte| byte == b'\r')
            .ok_or(Stop::Dirty)?;
        self.skip(end as u64 + 2)?;
        Ok(&rest[..end])
    }

    fn skip(&mut self, count: u64) -> Result<&'a [u8], Stop> {
        let count = usize::try_from(count).map_err(|_| Stop::Dirty)?;
        let end = self.at.checked_add(count).ok_or(Stop::Dirty)?;
        let skipped = self.all.get(self.at..end).ok_or(Stop::Dirty)?;
        self.at = end;
        Ok(skipped)
    }

    fn number(&mut self) -> Result<i64, Stop> {
        let line = self.line()?;
        let text = line.get(1..).and_then(|text| str::from_utf8(text).ok());
        text.and_then(|text| text.parse().ok()).ok_or(Stop::Unknown)
    }

    /// A command's words.
    fn command(&mut self) -> Result<Vec<&'a [u8]>, Stop> {
        let count = self.number()?;
        let mut words = vec![];
        for _ in 0..count {
            let length = self.number()?;
            let length = u64::try_from(length).map_err(|_| Stop::Dirty)?;
            words.push(self.skip(length)?);
            self.skip(2)?;
        }
        Ok(words)
    }

    /// One reply; whether it answers a command.
    fn reply(&mut self, depth: u32) -> Result<bool, Stop> {
        if depth > DEEPEST {
            return Err(Stop::Unknown);
        }
        let rest = &self.all[self.at..];
        let kind = *rest.first().ok_or(Stop::Dirty)?;
        let end = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or(Stop::Dirty)?;
        let line = self.skip(end as u64 + 1)?;
        if b"+-:,#(_".contains(&kind) {
            return Ok(true);
        }
        let text = str::from_utf8(&line[1..]).map_err(|_| Stop::Dirty)?;
        let text = text.strip_suffix("\r\n").ok_or(Stop::Unknown)?;
        if text.starts_with('-') {
            return Ok(kind != b'>');
        }
        let count: u64 = text.parse().map_err(|_| Stop::Unknown)?;
        let elements = match kind {
            b'$' | b'=' | b'!' => {
                self.skip(count.saturating_add(2))?;
                return Ok(true);
            }
            b'*' | b'~' | b'>' => count,
            b'%' | b'|' => count.saturating_mul(2),
            _ => return Err(Stop::Dirty),
        };
        for _ in 0..elements {
            self.reply(depth + 1)?;
        }
        if kind == b'|' {
            // It describes what comes next.
            return self.reply(depth + 1);
        }
        Ok(kind != b'>')
    }
}

/// Whether no count of replies says what a command leaves behind.
fn unruly(words: &[&[u8]]) -> bool {
    let word = |at: usize| {
        let word = words.get(at).map_or(&b""[..], |word| word);
        String::from_utf8_lossy(word).to_ascii_lowercase()
    };
    match word(0).as_str() {
        "monitor" | "sync" | "psync" | "replconf" | "quit" => true,
        "client" => matches!(word(1).as_str(), "reply" | "no-evict" | "no-touch"),
        name => name
            .trim_start_matches(['p', 's', 'u', 'n'])
            .ends_with("ubscribe"),
    }
}

fn model(relayed: &Relayed) -> Option<Model> {
    let [guest, server] = [Side::Guest, Side::Server].map(|side| Stream::of(relayed, side));
    let dirty = |why| Some(Model::Dirty(why));
    let (mut commands, mut replies) = (vec![], vec![]);
    let mut reader = Reader {
        all: guest.bytes(),
        at: 0,
    };
    while reader.at < reader.all.len() {
        match reader.command() {
            Ok(words) if words.is_empty() => {}
            Ok(words) if unruly(&words) => return dirty("an unruly command"),
            Ok(_) => commands.push(guest.passed(reader.at)),
            Err(Stop::Dirty) => return dirty("a command is not whole"),
            Err(Stop::Unknown) => return None,
        }
    }
    let mut reader = Reader {
        all: server.bytes(),
        at: 0,
    };
    while reader.at < reader.all.len() {
        match reader.reply(0) {
            Ok(true) => replies.push(server.passed(reader.at)),
            Ok(false) => {}
            Err(Stop::Dirty) => return dirty("a reply is not whole"),
            Err(Stop::Unknown) => return None,
        }
    }
    if commands.len() != replies.len() {
        return dirty("as many commands as replies there are not");
    }
    if commands
        .iter()
        .zip(&replies)
        .any(|(command, reply)| reply < command)
    {
        return dirty("a reply before its command");
    }
    Some(Model::Clean(Verdict::Reset))
}
