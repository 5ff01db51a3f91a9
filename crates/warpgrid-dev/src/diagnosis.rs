//! Why a build failed: what is wrong, and the lines of source around it.

use std::fs;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use serde::Serialize;
use warpgrid_pack::{Faulty, Remark};

/// How many lines are shown before and after the one that is meant.
const AROUND: u32 = 3;
/// The longest line that is shown, in characters.
const WIDEST: usize = 400;
/// The largest source that is read for its lines, in bytes.
const LARGEST: u64 = 4 << 20;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// In one line.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Box<Place>>,
    /// All that the build tools said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub output: String,
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// From the project's directory.
    pub file: PathBuf,
    /// From 1.
    pub line: u32,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The line and its neighbours, with their numbers.
    pub excerpt: Vec<(u32, String)>,
}

impl Diagnosis {
    /// Of an error, with its place where it has one.
    pub fn of(error: &dyn Diagnostic, project: &Path) -> Self {
        let message = error.to_string();
        let place = labelled(error, project).or_else(|| place_in(&message, project));
        let place = place.map(Box::new);
        Self {
            help: error.help().map(|help| help.to_string()),
            message,
            place,
            output: String::new(),
        }
    }

    /// Of a program that cannot be bundled.
    pub fn faulty(faulty: &Faulty, project: &Path) -> Self {
        let all: Vec<String> = faulty.0.iter().map(Remark::message).collect();
        let first = faulty.0.first();
        let place = first.and_then(|first| {
            let file = project.join(first.file.as_ref()?);
            Some(Box::new(Place::at(&file, first.line?, None, project)))
        });
        Self {
            message: all.first().cloned().unwrap_or_default(),
            help: first.and_then(|first| first.help.clone()),
            place,
            output: if all.len() > 1 {
                all.join("\n")
            } else {
                String::new()
            },
        }
    }

    /// Of what a build's tools said. The last lines are `warp pack`'s own: what
    /// failed, and what to do.
    pub fn said(output: &str, project: &Path) -> Self {
        let own = |mark: char| {
            let lines = output.lines().rev();
            let mut lines = lines.filter_map(move |line| line.trim_start().strip_prefix(mark));
            lines.next().map(|text| text.trim().to_owned())
        };
        let help = output.lines().rev().find_map(|line| {
            let line = line.trim_start();
            line.strip_prefix("help: ").map(str::to_owned)
        });
        let place = place_in(output, project).map(Box::new);
        let message = complaint(output).or_else(|| own('×'));
        Self {
            message: message.unwrap_or_else(|| "the build failed".to_owned()),
            help,
            place,
            output: output.trim_end().to_owned(),
        }
    }

    /// `src/main.ts:3`
    pub fn location(&self) -> Option<String> {
        let place = self.place.as_ref()?;
        Some(format!("{}:{}", place.file.display(), place.line))
    }
}

impl Place {
    /// With the source's lines as they are now.
    pub fn at(file: &Path, line: u32, column: Option<u32>, project: &Path) -> Self {
        Self {
            file: file.strip_prefix(project).unwrap_or(file).to_owned(),
            line,
            column,
            excerpt: excerpt(file, line),
        }
    }
}

fn excerpt(file: &Path, line: u32) -> Vec<(u32, String)> {
    let small = fs::metadata(file).is_ok_and(|there| there.len() <= LARGEST);
    let text = small
        .then(|| fs::read(file).ok())
        .flatten()
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let first = line.saturating_sub(AROUND).max(1);
    let lines = (1..).zip(text.lines());
    lines
        .skip_while(|(number, _)| *number < first)
        .take_while(|(number, _)| *number <= line.saturating_add(AROUND))
        .map(|(number, text)| (number, text.chars().take(WIDEST).collect()))
        .collect()
}

