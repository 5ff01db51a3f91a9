//! What happens, for whoever prints it.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;

use crate::Diagnosis;

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A database server of the project's own runs.
    Database {
        /// The endpoint as the program calls it.
        endpoint: String,
        /// PostgreSQL, MariaDB or Redis.
        server: String,
        /// Where it listens.
        address: SocketAddr,
        /// Where its data and its log are.
        directory: PathBuf,
    },
    /// All is set up; the first build begins.
    Watching {
        /// Where HTTP is served, and where the status page is.
        address: SocketAddr,
        /// The language.
        lang: String,
        /// The project's directory.
        project: PathBuf,
        /// How many directories are watched.
        directories: usize,
        /// Whether the program runs as its own language runs it.
        native: bool,
    },
    /// A build began.
    Building {
        /// The files that changed, from the project's directory; none at first.
        changed: Vec<PathBuf>,
    },
    /// A build has taken over.
    Built {
        /// Which build this is, from 1.
        build: u64,
        /// From the change to that, in milliseconds.
        milliseconds: u64,
        /// Whether the program is a server itself, which was started anew.
        restarted: bool,
    },
    /// A build failed. What there was before goes on.
    Failed {
        /// Why.
        #[serde(flatten)]
        diagnosis: Diagnosis,
        /// Whether an earlier build still serves.
        serving: bool,
    },
    /// Something the user should know.
    Note {
        /// What.
        text: String,
    },
    /// A program that is no server has ended.
    Ended {
        /// Its exit code; none where it was ended.
        code: Option<i32>,
    },
    /// A fault was made or mended.
    Fault {
        /// What was done.
        text: String,
    },
}

/// Hears of what happens.
pub trait Events: Send + Sync {
    /// Something happened.
    fn tell(&self, event: Event);
}
