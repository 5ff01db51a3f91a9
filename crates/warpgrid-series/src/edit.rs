//! New patches and changed ones.

use std::fs;

use serde::Serialize;

use crate::export::{Naming, export_locked};
use crate::git::COMMIT_TIME;
use crate::state::{Operation, WorkTree};
use crate::{Exported, Patch, Place, Programs, Series, SeriesError};

/// A patch to be made of the changes in the work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPatch {
    /// One line: what it does.
    pub subject: String,
    /// Why it exists; any number of paragraphs.
    pub reason: String,
    /// Whether it could go upstream.
    pub upstream_status: String,
    /// The test that fails without it.
    pub test: String,
    /// The file name's part after the number; none: made of the subject.
    pub slug: Option<String>,
    /// `Name <address>`; none: the engine itself.
    pub author: Option<String>,
}

/// Where an edit stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum EditStep {
    /// The work tree stands at the patch: change files, then continue.
    Stopped {
        /// The patch's file name.
        patch: String,
    },
    /// A patch after it conflicts with the change: resolve, then continue.
    Conflict {
        /// The subject of the patch being reapplied.
        subject: String,
        /// Files with conflicts.
        files: Vec<String>,
    },
    /// The series is applied again and its files are written.
    Done {
        /// What became of the files.
        exported: Exported,
    },
}

/// Author of patches made without one; [`NewPatch::author`] overrides it.
const AUTHOR: &str = "WarpGrid <patches@warpgrid.invalid>";

/// Commits the work tree's changes as the last patch and exports the series.
///
/// # Errors
/// [`SeriesError::Clean`] when there are no changes,
/// [`SeriesError::NotApplied`] when they were made on something else than the
/// whole series, and those of [`crate::export()`].
pub fn new_patch(
    series: &Series,
    place: &Place,
    programs: &Programs,
    new: &NewPatch,
) -> Result<Exported, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let work = WorkTree::open(series, place, programs)?;
    work.require_nothing_under_way()?;
    if work.changes()?.is_empty() {
        return Err(SeriesError::Clean { work: work.dir });
    }
    if !work.is_applied(&series.patches()?)? {
        return Err(SeriesError::NotApplied {
            name: series.name.clone(),
        });
    }
    let before = work.head()?;
    work.git.run(&["add", "--all"])?;
    let author = format!("--author={}", new.author.as_deref().unwrap_or(AUTHOR));
    let date = format!("--date={COMMIT_TIME} +0000");
    let args = [
        "commit",
        "--quiet",
        "--no-verify",
        &author,
        &date,
        "--file=-",
    ];
    work.git.run_with(&args, new.message().as_bytes())?;
    let naming = Naming {
        last_slug: new.slug.clone(),
        ..Naming::default()
    };
    export_locked(&work, false, &naming).inspect_err(|_| {
        // The changes go back to being changes.
        let _ = work.git.run(&["reset", "--quiet", "--mixed", &before]);
    })
}

impl NewPatch {
    fn message(&self) -> String {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!(
            "{}\n\n{}\n\nUpstream-Status: {}\nTest: {}\n",
            line(&self.subject),
            self.reason.trim(),
            line(&self.upstream_status),
            line(&self.test)
        )
    }
}

/// Puts the work tree to the patch named by its number or file name.
///
/// # Errors
/// [`SeriesError::NoSuchPatch`], [`SeriesError::NotApplied`], and those of a
/// work tree that is not ready.
pub fn edit(
    series: &Series,
    place: &Place,
    programs: &Programs,
    patch: &str,
) -> Result<EditStep, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let work = WorkTree::open(series, place, programs)?;
    work.require_nothing_under_way()?;
    work.require_clean()?;
    let patches = series.patches()?;
    let position = find(&patches, patch)?;
    if !work.is_applied(&patches)? {
        return Err(SeriesError::NotApplied {
            name: series.name.clone(),
        });
    }
    let commit = work.commits()?[position].clone();
    let file = patches[position].file.clone();
    work.begin(&Operation::Edit {
        patch: file.clone(),
        position,
        before: work.head()?,
        commit: commit.clone(),
        reapplying: false,
    })?;
    work.git.run(&["reset", "--quiet", "--hard", &commit])?;
    Ok(EditStep::Stopped { patch: file })
}

