//! The programs that transports run: package managers' clients.

use std::collections::VecDeque;
use std::io;
use std::process::Command;
use std::time::Duration;

use crate::git::last_words;
use crate::process::{self, Cancel, Ended, Stream};
use crate::{Fetch, SeriesError};

/// The last lines of what a program says of its failure.
const KEPT: usize = 50;

/// A client of a registry.
pub(super) struct Client<'a> {
    /// As messages name it.
    pub(super) name: &'static str,
    /// Debian's package of it.
    pub(super) package: &'static str,
    /// What to do where it fails.
    pub(super) help: &'static str,
    cancel: &'a Cancel,
}

/// What a client has said.
pub(super) struct Said {
    pub(super) ended_well: bool,
    /// The lines of its output.
    pub(super) out: Vec<String>,
    /// The last lines of its messages.
    pub(super) err: String,
}

impl<'a> Client<'a> {
    pub(super) fn new(
        name: &'static str,
        package: &'static str,
        help: &'static str,
        fetch: &Fetch<'a>,
    ) -> Self {
        Client {
            name,
            package,
            help,
            cancel: fetch.cancel,
        }
    }

    /// Runs it, and gives the lines of its output. `verb` is for messages.
    pub(super) fn run(
        &self,
        command: &mut Command,
        verb: &str,
        limit: Duration,
    ) -> Result<Vec<String>, SeriesError> {
        let said = self.ask(command, verb, limit)?;
        match said.ended_well {
            true => Ok(said.out),
            false => Err(self.failed(verb, last_words(said.err.as_bytes()))),
        }
    }

    /// Runs it, and gives what it says, also of a failure.
    pub(super) fn ask(
        &self,
        command: &mut Command,
        verb: &str,
        limit: Duration,
    ) -> Result<Said, SeriesError> {
        let (mut out, mut err) = (Vec::new(), VecDeque::new());
        let ended = process::run(command, Some(limit), self.cancel, |stream, line| {
            match stream {
                Stream::Out => out.push(line.to_owned()),
                Stream::Err => err.push_back(line.to_owned()),
            }
            if err.len() > KEPT {
                err.pop_front();
            }
        });
        let program = format!("{} {verb}", self.name);
        match ended {
            Ok(Ended::Exited(status)) => Ok(Said {
                ended_well: status.success(),
                out,
                err: err.make_contiguous().join("\n"),
            }),
            Ok(Ended::TimedOut) => Err(SeriesError::TimedOut { program, limit }),
            Ok(Ended::Cancelled) => Err(SeriesError::Interrupted),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(SeriesError::MissingProgram {
                    program: self.name.to_owned(),
                    package: self.package,
                })
            }
            Err(error) => Err(SeriesError::io(
                "run a program in",
                &directory(command),
                error,
            )),
        }
    }

    /// It did not do what it was to do.
    pub(super) fn failed(&self, verb: &str, message: String) -> SeriesError {
        SeriesError::Program {
            program: format!("{} {verb}", self.name),
            message,
            help: self.help.to_owned(),
        }
    }
}

fn directory(command: &Command) -> std::path::PathBuf {
    let directory = command.get_current_dir();
    directory.map_or_else(std::env::temp_dir, ToOwned::to_owned)
}

/// A directory of its own for a client, which looks for its configuration where
/// it is run.
pub(super) fn scratch() -> Result<tempfile::TempDir, SeriesError> {
    tempfile::tempdir().map_err(|e| SeriesError::io("create", &std::env::temp_dir(), e))
}
