//! The packer for TypeScript and JavaScript.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_spanned::Spanned;
use warpgrid_pack::contract::REQUIREMENTS;
use warpgrid_pack::{Built, Error, Key, PackRequest, Packed, Packer, Program, Symbols};

use crate::entry::{PACKAGE, entry};
use crate::node;
use crate::pipeline::{self, Answer, Missing, Survey};
use crate::toolchain::toolchain;

/// Packs programs for Node by esbuild and componentize-js.
#[derive(Debug, Default)]
pub struct TypeScriptPacker;

/// What `[package]` may say of such a project.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct TypeScriptKeys {
    entry: Option<Spanned<String>>,
    allow: Vec<String>,
}

const KEYS: &[Key] = &[
    Key {
        name: "entry",
        example: "entry = \"src/main.ts\"",
    },
    Key {
        name: "allow",
        example: "allow = [\"child_process\"]",
    },
];

impl Packer for TypeScriptPacker {
    fn name(&self) -> &'static str {
        "ts"
    }

    fn detect(&self, project: &Path) -> Option<String> {
        project.join(PACKAGE).is_file().then(|| PACKAGE.to_owned())
    }

    fn pack(&self, request: &PackRequest<'_>) -> Result<Packed, Error> {
        let keys: TypeScriptKeys = request.keys(KEYS)?;
        refuse_others_choices(request)?;
        let entry = entry(request, keys.entry.as_ref())?;
        node::expect(request.command("node"))?;
        let toolchain = toolchain(&|program| request.command(program), request.progress)?;
        let name = request.name();
        request.progress.step(&format!("Packing {name}"));
        let file = file(request, &name);
        let answer = pipeline::build(request, &toolchain, &entry, &keys.allow, &file)?;
        for note in &answer.notes {
            request.progress.note(&note.message());
        }
        let symbols = symbols(&answer);
        let packed = request.finish(
            self.name(),
            &Built {
                name,
                file,
                symbols,
            },
        )?;
        expect_imports(&answer, &packed)?;
        Ok(packed)
    }
}

/// Says what of a program a component cannot have, of all that is bundled. Nothing
/// is built, and nothing written into the project.
///
/// # Errors
/// Where there is no program, or no Node.
pub fn survey(request: &PackRequest<'_>, missing: &Missing) -> Result<Survey, Error> {
    let keys: TypeScriptKeys = request.keys(KEYS)?;
    refuse_others_choices(request)?;
    let entry = entry(request, keys.entry.as_ref())?;
    node::expect(request.command("node"))?;
    let toolchain = toolchain(&|program| request.command(program), request.progress)?;
    let folder = tempfile::tempdir()
        .map_err(|error| Error::file("make a folder in", std::env::temp_dir(), &error))?;
    pipeline::survey(
        request,
        &toolchain,
        &entry,
        &keys.allow,
        missing,
        folder.path(),
    )
}

/// The component as Node leaves it.
fn file(request: &PackRequest<'_>, name: &str) -> PathBuf {
    request.target().join("ts").join(format!("{name}.wasm"))
}

/// What only other languages' build tools know.
fn refuse_others_choices(request: &PackRequest<'_>) -> Result<(), Error> {
    let flag = match (&request.package, &request.program) {
        (Some(_), _) => "--package",
        (_, Some(Program::Binary(_))) => "--bin",
        (_, Some(Program::Library)) => "--lib",
        _ if !request.arguments.is_empty() => "arguments after `--`",
        _ => return Ok(()),
    };
    Err(Error::Project {
        message: format!("{flag} says nothing of a project in TypeScript"),
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

/// That the component imports what the bundle does: an interface that fell out on
/// the way would only be missed when it is called.
fn expect_imports(answer: &Answer, packed: &Packed) -> Result<(), Error> {
    let missing = answer
        .imports
        .iter()
        .find(|import| !packed.analysis.imports.contains(import));
    missing.map_or(Ok(()), |import| {
        Err(Error::MissingShim {
            message: format!("the program uses {import}, and its component does not import it"),
            help: "this is a defect of warp: report it with the program".to_owned(),
        })
    })
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
            let _: TypeScriptKeys = manifest.package(KEYS).unwrap();
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
