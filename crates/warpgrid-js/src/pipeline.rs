//! One run of a `build.mjs`: what it is asked, and what it answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use warpgrid_pack::{Error, PackRequest, Profile, Remark, write_atomically};
use warpgrid_store::cache_dir;
use wasm_encoder::{CustomSection, Encode, Section};

use crate::packer::Ready;
use crate::runtime::Runtime;
use crate::tool;

/// The folder of the user's cache in which engines are kept that were joined with
/// the imports of some program.
pub(crate) const SPLICES: &str = "js-splices";

/// The custom section that holds a component's source map, which the host reads
/// where a guest writes a stack trace.
const SOURCE_MAP: &str = "warpgrid:source-map";

/// What the program is asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    /// The user's project.
    project: &'a Path,
    /// The program's file.
    entry: &'a Path,
    /// `@warpgrid/node-compat`
    compat: PathBuf,
    /// `@warpgrid/bun-polyfills`
    polyfills: PathBuf,
    /// A folder of its own.
    work: &'a Path,
    output: &'a Path,
    splice_cache: PathBuf,
    /// Where the answer goes.
    answer: &'a Path,
    /// Modules that the program may name, and does without.
    allow: &'a [String],
    minify: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a Missing>,
}

/// What a component does not have, or has and refuses.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Missing {
    /// Of Node's modules, by their names without `node:`.
    pub modules: BTreeMap<String, MissingNames>,
    /// Of the globals.
    pub globals: Vec<String>,
}

/// Names of one module.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MissingNames {
    /// They are not there.
    pub missing: Vec<String>,
    /// They throw an error when they are called.
    pub refuse: Vec<String>,
}

/// What it answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// The host's interfaces that the bundle imports, with their versions.
    #[serde(default)]
    pub(crate) imports: BTreeSet<String>,
    /// The modules of Node in the bundle that touch the host.
    #[serde(default)]
    pub(crate) modules: BTreeSet<String>,
    /// What the user should know.
    #[serde(default)]
    pub(crate) notes: Vec<Remark>,
    /// Why there is no component; empty when there is one.
    #[serde(default)]
    pub(crate) errors: Vec<Remark>,
}

/// All that can be said of a program before it is built.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Survey {
    /// The host's interfaces that the bundle imports, with their versions.
    #[serde(default)]
    pub imports: BTreeSet<String>,
    /// What the user should know.
    #[serde(default)]
    pub notes: Vec<Remark>,
    /// Why `warp pack` refuses it; empty when it does not.
    #[serde(default)]
    pub errors: Vec<Remark>,
    /// The packages in the bundle.
    #[serde(default)]
    pub packages: Vec<SurveyedPackage>,
    /// The program's own files.
    #[serde(default)]
    pub files: Vec<String>,
    /// Where it asks for what is [`Missing`].
    #[serde(default)]
    pub uses: Vec<Use>,
    /// What in it answers requests; unknown where nothing was bundled.
    pub serves: Option<Serves>,
}

/// What of a program answers requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Serves {
    /// What it exports, or listens for `fetch`.
    Handler,
    /// A server that listens while the program is loaded.
    Server,
    /// A server that listens later.
    Later,
    /// Nothing does.
    Nothing,
}

/// A package in a bundle.
#[derive(Debug, Deserialize)]
pub struct SurveyedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A place where a name is used that a component does not have.
#[derive(Debug, Deserialize)]
pub struct Use {
    /// From the project's directory.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// The package that the file is of; none where it is the user's own.
    pub package: Option<String>,
    /// `fs.watch`, `Atomics`
    pub name: String,
    /// Whether it is used whenever the file is loaded.
    pub certain: bool,
}

/// Bundles the program and makes a component of it.
///
/// # Errors
/// When the runtime fails, or the program cannot be a component: its first reason, with
/// the place.
pub(crate) fn build(
    request: &PackRequest<'_>,
    runtime: &Runtime,
    ready: &Ready,
    output: &Path,
) -> Result<Answer, Error> {
    let folder = request.target().join(runtime.language);
    let work = folder.join("work");
    let question = Question {
        project: &request.project,
        entry: &ready.entry,
        compat: ready.toolchain.node_compat(),
        polyfills: ready.toolchain.bun_polyfills(),
        work: &work,
        output,
        splice_cache: cache_dir().map_err(Error::of_two_lines)?.join(SPLICES),
        answer: &folder.join("answer.json"),
        allow: &ready.allow,
        minify: request.strip && request.profile == Profile::Release,
        missing: None,
    };
    let answer: Answer = ask(
        request,
        runtime,
        &ready.toolchain.file(runtime.script),
        &question,
    )?;
    match answer.errors.split_first() {
        None => {
            if !request.strip {
                add_source_map(output, &work.join("program.js.map"))?;
            }
            fs::remove_dir_all(&work).map_err(|error| Error::file("remove", &work, &error))?;
            Ok(answer)
        }
        Some((first, others)) => {
            for other in others {
                request.progress.note(&other.message());
            }
            Err(Error::Project {
                message: first.message(),
                help: first
                    .help
                    .clone()
                    .unwrap_or_else(|| "mend that and pack again".to_owned()),
            })
        }
    }
}

/// Bundles the program and says what of it a component cannot have; `folder` is
/// for what is written on the way.
///
/// # Errors
/// When the runtime fails.
pub(crate) fn survey(
    request: &PackRequest<'_>,
    runtime: &Runtime,
    ready: &Ready,
    missing: &Missing,
    folder: &Path,
) -> Result<Survey, Error> {
    let question = Question {
        project: &request.project,
        entry: &ready.entry,
        compat: ready.toolchain.node_compat(),
        polyfills: ready.toolchain.bun_polyfills(),
        work: &folder.join("work"),
        output: &folder.join("none.wasm"),
        splice_cache: folder.join("splices"),
        answer: &folder.join("answer.json"),
        allow: &ready.allow,
        minify: false,
        missing: Some(missing),
    };
    ask(
        request,
        runtime,
        &ready.toolchain.file(runtime.survey),
        &question,
    )
}

/// Has a runtime run one of our scripts, and reads its answer.
fn ask<T: DeserializeOwned>(
    request: &PackRequest<'_>,
    runtime: &Runtime,
    script: &Path,
    question: &Question<'_>,
) -> Result<T, Error> {
    let path = question.answer.with_file_name("question.json");
    let text = serde_json::json!(question).to_string();
    write_atomically(&path, text.as_bytes())?;
    // componentize-js leaves its folders behind where it fails.
    let scratch = tempfile::tempdir()
        .map_err(|error| Error::file("make a folder in", std::env::temp_dir(), &error))?;
    let mut command = runtime.command(&|program| request.command(program), script);
    command.arg(&path).env("TMPDIR", scratch.path());
    let action = format!("packing {}", request.name());
    tool::run(&mut command, &action, runtime.install)?;
    let answer = question.answer;
    let text = fs::read(answer).map_err(|error| Error::file("read", answer, &error))?;
    serde_json::from_slice(&text).map_err(|error| Error::Project {
        message: format!("{} is no answer: {error}", answer.display()),
        help: "this is a defect of warp".to_owned(),
    })
}

/// Adds the bundle's source map to its component.
fn add_source_map(component: &Path, map: &Path) -> Result<(), Error> {
    let read = |path: &Path| fs::read(path).map_err(|error| Error::file("read", path, &error));
    let mut bytes = read(component)?;
    let map = read(map)?;
    let section = CustomSection {
        name: SOURCE_MAP.into(),
        data: map.into(),
    };
    bytes.push(section.id());
    section.encode(&mut bytes);
    write_atomically(component, &bytes)
}
