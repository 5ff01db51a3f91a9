//! The programs, built and run natively and as components.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, anyhow, ensure};
use warpgrid_test_harness::http::Answer;
use warpgrid_test_harness::process::{self, Bounds};
use warpgrid_test_harness::service::Service;

use super::packages::{Package, module};
use crate::compat::failure::Failure;
use crate::flags::GoCompiler;
use crate::test_all::databases::Databases;
use crate::test_all::{program, service};

/// Requests that one instance serves: a server keeps its state.
const REUSE: i64 = 1 << 20;
/// So that local times are the same everywhere.
const TIME_ZONE: &str = "UTC";
/// Where a service is told to listen.
const LISTEN: &str = "LISTEN";

/// What a program gave to see.
pub enum Seen {
    /// What it wrote to standard output.
    Output(Vec<u8>),
    /// What it answered.
    Answers(Vec<Answer>),
}

/// Builds and runs.
pub struct Programs {
    pub warp: PathBuf,
    /// A folder of the run's own.
    pub scratch: PathBuf,
    pub bounds: Bounds,
    /// What makes machine code of components, as `warp run --compiler` names it.
    machine_code: &'static str,
    /// Those that were started, by protocol.
    databases: BTreeMap<String, Databases>,
}

impl Programs {
    pub fn with(
        warp: PathBuf,
        scratch: PathBuf,
        bounds: Bounds,
        machine_code: &'static str,
    ) -> Self {
        Self {
            warp,
            scratch,
            bounds,
            machine_code,
            databases: BTreeMap::new(),
        }
    }

    /// Builds a program for this machine.
    ///
    /// # Errors
    /// What the compiler said.
    pub fn build(&self, name: &str) -> anyhow::Result<PathBuf> {
        let output = self.scratch.join(name);
        let mut command = Command::new("go");
        command.args(["build", "-trimpath", "-o"]).arg(&output);
        command.arg(format!("./{name}")).current_dir(module());
        process::run(&mut command, &self.bounds)?.success()?;
        Ok(output)
    }

    /// Builds a program as a component.
    ///
    /// # Errors
    /// What `warp pack` said.
    pub fn pack(&self, name: &str, compiler: GoCompiler) -> Result<PathBuf, Failure> {
        let output = self.scratch.join(name).with_extension("wasm");
        let mut command = Command::new(&self.warp);
        command.arg("pack").arg(module().join(name));
        command.args(["--lang", "go", "--compiler", compiler.name(), "--output"]);
        command.arg(&output).current_dir(&self.scratch);
        let packed = process::run(&mut command, &self.bounds)?;
        if !packed.status.success() {
            return Err(Failure::said("is not packed", &packed));
        }
        Ok(output)
    }

    /// Runs a program that was built for this machine.
    ///
    /// # Errors
    /// Where it fails, with everything there is to know.
    pub fn native(&mut self, package: &Package, program: &Path) -> anyhow::Result<Seen> {
        self.prepare(package)?;
        let databases = self.running(package);
        let command = || {
            let mut command = Command::new(program);
            command.env("TZ", TIME_ZONE);
            if let Some(databases) = databases {
                databases.describe(&mut command);
            }
            command
        };
        let seen = self.see(package, |address| {
            let mut command = command();
            command.env(LISTEN, address);
            command
        });
        let seen = seen.map_err(|failure| anyhow!(failure.account))?;
        ensure!(
            !matches!(&seen, Seen::Output(output) if output.is_empty()),
            "{} prints nothing\nlet it print what it finds",
            program.display()
        );
        Ok(seen)
    }

    /// Runs a component.
    ///
    /// # Errors
    /// As [`Programs::native`].
    pub fn component(&mut self, package: &Package, component: &Path) -> Result<Seen, Failure> {
        self.prepare(package)?;
        let mut document = self
            .running(package)
            .map_or_else(toml_edit::DocumentMut::new, Databases::configuration);
        document["env"]["TZ"] = toml_edit::value(TIME_ZONE);
        // What a request leaves in the program's memory the next one finds.
        document["limits"]["instances"] = toml_edit::value(1);
        document["limits"]["reuse"] = toml_edit::value(REUSE);
        let configuration = self.scratch.join("warp.toml");
        fs::write(&configuration, document.to_string())
            .with_context(|| format!("cannot write {}", configuration.display()))?;
        self.see(package, |address| {
            let mut command = Command::new(&self.warp);
            command.arg("run").arg(component);
            command.args(["--compiler", self.machine_code, "--config"]);
            command.arg(&configuration).current_dir(&self.scratch);
            if !address.is_empty() {
                command.args(["--listen", address, "--env"]);
                command.arg(format!("{LISTEN}={address}"));
            }
            command
        })
        .map_err(|mut failure| {
            let log = self.running(package).map(Databases::log);
            failure.account += &log.map_or_else(String::new, |log| {
                format!("\n--- the database's log\n{log}")
            });
            failure
        })
    }

    /// Runs what `command` makes for an address to listen on, which is empty
    /// for a program that runs to its end.
    fn see(&self, package: &Package, command: impl Fn(&str) -> Command) -> Result<Seen, Failure> {
        let requests = package.requests()?;
        if requests.is_empty() {
            let finished = process::run(&mut command(""), &self.bounds)?;
            if !finished.status.success() {
                return Err(Failure::said("fails", &finished));
            }
            return Ok(Seen::Output(finished.stdout));
        }
        let service = Service::start(&self.bounds, |address| command(&address.to_string()))?;
        let answers = service::converse(&requests, service.address());
        let answers = answers.map_err(|error| error.context(service.report()))?;
        Ok(Seen::Answers(answers))
    }

    /// Starts the package's server, or empties it.
    fn prepare(&mut self, package: &Package) -> anyhow::Result<()> {
        let Some(protocol) = &package.database else {
            return Ok(());
        };
        if !self.databases.contains_key(protocol) {
            let started = Databases::start(protocol)?;
            self.databases.insert(protocol.clone(), started);
        }
        self.databases[protocol].fill("")
    }

    fn running(&self, package: &Package) -> Option<&Databases> {
        self.databases.get(package.database.as_ref()?)
    }
}

/// How the two differ, where they do.
pub fn difference(package: &Package, native: &Seen, component: &Seen) -> Option<Failure> {
    let different = match (native, component) {
        (Seen::Output(native), Seen::Output(component)) => {
            (native != component).then(|| program::first_difference(native, component))
        }
        (Seen::Answers(native), Seen::Answers(component)) => {
            let requests = package.requests().unwrap_or_default();
            let different = service::differences(&requests, native, component);
            (!different.is_empty()).then(|| different.join("\n"))
        }
        _ => Some("one of them serves, and one does not".to_owned()),
    };
    different.map(|different| Failure::differs(&different))
}
