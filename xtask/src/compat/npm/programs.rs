//! The programs, natively and as components.

use std::collections::BTreeMap;
use std::fs;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, anyhow};
use warpgrid_test_harness::http::Answer;
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::{self, Bounds};
use warpgrid_test_harness::service::Service;

use super::packages::Package;
use super::runtime::Runtime;
use crate::compat::failure::Failure;
use crate::test_all::databases::Databases;
use crate::test_all::service;

/// Requests that one instance serves: a server keeps its state.
const REUSE: i64 = 1 << 20;
/// So that local times are the same everywhere.
const TIME_ZONE: &str = "UTC";
/// Where a service is told to listen.
const LISTEN: &str = "LISTEN";
/// The engine is large: it is compiled in one pass.
const MACHINE_CODE: &str = "winch";

/// Builds and runs.
pub struct Programs<R> {
    runtime: PhantomData<R>,
    warp: PathBuf,
    /// A folder of the run's own.
    scratch: PathBuf,
    bounds: Bounds,
    /// Those that were started, by protocol.
    databases: BTreeMap<String, Databases>,
}

impl<R: Runtime> Programs<R> {
    /// With the packages of these projects.
    ///
    /// # Errors
    /// What npm said.
    pub fn with<'a>(
        projects: impl Iterator<Item = &'a Path>,
        warp: PathBuf,
        scratch: PathBuf,
        bounds: Bounds,
    ) -> anyhow::Result<Self> {
        for project in projects {
            npm::install(project, &bounds)?;
        }
        Ok(Self {
            runtime: PhantomData,
            warp,
            scratch,
            bounds,
            databases: BTreeMap::new(),
        })
    }

    /// Builds a program as a component.
    ///
    /// # Errors
    /// What `warp pack` said.
    pub fn pack(&self, name: &str, package: &Package) -> Result<PathBuf, Failure> {
        let output = self.scratch.join(name).with_extension("wasm");
        let mut command = Command::new(&self.warp);
        command.arg("pack").arg(package.project.join(name));
        command.args(["--lang", R::LANG, "--output"]).arg(&output);
        R::equip(&mut command, &self.bounds)?;
        let packed = process::run(command.current_dir(&self.scratch), &self.bounds)?;
        if !packed.status.success() {
            return Err(Failure::said("is not packed", &packed));
        }
        Ok(output)
    }

    /// What a program answers natively.
    ///
    /// # Errors
    /// Where it fails, with everything there is to know.
    pub fn native(&mut self, name: &str, package: &Package) -> anyhow::Result<Vec<Answer>> {
        self.prepare(package)?;
        let databases = self.running(package);
        let program = package.project.join(name);
        // Made once for its errors: the harness may have to try several addresses.
        R::serve(&program, &self.bounds)?;
        let answers = self.answers(package, |address| {
            let served = R::serve(&program, &self.bounds);
            let mut command = served.unwrap_or_else(|_| Command::new("false"));
            command.env("TZ", TIME_ZONE).env(LISTEN, address);
            if let Some(databases) = databases {
                databases.describe(&mut command);
            }
            command
        });
        answers.map_err(|failure| anyhow!(failure.account))
    }

    /// What a component answers.
    ///
    /// # Errors
    /// As [`Programs::native`].
    pub fn component(
        &mut self,
        package: &Package,
        component: &Path,
    ) -> Result<Vec<Answer>, Failure> {
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
        let answers = self.answers(package, |address| {
            let mut command = Command::new(&self.warp);
            command.arg("run").arg(component);
            command.args(["--compiler", MACHINE_CODE, "--listen", address]);
            command.arg("--config").arg(&configuration);
            command.current_dir(&self.scratch);
            command
        });
        answers.map_err(|mut failure| {
            let log = self.running(package).map(Databases::log);
            failure.account += &log.map_or_else(String::new, |log| {
                format!("\n--- the database's log\n{log}")
            });
            failure
        })
    }

    /// Asks what `command` makes for an address to listen on.
    fn answers(
        &self,
        package: &Package,
        command: impl Fn(&str) -> Command,
    ) -> Result<Vec<Answer>, Failure> {
        let requests = package.requests()?;
        let service = Service::start(&self.bounds, |address| command(&address.to_string()))?;
        let answers = service::converse(&requests, service.address());
        Ok(answers.map_err(|error| error.context(service.report()))?)
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
pub fn difference(package: &Package, native: &[Answer], component: &[Answer]) -> Option<Failure> {
    let requests = package.requests().unwrap_or_default();
    let different = service::differences(&requests, native, component);
    (!different.is_empty()).then(|| Failure::new(&different.join("\n")))
}
