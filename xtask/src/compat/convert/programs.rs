//! The programs: fetched, analysed, packed and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, anyhow};
use serde::{Deserialize, Serialize};
use warpgrid_series::process::Cancel;
use warpgrid_series::{Fetch, Place};
use warpgrid_test_harness::http::Answer;
use warpgrid_test_harness::process::{self, Bounds, Finished};
use warpgrid_test_harness::service::Service;

use super::list::Program;
use crate::compat::failure::Failure;
use crate::test_all::{service, suites};
use crate::workspace;

/// Has a program for Node listen where it is told.
const LISTEN: &str = "xtask/compat/convert/listen.mjs";
/// The engine of JavaScript is large: it is compiled in one pass.
const MACHINE_CODE: &str = "winch";
/// How much of what was said stands in the table, in characters.
const SHOWN: usize = 120;

/// What becomes of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "cause")]
pub enum Became {
    /// It does what it does natively.
    Works,
    /// It is packed, and was not run.
    Packed,
    /// It is not packed, and why.
    Refused(String),
    /// It does other than natively: how.
    Differs(String),
}

impl Became {
    /// In a few words.
    pub fn word(&self) -> String {
        match self {
            Became::Works => "works".to_owned(),
            Became::Packed => "is packed; was not run".to_owned(),
            Became::Refused(cause) => format!("is not packed: {cause}"),
            Became::Differs(cause) => format!("differs: {cause}"),
        }
    }
}

/// What `warp convert analyze --json` prints, as far as it is needed here.
#[derive(Deserialize)]
pub struct Said {
    pub verdict: String,
    pub score: u8,
    pub findings: Vec<Finding>,
}

#[derive(Deserialize)]
pub struct Finding {
    pub what: String,
}

/// Fetches, analyses, packs and runs.
pub struct Programs {
    warp: PathBuf,
    /// A folder of the run's own.
    scratch: PathBuf,
    place: Place,
    bounds: Bounds,
}

/// What a program gave.
#[derive(PartialEq, Eq)]
enum Seen {
    Printed(Vec<String>),
    Answered(Vec<Answer>),
}

impl Programs {
    /// # Errors
    /// Where there is no cache.
    pub fn with(warp: PathBuf, scratch: PathBuf, bounds: Bounds) -> anyhow::Result<Self> {
        Ok(Self {
            warp,
            scratch,
            place: Place::open_default()?,
            bounds,
        })
    }

    /// Writes a program's sources into a folder, with what is put beside them.
    ///
    /// # Errors
    /// Where they cannot be had, or are others.
    pub fn fetch(&self, name: &str, program: &Program, cancel: &Cancel) -> anyhow::Result<PathBuf> {
        let folder = self.scratch.join(name);
        let repository = git2::Repository::init_bare(self.scratch.join(format!("{name}.git")))?;
        let fetch = Fetch {
            place: &self.place,
            programs: &warpgrid_series::Programs::default(),
            cancel,
        };
        let tree = program.source.transport().fetch(&repository, &fetch)?;
        fs::create_dir_all(&folder)?;
        let mut checkout = git2::build::CheckoutBuilder::new();
        checkout.target_dir(&folder).force();
        repository.checkout_tree(&repository.find_object(tree, None)?, Some(&mut checkout))?;
        for (file, text) in &program.files {
            fs::write(folder.join(file), text)?;
        }
        fs::write(folder.join("warp.toml"), &program.manifest)?;
        if program.language == "ts" {
            leave_development_out(&folder.join("package.json"))?;
            let mut npm = Command::new("npm");
            npm.args([
                "install",
                "--omit=dev",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
            ]);
            process::run(npm.current_dir(&folder), &self.bounds)?.success()?;
        }
        Ok(folder)
    }

    /// What is said of it.
    ///
    /// # Errors
    /// Where nothing can be.
    pub fn analyze(&self, program: &Program, folder: &Path) -> anyhow::Result<Said> {
        let mut command = Command::new(&self.warp);
        command.args(["convert", "analyze", "--json", "--lang", &program.language]);
        let finished = process::run(command.arg(folder), &self.bounds)?.success()?;
        serde_json::from_slice(&finished.stdout).with_context(|| finished.to_string())
    }

    /// What becomes of it.
    ///
    /// # Errors
    /// Where it fails natively.
    pub fn became(
        &self,
        name: &str,
        program: &Program,
        folder: &Path,
        cancel: &Cancel,
    ) -> anyhow::Result<Became> {
        let native = match program.is_run() {
            true => Some(self.native(name, program, folder, cancel)?),
            false => None,
        };
        let component = self.scratch.join(name).with_extension("wasm");
        let mut command = Command::new(&self.warp);
        command.args(["pack", "--lang", &program.language, "--output"]);
        command.arg(&component).arg(folder);
        let packed = process::run(&mut command, &self.bounds)?;
        if !packed.status.success() {
            return Ok(Became::Refused(why(&packed)));
        }
        let Some(native) = native else {
            return Ok(Became::Packed);
        };
        let seen = self.component(program, folder, &component);
        Ok(match seen {
            Ok(seen) if seen == native => Became::Works,
            Ok(seen) => Became::Differs(difference(program, &native, &seen)),
            Err(error) => Became::Differs(Failure::new(&format!("{error:#}")).cause),
        })
    }

