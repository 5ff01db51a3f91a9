//! Tests of the standard library as programs: for this machine, for wasip1 by
//! stock Go, and with our overlay.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;
use warpgrid_test_harness::preview1;
use warpgrid_test_harness::process::{self, Bounds};

use crate::workspace;

/// A program that is packed for the overlay that this leaves.
const PROGRAM: &str = "xtask/compat/go/uuid";
/// Where `warp pack` leaves it, in the program's folder.
const OVERLAY: &str = "target/warp/go/go-command.overlay.json";
/// A Go module with the engine for stock Go: behind wasmtime's preview1 adapter
/// it does not run, since both take memory as if it were theirs alone. Go's own
/// builders test wasip1 by this one, too.
const ENGINE_MODULE: &str = "xtask/compat/go-std";
const ENGINE: &str = "github.com/tetratelabs/wazero/cmd/wazero";
/// What programs with the overlay may import.
const WORLD: &str = "crates/warpgrid-go/src/generated/go-command.wit";

/// How the tests are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Native,
    Stock,
    Ours,
}

impl Way {
    pub fn name(self) -> &'static str {
        match self {
            Way::Native => "native",
            Way::Stock => "stock",
            Way::Ours => "ours",
        }
    }
}

/// The installed Go.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub struct Go {
    pub goroot: PathBuf,
    pub goversion: String,
}

impl Go {
    /// # Errors
    /// Where there is none.
    pub fn find(bounds: &Bounds) -> anyhow::Result<Self> {
        let mut command = Command::new("go");
        command.args(["env", "-json", "GOROOT", "GOVERSION"]);
        let said = process::run(&mut command, bounds)
            .context("install Go: the Debian package `golang-go`, or a newer one")?
            .success()?;
        serde_json::from_slice(&said.stdout).context("`go env`")
    }

    /// The folder in which a package's tests run.
    pub fn folder(&self, package: &str) -> PathBuf {
        self.goroot.join("src").join(package)
    }
}

/// Builds the tests.
pub struct Builder<'a> {
    pub go: &'a Go,
    pub warp: &'a Path,
    pub scratch: &'a Path,
    pub bounds: &'a Bounds,
}

impl Builder<'_> {
    /// The list of files that are ours, as `warp pack` makes it.
    ///
    /// # Errors
    /// Where it makes none.
    pub fn overlay(&self) -> anyhow::Result<PathBuf> {
        let folder = workspace::root().join(PROGRAM);
        let mut command = Command::new(self.warp);
        command.arg("pack").arg(&folder);
        command.args(["--lang", "go", "--output"]);
        command.arg(self.scratch.join("overlay.wasm"));
        process::run(&mut command, self.bounds)?.success()?;
        let list = folder.join(OVERLAY);
        ensure!(
            list.is_file(),
            "`warp pack` leaves no {}\nlook where the packer keeps its overlay now",
            list.display()
        );
        Ok(list)
    }

    /// The engine for stock Go, in the version of its module.
    ///
    /// # Errors
    /// Where it is not to be had.
    pub fn engine(&self) -> anyhow::Result<PathBuf> {
        let output = self.scratch.join("wazero");
        let mut command = Command::new("go");
        command.args(["build", "-o"]).arg(&output).arg(ENGINE);
        command.current_dir(workspace::root().join(ENGINE_MODULE));
        process::run(&mut command, self.bounds)?.success()?;
        Ok(output)
    }

    /// The program with a package's tests.
    ///
    /// # Errors
    /// What the compiler said.
    pub fn build(&self, package: &str, way: Way, overlay: &Path) -> anyhow::Result<PathBuf> {
        let name = format!("{}.{}", package.replace('/', "-"), way.name());
        let output = self.scratch.join(name);
        let mut command = Command::new("go");
        command.args(["test", "-c", "-vet=off", "-o"]).arg(&output);
        if way != Way::Native {
            command.env("GOOS", "wasip1").env("GOARCH", "wasm");
        }
        if way == Way::Ours {
            command.arg("-overlay").arg(overlay);
        }
        command.arg(package).current_dir(self.go.folder(package));
        process::run(&mut command, self.bounds)?.success()?;
        if way == Way::Ours {
            preview1::adapt_to_world(&output, &workspace::root().join(WORLD))?;
        }
        Ok(output)
    }
}
