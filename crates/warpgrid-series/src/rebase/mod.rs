//! Rebase: the series on another version of its upstream.
//!
//! Each patch is merged three ways: its parent on the pinned version is the
//! common ancestor of its own commit and of the new version with the patches
//! below it. That is what `git rebase` does, and so git's rename detection
//! follows files that upstream moved; but the merges are made of trees alone
//! (`git merge-tree`), so the work tree is touched only where a maintainer has
//! to look at it, and a survey of many versions touches none.
//!
//! Patches and pin are written in one step at the end. All that is needed to
//! go on or to go back is in the work tree's state before each step, so a
//! killed rebase is continued or aborted like any other.

mod conflict;
mod diff;
mod engine;
mod folder;
mod history;
mod lines;
mod merge;
mod report;
mod resolution;
mod survey;
mod versions;
mod work;

use serde::{Deserialize, Serialize};

pub use folder::Folder;
pub use history::History;
pub use report::{RebaseConflict, RebaseReport, RebaseStatus, RebasedPatch};
pub use survey::{Survey, SurveyRow, survey};
pub use versions::{Version, Versions};

use crate::process::Cancel;
use crate::state::WorkTree;
use crate::{Fetch, Place, Programs, Series, SeriesError, Source};
use work::Rebasing;

/// Where a rebase stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RebaseStep {
    /// A patch needs a hand: resolve it in the work tree, then continue.
    Stopped(RebaseReport),
    /// The series applies to the new version, and its files say so.
    Done {
        /// What became of each patch.
        report: RebaseReport,
        /// Entries of `sources.toml` that went: they hold the old version, and
        /// the new one's checksums are not known.
        dropped: Vec<String>,
    },
}

/// All about a rebase that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebaseState {
    /// What is known of each patch.
    pub report: RebaseReport,
    /// The version it goes to.
    pub version: Version,
    /// The commit of the pinned tree.
    pub pristine: String,
    /// HEAD before, to go back to.
    pub before: String,
    /// What the engine knew of the work tree before.
    pub applied: Option<String>,
    /// The series folder before.
    pub folder: Folder,
    /// The sources that can be had for the pinned version only.
    pub dropped: Vec<String>,
    /// The series as commits on the pinned tree; empty until they are made.
    pub commits: Vec<String>,
    /// The series' tip on the new version so far.
    pub onto: String,
    /// The conflict at which the work tree stands.
    pub stop: Option<Stop>,
    /// The series folder as it is to be, once that is being written.
    pub writing: Option<Folder>,
}

/// A conflict shown in the work tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The tree with markers.
    pub tree: String,
    /// The name under which its resolution is kept; none if it is not.
    pub key: Option<String>,
}

/// Begins a rebase to the version `to`: a tag, branch or commit of the git
/// repository `git` (a path or URL) or of the series' own, or a version of the
/// registry that its source is from.
///
/// # Errors
/// Those of a work tree that is not ready, as for [`crate::apply()`];
/// [`SeriesError::UnderWay`] when a rebase is;
/// [`SeriesError::UnknownVersion`], [`SeriesError::NoVersions`], and why the
/// version could not be fetched. The work tree is then as it was.
pub fn rebase(
    series: &Series,
    place: &Place,
    programs: &Programs,
    cancel: &Cancel,
    to: &str,
    git: Option<&str>,
) -> Result<RebaseStep, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let work = WorkTree::open(series, place, programs)?;
    work.require_nothing_under_way()?;
    work.require_clean()?;
    work.require_exported()?;
    require_source(series, git)?;
    let fetch = Fetch {
        place,
        programs,
        cancel,
    };
    let bare = bare(series, place)?;
    let version = versions::available(series, git, &bare, fetch)?.version(to)?;
    let mut rebasing = Rebasing::begin(work, place, version)?;
    rebasing.run(cancel).or_else(|error| {
        rebasing.abort()?;
        Err(error)
    })
}

/// Goes on after a conflict is resolved, or after a rebase was killed.
///
/// # Errors
/// [`SeriesError::NotUnderWay`], [`SeriesError::Unresolved`],
/// [`SeriesError::SeriesChanged`].
pub fn continue_rebase(
    series: &Series,
    place: &Place,
    programs: &Programs,
    cancel: &Cancel,
) -> Result<RebaseStep, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let mut rebasing = Rebasing::under_way(series, place, programs)?;
    rebasing.resolve()?;
    rebasing.run(cancel)
}

/// Puts work tree and series folder back as they were before the rebase;
/// remembered resolutions stay.
///
/// # Errors
/// [`SeriesError::NotUnderWay`] when there is none.
pub fn abort_rebase(
    series: &Series,
    place: &Place,
    programs: &Programs,
) -> Result<(), SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    Rebasing::under_way(series, place, programs)?.abort()
}

/// The pin can only follow where a source can.
fn require_source(series: &Series, git: Option<&str>) -> Result<(), SeriesError> {
    let follows = |source: &Source| match source {
        Source::Git(_) => true,
        other => git.is_none() && other.registry().is_some(),
    };
    if series.sources.0.iter().any(follows) {
        return Ok(());
    }
    Err(SeriesError::NoVersions {
        name: series.name.clone(),
        sources: series.dir.join("sources.toml"),
    })
}

fn bare(series: &Series, place: &Place) -> Result<git2::Repository, SeriesError> {
    let dir = place.upstream_dir(&series.upstream.name);
    git2::Repository::init_bare(&dir).map_err(|e| SeriesError::repository(&dir, &e))
}
