//! Bundles for the loader: one process that bundles again and again, and remembers
//! what it has read.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde::{Deserialize, Serialize};
use warpgrid_pack::{
    Bundle, Bundler, Bundling, Error, Faulty, PackRequest, Remark, write_atomically,
};

use crate::TypeScriptPacker;
use crate::loader::loader;
use crate::packer::{Ready, ready};
use crate::runtime::{NODE, Runtime};

impl Bundler for TypeScriptPacker {
    fn begin(&self, request: &PackRequest<'_>) -> Result<Box<dyn Bundling>, Error> {
        begin(request, &NODE)
    }
}

/// Begins the bundling of a project by a runtime.
///
/// # Errors
/// As [`Bundler::begin`].
pub fn begin(request: &PackRequest<'_>, runtime: &Runtime) -> Result<Box<dyn Bundling>, Error> {
    let Ready {
        entry,
        allow,
        toolchain,
    } = ready(request, runtime)?;
    let loader = loader(request, runtime, &toolchain)?;
    let question = Question {
        project: &request.project,
        entry: &entry,
        compat: toolchain.node_compat(),
        polyfills: toolchain.bun_polyfills(),
        allow: &allow,
    };
    let path = request.target().join(runtime.language).join("serve.json");
    let text = serde_json::json!(question).to_string();
    write_atomically(&path, text.as_bytes())?;
    let mut serving = runtime
        .command(
            &|program| request.command(program),
            &toolchain.file(runtime.serve),
        )
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // The terminal's Ctrl-C is not for it: it ends with its input.
        .process_group(0)
        .spawn()
        .map_err(|error| Error::spawn(Path::new(runtime.program), runtime.install, &error))?;
    let pipes = serving.stdin.take().zip(serving.stdout.take());
    let (questions, answers) = pipes.ok_or_else(|| ended(runtime.program))?;
    Ok(Box::new(Serving {
        loader,
        program: runtime.program,
        process: serving,
        questions: Some(questions),
        answers: BufReader::new(answers),
    }))
}

/// What a `serve.mjs` is asked.
#[derive(Serialize)]
struct Question<'a> {
    project: &'a Path,
    entry: &'a Path,
    compat: PathBuf,
    polyfills: PathBuf,
    allow: &'a [String],
}

/// A running `serve.mjs`.
struct Serving {
    loader: PathBuf,
    /// What runs it.
    program: &'static str,
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What it answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    code: String,
    #[serde(default)]
    map: String,
    #[serde(default)]
    imports: BTreeSet<String>,
    #[serde(default)]
    notes: Vec<Remark>,
    /// Why there is no bundle; empty when there is one.
    #[serde(default)]
    errors: Vec<Remark>,
}

impl Bundling for Serving {
    fn loader(&self) -> &Path {
        &self.loader
    }

    fn bundle(&mut self) -> Result<Result<Bundle, Faulty>, Error> {
        let ended = || ended(self.program);
        let questions = self.questions.as_mut().ok_or_else(ended)?;
        questions.write_all(b"\n").map_err(|_| ended())?;
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).map_err(|_| ended())?;
        if read == 0 {
            return Err(ended());
        }
        let answer: Answer = serde_json::from_str(&line).map_err(|error| Error::Project {
            message: format!("what {} bundled is no answer: {error}", self.program),
            help: "this is a defect of warp".to_owned(),
        })?;
        if !answer.errors.is_empty() {
            return Ok(Err(Faulty(answer.errors)));
        }
        Ok(Ok(Bundle {
            code: answer.code.into_bytes(),
            source_map: answer.map.into_bytes(),
            imports: answer.imports,
            notes: answer.notes,
        }))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.questions.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn ended(program: &str) -> Error {
    Error::Project {
        message: format!("the {program} that bundles has ended"),
        help: "see what it says above; it is started again at the next change".to_owned(),
    }
}
