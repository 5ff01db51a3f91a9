//! One run of a `build.mjs`: what it is asked, and what it answers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use warpgrid_pack::{Error, PackRequest, Profile, Remark, write_atomically};
use warpgrid_store::cache_dir;
use wasm_encoder::{CustomSection, Encode, Section};

use crate::runtime::Runtime;
use crate::tool;
use crate::toolchain::Toolchain;

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

/// Bundles the program and makes a component of it.
///
/// # Errors
/// When the runtime fails, or the program cannot be a component: its first reason, with
/// the place.
pub(crate) fn build(
    request: &PackRequest<'_>,
    runtime: &Runtime,
    toolchain: &Toolchain,
    entry: &Path,
    allow: &[String],
    output: &Path,
) -> Result<Answer, Error> {
    let folder = request.target().join(runtime.language);
    let work = folder.join("work");
    let answer = folder.join("answer.json");
    let question = Question {
        project: &request.project,
        entry,
        compat: toolchain.node_compat(),
        polyfills: toolchain.bun_polyfills(),
        work: &work,
        output,
        splice_cache: cache_dir().map_err(Error::of_two_lines)?.join(SPLICES),
        answer: &answer,
        allow,
        minify: request.strip && request.profile == Profile::Release,
    };
    let path = folder.join("question.json");
    let text = serde_json::json!(question).to_string();
    write_atomically(&path, text.as_bytes())?;
    let script = toolchain.file(runtime.script);
    let mut command = request.command(runtime.program);
    if let (true, Some(folder)) = (runtime.aside, script.parent()) {
        command.current_dir(folder);
    }
    // componentize-js leaves its folders behind where it fails.
    let scratch = tempfile::tempdir()
        .map_err(|error| Error::file("make a folder in", std::env::temp_dir(), &error))?;
    command
        .args(runtime.arguments)
        .arg(&script)
        .arg(&path)
        .env("TMPDIR", scratch.path());
    let action = format!("packing {}", request.name());
    tool::run(&mut command, &action, runtime.install)?;
    let text = fs::read(&answer).map_err(|error| Error::file("read", &answer, &error))?;
    let answer: Answer = serde_json::from_slice(&text).map_err(|error| Error::Project {
        message: format!("{} is no answer: {error}", answer.display()),
        help: "this is a defect of warp".to_owned(),
    })?;
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
