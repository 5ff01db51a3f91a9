//! Export: the work tree's commits as the patch files of the series.
//!
//! A patch file is a function of its commit alone. Whatever else git could put
//! in is taken out or fixed: commit ids, git's version, numbering, the
//! diffstat (its width depends on the other files), abbreviated hashes (their
//! length depends on the repository), rename detection and diff algorithm
//! (both differ between versions of git). So a series that was exported once
//! comes out byte for byte the same after every apply.

use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde::Serialize;

use crate::git::Git;
use crate::patch::{Patch, slug};
use crate::state::WorkTree;
use crate::{Place, Programs, Series, SeriesError};

/// What happens to one patch file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is as it should be.
    Same,
    /// Its content changes.
    Changed,
    /// It is new.
    Added,
    /// No commit stands for it any more.
    Removed,
}

/// What [`export`] did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// All patch files by name, with what happens to each, in order.
    pub patches: Vec<(String, Change)>,
}

impl Exported {
    /// The files that are not [`Change::Same`].
    pub fn changes(&self) -> impl Iterator<Item = &(String, Change)> {
        self.patches
            .iter()
            .filter(|(_, change)| *change != Change::Same)
    }
}

/// Writes the commits of the work tree to the series folder; with `check`,
/// only says what would change.
///
/// A patch keeps its file name as long as its subject stays; new ones get the
/// next number and a slug of their subject.
///
/// # Errors
/// [`SeriesError::Dirty`], [`SeriesError::UnderWay`],
/// [`SeriesError::WrongVersion`], [`SeriesError::NotImported`] for a work tree
/// that is not ready; others when files cannot be written.
pub fn export(
    series: &Series,
    place: &Place,
    programs: &Programs,
    check: bool,
) -> Result<Exported, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let work = WorkTree::open(series, place, programs)?;
    work.require_nothing_under_way()?;
    work.require_clean()?;
    export_locked(&work, check, &Naming::default())
}

/// Wishes about names, where a subject alone does not tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Naming {
    /// The commit at this position (from 0) keeps this file's name, whatever
    /// its subject is now.
    pub(crate) keep: Option<(usize, String)>,
    /// The slug of the last commit.
    pub(crate) last_slug: Option<String>,
}

pub(crate) fn export_locked(
    work: &WorkTree<'_>,
    check: bool,
    naming: &Naming,
) -> Result<Exported, SeriesError> {
    let old = work.series.patches()?;
    let mails = mails(&work.git, &work.commits()?)?;
    let new = name_patches(mails, &old, naming);
    let mut exported = Exported::default();
    for patch in &new {
        let change = match old.iter().find(|o| o.file == patch.file) {
            None => Change::Added,
            Some(o) if o.bytes == patch.bytes => Change::Same,
            Some(_) => Change::Changed,
        };
        exported.patches.push((patch.file.clone(), change));
    }
    let kept: HashSet<&str> = new.iter().map(|p| p.file.as_str()).collect();
    let removed = old.iter().filter(|o| !kept.contains(o.file.as_str()));
    exported
        .patches
        .extend(removed.map(|o| (o.file.clone(), Change::Removed)));
    exported.patches.sort_by(|a, b| a.0.cmp(&b.0));
    if !check {
        write(work, &new, &exported)?;
        work.mark_same_as(&new)?;
    }
    Ok(exported)
}

/// How a change is written: nothing that depends on the repository, the user
/// or git's version.
pub(crate) const DIFF_FORMAT: &[&str] = &[
    "--patch",
    "--full-index",
    "--binary",
    "--no-renames",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--unified=3",
    "--inter-hunk-context=0",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--submodule=short",
    "--ignore-submodules=all",
];

/// The commits as mails.
pub(crate) fn mails(git: &Git, commits: &[String]) -> Result<Vec<Vec<u8>>, SeriesError> {
    let format = [
        "format-patch",
        "--stdout",
        "--zero-commit",
        "--no-signature",
        "--subject-prefix=PATCH",
        "--no-numbered",
        "--no-cover-letter",
        "--no-thread",
        "--no-attach",
        "--no-notes",
        "--no-base",
        "--no-add-header",
        "--no-to",
        "--no-cc",
        "--no-from",
        "--no-encode-email-headers",
        "--no-stat",
    ];
    let mut mails = Vec::new();
    for commit in commits {
        let mail = git.run(&[&format[..], DIFF_FORMAT, &["-1", commit]].concat())?;
        // A commit without changes has no mail and cannot be a patch.
        if !mail.is_empty() {
            mails.push(mail);
        }
    }
    Ok(mails)
}

