//! The matrix: every program in `test-apps`, packed and run in the host against
//! a real database, and compared with its native self.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use warpgrid_series::Place;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::components::{Packed, Packing};
use warpgrid_test_harness::echo::Echo;
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::Bounds;

use super::databases::Databases;
use super::report::Report;
use super::rows::{
    Build, DATABASE_BENCH, DRIVER_BENCH, GO_BENCH, Kind, ROWS, Row, SAMPLE, TS_BENCH,
};
use super::{bounds, program, service, suites};
use crate::{c_library, workspace};

/// As it stands in the apps' `warp.toml`.
const TIME_ZONE: &str = "Europe/Berlin";

/// The most that building one app, or one run of it, may take, in minutes.
const MINUTES: u64 = 20;

/// Runs the rows that are wanted.
pub fn run(wanted: &dyn Fn(&str) -> bool, cancel: &Cancel, report: &mut Report) {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| wanted(row.subject.app)).collect();
    if rows.is_empty() || cancel.is_cancelled() {
        return;
    }
    let bench = Bench::prepare(cancel);
    for row in rows {
        report.row(row.subject.clone(), || {
            let bench = bench
                .as_ref()
                .map_err(|error| anyhow::anyhow!("{error:#}"))?;
            let setup = bench.setup(row)?;
            match row.kind {
                Kind::Program => program::test(&setup),
                Kind::Service(dialogue) => service::test(setup, dialogue),
                Kind::Twin { dialogue, of } => service::test_twin(setup, dialogue, &bench.row(of)?),
            }
        });
    }
}

/// The names by which a filter may choose.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.subject.app)
}

/// What all rows share.
pub struct Bench<'a> {
    packing: Packing,
    cancel: &'a Cancel,
}

/// A row ready to be tested: both programs built, its database running.
pub struct Stage<'a> {
    pub app: PathBuf,
    pub native: PathBuf,
    pub packed: Packed,
    pub packing: &'a Packing,
    pub databases: Databases,
    /// What else a program may connect to.
    echo: Echo,
    /// The native program's files.
    notes: tempfile::TempDir,
    pub bounds: Bounds,
    scratch: tempfile::TempDir,
}

impl<'a> Bench<'a> {
    /// Builds `warp`, in the workspace's own configuration.
    pub fn prepare(cancel: &'a Cancel) -> anyhow::Result<Self> {
        Ok(Self::with(suites::warp(cancel)?, cancel))
    }

    /// With a `warp` that is built.
    pub fn with(warp: PathBuf, cancel: &'a Cancel) -> Self {
        Bench {
            packing: Packing::with(warp),
            cancel,
        }
    }

    /// The sample service, ready to be started, without its native self.
    pub fn sample(&self) -> anyhow::Result<Stage<'_>> {
        let row = ROWS.iter().find(|row| row.subject.app == SAMPLE);
        self.component(row.context("the sample is a row")?, PathBuf::new())
    }

    /// The program that databases are measured with, and its native self.
    pub fn database_bench(&self) -> anyhow::Result<Stage<'_>> {
        self.setup(&DATABASE_BENCH)
    }

    /// The drivers that databases are measured with, and their native self.
    pub fn driver_bench(&self) -> anyhow::Result<Stage<'_>> {
        self.setup(&DRIVER_BENCH)
    }

    /// The service that Go is measured with, and its native self.
    pub fn go_bench(&self) -> anyhow::Result<Stage<'_>> {
        self.row(GO_BENCH)
    }

    /// The service that TypeScript is measured with, and its native self.
    pub fn ts_bench(&self) -> anyhow::Result<Stage<'_>> {
        self.row(TS_BENCH)
    }

    /// The row of an app, and its native self.
    pub fn row(&self, app: &str) -> anyhow::Result<Stage<'_>> {
        let row = ROWS.iter().find(|row| row.subject.app == app);
        self.setup(row.with_context(|| format!("{app} is no row"))?)
    }

    /// The app of this name, packed, without its native self.
    pub fn packed(&self, name: &str) -> anyhow::Result<Stage<'_>> {
        let row = ROWS.iter().find(|row| row.subject.app == name);
        let row = row.with_context(|| format!("no row is called {name}"))?;
        if matches!(row.build, Build::Node) {
            npm::install(&app(row), &bounds(MINUTES, self.cancel))?;
        }
        self.component(row, PathBuf::new())
    }

    fn setup(&self, row: &Row) -> anyhow::Result<Stage<'_>> {
        let app = app(row);
        let native = match row.build {
            Build::C { library } => {
                let (library, place) = (workspace::root().join(library), Place::open_default()?);
                c_library::vendor(&app, &library, &place, self.cancel)?;
                let flags = c_library::native(&library, &place, self.cancel)?;
                super::native::c(&app, &flags, &bounds(MINUTES, self.cancel))?
            }
            Build::Cargo => super::native::cargo(&app, &[], self.cancel)?,
            Build::Go | Build::TinyGo => super::native::go(&app, &bounds(MINUTES, self.cancel))?,
            Build::Node => super::native::node(&app, &bounds(MINUTES, self.cancel))?,
            Build::Bun => super::native::bun(&app, &bounds(MINUTES, self.cancel))?,
            Build::Optimised => super::native::cargo(&app, &["--release"], self.cancel)?,
        };
        self.component(row, native)
    }

    fn component(&self, row: &Row, native: PathBuf) -> anyhow::Result<Stage<'_>> {
        let bounds = bounds(MINUTES, self.cancel);
        let app = app(row);
        let environment = match row.build {
            Build::Bun => vec![(
                "PATH",
                npm::path_with(&npm::bun(&workspace::root(), &bounds)?)?,
            )],
            _ => Vec::new(),
        };
        let packed = self
            .packing
            .pack_in(&environment, &app, row.build.arguments(), &bounds)?;
        let expected: BTreeSet<&str> = row.subject.shims.iter().copied().collect();
        let found: BTreeSet<&str> = packed.shims.iter().map(String::as_str).collect();
        ensure!(
            found == expected,
            "the component imports the shims {found:?}, not {expected:?}"
        );
        let names = row.subject.database.context("a row names its servers")?;
        let databases = Databases::start(names)?;
        let scratch = tempfile::Builder::new()
            .prefix("warpgrid-test-all-")
            .tempdir()?;
        Ok(Stage {
            app,
            native,
            packed,
            packing: &self.packing,
            databases,
            echo: Echo::start()?,
            notes: tempfile::tempdir()?,
            bounds,
            scratch,
        })
    }
}

