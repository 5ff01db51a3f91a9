//! Line ranges of three versions of a file, and where two changes meet.

use std::ops::Range;

use git2::{DiffOptions, Patch};

/// A run of lines replaced by others; ranges count lines from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) old: Range<usize>,
    pub(crate) new: Range<usize>,
    /// The lines with `-` and `+` before them.
    pub(crate) text: String,
}

/// A hunk of a patch that meets a change of upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    /// The header of the patch's hunk.
    pub(crate) hunk: String,
    /// The lines of the common ancestor that it replaces.
    pub(crate) base: Range<usize>,
    pub(crate) upstream: String,
    pub(crate) patch: String,
}

/// The edits that make `new` of `old`. None for binary files.
pub(crate) fn edits(old: &[u8], new: &[u8]) -> Result<Vec<Edit>, git2::Error> {
    Ok(hunks(old, new, 0)?.into_iter().map(|(_, e)| e).collect())
}

/// Hunks with `context` lines around them, by their headers.
pub(crate) fn hunks(
    old: &[u8],
    new: &[u8],
    context: u32,
) -> Result<Vec<(String, Edit)>, git2::Error> {
    let mut options = DiffOptions::new();
    options
        .context_lines(context)
        .interhunk_lines(0)
        .indent_heuristic(true);
    let patch = Patch::from_buffers(old, None, new, None, Some(&mut options))?;
    let mut hunks = Vec::new();
    for at in 0..patch.num_hunks() {
        let (hunk, lines) = patch.hunk(at)?;
        let mut text = String::new();
        for line in 0..lines {
            let line = patch.line_in_hunk(at, line)?;
            if matches!(line.origin(), '+' | '-') {
                text.push(line.origin());
                text.push_str(&String::from_utf8_lossy(line.content()));
                if !text.ends_with('\n') {
                    text.push('\n');
                }
            }
        }
        let header = String::from_utf8_lossy(hunk.header());
        let end = header.get(3..).and_then(|h| h.find("@@"));
        let header = header[..end.map_or(header.len(), |at| at + 5)].trim_end();
        let edit = Edit {
            old: range(hunk.old_start(), hunk.old_lines()),
            new: range(hunk.new_start(), hunk.new_lines()),
            text,
        };
        hunks.push((header.to_owned(), edit));
    }
    Ok(hunks)
}

/// A hunk without lines names the line it stands after.
fn range(start: u32, lines: u32) -> Range<usize> {
    let start = start as usize - usize::from(lines > 0 && start > 0);
    start..start + lines as usize
}

/// Changes of neighbouring lines conflict too.
pub(crate) fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// The hunks of `base` → `patched` that meet a different change of
/// `base` → `upstream`.
pub(crate) fn clashes(
    base: &[u8],
    upstream: &[u8],
    patched: &[u8],
) -> Result<Vec<Clash>, git2::Error> {
    let theirs = edits(base, upstream)?;
    let ours = edits(base, patched)?;
    let mut clashes = Vec::new();
    for (hunk, whole) in hunks(base, patched, 3)? {
        let inside = |e: &&Edit| whole.old.start <= e.old.start && e.old.end <= whole.old.end;
        let pairs: Vec<(&Edit, &Edit)> = ours
            .iter()
            .filter(inside)
            .flat_map(|our| theirs.iter().map(move |their| (our, their)))
            .filter(|(our, their)| {
                touch(&our.old, &their.old) && (&our.old, &our.text) != (&their.old, &their.text)
            })
            .collect();
        let (Some(first), Some(last)) = (pairs.first(), pairs.last()) else {
            continue;
        };
        clashes.push(Clash {
            hunk,
            base: first.0.old.start..last.0.old.end,
            upstream: joined(pairs.iter().map(|pair| pair.1)),
            patch: joined(pairs.iter().map(|pair| pair.0)),
        });
    }
    Ok(clashes)
}

/// Whether every change of `base` → `patched` is part of a change of
/// `base` → `upstream` at the same place: the lines it adds stand there one
/// after the other, and those that it takes away are gone.
pub(crate) fn contained(base: &[u8], upstream: &[u8], patched: &[u8]) -> Result<bool, git2::Error> {
    let theirs = edits(base, upstream)?;
    let ours = edits(base, patched)?;
    let is_in = |our: &Edit| {
        theirs.iter().any(|their| {
            touch(&our.old, &their.old) && has(their, our, '+') && has(their, our, '-')
        })
    };
    Ok(!ours.is_empty() && ours.iter().all(is_in))
}

