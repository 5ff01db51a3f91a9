//! A series on a plain directory of sources, without a repository and without
//! git's program: for whoever has only the sources that a build tool holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::{Conflict, Patch, SeriesError};

/// Applies the patches to the files of `dir`, in order. Lines may have moved,
/// but what a patch changes and what stands around it must be there, and a file
/// that it adds must not. Patches that remove or rename files are refused.
///
/// # Errors
/// [`SeriesError::Conflict`] for a patch that does not apply: then no file was
/// changed. [`SeriesError::Io`] when a file cannot be read or written.
pub fn patch_directory(dir: &Path, patches: &[Patch]) -> Result<(), SeriesError> {
    let mut files = BTreeMap::new();
    for patch in patches {
        let text = String::from_utf8_lossy(&patch.bytes);
        for change in changes(&text) {
            apply(dir, &mut files, patch, change)?;
        }
    }
    for (file, text) in files {
        let path = dir.join(file);
        let parent = path.parent().unwrap_or(dir);
        fs::create_dir_all(parent).map_err(|e| SeriesError::io("create", parent, e))?;
        fs::write(&path, text).map_err(|e| SeriesError::io("write", &path, e))?;
    }
    Ok(())
}

/// The part of each file, whole lines, without what stands before the first.
fn changes(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices("\ndiff --git ").map(|(end, _)| end + 1);
    let ends = starts.clone().skip(1).chain([text.len()]);
    starts.zip(ends).map(|(start, end)| &text[start..end])
}

fn apply(
    dir: &Path,
    files: &mut BTreeMap<String, String>,
    patch: &Patch,
    change: &str,
) -> Result<(), SeriesError> {
    let Change { file, adds, diff } = parse(change)
        .map_err(|message| conflict(patch, None, message, "mend the patch".to_owned()))?;
    let failed = |message: String| {
        let help = "use a version of the sources that the series is for".to_owned();
        conflict(patch, Some(file), message, help)
    };
    let path = dir.join(file);
    let text = match files.get(file) {
        Some(_) if adds => return Err(failed("is added twice".to_owned())),
        Some(text) => text.clone(),
        None if !adds => fs::read_to_string(&path).map_err(|e| {
            failed(format!(
                "cannot be read: {}",
                warpgrid_store::describe_io(&e)
            ))
        })?,
        None if path.symlink_metadata().is_ok() => {
            return Err(failed("is there already, and the patch adds it".to_owned()));
        }
        None => String::new(),
    };
    let patched = diffy::apply(&text, &diff).map_err(|e| failed(e.to_string()))?;
    files.insert(file.to_owned(), patched);
    Ok(())
}

/// What a patch does to one file.
struct Change<'a> {
    file: &'a str,
    adds: bool,
    diff: diffy::Patch<'a, str>,
}

fn parse(change: &str) -> Result<Change<'_>, String> {
    let start = change
        .find("\n--- ")
        .ok_or("it changes no lines of a file: it renames it, or is binary")?;
    let (head, diff) = (&change[..start], &change[start + 1..]);
    let name = |prefix: &str| diff.lines().find_map(|line| line.strip_prefix(prefix));
    let (old, new) = (name("--- "), name("+++ "));
    let file = new.and_then(|new| new.strip_prefix("b/"));
    let adds = old == Some("/dev/null");
    let file = file
        .filter(|file| adds || old.and_then(|old| old.strip_prefix("a/")) == Some(*file))
        .ok_or("it removes or renames a file")?;
    if adds && !head.contains("\nnew file mode 100644") {
        return Err("it adds a link or a program".to_owned());
    }
    let diff = diffy::Patch::from_str(diff).map_err(|e| e.to_string())?;
    Ok(Change { file, adds, diff })
}

