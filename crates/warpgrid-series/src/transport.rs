//! Transports: ways to get an upstream tree into the local repository.

mod crates;
mod debian;
mod download;
pub(crate) mod git;
mod go;

use std::ffi::OsString;

use crate::process::Cancel;
use crate::{Place, SeriesError, Source};

/// The system's programs, by name or path.
#[derive(Clone, Debug)]
pub struct Programs {
    /// git.
    pub git: OsString,
    /// apt-get, for Debian source packages.
    pub apt_get: OsString,
    /// apt-cache, likewise.
    pub apt_cache: OsString,
    /// cargo, for crates.
    pub cargo: OsString,
    /// go, for Go modules.
    pub go: OsString,
}

impl Default for Programs {
    fn default() -> Self {
        Programs {
            git: "git".into(),
            apt_get: "apt-get".into(),
            apt_cache: "apt-cache".into(),
            cargo: "cargo".into(),
            go: "go".into(),
        }
    }
}

/// What a transport works with.
#[derive(Clone, Copy, Debug)]
pub struct Fetch<'a> {
    /// Caches and the store.
    pub place: &'a Place,
    /// The programs it may run.
    pub programs: &'a Programs,
    /// Stops it.
    pub cancel: &'a Cancel,
}

/// A tree that a transport put into the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The normalised tree's git hash.
    pub tree: git2::Oid,
    /// Where it came from, in words ("git remote https://...").
    pub from: String,
}

/// A way to get a tree. It writes objects only; whoever calls it compares the
/// tree with the pin before anything refers to it.
pub trait Transport {
    /// Where it fetches from, in words.
    fn describe(&self) -> String;

    /// Fetches the tree into `repository`.
    ///
    /// # Errors
    /// [`SeriesError`]: when it cannot be reached, the next transport is tried.
    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<Fetched, SeriesError>;
}

impl Source {
    /// The transport for these coordinates.
    pub fn transport(&self) -> &dyn Transport {
        match self {
            Source::Git(git) => git,
            Source::Debian(debian) => debian,
            Source::Crate(source) => source,
            Source::Go(source) => source,
        }
    }
}
