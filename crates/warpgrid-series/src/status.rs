//! Status: where a series and its work tree stand, as data.

use std::path::PathBuf;

use serde::Serialize;

use crate::export::mails;
use crate::state::{EXPORTED, Operation, UPSTREAM, WorkTree};
use crate::{Lint, Patch, Place, Programs, Series, SeriesError, Upstream};

/// All about one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Its short name.
    pub series: String,
    /// Its folder.
    pub dir: PathBuf,
    /// The pin.
    pub upstream: Upstream,
    /// Where the work tree is, or will be.
    pub work: PathBuf,
    /// What it is like.
    pub state: WorkState,
    /// Changed and untracked files there.
    pub dirty: Vec<String>,
    /// Whether it has commits that are not in the folder.
    pub unexported: bool,
    /// The patches of the folder, in order.
    pub patches: Vec<PatchStatus>,
}

/// What the work tree is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum WorkState {
    /// There is none.
    NotImported,
    /// It stands on another version than the pin.
    WrongVersion {
        /// The tree it stands on.
        tree: String,
    },
    /// It is upstream's tree and nothing else.
    Pristine,
    /// The series is wholly applied.
    Applied,
    /// It has other commits than the series.
    Differs,
    /// Something is under way.
    UnderWay(Operation),
}

/// One patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PatchStatus {
    /// File name.
    pub file: String,
    /// What it does.
    pub subject: String,
    /// Whether the work tree has it.
    pub state: PatchState,
    /// What its header lacks.
    pub lints: Vec<Lint>,
}

/// Whether the work tree has a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatchState {
    /// As it stands in the folder.
    Applied,
    /// A commit of that subject, with other content.
    Changed,
    /// Not at all.
    NotApplied,
}

/// Looks at a series and its work tree; changes nothing and waits for nobody.
///
/// # Errors
/// [`SeriesError`] when the series or the work tree cannot be read.
pub fn status(series: &Series, place: &Place, programs: &Programs) -> Result<Status, SeriesError> {
    let work = WorkTree::at(series, place, programs);
    let patches = series.patches()?;
    let mut status = Status {
        series: series.name.clone(),
        dir: series.dir.clone(),
        upstream: series.upstream.clone(),
        work: work.dir.clone(),
        state: WorkState::NotImported,
        dirty: Vec::new(),
        unexported: false,
        patches: Vec::new(),
    };
    let mut commits = Vec::new();
    if work.exists()
        && let Some(tree) = work.upstream_tree()?
    {
        commits = mails(&work.git, &work.commits()?)?;
        status.dirty = work.changes()?;
        let head = Some(work.head()?);
        status.unexported =
            head != work.git.resolve(EXPORTED)? && head != work.git.resolve(UPSTREAM)?;
        status.state = if let Some(operation) = work.operation()? {
            WorkState::UnderWay(operation)
        } else if tree != series.upstream.tree {
            WorkState::WrongVersion { tree }
        } else if work.is_applied(&patches)? {
            WorkState::Applied
        } else if commits.is_empty() {
            WorkState::Pristine
        } else {
            WorkState::Differs
        };
    }
    let applied = status.state == WorkState::Applied;
    status.patches = patches
        .iter()
        .map(|patch| look_at(patch, &commits, applied))
        .collect();
    Ok(status)
}

fn look_at(patch: &Patch, commits: &[Vec<u8>], all_applied: bool) -> PatchStatus {
    let same_subject = |mail: &&Vec<u8>| {
        Patch::parse("0000-", (*mail).clone()).is_ok_and(|other| other.subject == patch.subject)
    };
    let state = if all_applied || commits.contains(&patch.bytes) {
        PatchState::Applied
    } else if commits.iter().any(|mail| same_subject(&mail)) {
        PatchState::Changed
    } else {
        PatchState::NotApplied
    };
    PatchStatus {
        file: patch.file.clone(),
        subject: patch.subject.clone(),
        state,
        lints: patch.lint(),
    }
}
