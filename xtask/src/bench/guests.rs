//! C programs as guests of `warp run`, each compiled with the stock libc and
//! with ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use warpgrid_libc::{LIBWARPGRID_TARGET, Linkage, Toolchain};
use warpgrid_series::process::Cancel;
use warpgrid_store::Store;
use warpgrid_test_harness::echo::Echo;
use warpgrid_test_harness::process::{self, Bounds, Finished};

use crate::guest::{self, Source};
use crate::test_all::bounds;
use crate::workspace;

/// The most that one program may take, in minutes.
const MINUTES: u64 = 5;

/// Where they are compiled and run. `$ECHO_PORT` tells them of an echo on the
/// loopback, `root` is a directory for them.
pub struct Guests {
    warp: PathBuf,
    store: Store,
    bounds: Bounds,
    scratch: tempfile::TempDir,
    echo: Echo,
}

impl Guests {
    /// With this `warp.toml` and this echo.
    pub fn prepare(
        warp: PathBuf,
        configuration: &str,
        echo: Echo,
        cancel: &Cancel,
    ) -> anyhow::Result<Self> {
        let guests = Guests {
            warp,
            store: Store::open_default()?,
            bounds: bounds(MINUTES, cancel),
            scratch: tempfile::Builder::new()
                .prefix("warpgrid-bench-")
                .tempdir()?,
            echo,
        };
        std::fs::create_dir(guests.root())?;
        std::fs::write(guests.scratch.path().join("warp.toml"), configuration)?;
        Ok(guests)
    }

    /// What `root` in `warp.toml` is.
    pub fn root(&self) -> PathBuf {
        self.scratch.path().join("root")
    }

    /// Compiles a file of `xtask/bench`.
    pub fn compile(&self, file: &str, linkage: Linkage) -> anyhow::Result<PathBuf> {
        let toolchain = Toolchain::linking(&self.store, LIBWARPGRID_TARGET, linkage)?;
        let source = workspace::root().join("xtask/bench").join(file);
        let name = Path::new(file).file_name().context("a file has a name")?;
        let name = Path::new(name).with_extension(format!("{}.wasm", linkage.name()));
        let component = self.scratch.path().join(name);
        let flags = ["-Wall", "-Wextra", "-Werror"].map(str::to_owned);
        let source = Source {
            file: &source,
            cflags: &flags,
            ldflags: &[],
        };
        guest::compile(&source, &toolchain, &component, &self.bounds)?;
        Ok(component)
    }

    /// Runs one to its end; `options` are for `warp run`.
    pub fn run(
        &self,
        component: &Path,
        options: &[&str],
        arguments: &[&str],
    ) -> anyhow::Result<Finished> {
        let mut command = Command::new(&self.warp);
        command
            .current_dir(self.scratch.path())
            .arg("run")
            .arg(component)
            .args(options)
            .args(["--config", "warp.toml"])
            .args([
                "--env",
                &format!("ECHO_PORT={}", self.echo.address().port()),
            ])
            .arg("--")
            .args(arguments)
            // Compiled code is kept for this run alone.
            .env("WARPGRID_CACHE_DIR", self.scratch.path().join("cache"));
        process::run(&mut command, &self.bounds).and_then(Finished::success)
    }
}
