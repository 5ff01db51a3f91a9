//! What a merge that failed is about, and by what it is known again.

use warpgrid_store::Key;

use super::history::Blame;
use super::lines::{clashes, contained, edits};
use super::merge::{Merge, Stage, is_marker};
use super::report::RebaseConflict;
use crate::SeriesError;
use crate::git::Git;

/// All conflicts of a merge, with the commits that brought them.
pub(crate) fn conflicts(
    repository: &git2::Repository,
    merge: &Merge,
    blame: Option<&Blame<'_>>,
) -> Result<Vec<RebaseConflict>, SeriesError> {
    let mut all = Vec::new();
    for path in merge.paths() {
        let file = File::open(repository, merge, path)?;
        let by_hunk = file.by_hunk(blame)?;
        if by_hunk.is_empty() {
            all.push(file.as_a_whole(merge, blame)?);
        } else {
            all.extend(by_hunk);
        }
    }
    Ok(all)
}

/// Whether upstream has the whole patch, within larger changes of its own: then
/// the conflicts are no more than that, and the rest of the merge is upstream's
/// tree.
pub(crate) fn is_contained(
    git: &Git,
    repository: &git2::Repository,
    merge: &Merge,
    upstream: &str,
) -> Result<bool, SeriesError> {
    for path in merge.paths() {
        if !File::open(repository, merge, path)?.is_contained()? {
            return Ok(false);
        }
    }
    let index = git.with_own_index()?;
    index.run(&["read-tree", &merge.tree])?;
    index.run_with(
        &["update-index", "-z", "--index-info"],
        &merge.upstream_side(),
    )?;
    Ok(index.text(&["write-tree"])? == upstream)
}

/// The name of a conflict: a digest of both sides of every place, without
/// line numbers, versions and the text around.
pub(crate) fn key(repository: &git2::Repository, merge: &Merge) -> Result<String, SeriesError> {
    let mut key = Key::new("conflict");
    for path in merge.paths() {
        let marked = marked(repository, merge, path);
        key = key.field("path", path).field("sides", marked.as_slice());
        if marked.is_empty() {
            let file = File::open(repository, merge, path)?;
            key = key.field("patch", file.patch_text()?.as_bytes());
        }
    }
    Ok(short(&key.finish().to_hex()))
}

/// The name of a stop at a patch of which upstream has a part.
pub(crate) fn key_of_part(conflicts: &[RebaseConflict]) -> String {
    let key = conflicts.iter().fold(Key::new("part"), |key, c| {
        key.field("path", &c.path).field("patch", &c.patch)
    });
    short(&key.finish().to_hex())
}

fn short(hex: &str) -> String {
    hex[..16].to_owned()
}

/// The places with markers, labels taken off.
fn marked(repository: &git2::Repository, merge: &Merge, path: &str) -> Vec<u8> {
    let content = repository
        .revparse_single(&format!("{}:{path}", merge.tree))
        .and_then(|object| object.peel_to_blob());
    let Ok(content) = content else {
        return Vec::new();
    };
    let mut inside = false;
    let mut sides = Vec::new();
    for line in content.content().split_inclusive(|b| *b == b'\n') {
        let marker = is_marker(line);
        if marker {
            inside = line.starts_with(b"<");
            sides.extend_from_slice(&line[..7]);
        } else if inside {
            sides.extend_from_slice(line);
        }
    }
    sides
}

