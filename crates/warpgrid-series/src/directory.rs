//! A series on a plain directory of sources, without a repository and without
//! git's program: for whoever has only the sources that a build tool holds.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::tarball::{self, Object};
use crate::{Conflict, Patch, SeriesError};

/// Applies the patches to the files of `dir`, in order. Lines may have moved,
/// but the context must be there; file modes and names stay as they are.
///
/// # Errors
/// [`SeriesError::Conflict`] for a patch that does not apply: then no file was
/// changed. [`SeriesError::Io`] when a file cannot be read or written.
pub fn patch_directory(dir: &Path, patches: &[Patch]) -> Result<(), SeriesError> {
    let scratch = tempfile::tempdir().map_err(|e| SeriesError::io("create", Path::new("."), e))?;
    let damaged = |e: git2::Error| SeriesError::repository(scratch.path(), &e);
    let repository = git2::Repository::init_bare(scratch.path()).map_err(damaged)?;
    let diffs = patches
        .iter()
        .map(|patch| git2::Diff::from_buffer(&patch.bytes).map_err(|e| unreadable(patch, &e)))
        .collect::<Result<Vec<_>, _>>()?;
    let files = diffs.iter().flat_map(changed).collect();
    let mut tree = import(&repository, dir, &files)?;
    for (patch, diff) in patches.iter().zip(&diffs) {
        let base = repository.find_tree(tree).map_err(damaged)?;
        tree = apply(&repository, &base, patch, diff)?;
    }
    let tree = repository.find_tree(tree).map_err(damaged)?;
    for file in &files {
        let entry = tree.get_path(Path::new(file)).map_err(damaged)?;
        let blob = repository.find_blob(entry.id()).map_err(damaged)?;
        let path = dir.join(file);
        fs::write(&path, blob.content()).map_err(|e| SeriesError::io("write", &path, e))?;
    }
    Ok(())
}

/// The files that a diff changes.
fn changed(diff: &git2::Diff<'_>) -> Vec<String> {
    let path = |delta: git2::DiffDelta<'_>| delta.new_file().path().map(Path::to_owned);
    diff.deltas()
        .filter_map(path)
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

/// The tree of those of the files that are there.
fn import(
    repository: &git2::Repository,
    dir: &Path,
    files: &BTreeSet<String>,
) -> Result<git2::Oid, SeriesError> {
    let mut objects = std::collections::BTreeMap::new();
    for file in files {
        let path = dir.join(file);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(SeriesError::io("read", &path, e)),
        };
        let object = repository
            .blob(&bytes)
            .map(|id| Object::file(id, bytes.len()))
            .map_err(|e| SeriesError::repository(repository.path(), &e))?;
        objects.insert(file.clone(), object);
    }
    tarball::write_tree(repository, objects)
}

fn apply(
    repository: &git2::Repository,
    base: &git2::Tree<'_>,
    patch: &Patch,
    diff: &git2::Diff<'_>,
) -> Result<git2::Oid, SeriesError> {
    // What libgit2 was at when it failed: its message names no file.
    let at = RefCell::new((None, None));
    let mut options = git2::ApplyOptions::new();
    options.delta_callback(|delta| {
        let file = delta.as_ref().and_then(|delta| delta.new_file().path());
        *at.borrow_mut() = (file.map(|path| path.display().to_string()), None);
        true
    });
    options.hunk_callback(|hunk| {
        let header = hunk.map(|hunk| String::from_utf8_lossy(hunk.header()).trim().to_owned());
        at.borrow_mut().1 = header;
        true
    });
    let applied = repository.apply_to_tree(base, diff, Some(&mut options));
    drop(options);
    let (file, hunk) = at.into_inner();
    let mut index = applied.map_err(|e| {
        SeriesError::Conflict(Box::new(Conflict {
            patch: patch.file.clone(),
            file,
            hunk,
            message: match e.code() {
                git2::ErrorCode::ApplyFail => "the lines it changes are not there".to_owned(),
                git2::ErrorCode::NotFound => "the file is not there".to_owned(),
                _ => e.message().to_owned(),
            },
            help: "use a version of the sources that the series is for".to_owned(),
        }))
    })?;
    index
        .write_tree_to(repository)
        .map_err(|e| SeriesError::repository(repository.path(), &e))
}

fn unreadable(patch: &Patch, error: &git2::Error) -> SeriesError {
    SeriesError::Patch {
        path: patch.file.clone().into(),
        message: format!("is no diff: {}", error.message()),
        help: "write it with `cargo xtask patches new` or `git format-patch`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "From 0\nSubject: [PATCH] x\n\nWhy.\n\ndiff --git a/src/a.rs b/src/a.rs\n\
        --- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";

    fn patch(text: &str) -> Patch {
        Patch::parse("0001-x.patch", text.as_bytes().to_vec()).unwrap()
    }

    fn sources(text: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        fs::write(dir.path().join("src/a.rs"), text).unwrap();
        dir
    }

    fn text(dir: &tempfile::TempDir) -> String {
        fs::read_to_string(dir.path().join("src/a.rs")).unwrap()
    }

    #[test]
    fn patches_apply_in_order_and_where_the_lines_have_moved() {
        let dir = sources("zero\nzero\none\ntwo\nthree\r\n".replace('\r', "").as_str());
        let second = DIFF.replace("-two", "-TWO").replace("+TWO", "+2");
        patch_directory(dir.path(), &[patch(DIFF), patch(&second)]).unwrap();
        assert_eq!(text(&dir), "zero\nzero\none\n2\nthree\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_conflict_names_patch_file_and_hunk_and_changes_nothing() {
        let dir = sources("one\nother\nthree\n");
        let error = patch_directory(dir.path(), &[patch(DIFF)]).unwrap_err();
        let SeriesError::Conflict(conflict) = error else {
            panic!("{error}")
        };
        assert_eq!(conflict.patch, "0001-x.patch");
        assert_eq!(conflict.file.as_deref(), Some("src/a.rs"));
        assert_eq!(conflict.hunk.as_deref(), Some("@@ -1,3 +1,3 @@"));
        assert_eq!(text(&dir), "one\nother\nthree\n");
        fs::remove_file(dir.path().join("src/a.rs")).unwrap();
        let error = patch_directory(dir.path(), &[patch(DIFF)]).unwrap_err();
        assert!(error.to_string().contains("src/a.rs"), "{error}");
    }
}
