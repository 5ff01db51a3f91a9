//! Errors of the engine: what, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use warpgrid_store::{StoreError, describe_io};

/// What can go wrong with a series.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// The folder is not a series.
    #[error(
        "{} is not a patch series: it has no UPSTREAM_REF\n  \
         help: name a series by its folder (`libc` stands for libc-patches/)",
        dir.display()
    )]
    NotASeries {
        /// The folder looked at.
        dir: PathBuf,
    },

    /// `UPSTREAM_REF` or `sources.toml` does not say what it should.
    #[error("{}:{line}:{column}: {message}\n  help: the format is documented at the head of that file", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },

    /// A file or directory could not be read or written.
    #[error("cannot {action} {}: {}\n  help: check its permissions and the free space of its disk", path.display(), describe_io(source))]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),

    /// A program that is needed is not installed.
    #[error(
        "{program} is not installed\n  help: install it (Debian: apt-get install {package}), or run `cargo xtask setup`"
    )]
    MissingProgram {
        /// The program.
        program: String,
        /// Debian's package of it.
        package: &'static str,
    },

    /// A program failed in a way the engine has no better words for.
    #[error("{program} failed: {message}\n  help: {help}")]
    Program {
        /// The program and its sub-command.
        program: String,
        /// Its last words.
        message: String,
        /// What to do.
        help: String,
    },

    /// A program did not end in time and was killed.
    #[error("{program} did not end within {} seconds\n  help: check the network connection and run the command again", limit.as_secs())]
    TimedOut {
        /// The program.
        program: String,
        /// The time it had.
        limit: Duration,
    },

    /// The user asked to stop.
    #[error("interrupted\n  help: run the command again; it goes on from what is done")]
    Interrupted,

    /// libgit2 failed on the local repository.
    #[error("the repository {} is damaged: {message}\n  help: remove that directory and run the command again", path.display())]
    Repository {
        /// The repository.
        path: PathBuf,
        /// libgit2's message.
        message: String,
    },

    /// No transport could give the tree.
    #[error("cannot fetch {upstream}:\n{}\n  help: connect to the network, or add a source that you can reach to sources.toml", tried.join("\n"))]
    NoTransport {
        /// Upstream name and version.
        upstream: String,
        /// One line per transport tried.
        tried: Vec<String>,
    },

    /// A download is not the file that was pinned.
    #[error(
        "the download {file} has the checksum {found}, but {expected} is pinned; it was removed\n  \
         help: run the command again; if it stays so, the server's file has changed: compare it \
         with upstream's before you change sources.toml"
    )]
    Checksum {
        /// The file's name.
        file: String,
        /// What sources.toml says.
        expected: String,
        /// What came.
        found: String,
    },

    /// A tree is not the pinned one.
    #[error(
        "the tree of {upstream} from {transport} is {found}, but UPSTREAM_REF pins {expected}\n  \
         help: that source does not hold this version; correct its entry in sources.toml, \
         or the pin if upstream is to change"
    )]
    Tree {
        /// Upstream name and version.
        upstream: String,
        /// Where the tree came from.
        transport: String,
        /// The pinned tree hash.
        expected: String,
        /// The hash of the tree that came.
        found: String,
    },

    /// An archive that must not be unpacked.
    #[error(
        "the archive {archive} is refused: {entry}: {message}\n  help: it is damaged or hostile; check where it came from"
    )]
    Archive {
        /// The archive's file name.
        archive: String,
        /// The entry at fault.
        entry: String,
        /// What is wrong with it.
        message: String,
    },

    /// An operation needs an imported upstream.
    #[error("{name} is not imported yet\n  help: run `cargo xtask patches import {name}`")]
    NotImported {
        /// The series' short name.
        name: String,
    },

    /// The work tree belongs to another upstream version.
    #[error(
        "the work tree {} holds tree {found}, but UPSTREAM_REF pins {expected}\n  \
         help: export what you need from it, then run `cargo xtask patches import {name}` to move it",
        work.display()
    )]
    WrongVersion {
        /// The series' short name.
        name: String,
        /// The work tree.
        work: PathBuf,
        /// The pinned tree.
        expected: String,
        /// The tree it stands on.
        found: String,
    },

    /// The work tree has changes that the operation would lose.
    #[error(
        "the work tree {} has uncommitted changes: {}\n  \
         help: make a patch of them (`cargo xtask patches new {name} ...`) or discard them (`git -C {} checkout . && git -C {} clean -fd`)",
        work.display(), list(files), work.display(), work.display()
    )]
    Dirty {
        /// The series' short name.
        name: String,
        /// The work tree.
        work: PathBuf,
        /// The changed files.
        files: Vec<String>,
    },

    /// There is nothing to make a patch of.
    #[error("the work tree {} has no changes\n  help: edit files there first", work.display())]
    Clean {
        /// The work tree.
        work: PathBuf,
    },

    /// The work tree has commits that the series does not.
    #[error(
        "the work tree {} has commits that are not in the series\n  \
         help: write them to the series (`cargo xtask patches export {name}`), or drop them \
         (`git -C {} reset --hard refs/warpgrid/exported`)",
        work.display(), work.display()
    )]
    Unexported {
        /// The series' short name.
        name: String,
        /// The work tree.
        work: PathBuf,
    },

    /// The series is not wholly applied to the work tree.
    #[error(
        "the series {name} is not applied to the work tree as it stands in the folder\n  help: run `cargo xtask patches apply {name}` first"
    )]
    NotApplied {
        /// The series' short name.
        name: String,
    },

    /// Another operation has to be ended first.
    #[error("{what} is under way in {}\n  help: end it with `cargo xtask {verb} {name} --continue`, or undo it with `--abort`", work.display())]
    UnderWay {
        /// The series' short name.
        name: String,
        /// The work tree.
        work: PathBuf,
        /// The operation, as "an edit of 0002-x.patch".
        what: String,
        /// The verb that ends it, as "patches edit".
        verb: &'static str,
    },

    /// `--continue` or `--abort` with nothing to continue.
    #[error(
        "no {verb} is under way for {name}\n  help: `cargo xtask patches status {name}` shows where things stand"
    )]
    NotUnderWay {
        /// The series' short name.
        name: String,
        /// The verb.
        verb: &'static str,
    },

    /// A patch does not apply.
    #[error("{0}")]
    Conflict(Box<Conflict>),

    /// Files still hold conflict markers.
    #[error("conflicts are left in {}\n  help: resolve them in {}, then run the same command again", list(files), work.display())]
    Unresolved {
        /// The work tree.
        work: PathBuf,
        /// The files.
        files: Vec<String>,
    },

    /// No patch of that name.
    #[error(
        "the series has no patch '{wanted}'\n  help: name it by its number or its file: {}",
        list(known)
    )]
    NoSuchPatch {
        /// As given.
        wanted: String,
        /// The patches there are.
        known: Vec<String>,
    },

    /// A patch file that cannot be part of a series.
    #[error("{}: {message}\n  help: {help}", path.display())]
    Patch {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
        /// What to do.
        help: &'static str,
    },

    /// The upstream has no version of that name.
    #[error(
        "{upstream} has no tag, branch or commit '{wanted}'\n  help: {}",
        if near.is_empty() { "it has no tags or branches at all".to_owned() }
        else { format!("the nearest names are {}", list(near)) }
    )]
    UnknownVersion {
        /// As given.
        wanted: String,
        /// Where it was looked for.
        upstream: String,
        /// Names like it.
        near: Vec<String>,
    },

    /// A rebase has no git repository or registry to take the version from, or
    /// its sources could not follow.
    #[error("{} has no [[git]] source, nor one of a registry\n  help: add one with upstream's url, or to try versions only, name a repository: `cargo xtask rebase {name} --survey --git PATH_OR_URL`", sources.display())]
    NoVersions {
        /// The series' short name.
        name: String,
        /// The series' `sources.toml`.
        sources: PathBuf,
    },

    /// The series folder is not what the rebase began with.
    #[error(
        "the series {name} was changed while it was being rebased\n  help: put its files back, then run `cargo xtask rebase {name} --continue`; or undo the rebase with `--abort` and begin again"
    )]
    SeriesChanged {
        /// The series' short name.
        name: String,
    },

    /// While editing, commits below the one being edited went missing.
    #[error("{} has fewer commits than before the patch being edited\n  help: undo the edit with `cargo xtask patches edit {name} --abort` and begin again", work.display())]
    LostCommits {
        /// The series' short name.
        name: String,
        /// The work tree.
        work: PathBuf,
    },
}

/// Where a patch failed to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The patch's file name.
    pub patch: String,
    /// The file it could not change, if git said which.
    pub file: Option<String>,
    /// The header of the hunk that failed (`@@ -1,2 +1,3 @@`), if known.
    pub hunk: Option<String>,
    /// What git said.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "patch {} does not apply", self.patch)?;
        if let Some(file) = &self.file {
            write!(f, ": {file}")?;
        }
        if let Some(hunk) = &self.hunk {
            write!(f, ", hunk {hunk}")?;
        }
        write!(f, " ({})\n  help: {}", self.message, self.help)
    }
}

impl SeriesError {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        SeriesError::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn repository(path: &Path, error: &git2::Error) -> Self {
        SeriesError::Repository {
            path: path.to_owned(),
            message: error.message().to_owned(),
        }
    }
}

/// The first few names, and how many more.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = names
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