    /// What the program gives natively, built in a copy of its sources.
    fn native(
        &self,
        name: &str,
        program: &Program,
        folder: &Path,
        cancel: &Cancel,
    ) -> anyhow::Result<Seen> {
        let copy = self.scratch.join(format!("{name}.native"));
        suites::copy_tree(folder, &copy)?;
        let called = program.program.as_deref().unwrap_or(name);
        let command = match program.language.as_str() {
            "rust" => Command::new(suites::build(&copy, &["--bin", called], called, cancel)?),
            "go" => {
                let output = copy.join("native-program");
                let mut go = Command::new("go");
                go.args(["build", "-o"])
                    .arg(&output)
                    .arg(program.program.as_deref().unwrap_or("."));
                process::run(go.current_dir(&copy), &self.bounds)?.success()?;
                Command::new(output)
            }
            "c" => {
                process::run(Command::new("make").current_dir(&copy), &self.bounds)?.success()?;
                Command::new(copy.join(called))
            }
            "ts" => {
                let mut node = Command::new("node");
                node.arg("--import")
                    .arg(workspace::root().join(LISTEN))
                    .arg(copy.join(called));
                node
            }
            other => return Err(anyhow!("nothing is known of building `{other}`")),
        };
        let program_path = command.get_program().to_owned();
        let first: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let seen = self.seen(program, |port| {
            let mut command = Command::new(&program_path);
            command
                .args(&first)
                .args(program.args(port))
                .current_dir(&copy);
            command.env("PORT", port.to_string()).env("TZ", "UTC");
            command
        });
        seen.with_context(|| format!("{name} fails natively"))
    }

    fn component(
        &self,
        program: &Program,
        folder: &Path,
        component: &Path,
    ) -> anyhow::Result<Seen> {
        self.seen(program, |port| {
            let mut command = Command::new(&self.warp);
            command.arg("run").arg(component).current_dir(folder);
            if program.language == "ts" {
                command.args(["--compiler", MACHINE_CODE]);
            }
            if !program.requests().unwrap_or_default().is_empty() {
                command.args(["--listen", &format!("127.0.0.1:{port}")]);
            }
            command
                .args(["--env", "TZ=UTC", "--"])
                .args(program.args(port));
            command
        })
    }

    /// Runs what `command` makes for a port.
    fn seen(&self, program: &Program, command: impl Fn(u16) -> Command) -> anyhow::Result<Seen> {
        let requests = program.requests()?;
        if requests.is_empty() {
            let finished = process::run(&mut command(0), &self.bounds)?;
            let text = String::from_utf8_lossy(&finished.stdout);
            let is_alike =
                |line: &&str| !program.ignore.iter().any(|start| line.starts_with(start));
            let mut lines: Vec<_> = text.lines().filter(is_alike).map(str::to_owned).collect();
            lines.push(format!(
                "it ended with {}",
                finished.status.code().unwrap_or(-1)
            ));
            return Ok(Seen::Printed(lines));
        }
        let service = Service::start(&self.bounds, |address| command(address.port()))?;
        let answers = service::converse(&requests, service.address());
        Ok(Seen::Answered(
            answers.map_err(|error| error.context(service.report()))?,
        ))
    }
}

/// Has npm look for nothing that only the package's own tests need, some of which its
/// registry may not have any more.
fn leave_development_out(package: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(package)?;
    let mut package_json: serde_json::Value = serde_json::from_str(&text)?;
    if let Some(keys) = package_json.as_object_mut() {
        keys.retain(|key, _| key != "devDependencies" && key != "scripts");
    }
    Ok(fs::write(package, package_json.to_string())?)
}

/// What a compiler or the linker said first, or else `warp`; without the folder that
/// the program was in.
fn why(packed: &Finished) -> String {
    const MARKS: &[&str] = &["error: ", "error[", "undefined symbol: "];
    let stderr = String::from_utf8_lossy(&packed.stderr);
    let mut lines = stderr.lines().map(str::trim);
    let said = lines.find_map(|line| {
        let at = MARKS.iter().filter_map(|mark| line.find(mark)).min()?;
        Some(line[at..].to_owned())
    });
    let said = said.unwrap_or_else(|| Failure::said("", packed).cause);
    said.trim_start_matches([':', ' '])
        .chars()
        .take(SHOWN)
        .collect()
}

/// The first line or answer that is another.
fn difference(program: &Program, native: &Seen, seen: &Seen) -> String {
    match (native, seen) {
        (Seen::Printed(native), Seen::Printed(seen)) => {
            let mut lines = native.iter().zip(seen);
            match lines.find(|(native, seen)| native != seen) {
                Some((native, seen)) => format!("natively `{native}`, as a component `{seen}`"),
                None => "it prints more or less".to_owned(),
            }
        }
        (Seen::Answered(native), Seen::Answered(seen)) => {
            let requests = program.requests().unwrap_or_default();
            let different = service::differences(&requests, native, seen);
            Failure::differs(&different.join("\n")).cause
        }
        _ => "it serves natively alone".to_owned(),
    }
}
