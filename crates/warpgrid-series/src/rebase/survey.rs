//! Survey: the series tried on many versions, beside the work tree.

use serde::Serialize;

use super::engine::{Engine, Step};
use super::report::RebasedPatch;
use super::versions::{self, Version};
use crate::apply::am;
use crate::git::Git;
use crate::import::{import_locked, init};
use crate::process::Cancel;
use crate::state::commits;
use crate::{Fetch, Place, Programs, Series, SeriesError};

/// How a series does on many versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Survey {
    /// Upstream's name.
    pub upstream: String,
    /// The version the series applies to now.
    pub from: String,
    /// One for each version.
    pub rows: Vec<SurveyRow>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SurveyRow {
    /// Its name.
    pub to: String,
    /// The patches; those after the first conflict are pending.
    pub patches: Vec<RebasedPatch>,
}

/// Tries the series on the versions `to`, or, if none is named, on all that
/// are newer than the pinned one. Work tree and series folder are not touched.
///
/// # Errors
/// [`SeriesError::UnknownVersion`], [`SeriesError::NoVersions`], and when
/// upstream cannot be fetched or the series does not apply to its own version.
pub fn survey(
    series: &Series,
    place: &Place,
    programs: &Programs,
    cancel: &Cancel,
    to: &[String],
    git: Option<&str>,
) -> Result<Survey, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let imported = import_locked(series, place, programs, cancel)?;
    let fetch = Fetch {
        place,
        programs,
        cancel,
    };
    let bare = super::bare(series, place)?;
    let available = versions::available(series, git, &bare, fetch)?;
    let wanted = if to.is_empty() {
        available.newer()?
    } else {
        to.to_vec()
    };

    let scratch =
        tempfile::tempdir().map_err(|e| SeriesError::io("create", &std::env::temp_dir(), e))?;
    let git = Git::new(&programs.git, scratch.path());
    init(&git, scratch.path(), &imported.repository)?;
    git.run(&["checkout", "--quiet", "-B", "series", &imported.commit])?;
    let patches = series.patches()?;
    for patch in &patches {
        am(&git, scratch.path(), patch)?;
    }
    let files: Vec<String> = patches.into_iter().map(|p| p.file).collect();
    let commits = commits(&git, &imported.commit, "HEAD")?;

    let mut rows = Vec::new();
    for name in wanted {
        let version = available.version(&name)?;
        let history = version.history.clone();
        let engine = Engine::open(&git, bare.path(), &series.dir, history, &imported.commit)?;
        rows.push(SurveyRow {
            patches: try_on(&engine, &version, &files, &commits, cancel)?,
            to: version.name,
        });
    }
    Ok(Survey {
        upstream: series.upstream.name.clone(),
        from: series.upstream.version.clone(),
        rows,
    })
}

fn try_on(
    engine: &Engine,
    version: &Version,
    files: &[String],
    commits: &[String],
    cancel: &Cancel,
) -> Result<Vec<RebasedPatch>, SeriesError> {
    let mut tip = version.pristine.clone();
    let mut patches: Vec<RebasedPatch> = files.iter().map(|f| RebasedPatch::pending(f)).collect();
    for (patch, commit) in patches.iter_mut().zip(commits) {
        if cancel.is_cancelled() {
            return Err(SeriesError::Interrupted);
        }
        match engine.step(&patch.file, commit, &tip)? {
            Step::Done { patch: done, onto } => (*patch, tip) = (done, onto),
            Step::Stopped { patch: stopped, .. } => {
                *patch = stopped;
                break;
            }
        }
    }
    Ok(patches)
}