fn has(their: &Edit, our: &Edit, sign: char) -> bool {
    let lines = |edit: &'_ Edit| -> Vec<String> {
        let lines = edit.text.lines().filter(|l| l.starts_with(sign));
        lines.map(str::to_owned).collect()
    };
    let (theirs, ours) = (lines(their), lines(our));
    ours.is_empty() || theirs.windows(ours.len()).any(|run| run == ours)
}

fn joined<'a>(edits: impl Iterator<Item = &'a Edit>) -> String {
    let mut seen: Vec<&Edit> = Vec::new();
    for edit in edits {
        if !seen.contains(&edit) {
            seen.push(edit);
        }
    }
    seen.into_iter().map(|e| e.text.as_str()).collect()
}

/// Where lines of the new side of `edits` were on its old side.
pub(crate) fn before(edits: &[Edit], lines: &Range<usize>) -> Range<usize> {
    position(edits, lines.start, |e| e.old.start)..position(edits, lines.end, |e| e.old.end)
}

fn position(edits: &[Edit], line: usize, inside: impl Fn(&Edit) -> usize) -> usize {
    let mut moved = line;
    for edit in edits {
        if line <= edit.new.start {
            break;
        }
        if line < edit.new.end {
            return inside(edit);
        }
        moved = line - edit.new.end + edit.old.end;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &[u8] = b"a\nb\nc\nd\ne\nf\ng\nh\n";

    fn with(from: &str, to: &str) -> Vec<u8> {
        String::from_utf8_lossy(BASE).replace(from, to).into_bytes()
    }

    #[test]
    fn edits_count_from_nothing() {
        let all = edits(BASE, &with("c\n", "c\nnew\n")).unwrap();
        assert_eq!((all[0].old.clone(), all[0].new.clone()), (3..3, 3..4));
        assert_eq!(all[0].text, "+new\n");
        let all = edits(BASE, &with("b\nc\n", "x\n")).unwrap();
        assert_eq!((all[0].old.clone(), all[0].new.clone()), (1..3, 1..2));
        assert_eq!(edits(b"", b"a\n").unwrap()[0].old, 0..0);
    }

    #[test]
    fn only_changes_that_meet_and_differ_clash() {
        let far = clashes(BASE, &with("a\n", "A\n"), &with("e\n", "E\n")).unwrap();
        assert_eq!(far, []);
        let same = clashes(BASE, &with("e\n", "E\n"), &with("e\n", "E\n")).unwrap();
        assert_eq!(same, []);
        let near = clashes(BASE, &with("e\n", "E\n"), &with("f\n", "F\n")).unwrap();
        assert_eq!(near.len(), 1);
        assert_eq!(near[0].hunk, "@@ -3,6 +3,6 @@");
        assert_eq!(
            (near[0].upstream.as_str(), near[0].patch.as_str()),
            ("-e\n+E\n", "-f\n+F\n")
        );
    }

    #[test]
    fn a_change_within_a_larger_one_is_contained() {
        let ours = with("d\n", "d\nnew\nlines\n");
        let more = with("d\ne\n", "d\nnew\nlines\nE\n");
        assert!(contained(BASE, &more, &ours).unwrap());
        assert!(!contained(BASE, &ours, &more).unwrap());
        let apart = with("d\ne\n", "d\nnew\nand\nlines\nE\n");
        assert!(!contained(BASE, &apart, &ours).unwrap());
        let elsewhere = with("a\n", "a\nnew\nlines\n");
        assert!(!contained(BASE, &elsewhere, &ours).unwrap());
    }

    #[test]
    fn lines_are_found_where_they_were() {
        let edits = edits(BASE, &with("c\n", "c\n1\n2\n")).unwrap();
        assert_eq!(before(&edits, &(0..2)), 0..2);
        assert_eq!(before(&edits, &(6..7)), 4..5);
        assert_eq!(before(&edits, &(4..5)), 3..3);
    }
}
