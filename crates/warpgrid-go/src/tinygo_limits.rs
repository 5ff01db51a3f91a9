//! What a program cannot have under TinyGo, as far as its sources show it.

use std::fs;
use std::path::Path;

use warpgrid_pack::Error;

use crate::build::{Build, Compiler};
use crate::go::Package;
use crate::tinygo::GO;

const HELP: &str = "pack with `--compiler go`";

/// Imports of the user's own packages without which they do nothing.
const IMPORTS: &[(&str, &str)] = &[
    ("\"text/template\"", "fills templates by reflection"),
    ("\"html/template\"", "fills templates by reflection"),
    ("\"net/rpc\"", "calls methods by reflection"),
];

/// What does less than Go's: how a line of the user's own says so, and what it
/// does not do.
const NOTES: &[(&str, &str)] = &[
    (
        "recover()",
        "recovers nothing: a panic ends the instance, and its request with it",
    ),
    ("fmt.Sscan", SCANS),
    ("fmt.Fscan", SCANS),
    ("fmt.Scan", SCANS),
    (".MethodByName(", "panics: reflection finds no methods"),
    ("reflect.MakeFunc(", "panics: reflection makes no functions"),
    ("reflect.StructOf(", "panics: reflection makes no structs"),
    (
        "reflect.Select(",
        "panics: reflection waits for no channels",
    ),
    (
        "runtime.Stack(",
        "gives nothing: there is no table of functions",
    ),
];

/// Of `fmt`'s functions that read.
const SCANS: &str = "ends the instance where the text does not fit: it recovers inside";

impl Build<'_> {
    /// That the module asks for no newer Go than the one whose standard library
    /// TinyGo compiles.
    ///
    /// # Errors
    /// With file and line where it does.
    pub(crate) fn expect_version(&self) -> Result<(), Error> {
        if matches!(self.compiler, Compiler::Go) {
            return Ok(());
        }
        let known = version(GO.trim_start_matches("go"));
        for file in [&self.go.gomod, &self.go.gowork] {
            // go itself says what is wrong with a file that cannot be read.
            let text = fs::read_to_string(file).unwrap_or_default();
            let Some((line, asked)) = directive(&text).filter(|(_, asked)| version(asked) > known)
            else {
                continue;
            };
            let place = self.shown(file);
            return Err(Error::Project {
                message: format!(
                    "{}:{line} asks for Go {asked}, and TinyGo compiles the standard library of {GO}",
                    place.display()
                ),
                help: format!(
                    "write `go {}` there where the program needs no more, or {HELP}",
                    GO.trim_start_matches("go")
                ),
            });
        }
        Ok(())
    }

    /// That the user's own packages import nothing that would do nothing.
    ///
    /// # Errors
    /// With file and line where one does.
    pub(crate) fn expect_within_limits(&self, package: &Package) -> Result<(), Error> {
        if matches!(self.compiler, Compiler::Go) {
            return Ok(());
        }
        for file in package.go_files.iter().map(|file| package.dir.join(file)) {
            for (import, what) in IMPORTS {
                if let Some(place) = self.place(&file, &[import]) {
                    return Err(Error::Project {
                        message: format!("{place} {what}, which TinyGo cannot"),
                        help: HELP.to_owned(),
                    });
                }
            }
            self.note_limits(&file);
        }
        Ok(())
    }

    fn note_limits(&self, file: &Path) {
        for (words, what) in NOTES {
            if let Some(place) = self.place(file, &[words]) {
                let call = words.trim_matches(['(', ')', '.']);
                let note = format!("{place}: under TinyGo {call} {what} ({HELP} if it must)");
                self.request.progress.note(&note);
            }
        }
    }

    /// What to do where go fails over a package that TinyGo's Go is too old for.
    pub(crate) fn explained(&self, error: Error) -> Error {
        match (&self.compiler, error) {
            (
                Compiler::TinyGo(_),
                Error::ToolFailed {
                    action,
                    tool,
                    status,
                    help,
                },
            ) => Error::ToolFailed {
                action,
                tool,
                status,
                help: format!("{help}; where a package asks for a newer Go than {GO}, {HELP}"),
            },
            (_, error) => error,
        }
    }
}

/// The line of `go.mod` or `go.work` that names a version of Go, and the version.
fn directive(text: &str) -> Option<(usize, &str)> {
    text.lines().enumerate().find_map(|(index, line)| {
        let mut words = line.split_whitespace();
        (words.next() == Some("go")).then_some((index + 1, words.next()?))
    })
}

/// The major and minor version of `1.25`, `1.25.8` or `1.26rc1`.
fn version(text: &str) -> (u32, u32) {
    let mut parts = text.split('.').map(|part| {
        let digits = part.find(|c: char| !c.is_ascii_digit());
        part[..digits.unwrap_or(part.len())].parse().unwrap_or(0)
    });
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_go_compare_as_numbers() {
        let text = "module go\n\ngo 1.26rc1 // for x\n";
        assert_eq!(directive(text), Some((3, "1.26rc1")));
        assert!(version("1.26rc1") > version("1.25.8"));
        assert!(version("1.9") < version("1.25"));
        assert_eq!(version("1.25.8"), version("1.25"));
        assert_eq!(directive("module a\n\ngodebug x\n"), None);
    }
}
