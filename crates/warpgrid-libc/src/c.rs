//! The packer for C: from a list of sources, or through a project's Makefile.

mod driver;
mod make;
mod sources;
mod survey;

use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use serde::Deserialize;
use warpgrid_pack::{Error, Key, PackRequest, Packed, Packer};
use warpgrid_store::Store;

pub use driver::{DRIVER_NAME, compiler_command};
pub(crate) use make::install_driver;
pub use survey::{Survey, survey};

use crate::{LIBWARPGRID_TARGET, Toolchain, toolchain};

/// Packs C projects with the patched toolchain that the store holds.
#[derive(Debug, Default)]
pub struct CPacker;

/// What `[package]` may say of a C project.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct CKeys {
    sources: Option<Vec<serde_spanned::Spanned<String>>>,
    include: Vec<String>,
    cflags: Vec<String>,
    libs: Vec<String>,
    ldflags: Vec<String>,
    artifact: Option<String>,
}

const KEYS: &[Key] = &[
    Key {
        name: "sources",
        what: "The files that are compiled, with `*` and `**`.",
        example: "sources = [\"src/*.c\"]",
    },
    Key {
        name: "include",
        what: "Folders with headers.",
        example: "include = [\"include\"]",
    },
    Key {
        name: "cflags",
        what: "Options of the compiler.",
        example: "cflags = [\"-DNDEBUG\"]",
    },
    Key {
        name: "libs",
        what: "Libraries: by name, or by path.",
        example: "libs = [\"m\", \"vendor/libpq.a\"]",
    },
    Key {
        name: "ldflags",
        what: "Options of the linker.",
        example: "ldflags = [\"-Wl,-z,stack-size=1048576\"]",
    },
    Key {
        name: "artifact",
        what: "What the build leaves, where `make` or another tool builds.",
        example: "artifact = \"build/server\"",
    },
];

const MAKEFILES: &[&str] = &["GNUmakefile", "makefile", "Makefile"];
/// Where sources are looked for when nothing names them.
const USUAL_SOURCES: &[&str] = &["src/*.c", "*.c"];

impl Packer for CPacker {
    fn name(&self) -> &'static str {
        "c"
    }

    fn keys(&self) -> &'static [Key] {
        KEYS
    }

    fn detect(&self, project: &Path) -> Option<String> {
        let usual = USUAL_SOURCES.iter().find(|pattern| {
            sources::matching(project, pattern).is_ok_and(|found| !found.is_empty())
        })?;
        Some((*usual).to_owned())
    }

    fn pack(&self, request: &PackRequest<'_>) -> Result<Packed, Error> {
        let keys: CKeys = request.keys(KEYS)?;
        refuse_cargo_choices(request)?;
        let toolchain = current_toolchain()?;
        if keys.is_by_make(&request.project) {
            make::pack(request, &keys, &toolchain)
        } else {
            sources::pack(request, &keys, &toolchain)
        }
    }
}

impl CKeys {
    /// Whether make builds it.
    fn is_by_make(&self, project: &Path) -> bool {
        self.sources.is_none() && MAKEFILES.iter().any(|name| project.join(name).is_file())
    }
}

/// The toolchain that `cargo xtask setup` put into the user's store.
///
/// # Errors
/// When it has not been set up, or a program of the machine is missing.
pub fn current_toolchain() -> Result<Toolchain, Error> {
    let store = Store::open_default().map_err(|error| two_lines(&error.to_string()))?;
    Toolchain::current(&store, LIBWARPGRID_TARGET).map_err(toolchain_error)
}

pub(crate) fn toolchain_error(error: toolchain::Error) -> Error {
    match error {
        toolchain::Error::NoTool { name, remedy } => Error::ToolMissing {
            tool: name,
            install: remedy,
        },
        other => two_lines(&other.to_string()),
    }
}

/// What is wrong stands in such a message's first line, the remedy in the rest.
fn two_lines(text: &str) -> Error {
    let (message, help) = text
        .split_once('\n')
        .unwrap_or((text, "run `cargo xtask setup`"));
    let help = help.trim();
    Error::Project {
        message: message.to_owned(),
        help: help.strip_prefix("help: ").unwrap_or(help).to_owned(),
    }
}

/// Choices that only a cargo project has.
fn refuse_cargo_choices(request: &PackRequest<'_>) -> Result<(), Error> {
    let flag = match (&request.package, &request.program) {
        (Some(_), _) => "--package",
        (_, Some(warpgrid_pack::Program::Library)) => "--lib",
        _ => return Ok(()),
    };
    Err(Error::Project {
        message: format!("`{flag}` means nothing to a C project"),
        help: "name the program with `--bin`, or leave the flag out".to_owned(),
    })
}

/// "exit status 1" or "signal 9", for a message.
pub(crate) fn ending(status: ExitStatus) -> String {
    status
        .to_string()
        .replace("exit status: ", "exit status ")
        .replace("signal: ", "signal ")
}

fn create(directory: &Path) -> Result<(), Error> {
    fs::create_dir_all(directory).map_err(|error| Error::file("create", directory, &error))
}

#[cfg(test)]
mod tests {
    use warpgrid_pack::Manifest;

    use super::*;

    #[test]
    fn a_directory_is_c_by_its_sources() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(CPacker.detect(directory.path()), None);
        create(&directory.path().join("src")).unwrap();
        fs::write(directory.path().join("src/main.c"), "").unwrap();
        assert_eq!(CPacker.detect(directory.path()).as_deref(), Some("src/*.c"));
    }

    #[test]
    fn keys_and_their_examples_agree() {
        for key in KEYS {
            let text = format!("[package]\n{}\n", key.example);
            let manifest = Manifest::parse("warp.toml", text).unwrap();
            manifest.package::<CKeys>(KEYS).unwrap();
        }
    }

    #[test]
    fn remedies_are_told_apart_from_what_is_wrong() {
        let error = two_lines("cannot write /x: denied\n  help: choose another");
        assert_eq!(error.to_string(), "cannot write /x: denied");
        let Error::Project { help, .. } = error else {
            panic!()
        };
        assert_eq!(help, "choose another");
    }
}