fn app(row: &Row) -> PathBuf {
    workspace::root().join(row.folder).join(row.subject.app)
}

impl Stage<'_> {
    /// The native program, with the database where it really is.
    pub fn native(&self) -> Command {
        let runtime = match self.native.extension().and_then(OsStr::to_str) {
            Some("js") => Some(PathBuf::from("node")),
            Some("ts") => Some(workspace::root().join("node_modules/.bin/bun")),
            _ => None,
        };
        let mut command = Command::new(runtime.as_ref().unwrap_or(&self.native));
        if runtime.is_some() {
            command.arg(&self.native);
        }
        command
            .current_dir(self.scratch.path())
            .env("ECHO", self.echo.address().to_string())
            .env("NOTES", self.notes.path())
            .env("TZ", TIME_ZONE);
        self.databases.describe(&mut command);
        command
    }

    /// The `warp` that packed it.
    pub fn warp(&self) -> &Path {
        self.packing.warp()
    }

    /// The component in the host, with [`Stage::configuration`].
    pub fn component(&self) -> anyhow::Result<Command> {
        let configuration = self.configuration()?;
        Ok(self.guest(&self.packed.component, &configuration))
    }

    /// Any component in the host.
    pub fn guest(&self, component: &Path, configuration: &Path) -> Command {
        let mut command = self.packing.run(component, configuration);
        command.current_dir(self.scratch.path());
        command
    }

    /// The app's own `warp.toml` but for where the databases are and, where it
    /// has one, the echo service.
    pub fn configuration(&self) -> anyhow::Result<PathBuf> {
        let path = self.app.join("warp.toml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let configuration = self.scratch.path().join("warp.toml");
        std::fs::write(
            &configuration,
            placed(&text, &self.databases, &self.echo.address().to_string())?,
        )
        .with_context(|| format!("cannot write {}", configuration.display()))?;
        Ok(configuration)
    }

    /// What went on at the database, for a failure's report.
    pub fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        error.context(format!(
            "--- the database's log\n{}\n---",
            self.databases.log()
        ))
    }
}

/// The configuration with every database's upstream replaced, and the echo
/// service's address where the program has one.
fn placed(text: &str, servers: &Databases, echo: &str) -> anyhow::Result<String> {
    let mut document: toml_edit::DocumentMut = text.parse().context("warp.toml")?;
    let databases = document
        .get_mut("database")
        .and_then(toml_edit::Item::as_array_of_tables_mut)
        .context("warp.toml has no [[database]]")?;
    for database in databases.iter_mut() {
        let protocol = database.get("protocol").and_then(toml_edit::Item::as_str);
        let address = servers.address(protocol.context("a database has no protocol")?)?;
        database["upstream"] = toml_edit::value(address.to_string());
    }
    if let Some(value) = document.get_mut("env").and_then(|env| env.get_mut("ECHO")) {
        *value = toml_edit::value(echo);
        document["network"]["connect"] = toml_edit::value(toml_edit::Array::from_iter([echo]));
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_places_are_replaced() {
        let text = "# kept\n[package]\nname = \"a\"\n\n\
                    [[database]]\nprotocol = \"redis\"\nupstream = \"x:1\"\n";
        let servers = Databases::start("redis").unwrap();
        let there = servers.address("redis").unwrap().to_string();
        assert_eq!(
            placed(text, &servers, "127.0.0.1:7").unwrap(),
            text.replace("x:1", &there)
        );
        let own = "\n[network]\nconnect = [\"e:1\"]\n\n[env]\nECHO = \"e:1\"\n";
        assert_eq!(
            placed(&format!("{text}{own}"), &servers, "e:2").unwrap(),
            format!("{text}{own}")
                .replace("x:1", &there)
                .replace("e:1", "e:2")
        );
        assert!(placed("[package]\n", &servers, "e:2").is_err());
        assert!(placed(&text.replace("redis", "mysql"), &servers, "e:2").is_err());
    }

    #[test]
    fn every_row_has_its_app() {
        for name in names() {
            let app = workspace::root().join("test-apps").join(name);
            assert!(app.join("warp.toml").is_file(), "{}", app.display());
        }
    }
}