pub(crate) fn name_patches(mails: Vec<Vec<u8>>, old: &[Patch], naming: &Naming) -> Vec<Patch> {
    let count = mails.len();
    let mut free: Vec<&Patch> = old.iter().collect();
    let mut number = 0;
    let mut named = Vec::new();
    for (position, bytes) in mails.into_iter().enumerate() {
        let mail = Patch::parse("0000-", bytes.clone()).ok();
        let subject = mail.map(|m| m.subject).unwrap_or_default();
        let wished = naming
            .keep
            .as_ref()
            .filter(|(at, _)| *at == position)
            .map(|(_, file)| file);
        let same = free.iter().position(|o| match wished {
            Some(file) => o.file == *file,
            None => o.subject == subject,
        });
        let kept = same.map(|at| free.remove(at));
        number = match kept {
            Some(o) if o.number > number => o.number,
            _ => number + 1,
        };
        let own_slug = naming.last_slug.as_ref().filter(|_| position + 1 == count);
        let slug = match kept {
            Some(o) => o.file[5..o.file.len() - ".patch".len()].to_owned(),
            None => slug(own_slug.unwrap_or(&subject)),
        };
        named.push(Patch {
            file: format!("{number:04}-{slug}.patch"),
            number,
            subject,
            bytes,
        });
    }
    named
}

fn write(work: &WorkTree<'_>, patches: &[Patch], exported: &Exported) -> Result<(), SeriesError> {
    let (mut written, mut removed) = (Vec::new(), Vec::new());
    for (file, change) in exported.changes() {
        match patches.iter().find(|p| p.file == *file) {
            Some(patch) if *change != Change::Removed => {
                written.push((file.clone(), patch.bytes.clone()));
            }
            _ => removed.push(file.clone()),
        }
    }
    replace_files(&work.series.dir, &written, &removed)
}

/// All new contents are on disk under temporary names before the first file of
/// `dir` changes, so a full disk leaves it as it was.
pub(crate) fn replace_files(
    dir: &Path,
    written: &[(String, Vec<u8>)],
    removed: &[String],
) -> Result<(), SeriesError> {
    let failed = |e| SeriesError::io("write to", dir, e);
    let mut ready = Vec::new();
    for (file, bytes) in written {
        let mut temporary = tempfile::Builder::new()
            .prefix(".export-")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .tempfile_in(dir)
            .map_err(failed)?;
        temporary
            .write_all(bytes)
            .and_then(|()| temporary.as_file().sync_all())
            .map_err(failed)?;
        ready.push((temporary, dir.join(file)));
    }
    for (temporary, path) in ready {
        temporary
            .persist(&path)
            .map_err(|e| SeriesError::io("write", &path, e.error))?;
    }
    for file in removed {
        let path = dir.join(file);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                return Err(SeriesError::io("remove", &path, e));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(subject: &str) -> Vec<u8> {
        format!("From 0\nSubject: [PATCH] {subject}\n\nx").into_bytes()
    }

    fn names(subjects: &[&str], old: &[(&str, &str)], naming: &Naming) -> Vec<String> {
        let old: Vec<Patch> = old
            .iter()
            .map(|(file, subject)| Patch::parse(file, mail(subject)).unwrap())
            .collect();
        let mails = subjects.iter().map(|s| mail(s)).collect();
        name_patches(mails, &old, naming)
            .into_iter()
            .map(|p| p.file)
            .collect()
    }

    const OLD: &[(&str, &str)] = &[("0001-first.patch", "a"), ("0005-second.patch", "b")];

    #[test]
    fn names_stay_with_their_subjects_and_gaps_stay_open() {
        let none = Naming::default();
        assert_eq!(
            names(&["a", "b"], OLD, &none),
            ["0001-first.patch", "0005-second.patch"]
        );
        assert_eq!(
            names(&["a", "new one", "b", "last"], OLD, &none),
            [
                "0001-first.patch",
                "0002-new-one.patch",
                "0005-second.patch",
                "0006-last.patch"
            ]
        );
    }

    #[test]
    fn a_new_order_gives_new_numbers_and_keeps_slugs() {
        let none = Naming::default();
        assert_eq!(
            names(&["b", "a"], OLD, &none),
            ["0005-second.patch", "0006-first.patch"]
        );
    }

    #[test]
    fn an_edited_subject_keeps_the_file_and_a_new_patch_its_slug() {
        let keep = Naming {
            keep: Some((1, "0005-second.patch".into())),
            last_slug: None,
        };
        assert_eq!(
            names(&["a", "changed"], OLD, &keep),
            ["0001-first.patch", "0005-second.patch"]
        );
        let slugged = Naming {
            keep: None,
            last_slug: Some("my slug".into()),
        };
        assert_eq!(names(&["c"], &[], &slugged), ["0001-my-slug.patch"]);
    }
}