/// Amends the patch with the changes in the work tree and reapplies the ones
/// after it, or goes on after a conflict. When all are applied the series
/// folder is written.
///
/// # Errors
/// [`SeriesError::NotUnderWay`], [`SeriesError::Unresolved`],
/// [`SeriesError::LostCommits`].
pub fn continue_edit(
    series: &Series,
    place: &Place,
    programs: &Programs,
) -> Result<EditStep, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let work = WorkTree::open(series, place, programs)?;
    let Some(Operation::Edit {
        patch,
        position,
        before,
        commit,
        reapplying,
    }) = work.operation()?
    else {
        return Err(SeriesError::NotUnderWay {
            name: series.name.clone(),
            verb: "edit",
        });
    };
    if reapplying {
        require_resolved(&work)?;
        work.git.run(&["add", "--all"])?;
        if let Some(conflict) = pick(&work, &["--continue"])? {
            return Ok(conflict);
        }
    } else {
        amend(&work, position)?;
        work.begin(&Operation::Edit {
            patch: patch.clone(),
            position,
            before: before.clone(),
            commit: commit.clone(),
            reapplying: true,
        })?;
        let rest = format!("{commit}..{before}");
        if commit != before
            && let Some(conflict) = pick(&work, &["--allow-empty", "--cleanup=verbatim", &rest])?
        {
            return Ok(conflict);
        }
    }
    let naming = Naming {
        keep: Some((position, patch)),
        last_slug: None,
    };
    let exported = export_locked(&work, false, &naming)?;
    work.end()?;
    Ok(EditStep::Done { exported })
}

/// Puts the work tree back as it was before the edit.
///
/// # Errors
/// [`SeriesError::NotUnderWay`] when there is none.
pub fn abort_edit(series: &Series, place: &Place, programs: &Programs) -> Result<(), SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let work = WorkTree::open(series, place, programs)?;
    let Some(Operation::Edit { before, .. }) = work.operation()? else {
        return Err(SeriesError::NotUnderWay {
            name: series.name.clone(),
            verb: "edit",
        });
    };
    work.restore(&before)?;
    work.end()
}

fn find(patches: &[Patch], wanted: &str) -> Result<usize, SeriesError> {
    let stem = wanted.strip_suffix(".patch").unwrap_or(wanted);
    let number = stem.parse::<u32>().ok();
    let is_it = |p: &Patch| p.file.strip_suffix(".patch") == Some(stem) || number == Some(p.number);
    patches
        .iter()
        .position(is_it)
        .ok_or_else(|| SeriesError::NoSuchPatch {
            wanted: wanted.to_owned(),
            known: patches.iter().map(|p| p.file.clone()).collect(),
        })
}

/// The user may also have amended by hand, or split the patch into several.
fn amend(work: &WorkTree<'_>, position: usize) -> Result<(), SeriesError> {
    if work.commits()?.len() <= position {
        let (name, work) = (work.series.name.clone(), work.dir.clone());
        return Err(SeriesError::LostCommits { name, work });
    }
    work.git.run(&["add", "--all"])?;
    let args = [
        "commit",
        "--quiet",
        "--amend",
        "--no-edit",
        "--no-verify",
        "--allow-empty",
    ];
    work.git.run(&args).map(drop)
}

fn pick(work: &WorkTree<'_>, args: &[&str]) -> Result<Option<EditStep>, SeriesError> {
    let all = [&["cherry-pick"], args].concat();
    let output = work.git.output(&all)?;
    if output.status.success() {
        return Ok(None);
    }
    let files = unmerged(work)?;
    if files.is_empty() {
        // What a patch did is now done by the one that was edited: drop it.
        if work.git.resolve("CHERRY_PICK_HEAD")?.is_some() && work.changes()?.is_empty() {
            return pick(work, &["--skip"]);
        }
        return Err(work.git.failed(&all, &output));
    }
    let subject = work
        .git
        .text(&["show", "--no-patch", "--format=%s", "CHERRY_PICK_HEAD"])?;
    Ok(Some(EditStep::Conflict { subject, files }))
}

pub(crate) fn unmerged(work: &WorkTree<'_>) -> Result<Vec<String>, SeriesError> {
    let names = work
        .git
        .run(&["diff", "--name-only", "--diff-filter=U", "-z"])?;
    let names = names.split(|b| *b == 0).filter(|n| !n.is_empty());
    Ok(names
        .map(|n| String::from_utf8_lossy(n).into_owned())
        .collect())
}

fn require_resolved(work: &WorkTree<'_>) -> Result<(), SeriesError> {
    let marked = |file: &String| {
        let text = fs::read(work.dir.join(file)).unwrap_or_default();
        text.split(|b| *b == b'\n')
            .any(|l| l.starts_with(b"<<<<<<< ") || l.starts_with(b">>>>>>> "))
    };
    let files: Vec<String> = unmerged(work)?.into_iter().filter(marked).collect();
    if files.is_empty() {
        return Ok(());
    }
    Err(SeriesError::Unresolved {
        work: work.dir.clone(),
        files,
    })
}
