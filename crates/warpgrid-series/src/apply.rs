//! Apply: one commit per patch on the upstream commit, by `git am`.

use std::path::Path;

use crate::git::{Git, last_words};
use crate::process::Cancel;
use crate::state::{Operation, UPSTREAM, WorkTree};
use crate::{Conflict, Patch, Place, Programs, Series, SeriesError};

/// What [`apply`] did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Applied {
    /// The patches, in order.
    pub patches: Vec<String>,
    /// The commit of the last one; the same on every machine.
    pub tip: String,
    /// Whether an earlier apply had been killed and was undone first.
    pub recovered: bool,
}

/// Applies the whole series to the work tree, from the pristine tree up.
///
/// When a patch does not apply, the work tree is put back as it was.
///
/// # Errors
/// [`SeriesError::Conflict`] for a patch that does not apply;
/// [`SeriesError::Dirty`], [`SeriesError::Unexported`],
/// [`SeriesError::UnderWay`], [`SeriesError::WrongVersion`] or
/// [`SeriesError::NotImported`] for a work tree that is not ready.
pub fn apply(
    series: &Series,
    place: &Place,
    programs: &Programs,
    cancel: &Cancel,
) -> Result<Applied, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let work = WorkTree::open(series, place, programs)?;
    let patches = series.patches()?;
    let recovered = recover(&work)?;
    work.require_nothing_under_way()?;
    work.require_clean()?;
    work.require_exported()?;
    let before = work.head()?;
    work.begin(&Operation::Apply {
        before: before.clone(),
    })?;
    if let Err(e) = apply_all(&work, &patches, cancel) {
        work.restore(&before)?;
        work.end()?;
        return Err(e);
    }
    let tip = work.head()?;
    work.mark_same_as(&patches)?;
    work.end()?;
    Ok(Applied {
        patches: patches.into_iter().map(|p| p.file).collect(),
        tip,
        recovered,
    })
}

/// Undoes an apply that was killed half-way.
///
/// # Errors
/// [`SeriesError::NotUnderWay`] when there is none.
pub fn abort_apply(series: &Series, place: &Place, programs: &Programs) -> Result<(), SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let work = WorkTree::open(series, place, programs)?;
    if recover(&work)? {
        return Ok(());
    }
    work.require_nothing_under_way()?;
    Err(SeriesError::NotUnderWay {
        name: series.name.clone(),
        verb: "apply",
    })
}

/// The lock is ours, so an apply that is written down as running was killed.
fn recover(work: &WorkTree<'_>) -> Result<bool, SeriesError> {
    let Some(Operation::Apply { before }) = work.operation()? else {
        return Ok(false);
    };
    work.restore(&before)?;
    work.end()?;
    Ok(true)
}

pub(crate) fn apply_all(
    work: &WorkTree<'_>,
    patches: &[Patch],
    cancel: &Cancel,
) -> Result<(), SeriesError> {
    work.git
        .run(&["checkout", "--quiet", "--force", "-B", "series", UPSTREAM])?;
    for patch in patches {
        if cancel.is_cancelled() {
            return Err(SeriesError::Interrupted);
        }
        am(&work.git, &work.dir, patch)?;
    }
    Ok(())
}

/// Applies one patch as one commit; on failure git's own state is undone.
pub(crate) fn am(git: &Git, dir: &Path, patch: &Patch) -> Result<(), SeriesError> {
    // The file goes in by its bytes, not by its path: whoever edits the folder
    // meanwhile does not change what is applied.
    let failed = |e| SeriesError::io("write a file in", dir, e);
    let mail = dir.join(".git/warpgrid-patch");
    std::fs::write(&mail, &patch.bytes).map_err(failed)?;
    let args = [
        "am",
        "--quiet",
        "--keep-non-patch",
        "--keep-cr",
        "--no-scissors",
        "--no-3way",
    ];
    let mail_arg = mail.to_string_lossy();
    let output = git.output(&[&args[..], &["--whitespace=nowarn", "--", &mail_arg]].concat())?;
    if output.status.success() {
        return std::fs::remove_file(&mail).map_err(failed);
    }
    let _ = git.output(&["am", "--abort"]);
    Err(SeriesError::Conflict(Box::new(conflict(
        patch,
        &output.stderr,
    ))))
}

fn conflict(patch: &Patch, stderr: &[u8]) -> Conflict {
    let said = String::from_utf8_lossy(stderr);
    let error = said
        .lines()
        .find_map(|l| l.strip_prefix("error: "))
        .unwrap_or("")
        .trim();
    let (mut file, mut hunk) = (None, None);
    let message = if let Some(at) = error.strip_prefix("patch failed: ") {
        if let Some((path, line)) = at.rsplit_once(':') {
            file = Some(path.to_owned());
            hunk = Some(
                patch
                    .hunk(path, line)
                    .unwrap_or_else(|| format!("at line {line}")),
            );
        }
        "the lines it changes are not there".to_owned()
    } else if let Some((path, what)) = error.split_once(": ") {
        file = Some(path.to_owned());
        what.to_owned()
    } else {
        last_words(stderr)
    };
    Conflict {
        patch: patch.file.clone(),
        file,
        hunk,
        message,
        help: "the work tree is as it was; mend the patch, or the one before it that changes the \
               same lines (`cargo xtask patches edit`)"
            .to_owned(),
    }
}