impl Merge {
    /// The files that conflict.
    pub(crate) fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.stages.iter().map(|s| s.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Whether both sides made the same file: nothing then tells upstream's
    /// text from a conflict.
    pub(crate) fn both_added(&self) -> bool {
        let has = |path, number| self.stage(path, number).is_some();
        self.paths()
            .into_iter()
            .any(|p| !has(p, 1) && has(p, 2) && has(p, 3))
    }

    /// The files that conflict as upstream has them, as entries of the index.
    fn upstream_side(&self) -> Vec<u8> {
        let entries = self.index.split_inclusive(|b| *b == 0);
        let entries = entries.filter_map(|entry| {
            let tab = entry.iter().position(|b| *b == b'\t')?;
            let info = entry[..tab].strip_suffix(b" 2")?;
            Some([info, b" 0", &entry[tab..]].concat())
        });
        entries.flatten().collect()
    }

    fn stage(&self, path: &str, number: u8) -> Option<&Stage> {
        let is_it = |s: &&Stage| s.path == path && s.number == number;
        self.stages.iter().find(is_it)
    }
}

/// The three versions of a file that conflicts.
struct File<'a> {
    repository: &'a git2::Repository,
    path: &'a str,
    base: Option<Vec<u8>>,
    upstream: Option<Vec<u8>>,
    patch: Option<Vec<u8>>,
}

impl<'a> File<'a> {
    fn open(
        repository: &'a git2::Repository,
        merge: &Merge,
        path: &'a str,
    ) -> Result<Self, SeriesError> {
        let read = |number| {
            let Some(stage) = merge.stage(path, number) else {
                return Ok(None);
            };
            git2::Oid::from_str(&stage.blob)
                .and_then(|id| repository.find_blob(id))
                .map(|blob| Some(blob.content().to_vec()))
                .map_err(|e| SeriesError::repository(repository.path(), &e))
        };
        Ok(File {
            repository,
            path,
            base: read(1)?,
            upstream: read(2)?,
            patch: read(3)?,
        })
    }

    fn is_contained(&self) -> Result<bool, SeriesError> {
        let (Some(base), Some(upstream), Some(patch)) = (&self.base, &self.upstream, &self.patch)
        else {
            return Ok(false);
        };
        contained(base, upstream, patch).map_err(|e| self.damaged(&e))
    }

    fn by_hunk(&self, blame: Option<&Blame<'_>>) -> Result<Vec<RebaseConflict>, SeriesError> {
        let (Some(base), Some(upstream), Some(patch)) = (&self.base, &self.upstream, &self.patch)
        else {
            return Ok(Vec::new());
        };
        let clashes = clashes(base, upstream, patch).map_err(|e| self.damaged(&e))?;
        let conflict = |clash: super::lines::Clash| {
            let culprit = match blame {
                Some(blame) => blame.broke(self.path, base, &clash.base)?,
                None => None,
            };
            Ok(RebaseConflict {
                path: self.path.to_owned(),
                hunk: Some(clash.hunk),
                culprit,
                message: "upstream changed the lines it changes".to_owned(),
                upstream: clash.upstream,
                patch: clash.patch,
            })
        };
        clashes.into_iter().map(conflict).collect()
    }

    fn as_a_whole(
        &self,
        merge: &Merge,
        blame: Option<&Blame<'_>>,
    ) -> Result<RebaseConflict, SeriesError> {
        let culprit = match blame {
            Some(blame) if self.base.is_none() => blame.broke(self.path, b"", &(0..0))?,
            Some(blame) => blame.last(self.path)?,
            None => None,
        };
        let message = merge.messages.iter().find(|m| m.contains(self.path));
        Ok(RebaseConflict {
            path: self.path.to_owned(),
            hunk: None,
            culprit,
            message: message
                .cloned()
                .unwrap_or_else(|| "it conflicts".to_owned()),
            upstream: String::new(),
            patch: self.patch_text()?,
        })
    }

    /// What the patch does to the file.
    fn patch_text(&self) -> Result<String, SeriesError> {
        let side = |content: &Option<Vec<u8>>| content.clone().unwrap_or_default();
        let edits = edits(&side(&self.base), &side(&self.patch)).map_err(|e| self.damaged(&e))?;
        Ok(edits.into_iter().map(|e| e.text).collect())
    }

    fn damaged(&self, error: &git2::Error) -> SeriesError {
        SeriesError::repository(self.repository.path(), error)
    }
}
