//! The work tree and what is under way in it.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use warpgrid_store::Key;

use crate::git::Git;
use crate::rebase::RebaseState;
use crate::{Patch, Place, Programs, Series, SeriesError};

/// The upstream commit the work tree stands on.
pub(crate) const UPSTREAM: &str = "refs/warpgrid/upstream";
/// The tip of the work tree when it last was the same as the series folder.
/// What HEAD has beyond it exists nowhere else.
pub(crate) const EXPORTED: &str = "refs/warpgrid/exported";

/// An operation that takes more than one step. It is written down before its
/// first step and removed after its last, so a killed one is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "kebab-case")]
pub enum Operation {
    /// The series is being applied.
    Apply {
        /// HEAD before, to go back to.
        before: String,
    },
    /// A patch is being edited.
    Edit {
        /// Its file name.
        patch: String,
        /// Its place among the commits on upstream, from 0.
        position: usize,
        /// HEAD before, to go back to.
        before: String,
        /// Its commit before.
        commit: String,
        /// Whether the patches after it are being reapplied.
        reapplying: bool,
    },
    /// The series is being rebased to another version.
    Rebase(Box<RebaseState>),
}

/// The work tree of one upstream. Whoever holds it holds the lock of
/// [`Place::lock`], except to read.
pub(crate) struct WorkTree<'a> {
    pub(crate) series: &'a Series,
    pub(crate) programs: &'a Programs,
    pub(crate) dir: PathBuf,
    pub(crate) git: Git,
}

impl<'a> WorkTree<'a> {
    pub(crate) fn at(series: &'a Series, place: &Place, programs: &'a Programs) -> Self {
        let dir = place.work_dir(&series.upstream.name);
        let git = Git::new(&programs.git, &dir);
        WorkTree {
            series,
            programs,
            dir,
            git,
        }
    }

    /// The work tree, which must stand on the pinned version.
    pub(crate) fn open(
        series: &'a Series,
        place: &Place,
        programs: &'a Programs,
    ) -> Result<Self, SeriesError> {
        let work = WorkTree::at(series, place, programs);
        let found = if work.exists() {
            work.upstream_tree()?
        } else {
            None
        };
        let name = series.name.clone();
        // A rebase that was killed while it wrote the pin explains itself.
        if found.as_ref().is_some_and(|f| *f != series.upstream.tree)
            && matches!(work.operation()?, Some(Operation::Rebase(_)))
        {
            work.require_nothing_under_way()?;
        }
        match found {
            None => Err(SeriesError::NotImported { name }),
            Some(found) if found != series.upstream.tree => Err(SeriesError::WrongVersion {
                name,
                work: work.dir,
                expected: series.upstream.tree.clone(),
                found,
            }),
            Some(_) => Ok(work),
        }
    }

    pub(crate) fn exists(&self) -> bool {
        self.dir.join(".git").is_dir()
    }

    pub(crate) fn upstream_tree(&self) -> Result<Option<String>, SeriesError> {
        self.git.resolve(&format!("{UPSTREAM}^{{tree}}"))
    }

    pub(crate) fn head(&self) -> Result<String, SeriesError> {
        self.git.text(&["rev-parse", "--verify", "HEAD"])
    }

    /// The commits on upstream, oldest first.
    pub(crate) fn commits(&self) -> Result<Vec<String>, SeriesError> {
        commits(&self.git, UPSTREAM, "HEAD")
    }

    /// Changed and untracked files.
    pub(crate) fn changes(&self) -> Result<Vec<String>, SeriesError> {
        let status = self
            .git
            .run(&["status", "--porcelain=v1", "-z", "--no-renames"])?;
        let entries = status.split(|b| *b == 0).filter(|e| e.len() > 3);
        Ok(entries
            .map(|e| String::from_utf8_lossy(&e[3..]).into_owned())
            .collect())
    }

    pub(crate) fn require_clean(&self) -> Result<(), SeriesError> {
        let files = self.changes()?;
        if files.is_empty() {
            return Ok(());
        }
        let (name, work) = (self.series.name.clone(), self.dir.clone());
        Err(SeriesError::Dirty { name, work, files })
    }

    /// HEAD must have nothing that is not in the series folder.
    pub(crate) fn require_exported(&self) -> Result<(), SeriesError> {
        let head = self.head()?;
        if self.git.resolve(EXPORTED)?.as_ref() == Some(&head)
            || Some(head) == self.git.resolve(UPSTREAM)?
        {
            return Ok(());
        }
        Err(SeriesError::Unexported {
            name: self.series.name.clone(),
            work: self.dir.clone(),
        })
    }