fn conflict(patch: &Patch, file: Option<&str>, message: String, help: String) -> SeriesError {
    SeriesError::Conflict(Box::new(Conflict {
        patch: patch.file.clone(),
        file: file.map(str::to_owned),
        hunk: None,
        message,
        help,
    }))
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
    fn a_patch_of_several_files_changes_each() {
        let dir = sources("one\ntwo\nthree\nfour\n");
        fs::write(dir.path().join("src/b.rs"), "one\ntwo\nthree\nfour\n").unwrap();
        let (_, change) = DIFF.split_once("\n\ndiff").unwrap();
        let second = format!("diff{}", change.replace("src/a.rs", "src/b.rs"));
        patch_directory(dir.path(), &[patch(&format!("{DIFF}{second}"))]).unwrap();
        for file in ["src/a.rs", "src/b.rs"] {
            let text = fs::read_to_string(dir.path().join(file)).unwrap();
            assert_eq!(text, "one\nTWO\nthree\nfour\n", "{file}");
        }
    }

    #[test]
    fn patches_apply_in_order_and_where_the_lines_have_moved() {
        let dir = sources("zero\nzero\none\ntwo\nthree\n");
        let second = DIFF.replace("-two", "-TWO").replace("+TWO", "+2");
        patch_directory(dir.path(), &[patch(DIFF), patch(&second)]).unwrap();
        assert_eq!(text(&dir), "zero\nzero\none\n2\nthree\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    const ADDED: &str = "From 0\nSubject: [PATCH] x\n\nWhy.\n\ndiff --git a/new/b.rs b/new/b.rs\n\
        new file mode 100644\nindex 0000000000..1111111111\n--- /dev/null\n+++ b/new/b.rs\n\
        @@ -0,0 +1,3 @@\n+one\n+two\n+three\n";

    #[test]
    fn files_are_added_and_changed_by_what_comes_after() {
        let dir = sources("one\ntwo\nthree\n");
        let second = DIFF.replace("src/a.rs", "new/b.rs");
        patch_directory(dir.path(), &[patch(ADDED), patch(&second)]).unwrap();
        let added = fs::read_to_string(dir.path().join("new/b.rs")).unwrap();
        assert_eq!(added, "one\nTWO\nthree\n");
        assert_eq!(text(&dir), "one\ntwo\nthree\n");
    }

    #[test]
    fn a_file_that_is_there_already_is_not_added() {
        let dir = sources("one\ntwo\nthree\n");
        let error = patch_directory(dir.path(), &[patch(DIFF), patch(ADDED), patch(ADDED)]);
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("new/b.rs") && error.contains("twice"),
            "{error}"
        );
        assert_eq!(text(&dir), "one\ntwo\nthree\n");
        assert!(!dir.path().join("new").exists());
        patch_directory(dir.path(), &[patch(ADDED)]).unwrap();
        let error = patch_directory(dir.path(), &[patch(DIFF), patch(ADDED)]);
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("new/b.rs") && error.contains("already"),
            "{error}"
        );
        assert_eq!(text(&dir), "one\ntwo\nthree\n");
    }

    #[test]
    fn what_removes_renames_or_links_is_refused() {
        let removed = ADDED
            .replace("new file mode", "deleted file mode")
            .replace("+++ b/new/b.rs", "+++ /dev/null")
            .replace("--- /dev/null", "--- a/new/b.rs");
        let renamed = DIFF.replace("--- a/src/a.rs", "--- a/src/b.rs");
        let only = DIFF.split_once("--- a/").unwrap().0;
        let only = format!("{only}rename from src/a.rs\nrename to src/b.rs\n");
        let link = ADDED.replace("100644", "120000");
        let program = ADDED.replace("100644", "100755");
        for (refused, why) in [
            (removed, "removes or renames"),
            (renamed, "removes or renames"),
            (only, "renames"),
            (link, "adds a link"),
            (program, "or a program"),
        ] {
            let dir = sources("one\ntwo\nthree\n");
            let error = patch_directory(dir.path(), &[patch(DIFF), patch(&refused)]);
            let error = error.unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert_eq!(text(&dir), "one\ntwo\nthree\n");
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        }
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
        assert!(conflict.message.contains("hunk #1"), "{conflict}");
        assert_eq!(text(&dir), "one\nother\nthree\n");
        fs::remove_file(dir.path().join("src/a.rs")).unwrap();
        let error = patch_directory(dir.path(), &[patch(DIFF)]).unwrap_err();
        assert!(error.to_string().contains("src/a.rs"), "{error}");
    }
}
