//! cargo-fuzz, in the store.

use std::path::PathBuf;
use std::process::Command;

use warpgrid_series::process::{self, Cancel};
use warpgrid_store::{Key, Store};

use super::succeeded;
use crate::progress::Task;
use crate::workspace;

const VERSION: &str = "0.13.2";
/// The store root of it.
const ROOT: &str = "tools/cargo-fuzz";

/// Finds it, or builds it into the store.
pub fn ensure(store: &Store, cancel: &Cancel) -> anyhow::Result<PathBuf> {
    let key = Key::new("cargo-fuzz").field("version", VERSION).finish();
    let built = store.get_or_build(&key, |staging| {
        let task = Task::start(format!("cargo-fuzz {VERSION}"));
        let mut install = Command::new("cargo");
        install.args(["install", "cargo-fuzz", "--version", VERSION]);
        install.args(["--locked", "--no-track", "--root"]);
        install.arg(staging.content());
        install.arg("--target-dir").arg(staging.scratch()?);
        let mut last = String::new();
        let ended = process::run(&mut install, None, cancel, |_, line| {
            task.doing(line.trim());
            line.clone_into(&mut last);
        })?;
        let why = || {
            format!(
                "cargo-fuzz cannot be installed: {}\n  help: check the network connection, and run the command again",
                last.trim()
            )
        };
        succeeded(ended, why)?;
        task.done("installed into the store");
        anyhow::Ok(())
    });
    let folder = workspace::built(built)?.path;
    store.set_root(ROOT, &key)?;
    Ok(folder.join("bin/cargo-fuzz"))
}