    /// Notes that the work tree and `patches`, the series folder, are the same.
    pub(crate) fn mark_same_as(&self, patches: &[Patch]) -> Result<(), SeriesError> {
        let path = self.applied_path();
        fs::write(&path, digest(patches)).map_err(|e| SeriesError::io("write", &path, e))?;
        self.git
            .run(&["update-ref", EXPORTED, &self.head()?])
            .map(drop)
    }

    /// Whether the work tree is at the commit at which it was last the same as
    /// the folder, and the folder is still what it was then. That holds also
    /// for patches that [`crate::export()`] would write differently.
    pub(crate) fn is_applied(&self, patches: &[Patch]) -> Result<bool, SeriesError> {
        let head = Some(self.head()?);
        if head == self.git.resolve(UPSTREAM)? {
            return Ok(patches.is_empty());
        }
        let same = fs::read_to_string(self.applied_path()).is_ok_and(|d| d == digest(patches));
        Ok(same && head == self.git.resolve(EXPORTED)?)
    }

    pub(crate) fn require_nothing_under_way(&self) -> Result<(), SeriesError> {
        let (what, verb) = match self.operation()? {
            None => return Ok(()),
            Some(Operation::Apply { .. }) => ("an interrupted apply".to_owned(), "patches apply"),
            Some(Operation::Edit { patch, .. }) => (format!("an edit of {patch}"), "patches edit"),
            Some(Operation::Rebase(state)) => {
                (format!("a rebase to {}", state.report.to), "rebase")
            }
        };
        let (name, work) = (self.series.name.clone(), self.dir.clone());
        Err(SeriesError::UnderWay {
            name,
            work,
            what,
            verb,
        })
    }

    pub(crate) fn operation(&self) -> Result<Option<Operation>, SeriesError> {
        let path = self.operation_path();
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|e| SeriesError::io("understand", &path, io::Error::other(e))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(SeriesError::io("read", &path, e)),
        }
    }

    pub(crate) fn begin(&self, operation: &Operation) -> Result<(), SeriesError> {
        let path = self.operation_path();
        let failed = |e| SeriesError::io("write", &path, e);
        let bytes = serde_json::to_vec(operation).map_err(|e| failed(io::Error::other(e)))?;
        let temporary = path.with_extension("tmp");
        fs::write(&temporary, bytes)
            .and_then(|()| fs::rename(&temporary, &path))
            .map_err(failed)
    }

    pub(crate) fn end(&self) -> Result<(), SeriesError> {
        let path = self.operation_path();
        fs::remove_file(&path).map_err(|e| SeriesError::io("remove", &path, e))
    }

    /// Puts everything back to `commit`: what git itself left half-way, index
    /// and files. Only for a tree that was clean when the operation began.
    pub(crate) fn restore(&self, commit: &str) -> Result<(), SeriesError> {
        let git_dir = self.dir.join(".git");
        for lock in ["index.lock", "HEAD.lock", "refs/heads/series.lock"] {
            let _ = fs::remove_file(git_dir.join(lock));
        }
        for state in ["rebase-apply", "sequencer"] {
            let _ = fs::remove_dir_all(git_dir.join(state));
        }
        for state in ["CHERRY_PICK_HEAD", "MERGE_MSG", "AUTO_MERGE"] {
            let _ = fs::remove_file(git_dir.join(state));
        }
        self.git
            .run(&["checkout", "--quiet", "--force", "-B", "series", commit])?;
        self.git
            .run(&["clean", "--quiet", "-d", "--force"])
            .map(drop)
    }

    pub(crate) fn applied_path(&self) -> PathBuf {
        self.dir.join(".git/warpgrid-applied")
    }

    fn operation_path(&self) -> PathBuf {
        self.dir.join(".git/warpgrid-operation.json")
    }
}

/// The commits after `base` up to `tip`, oldest first.
pub(crate) fn commits(git: &Git, base: &str, tip: &str) -> Result<Vec<String>, SeriesError> {
    let range = format!("{base}..{tip}");
    let text = git.text(&["rev-list", "--reverse", "--first-parent", &range])?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn digest(patches: &[Patch]) -> String {
    let key = Key::new("series");
    patches
        .iter()
        .fold(key, |key, p| key.field(&p.file, &p.bytes))
        .finish()
        .to_hex()
}
