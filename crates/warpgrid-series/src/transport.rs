//! Transports: ways to get an upstream tree into the local repository.

mod client;
mod crates;
mod debian;
mod download;
pub(crate) mod git;
mod go;
mod npm;
mod plain;

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
    /// go, for modules.
    pub go: OsString,
    /// npm, for packages.
    pub npm: OsString,
}

impl Default for Programs {
    fn default() -> Self {
        Programs {
            git: "git".into(),
            apt_get: "apt-get".into(),
            apt_cache: "apt-cache".into(),
            cargo: "cargo".into(),
            go: "go".into(),
            npm: "npm".into(),
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

/// A way to get a tree. It writes objects only; whoever calls it compares the
/// tree with the pin before anything refers to it.
pub trait Transport {
    /// Where it fetches from, in words.
    fn describe(&self) -> String;

    /// Fetches the tree into `repository`, and gives the normalised tree's hash.
    ///
    /// # Errors
    /// [`SeriesError`]: when it cannot be reached, the next transport is tried.
    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<git2::Oid, SeriesError>;
}

/// A source whose registry has other versions of it.
pub(crate) trait Registry: Transport {
    /// The same package at another version, with the checksum that the registry
    /// has for that.
    ///
    /// # Errors
    /// When the registry cannot be reached, or has no such version.
    fn at(&self, version: &str, fetch: &Fetch<'_>) -> Result<Source, SeriesError>;

    /// The released versions, oldest first.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn versions(&self, fetch: &Fetch<'_>) -> Result<Vec<String>, SeriesError>;

    /// The version that it is at.
    fn version(&self) -> &str;

    /// What `sources.toml` says of the version: its keys and their values.
    fn fields(&self) -> [(&'static str, &str); 2];
}

impl Source {
    /// The transport for these coordinates.
    pub fn transport(&self) -> &dyn Transport {
        match self {
            Source::Git(git) => git,
            Source::Debian(debian) => debian,
            Source::Crate(source) => source,
            Source::Go(source) => source,
            Source::Npm(source) => source,
        }
    }

    /// The registry that has its other versions, where it comes from one.
    pub(crate) fn registry(&self) -> Option<&dyn Registry> {
        match self {
            Source::Git(_) | Source::Debian(_) => None,
            Source::Crate(source) => Some(source),
            Source::Go(source) => Some(source),
            Source::Npm(source) => Some(source),
        }
    }

    /// The table of `sources.toml` that it stands in.
    pub(crate) fn table(&self) -> &'static str {
        match self {
            Source::Git(_) => "git",
            Source::Debian(_) => "debian",
            Source::Crate(_) => "crate",
            Source::Go(_) => "go",
            Source::Npm(_) => "npm",
        }
    }
}
