//! A patch's text, before and after.

use std::ops::Range;

use crate::SeriesError;
use crate::export::DIFF_FORMAT;
use crate::git::Git;

/// What a commit changes, written as its patch file has it.
pub(crate) struct Diff(Vec<u8>);

/// One hunk of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    pub(crate) path: String,
    /// `@@ -1,2 +1,3 @@`.
    pub(crate) header: String,
    /// The old file's lines, from 0.
    pub(crate) old: Range<usize>,
    /// The lines that it takes away (`-`) and adds (`+`).
    pub(crate) changed: String,
}

impl Diff {
    pub(crate) fn of(git: &Git, commit: &str) -> Result<Self, SeriesError> {
        let command = ["diff-tree", "--no-commit-id", "-r"];
        git.run(&[&command[..], DIFF_FORMAT, &[commit]].concat())
            .map(Diff)
    }

    /// Whether only line numbers, the function a hunk is in and the files'
    /// hashes tell the two apart.
    pub(crate) fn same_but_for_places(&self, other: &Diff) -> bool {
        self.without_places().eq(other.without_places())
    }

    fn without_places(&self) -> impl Iterator<Item = &[u8]> {
        self.0
            .split(|b| *b == b'\n')
            .filter(|line| !line.starts_with(b"index "))
            .map(|line| {
                if line.starts_with(b"@@ ") {
                    b"@@"
                } else {
                    line
                }
            })
    }

    /// The hunks of `other` that are not here, when fewer lines change here.
    pub(crate) fn missing_of(&self, other: &Diff) -> Vec<Hunk> {
        let mut here = self.hunks();
        let there = other.hunks();
        let fewer = |sign| count(&here, sign) < count(&there, sign);
        if !fewer('+') && !fewer('-') {
            return Vec::new();
        }
        let mut missing = Vec::new();
        for hunk in there {
            match here.iter().position(|h| h.changed == hunk.changed) {
                Some(at) => drop(here.swap_remove(at)),
                None => missing.push(hunk),
            }
        }
        missing
    }

    fn hunks(&self) -> Vec<Hunk> {
        let text = String::from_utf8_lossy(&self.0);
        let mut hunks: Vec<Hunk> = Vec::new();
        let (mut path, mut inside) = (String::new(), false);
        for line in text.lines() {
            if let Some(names) = line.strip_prefix("diff --git ") {
                // Renames are not written as such, so both names are the same.
                path = names[names.len() / 2 + 1..]
                    .trim_start_matches("b/")
                    .to_owned();
                inside = false;
            } else if let Some((old, header)) = header(line) {
                inside = true;
                hunks.push(Hunk {
                    path: path.clone(),
                    header,
                    old,
                    changed: String::new(),
                });
            } else if inside
                && line.starts_with(['+', '-'])
                && let Some(hunk) = hunks.last_mut()
            {
                hunk.changed.push_str(line);
                hunk.changed.push('\n');
            }
        }
        hunks
    }
}

fn header(line: &str) -> Option<(Range<usize>, String)> {
    let (places, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, _) = places.split_once(" +")?;
    let (start, lines) = old.split_once(',').unwrap_or((old, "1"));
    let (start, lines): (usize, usize) = (start.parse().ok()?, lines.parse().ok()?);
    let start = start.saturating_sub(1);
    Some((start..start + lines, format!("@@ -{places} @@")))
}

fn count(hunks: &[Hunk], sign: char) -> usize {
    let lines = hunks.iter().flat_map(|h| h.changed.lines());
    lines.filter(|l| l.starts_with(sign)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n\
        @@ -3,2 +3,3 @@ int main\n a\n+b\n c\n@@ -20 +21 @@\n-d\n+e\n";

    fn diff(text: &str) -> Diff {
        Diff(text.as_bytes().to_vec())
    }

    #[test]
    fn places_do_not_tell_patches_apart() {
        let moved = DIFF
            .replace("@@ -3,2 +3,3 @@ int main", "@@ -30,2 +31,3 @@ int other")
            .replace("index 1..2", "index 3..4");
        assert!(diff(DIFF).same_but_for_places(&diff(&moved)));
        assert!(!diff(DIFF).same_but_for_places(&diff(&DIFF.replace(" a\n", " A\n"))));
        assert!(!diff(DIFF).same_but_for_places(&diff(&DIFF.replace("/f", "/g"))));
    }

    #[test]
    fn hunks_that_got_lost_are_named() {
        let part = DIFF.replace("@@ -20 +21 @@\n-d\n+e\n", "");
        let missing = diff(&part).missing_of(&diff(DIFF));
        assert_eq!(missing.len(), 1);
        assert_eq!(
            (missing[0].path.as_str(), missing[0].header.as_str()),
            ("f", "@@ -20 +21 @@")
        );
        assert_eq!(
            (missing[0].old.clone(), missing[0].changed.as_str()),
            (19..20, "-d\n+e\n")
        );
        assert_eq!(diff(DIFF).missing_of(&diff(&part)), []);
    }
}