/// The first line in which a compiler says that something is an error.
fn complaint(output: &str) -> Option<String> {
    let lines = output.lines().map(str::trim);
    let mut errors = lines.filter(|line| {
        line.starts_with("error: ") || line.starts_with("error[") || line.contains(": error: ")
    });
    // Go's have no such word, but a place.
    errors.next().map(str::to_owned).or_else(|| {
        let mut lines = output.lines().map(str::trim);
        lines.find(|line| scan(line).is_some()).map(str::to_owned)
    })
}

/// The first place that a text names, of a file that is there.
fn place_in(text: &str, project: &Path) -> Option<Place> {
    text.lines().find_map(|line| {
        let (name, number, column) = scan(line)?;
        let file = project.join(name);
        let inside = file.canonicalize().ok()?;
        inside
            .is_file()
            .then(|| Place::at(&inside, number, column, project))
    })
}

/// `src/main.rs:3:5` somewhere in a line.
fn scan(line: &str) -> Option<(&str, u32, Option<u32>)> {
    line.split([' ', '\t', '(', ')', '[', ']', '"', '\'', '`'])
        .find_map(|word| {
            let mut parts = word.split(':');
            let name = parts.next().filter(|name| name.contains('.'))?;
            let number = parts.next()?.parse().ok().filter(|line| *line > 0)?;
            Some((
                name,
                number,
                parts.next().and_then(|part| part.parse().ok()),
            ))
        })
}

/// Where an error's first label points.
fn labelled(error: &dyn Diagnostic, project: &Path) -> Option<Place> {
    let source = error.source_code()?;
    let label = error.labels()?.next()?;
    let contents = source.read_span(label.inner(), 0, 0).ok()?;
    let line = u32::try_from(contents.line()).ok()? + 1;
    let column = u32::try_from(contents.column()).ok()? + 1;
    let file = project.join(contents.name()?);
    Some(Place::at(&file, line, Some(column), project))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("src")).unwrap();
        let lines: String = (1..=9).map(|line| format!("line {line}\n")).collect();
        fs::write(directory.path().join("src/main.rs"), lines).unwrap();
        directory
    }

    #[test]
    fn rustc_clang_and_go_name_their_places() {
        let directory = project();
        let project = directory.path().canonicalize().unwrap();
        for (text, column) in [
            ("error[E0425]: no `x`\n --> src/main.rs:5:9\n", Some(9)),
            ("src/main.rs:5:9: error: expected ';'\n", Some(9)),
            ("# app\n./src/main.rs:5:9: undefined: x\n", Some(9)),
            ("src/main.rs:5: that is wrong\n", None),
        ] {
            let place = Diagnosis::said(text, &project).place.unwrap();
            assert_eq!(place.file, Path::new("src/main.rs"), "{text}");
            assert_eq!((place.line, place.column), (5, column), "{text}");
            let numbers: Vec<u32> = place.excerpt.iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, [2, 3, 4, 5, 6, 7, 8]);
            assert_eq!(place.excerpt[3].1, "line 5");
        }
    }

    #[test]
    fn what_failed_is_the_compilers_first_error_else_warps() {
        let directory = project();
        let said = |text: &str| Diagnosis::said(text, directory.path());
        let text = "warning: w\nerror[E0425]: no `x`\nerror: could not compile\n  × compiling failed\n  help: mend it\n";
        let diagnosis = said(text);
        assert_eq!(diagnosis.message, "error[E0425]: no `x`");
        assert_eq!(diagnosis.help.as_deref(), Some("mend it"));
        assert_eq!(said("  × there is no clang\n").message, "there is no clang");
        assert_eq!(said("").message, "the build failed");
    }

    #[test]
    fn a_place_in_no_file_is_none() {
        let directory = project();
        for text in ["at 12:30:01", "src/other.rs:5:9: error: x", "src/main.rs:0"] {
            assert_eq!(
                Diagnosis::said(text, directory.path()).place,
                None,
                "{text}"
            );
        }
    }
}
