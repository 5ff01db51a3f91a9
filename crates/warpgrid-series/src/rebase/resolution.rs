//! Remembered resolutions: `resolutions/<conflict>.patch` in the series folder.
//!
//! A resolution is the difference between the files as the merge left them,
//! with markers, and as the maintainer made them. It has the lines of the
//! conflict and one line around each change, never a whole file of upstream,
//! and reads like any patch. Its name is a digest of the conflict's two sides,
//! so it is found again on every version that brings the same conflict.

use std::fs;
use std::path::{Path, PathBuf};

use super::conflict;
use super::merge::Merge;
use super::report::RebaseConflict;
use crate::SeriesError;
use crate::export::replace_files;
use crate::git::Git;

const FOLDER: &str = "resolutions";
const DELETED: &str = "Deleted: ";

/// The resolutions of one series.
pub(crate) struct Resolutions {
    series: PathBuf,
}

/// What is known of a stop before its resolution.
pub(crate) struct Conflicted<'a> {
    /// The conflict's name.
    pub(crate) key: &'a str,
    /// The tree with markers.
    pub(crate) tree: &'a str,
    /// The patch's subject.
    pub(crate) subject: &'a str,
    pub(crate) conflicts: &'a [RebaseConflict],
}

/// The name under which a resolution of the merge is kept; none for a conflict
/// whose resolution would hold a whole file of upstream.
pub(crate) fn key(
    repository: &git2::Repository,
    merge: &Merge,
) -> Result<Option<String>, SeriesError> {
    if merge.both_added() {
        return Ok(None);
    }
    conflict::key(repository, merge).map(Some)
}

impl Resolutions {
    pub(crate) fn of(series: &Path) -> Self {
        Resolutions {
            series: series.to_owned(),
        }
    }

    /// The resolved tree and the resolution's name, if there is one that fits.
    pub(crate) fn apply(
        &self,
        git: &Git,
        key: &str,
        tree: &str,
    ) -> Result<Option<(String, String)>, SeriesError> {
        let file = file(key);
        let Ok(resolution) = fs::read(self.series.join(&file)) else {
            return Ok(None);
        };
        let start = resolution
            .windows(11)
            .position(|w| w == b"diff --git ")
            .unwrap_or(resolution.len());
        let (head, diff) = resolution.split_at(start);
        let index = git.with_own_index()?;
        index.run(&["read-tree", tree])?;
        for path in String::from_utf8_lossy(head)
            .lines()
            .filter_map(|line| line.strip_prefix(DELETED))
        {
            index.run(&["update-index", "--force-remove", "--", path])?;
        }
        let apply = ["apply", "--cached", "--whitespace=nowarn", "-"];
        if !diff.is_empty() && index.run_with(&apply, diff).is_err() {
            return Ok(None);
        }
        Ok(Some((index.text(&["write-tree"])?, file)))
    }

    /// Keeps how the conflict was resolved; gives the file's name.
    pub(crate) fn remember(
        &self,
        git: &Git,
        of: &Conflicted<'_>,
        resolved: &str,
    ) -> Result<String, SeriesError> {
        let deleted = ["diff", "-M", "--name-only", "--diff-filter=D", "-z"];
        let deleted = git.text(&[&deleted[..], &[of.tree, resolved]].concat())?;
        let format = [
            "diff",
            "-M",
            "--diff-filter=d",
            "--unified=1",
            "--binary",
            "--full-index",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--diff-algorithm=myers",
            "--src-prefix=a/",
            "--dst-prefix=b/",
        ];
        let diff = git.run(&[&format[..], &[of.tree, resolved]].concat())?;
        let mut text = format!("Subject: {}\n", of.subject);
        for conflict in of.conflicts {
            let hunk = conflict.hunk.as_deref().unwrap_or_default();
            text.push_str(format!("Conflict: {} {hunk}", conflict.path).trim_end());
            text.push('\n');
        }
        for path in deleted.split_terminator('\0') {
            text.push_str(&format!("{DELETED}{path}\n"));
        }
        text.push('\n');
        let mut bytes = text.into_bytes();
        bytes.extend(diff);
        let folder = self.series.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|e| SeriesError::io("create", &folder, e))?;
        let file = file(of.key);
        replace_files(&self.series, &[(file.clone(), bytes)], &[])?;
        Ok(file)
    }
}

fn file(key: &str) -> String {
    format!("{FOLDER}/{key}.patch")
}
