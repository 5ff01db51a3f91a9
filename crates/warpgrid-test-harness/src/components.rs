//! Components, packed by `warp` once in each process, or built by stock cargo.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::{self, Bounds};

/// What `warp pack --json` says of a component.
#[derive(Debug, Clone, Deserialize)]
pub struct Packed {
    /// Where the component is.
    pub component: PathBuf,
    /// The shims that it imports, by interface name.
    pub shims: Vec<String>,
}

/// Builds a project by stock cargo, and gives the folder of its components.
/// What is built goes to `target`, where the next build finds it.
///
/// # Errors
/// The whole report of cargo.
pub fn built(project: &Path, target: &Path, flags: &str, bounds: &Bounds) -> Result<PathBuf> {
    const TARGET: &str = "wasm32-wasip2";
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--release", "--locked", "--target", TARGET])
        .current_dir(project)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_BUILD_BUILD_DIR", target)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", flags);
    process::run(&mut command, bounds)?
        .success()
        .context("a component does not build; `cargo xtask setup` installs its target")?;
    Ok(target.join(TARGET).join("release"))
}

/// Packs projects by one `warp`.
pub struct Packing {
    warp: PathBuf,
    done: Mutex<HashMap<(PathBuf, Vec<String>), Packed>>,
}

impl Packing {
    /// With this `warp` executable.
    #[must_use]
    pub fn with(warp: PathBuf) -> Self {
        Self {
            warp,
            done: Mutex::default(),
        }
    }

    /// The `warp` that packs.
    #[must_use]
    pub fn warp(&self) -> &Path {
        &self.warp
    }

    /// The component of a project: packed now, or before.
    ///
    /// # Errors
    /// The whole report of `warp pack`.
    pub fn pack(&self, project: &Path, bounds: &Bounds) -> Result<Packed> {
        self.pack_with(project, &[], bounds)
    }

    /// The same with further arguments of `warp pack`.
    ///
    /// # Errors
    /// The whole report of `warp pack`.
    pub fn pack_with(&self, project: &Path, arguments: &[&str], bounds: &Bounds) -> Result<Packed> {
        self.pack_in(&[], project, arguments, bounds)
    }

    /// The same in an environment with these variables, too.
    ///
    /// # Errors
    /// The whole report of `warp pack`.
    pub fn pack_in(
        &self,
        environment: &[(&str, OsString)],
        project: &Path,
        arguments: &[&str],
        bounds: &Bounds,
    ) -> Result<Packed> {
        let strings = arguments.iter().map(ToString::to_string).collect();
        let key = (project.to_owned(), strings);
        // Held meanwhile: two builds at once would only wait for each other.
        let mut done = self
            .done
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(packed) = done.get(&key) {
            return Ok(packed.clone());
        }
        let mut command = Command::new(&self.warp);
        command
            .args(["pack", "--json"])
            .arg(project)
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)));
        let finished = process::run(command.current_dir(project), bounds)?.success()?;
        let packed: Packed = serde_json::from_slice(&finished.stdout)
            .with_context(|| format!("`warp pack --json` printed no such object\n{finished}"))?;
        done.insert(key, packed.clone());
        Ok(packed)
    }

    /// A `warp run` of a component with a configuration file; its further
    /// arguments are the caller's.
    #[must_use]
    pub fn run(&self, component: &Path, configuration: &Path) -> Command {
        let mut command = Command::new(&self.warp);
        command
            .arg("run")
            .arg(component)
            .arg("--config")
            .arg(configuration);
        command
    }
}
