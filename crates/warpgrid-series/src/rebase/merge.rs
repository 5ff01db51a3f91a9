//! One patch on another tree: git's three-way merge, without a work tree.

use std::process::Output;

use crate::SeriesError;
use crate::git::Git;

/// What stands behind the markers of a conflict, and names both sides to git.
const UPSTREAM_SIDE: &str = "UPSTREAM_HEAD";
const PATCH_SIDE: &str = "PATCH_HEAD";

/// The outcome of a merge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Merge {
    /// The merged tree; files that conflict are in it with markers.
    pub(crate) tree: String,
    /// Entries of the index for files that conflict, in the form that
    /// `git update-index --index-info -z` reads.
    pub(crate) index: Vec<u8>,
    /// The same, read.
    pub(crate) stages: Vec<Stage>,
    /// What git says of each conflict.
    pub(crate) messages: Vec<String>,
}

/// One version of a file that conflicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) blob: String,
    /// 1 the common ancestor, 2 upstream, 3 the patch.
    pub(crate) number: u8,
    pub(crate) path: String,
}

/// Does to `onto` what `commit` does to its parent.
///
/// The parent is the common ancestor: it is also made the parent of a commit
/// with the tree of `onto`, and the two are merged. git then follows renames
/// from the pinned version to the new one, as in any merge.
pub(crate) fn merge(
    git: &Git,
    repository: &git2::Repository,
    commit: &str,
    onto: &str,
) -> Result<Merge, SeriesError> {
    let parent = git.text(&["rev-parse", &format!("{commit}^")])?;
    let upstream = transplant(repository, onto, &parent, &tree_of(git, onto)?)?;
    git.run(&["update-ref", UPSTREAM_SIDE, &upstream])?;
    git.run(&["update-ref", PATCH_SIDE, commit])?;
    let args = [
        "merge-tree",
        "--write-tree",
        "-z",
        "--messages",
        UPSTREAM_SIDE,
        PATCH_SIDE,
    ];
    let output = git.output(&args)?;
    match output.status.code() {
        Some(0 | 1) => Ok(parse(&output.stdout)),
        Some(129) => Err(too_old(&output)),
        _ => Err(git.failed(&args, &output)),
    }
}

pub(crate) fn tree_of(git: &Git, commit: &str) -> Result<String, SeriesError> {
    git.text(&["rev-parse", &format!("{commit}^{{tree}}")])
}

/// The commit with another parent and tree; author, dates and message stay as
/// they are, byte for byte.
pub(crate) fn transplant(
    repository: &git2::Repository,
    commit: &str,
    parent: &str,
    tree: &str,
) -> Result<String, SeriesError> {
    let damaged = |e: git2::Error| SeriesError::repository(repository.path(), &e);
    let odb = repository.odb().map_err(damaged)?;
    let id = git2::Oid::from_str(commit).map_err(damaged)?;
    let object = odb.read(id).map_err(damaged)?;
    let mut bytes = format!("tree {tree}\nparent {parent}\n").into_bytes();
    let mut rest = object.data();
    while rest.starts_with(b"tree ") || rest.starts_with(b"parent ") {
        let end = rest.iter().position(|b| *b == b'\n');
        rest = &rest[end.map_or(rest.len(), |at| at + 1)..];
    }
    bytes.extend_from_slice(rest);
    let id = odb.write(git2::ObjectType::Commit, &bytes);
    Ok(id.map_err(damaged)?.to_string())
}

/// Whether a line begins or ends a conflict that [`merge`] wrote.
pub(crate) fn is_marker(line: &[u8]) -> bool {
    [("<<<<<<< ", UPSTREAM_SIDE), (">>>>>>> ", PATCH_SIDE)]
        .iter()
        .any(|(marker, side)| {
            line.strip_prefix(marker.as_bytes())
                .is_some_and(|label| label.starts_with(side.as_bytes()))
        })
}

fn too_old(output: &Output) -> SeriesError {
    SeriesError::Program {
        program: "git merge-tree".to_owned(),
        message: crate::git::last_words(&output.stderr),
        help: "a rebase needs git 2.38 or newer: install it".to_owned(),
    }
}

/// `tree NUL (mode SP blob SP stage TAB path NUL)* NUL` and then messages:
/// a count, that many paths, a type and a text, each ended by NUL.
fn parse(output: &[u8]) -> Merge {
    let mut tokens = output.split(|b| *b == 0);
    let mut text = || {
        tokens
            .next()
            .map(|t| String::from_utf8_lossy(t).into_owned())
    };
    let mut merge = Merge {
        tree: text().unwrap_or_default(),
        ..Merge::default()
    };
    while let Some(entry) = text().filter(|e| !e.is_empty()) {
        if let Some((info, path)) = entry.split_once('\t') {
            let mut info = info.split(' ').skip(1);
            merge.stages.push(Stage {
                blob: info.next().unwrap_or_default().to_owned(),
                number: info.next().and_then(|n| n.parse().ok()).unwrap_or(0),
                path: path.to_owned(),
            });
        }
    }
    while let Some(count) = text().and_then(|t| t.trim().parse::<usize>().ok()) {
        for _ in 0..count {
            text();
        }
        if let (Some(kind), Some(message)) = (text(), text())
            && kind.starts_with("CONFLICT")
        {
            merge.messages.push(message.trim().to_owned());
        }
    }
    let start = merge.tree.len() + 1;
    let end = output.windows(2).position(|w| w == b"\0\0");
    if !merge.stages.is_empty() {
        merge.index = output[start..end.map_or(output.len(), |at| at + 1)].to_vec();
    }
    merge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_merge_tree_prints_is_read() {
        let output = b"aa\x00100644 b1 1\th\x00100644 b2 2\th\0\x001\0h\0Auto-merging\0Auto-merging h\n\x001\0h\0CONFLICT (contents)\0CONFLICT (content): Merge conflict in h\n\0";
        let merge = parse(output);
        assert_eq!(merge.tree, "aa");
        assert_eq!(merge.index, b"100644 b1 1\th\x00100644 b2 2\th\0");
        assert_eq!(
            (merge.stages[1].number, merge.stages[1].blob.as_str()),
            (2, "b2")
        );
        assert_eq!(merge.messages, ["CONFLICT (content): Merge conflict in h"]);
        assert_eq!(parse(b"aa\0").stages, []);
        assert_eq!(parse(b"aa\0").index, b"");
    }

    #[test]
    fn only_our_markers_are_markers() {
        assert!(is_marker(b"<<<<<<< UPSTREAM_HEAD:a/b.c"));
        assert!(is_marker(b">>>>>>> PATCH_HEAD"));
        assert!(!is_marker(b"======="));
        assert!(!is_marker(b"<<<<<<< HEAD"));
    }
}
