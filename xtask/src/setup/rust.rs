//! What is needed of the Rust toolchain.

use std::path::PathBuf;
use std::process::Command;

use anyhow::bail;

use crate::progress::Task;

const TARGETS: [&str; 3] = ["wasm32-wasip1", "wasm32-wasip2", "wasm32-unknown-unknown"];

/// Installs the targets that are missing; gives those.
pub fn ensure_targets() -> anyhow::Result<Vec<&'static str>> {
    let lib = sysroot()?.join("lib/rustlib");
    let missing: Vec<&str> = TARGETS
        .into_iter()
        .filter(|target| !lib.join(target).join("lib").is_dir())
        .collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    let task = Task::start(format!("Rust targets {}", missing.join(", ")));
    let line = format!("rustup target add {}", missing.join(" "));
    let output = Command::new("rustup")
        .args(["target", "add"])
        .args(&missing)
        .output();
    match output {
        Ok(output) if output.status.success() => task.done("installed"),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said
                .lines()
                .rev()
                .find(|l| !l.trim().is_empty())
                .unwrap_or_default();
            bail!(
                "`{line}` failed: {}\n  help: check the network connection and run it yourself",
                last.trim()
            )
        }
        Err(_) => bail!(
            "Rust has no {} and there is no rustup to add it\n  help: install these targets as your Rust distribution does",
            missing.join(", ")
        ),
    }
    Ok(missing)
}

fn sysroot() -> anyhow::Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc).args(["--print", "sysroot"]).output();
    match output {
        Ok(output) if output.status.success() => Ok(PathBuf::from(
            String::from_utf8_lossy(&output.stdout).trim_end(),
        )),
        _ => bail!("rustc cannot be run\n  help: install Rust with rustup"),
    }
}
