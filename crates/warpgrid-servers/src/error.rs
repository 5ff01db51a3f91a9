//! Why there is no server: what is wrong, and in the second line what to do.

use std::io;
use std::path::{Path, PathBuf};

use warpgrid_store::describe_io;

/// Why a server cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its programs are not there.
    #[error("there is no {server} on this machine\nhelp: install the Debian package `{package}`")]
    Missing {
        /// The server.
        server: &'static str,
        /// What has it.
        package: &'static str,
    },
    /// Its data was written by another version.
    #[error(
        "{}: its data is {server} {found}'s, and this is {server} {here}\nhelp: install {server} {found}, or remove the directory to begin anew", directory.display()
    )]
    Version {
        /// The server's directory.
        directory: PathBuf,
        /// The server.
        server: &'static str,
        /// The version that wrote the data.
        found: String,
        /// The version that is installed.
        here: String,
    },
    /// The user that it must run as does not get there.
    #[error(
        "the user `{user}`, whom {server} runs as where root starts it, cannot enter {}\nhelp: `chmod o+x` that directory, or do this as another user than root", directory.display()
    )]
    Unreachable {
        /// The directory.
        directory: PathBuf,
        /// The user.
        user: &'static str,
        /// The server.
        server: &'static str,
    },
    /// A name cannot be one of a database or a user.
    #[error(
        "`{name}` cannot be the name of a user or a database here\nhelp: use one without control characters"
    )]
    Name {
        /// The name, with control characters escaped.
        name: String,
    },
    /// It did not come up.
    #[error("{server} did not start: {reason}\nhelp: see its log, {}", log.display())]
    Start {
        /// The server.
        server: &'static str,
        /// How it ended, or that it took too long, with its log's last line.
        reason: String,
        /// What it has written.
        log: PathBuf,
    },
    /// A program of it failed.
    #[error("{program} failed: {reason}\nhelp: mend what it says, or remove {} to begin anew", directory.display())]
    Program {
        /// The program.
        program: String,
        /// What it said last.
        reason: String,
        /// The server's directory.
        directory: PathBuf,
    },
    /// Another process has the data.
    #[error("another process uses {}\nhelp: stop the other `warp dev` of this project", directory.display())]
    Taken {
        /// The server's directory.
        directory: PathBuf,
    },
    /// A file or a process cannot be had.
    #[error("cannot {action} {}: {}\nhelp: check the permissions and the disk", path.display(), describe_io(cause))]
    System {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
}

impl Error {
    pub(crate) fn system(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::System {
            action,
            path,
            cause,
        }
    }
}
