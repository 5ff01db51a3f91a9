//! The packer for TypeScript and JavaScript, and what it shares with others.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_spanned::Spanned;
use warpgrid_pack::contract::REQUIREMENTS;
use warpgrid_pack::{Built, Bundler, Error, Key, PackRequest, Packed, Packer, Program, Symbols};

use crate::entry::{PACKAGE, entry};
use crate::pipeline::{self, Answer, Missing, Survey};
use crate::runtime::{NODE, Runtime};
use crate::toolchain::{Toolchain, toolchain_by};

/// Packs programs for Node by esbuild and componentize-js.
#[derive(Debug, Default)]
pub struct TypeScriptPacker;

/// What `[package]` may say of such a project.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Keys {
    entry: Option<Spanned<String>>,
    allow: Vec<String>,
}

const KEYS: &[Key] = &[
    Key {
        name: "entry",
        what: "The program's file.",
        example: "entry = \"src/main.ts\"",
    },
    Key {
        name: "allow",
        what: "Modules that the program may name, and does without.",
        example: "allow = [\"child_process\"]",
    },
];

impl Packer for TypeScriptPacker {
    fn name(&self) -> &'static str {
        NODE.language
    }

    fn keys(&self) -> &'static [Key] {
        KEYS
    }

    fn detect(&self, project: &Path) -> Option<String> {
        project.join(PACKAGE).is_file().then(|| PACKAGE.to_owned())
    }

    fn native(&self, request: &PackRequest<'_>) -> Result<Command, Error> {
        let Ready {
            entry, toolchain, ..
        } = ready(request, &NODE)?;
        let mut command = request.command(NODE.program);
        command
            .arg("--enable-source-maps")
            .arg(toolchain.programs().join("native.mjs"))
            .arg(entry)
            .arg(request.project.join(".warp").join("native"));
        Ok(command)
    }

    fn bundler(&self) -> Option<&dyn Bundler> {
        Some(self)
    }

    fn pack(&self, request: &PackRequest<'_>) -> Result<Packed, Error> {
        pack(request, &NODE)
    }
}

/// What there is before a runtime is asked for anything.
pub(crate) struct Ready {
    /// The program's file.
    pub(crate) entry: PathBuf,
    /// Modules that the program may name, and does without.
    pub(crate) allow: Vec<String>,
    pub(crate) toolchain: Toolchain,
}

/// That the project, the runtime and the toolchain are there.
pub(crate) fn ready(request: &PackRequest<'_>, runtime: &Runtime) -> Result<Ready, Error> {
    let keys: Keys = request.keys(KEYS)?;
    refuse_others_choices(request, runtime)?;
    let entry = entry(request, keys.entry.as_ref())?;
    let command = |program: &str| request.command(program);
    runtime.expect(&command)?;
    Ok(Ready {
        entry,
        allow: keys.allow,
        toolchain: toolchain_by(&runtime.installer, &command, request.progress)?,
    })
}

/// The file that is the program.
///
/// # Errors
/// Where the project does not say which.
pub fn program(request: &PackRequest<'_>) -> Result<PathBuf, Error> {
    let keys: Keys = request.keys(KEYS)?;
    entry(request, keys.entry.as_ref())
}

/// Packs a project by a runtime.
///
/// # Errors
/// As [`Packer::pack`].
pub fn pack(request: &PackRequest<'_>, runtime: &Runtime) -> Result<Packed, Error> {
    let ready = ready(request, runtime)?;
    let name = request.name();
    request.progress.step(&format!("Packing {name}"));
    let file = file(request, runtime, &name);
    let answer = pipeline::build(request, runtime, &ready, &file)?;
    for note in &answer.notes {
        request.progress.note(&note.message());
    }
    let symbols = symbols(&answer);
    let packed = request.finish(
        runtime.language,
        &Built {
            name,
            file,
            symbols,
        },
    )?;
    expect_interfaces(&answer, &packed)?;
    Ok(packed)
}

/// The component as the runtime leaves it.
fn file(request: &PackRequest<'_>, runtime: &Runtime, name: &str) -> PathBuf {
    let folder = request.target().join(runtime.language);
    folder.join(format!("{name}.wasm"))
}

/// Says what of a program a component cannot have, of all that a runtime bundles.
/// Nothing is built, and nothing written into the project.
///
/// # Errors
/// Where there is no program, or no such runtime.
pub fn survey(
    request: &PackRequest<'_>,
    runtime: &Runtime,
    missing: &Missing,
) -> Result<Survey, Error> {
    let ready = ready(request, runtime)?;
    let folder = tempfile::tempdir()
        .map_err(|error| Error::file("make a folder in", std::env::temp_dir(), &error))?;
    pipeline::survey(request, runtime, &ready, missing, folder.path())
}

/// What only other languages' build tools know.
fn refuse_others_choices(request: &PackRequest<'_>, runtime: &Runtime) -> Result<(), Error> {
    let flag = match (&request.package, &request.program) {
        (Some(_), _) => "--package",
        (_, Some(Program::Binary(_))) => "--bin",
        (_, Some(Program::Library)) => "--lib",
        _ if !request.arguments.is_empty() => "arguments after `--`",
        _ => return Ok(()),
    };
    Err(Error::Project {
        message: format!("{flag} says nothing of a project in {}", runtime.spoken),
        help: "give the project's directory, and name its file by `entry = \"src/main.ts\"` \
               under [package] in warp.toml"
            .to_owned(),
    })
}

/// The modules of Node in the bundle, as `node:net`.
fn symbols(answer: &Answer) -> Symbols {
    let known = REQUIREMENTS.iter().flat_map(|needs| needs.functions);
    Symbols {
        functions: Some(
            known
                .copied()
                .filter(|name| answer.modules.contains(*name))
                .collect(),
        ),
        remedy: Some("this is a defect of warp: a module of Node was bundled without its host"),
        ..Symbols::default()
    }
}

/// What every such program exports.
const HANDLER: &str = "wasi:http/incoming-handler";

/// That the component imports what the bundle does, and serves: an interface that
/// fell out on the way would only be missed when it is called.
fn expect_interfaces(answer: &Answer, packed: &Packed) -> Result<(), Error> {
    let analysis = &packed.analysis;
    let mut imports = answer.imports.iter();
    let missing = imports.find(|import| !analysis.imports.contains(import));
    let message = match missing {
        Some(import) => format!("the program uses {import}, and its component does not import it"),
        None if !analysis.exports.iter().any(|export| is_handler(export)) => {
            format!("the component does not export {HANDLER}")
        }
        None => return Ok(()),
    };
    Err(Error::MissingShim {
        message,
        help: "this is a defect of warp: report it with the program".to_owned(),
    })
}

/// Of whatever version.
fn is_handler(export: &str) -> bool {
    export.split('@').next() == Some(HANDLER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use warpgrid_pack::Manifest;

    #[test]
    fn keys_and_their_examples_agree() {
        for key in KEYS {
            let text = format!("[package]\n{}\n", key.example);
            let manifest = Manifest::parse("warp.toml", text).unwrap();
            let _: Keys = manifest.package(KEYS).unwrap();
        }
    }

    #[test]
    fn every_module_that_touches_the_host_has_its_shims() {
        let answer = Answer {
            modules: ["node:net", "node:dns", "node:path"]
                .map(str::to_owned)
                .into(),
            imports: [].into(),
            notes: Vec::new(),
            errors: Vec::new(),
        };
        let functions = symbols(&answer).functions.unwrap();
        assert_eq!(
            functions.into_iter().collect::<Vec<_>>(),
            ["node:dns", "node:net"]
        );
    }
}
