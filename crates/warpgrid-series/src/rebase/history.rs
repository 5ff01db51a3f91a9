//! Upstream's history: which commit broke a hunk.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::lines::{before, edits, touch};
use crate::SeriesError;
use crate::git::Git;

/// The commits between the pinned version and the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The commit of the pinned version; none where the new version's history
    /// does not have it.
    pub base: Option<String>,
    /// The commit of the new version.
    pub tip: String,
}

/// A commit that changed a file.
#[derive(Debug, PartialEq, Eq)]
struct Touched {
    commit: String,
    /// The file's name before, where the commit renamed it.
    from: Option<String>,
    /// The file's name after.
    path: String,
}

/// Upstream's history in the bare repository.
pub(crate) struct Blame<'a> {
    pub(crate) history: &'a History,
    /// git in the bare repository: a shallow one's history ends only there.
    pub(crate) git: Git,
    pub(crate) repository: &'a git2::Repository,
    /// The commit of the pinned tree.
    pub(crate) pristine: &'a str,
}

impl Blame<'_> {
    /// The commit since which `lines` of `base` are no longer as they were.
    /// `path` is the file's name in the new version; `base` is its content
    /// after the patches below, on the pinned version.
    pub(crate) fn broke(
        &self,
        path: &str,
        base: &[u8],
        lines: &Range<usize>,
    ) -> Result<Option<String>, SeriesError> {
        let damaged = |e: git2::Error| SeriesError::repository(self.repository.path(), &e);
        let touched = self.touched(path)?;
        let Some(oldest) = touched.first() else {
            return Ok(None);
        };
        let old_path = oldest.from.as_ref().unwrap_or(&oldest.path);
        let Some(pinned) = content(self.repository, self.pristine, old_path) else {
            return self.name(&oldest.commit).map(Some);
        };
        let lines = before(&edits(&pinned, base).map_err(damaged)?, lines);
        let mut culprit = None;
        for commit in &touched {
            let Some(now) = content(self.repository, &commit.commit, &commit.path) else {
                continue;
            };
            let edits = edits(&pinned, &now).map_err(damaged)?;
            if !edits.iter().any(|e| touch(&e.old, &lines)) {
                culprit = None;
            } else if culprit.is_none() {
                culprit = Some(&commit.commit);
            }
        }
        culprit.map(|commit| self.name(commit)).transpose()
    }

    /// The last commit that changed, renamed or removed the file.
    pub(crate) fn last(&self, path: &str) -> Result<Option<String>, SeriesError> {
        let range = self.history.range();
        let commit = self
            .git
            .text(&["log", "-1", "--format=%H", &range, "--", path])?;
        if commit.is_empty() {
            return Ok(None);
        }
        self.name(&commit).map(Some)
    }

    /// The commits that changed the file, by whatever name, oldest first.
    fn touched(&self, path: &str) -> Result<Vec<Touched>, SeriesError> {
        let range = self.history.range();
        let format = ["log", "--follow", "--topo-order", "-z", "--format=%x01%H"];
        let which = ["--name-status", &range, "--", path];
        let mut touched = parse(&self.git.run(&[&format[..], &which].concat())?);
        touched.reverse();
        Ok(touched)
    }

    /// Abbreviated hash and subject.
    fn name(&self, commit: &str) -> Result<String, SeriesError> {
        let format = ["show", "--no-patch", "--abbrev=12", "--format=%h %s"];
        self.git.text(&[&format[..], &[commit]].concat())
    }
}

impl History {
    fn range(&self) -> String {
        match &self.base {
            Some(base) => format!("{base}..{}", self.tip),
            None => self.tip.clone(),
        }
    }
}

fn content(repository: &git2::Repository, commit: &str, path: &str) -> Option<Vec<u8>> {
    let commit = repository.find_commit(commit.parse().ok()?).ok()?;
    let entry = commit.tree().ok()?.get_path(Path::new(path)).ok()?;
    Some(repository.find_blob(entry.id()).ok()?.content().to_vec())
}

/// `git log -z --format=%x01%H --name-status`: a commit, then each of its
/// changes as a letter and one path, or two for a rename.
fn parse(log: &[u8]) -> Vec<Touched> {
    let mut tokens = log.split(|b| *b == 0).map(|token| {
        String::from_utf8_lossy(token)
            .trim_start_matches('\n')
            .to_owned()
    });
    let mut commit = String::new();
    let mut touched = Vec::new();
    while let Some(token) = tokens.next() {
        if let Some(hash) = token.strip_prefix('\u{1}') {
            hash.clone_into(&mut commit);
            continue;
        }
        let from = token
            .starts_with(['R', 'C'])
            .then(|| tokens.next())
            .flatten();
        if let Some(path) = tokens.next().filter(|_| !token.is_empty()) {
            let commit = commit.clone();
            touched.push(Touched { commit, from, path });
        }
    }
    touched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_with_a_rename_is_read() {
        let log = b"\x01aa\0\nR072\0f\0h\0\x01bb\0\nM\0f\0";
        let touched = |commit: &str, from: Option<&str>, path: &str| Touched {
            commit: commit.to_owned(),
            from: from.map(str::to_owned),
            path: path.to_owned(),
        };
        assert_eq!(
            parse(log),
            [touched("aa", Some("f"), "h"), touched("bb", None, "f")]
        );
    }
}
