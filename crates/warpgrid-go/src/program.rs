//! What can be said of a program before it is built: that it is one, and that it
//! asks for nothing that a component cannot have.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use warpgrid_pack::Error;
use warpgrid_pack::source::line_with;

use crate::build::Build;
use crate::go::{self, Package};

/// A place where a program asks for what a component cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The file, from the project's directory where it is below it.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What it does there ("runs other programs").
    pub what: &'static str,
    /// What to do instead.
    pub help: &'static str,
}

/// What a component cannot have: how a line of Go says so, what it is called, and
/// what to do instead.
struct Refusal {
    /// One of these stands in a line.
    words: &'static [&'static str],
    what: &'static str,
    help: &'static str,
}

const CGO: Refusal = Refusal {
    words: &["import \"C\"", "\"C\""],
    what: "uses cgo",
    help: "use a package in Go instead, or leave the file out by `//go:build !wasip1`",
};

const REFUSALS: &[Refusal] = &[
    Refusal {
        words: &["\"os/exec\""],
        what: "runs other programs",
        help: "there are none where a component runs: send the work to a service, or leave the \
               file out by `//go:build !wasip1`",
    },
    Refusal {
        words: &[
            "net.DialIP(",
            "net.ListenIP(",
            "\"golang.org/x/net/icmp\"",
            "\"ip4:",
            "\"ip6:",
            "syscall.Socket(",
        ],
        what: "uses raw sockets",
        help: "a component has TCP and UDP: use net.Dial(\"udp\", …), or leave the file out by \
               `//go:build !wasip1`",
    },
];

impl Build<'_> {
    /// That there is a program to build, and one that can be.
    ///
    /// # Errors
    /// With file and line where it is not.
    pub(crate) fn expect_program(&self) -> Result<(), Error> {
        let packages = go::packages(self.request, &self.list_arguments(), &self.package)
            .map_err(|error| self.explained(error))?;
        let Some(program) = packages.iter().find(|package| !package.dep_only) else {
            return Err(no_main(&format!("{} names no package", self.package)));
        };
        self.expect_main(program)?;
        let own = packages
            .iter()
            .filter(|package| package.module.as_ref().is_some_and(|module| module.main));
        for package in own {
            self.expect_possible(package)?;
            self.expect_within_limits(package)?;
        }
        self.note_cgo(&packages);
        Ok(())
    }

    /// Other people's packages with cgo may do without it, or fail when they are
    /// called.
    fn note_cgo(&self, packages: &[Package]) {
        let others = packages
            .iter()
            .filter(|package| package.module.as_ref().is_some_and(|module| !module.main))
            .filter(|package| !package.cgo_files.is_empty());
        for package in others {
            let name = &package.import_path;
            let note = format!("{name} uses cgo, and is built without: try what it does");
            self.request.progress.note(&note);
        }
    }

    /// Those of the user's arguments that choose files.
    pub(crate) fn list_arguments(&self) -> Vec<OsString> {
        let mut chosen = self.tags();
        let mut arguments = self.request.arguments.iter();
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy();
            let text = text.trim_start_matches('-');
            if matches!(text, "tags" | "mod" | "modfile") {
                chosen.push(argument.clone());
                chosen.extend(arguments.next().cloned());
            } else if ["tags=", "mod=", "modfile="]
                .iter()
                .any(|flag| text.starts_with(flag))
            {
                chosen.push(argument.clone());
            }
        }
        chosen
    }

    fn expect_main(&self, program: &Package) -> Result<(), Error> {
        if let Some(error) = &program.error {
            let place = match error.pos.as_str() {
                "" => String::new(),
                place => format!("{place}: "),
            };
            return Err(Error::Project {
                message: format!("{place}{}", error.err.trim()),
                help: "mend that, or name another package by `--package ./cmd/NAME`".to_owned(),
            });
        }
        let files = || program.go_files.iter().chain(&program.cgo_files);
        if program.name != "main" {
            let place = files()
                .find_map(|file| self.place(&program.dir.join(file), &["package "]))
                .unwrap_or_else(|| program.import_path.clone());
            return Err(no_main(&format!(
                "{place}: package {} is a library",
                program.name
            )));
        }
        let has_main = files().any(|file| {
            self.place(&program.dir.join(file), &["func main()"])
                .is_some()
        });
        if has_main {
            return Ok(());
        }
        let folder = self.shown(&program.dir);
        Err(no_main(&format!(
            "{}: package main has no `func main()`",
            folder.display()
        )))
    }

    fn expect_possible(&self, package: &Package) -> Result<(), Error> {
        match self.refused(package).next() {
            None => Ok(()),
            Some(refused) => Err(Error::Project {
                message: format!(
                    "{}:{} {}, which a component cannot",
                    refused.file.display(),
                    refused.line,
                    refused.what
                ),
                help: refused.help.to_owned(),
            }),
        }
    }

    /// What a package asks for that a component cannot have: of each kind the first
    /// place in each file.
    pub(crate) fn refused<'a>(
        &'a self,
        package: &'a Package,
    ) -> impl Iterator<Item = Refused> + 'a {
        let refusals = REFUSALS.iter().map(|refusal| (refusal, &package.go_files));
        let refusals = refusals.chain([(&CGO, &package.cgo_files)]);
        refusals.flat_map(move |(refusal, files)| {
            let found = files.iter().filter_map(move |file| {
                let (file, line) = self.found(&package.dir.join(file), refusal.words)?;
                Some(Refused {
                    file,
                    line,
                    what: refusal.what,
                    help: refusal.help,
                })
            });
            found.collect::<Vec<_>>()
        })
    }

    /// The first line of a file with one of these words, as `FILE:LINE`.
    pub(crate) fn place(&self, file: &Path, words: &[&str]) -> Option<String> {
        let (file, line) = self.found(file, words)?;
        Some(format!("{}:{line}", file.display()))
    }

    fn found(&self, file: &Path, words: &[&str]) -> Option<(PathBuf, usize)> {
        // Go itself says what is wrong with a file that cannot be read.
        let text = fs::read_to_string(file).ok()?;
        Some((self.shown(file), line_with(&text, words)?))
    }

    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        let below = path.strip_prefix(&self.request.project);
        let shown = below.unwrap_or(path);
        if shown.as_os_str().is_empty() {
            return PathBuf::from(".");
        }
        shown.to_owned()
    }
}

fn no_main(message: &str) -> Error {
    Error::Project {
        message: message.to_owned(),
        help: "name the package with `func main()` by `--package ./cmd/NAME`, or by `package` \
               under [package] in warp.toml"
            .to_owned(),
    }
}
