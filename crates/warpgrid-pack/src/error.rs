//! The one error of packing: what is wrong, where, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// Why a project could not be packed, or a component could not be read.
///
/// `Display` is the one line that says what is wrong; the diagnostic's help is
/// the one line that says what to do.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// `warp.toml` says something that cannot be meant.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Manifest(Box<ManifestError>),

    /// The project's layout or the request does not say what to build.
    #[error("{message}")]
    #[diagnostic(help("{help}"))]
    Project {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },

    /// A program that the build needs is not there.
    #[error("`{tool}` was not found on PATH")]
    #[diagnostic(help("{install}"))]
    ToolMissing {
        /// The program's name.
        tool: String,
        /// How to get it.
        install: String,
    },

    /// A build tool ran and failed. Its own messages went to standard error.
    #[error("{action} failed: {tool} ended with {status}")]
    #[diagnostic(help("{help}"))]
    ToolFailed {
        /// What was being done, as a noun phrase ("compiling src/main.c").
        action: String,
        /// The program's name.
        tool: String,
        /// How it ended ("exit status 1", "signal 9").
        status: String,
        /// What to do.
        help: String,
    },

    /// A file could not be read or written.
    #[error("cannot {action} {}: {reason}", path.display())]
    #[diagnostic(help("{help}"))]
    File {
        /// "read", "write" and the like.
        action: &'static str,
        /// Which file or directory.
        path: PathBuf,
        /// The system's reason in words.
        reason: String,
        /// What to do.
        help: &'static str,
    },

    /// The file is not a component.
    #[error("{} is {what}, not a component", path.display())]
    #[diagnostic(help("{help}"))]
    NotAComponent {
        /// Which file.
        path: PathBuf,
        /// What it is instead.
        what: String,
        /// What to do.
        help: String,
    },

    /// The component asks for something that the host does not have.
    #[error("{} imports `{import}`, which the host does not provide", path.display())]
    #[diagnostic(help("{help}"))]
    UnknownImport {
        /// Which component.
        path: PathBuf,
        /// The import's full name.
        import: String,
        /// What to do.
        help: String,
    },

    /// The program calls functions whose shims were not linked in.
    #[error("{message}")]
    #[diagnostic(help("{help}"))]
    MissingShim {
        /// What the program calls and what its component lacks.
        message: String,
        /// The likely cause's remedy.
        help: String,
    },
}

/// What is wrong in `warp.toml`; points at the place.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
pub struct ManifestError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    #[help]
    pub help: String,
    /// The file and its text.
    #[source_code]
    pub source_code: NamedSource<String>,
    /// Where in the text.
    #[label("here")]
    pub span: SourceSpan,
}

impl Error {
    /// A file error, with the system's reason in words and a remedy that fits.
    pub fn file(action: &'static str, path: impl Into<PathBuf>, error: &io::Error) -> Self {
        let help = match error.kind() {
            io::ErrorKind::NotFound => "check the path; the file or its directory does not exist",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "check the permissions, or choose another place with `--output`"
            }
            io::ErrorKind::StorageFull => "free some space on that disk",
            _ => "check the path and the disk it is on",
        };
        Error::File {
            action,
            path: path.into(),
            reason: reason(error),
            help,
        }
    }

    /// A message of another crate: what is wrong, and in its last line what to
    /// do.
    pub fn of_two_lines(error: impl fmt::Display) -> Self {
        let text = error.to_string();
        let (message, help) = text.rsplit_once('\n').unwrap_or((&text, "try again"));
        Error::Project {
            message: message.to_owned(),
            help: help.trim().trim_start_matches("help: ").to_owned(),
        }
    }

    /// A program that could not be started: [`Error::ToolMissing`] where it does
    /// not exist, a file error otherwise.
    pub fn spawn(tool: &Path, install: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            Error::ToolMissing {
                tool: tool.display().to_string(),
                install: install.to_owned(),
            }
        } else {
            Error::file("run", tool, error)
        }
    }
}

/// The system's reason without its number ("permission denied").
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = match text.rfind(" (os error ") {
        Some(end) => &text[..end],
        None => &text,
    };
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "unknown reason".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_words_without_numbers() {
        let error = Error::file("read", "/x", &io::Error::from_raw_os_error(13));
        assert_eq!(error.to_string(), "cannot read /x: permission denied");
    }

    #[test]
    fn a_program_that_does_not_exist_is_a_missing_tool() {
        let error = Error::spawn(
            Path::new("cc"),
            "install it",
            &io::Error::from_raw_os_error(2),
        );
        assert_eq!(error.to_string(), "`cc` was not found on PATH");
        assert_eq!(
            error.help().map(|help| help.to_string()).as_deref(),
            Some("install it")
        );
    }
}
