//! CMake and Ninja: the system's where they are new enough, else pinned wheels
//! in the store.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{anyhow, bail};
use warpgrid_series::process::{self, Cancel, Ended};
use warpgrid_store::{Key, Staging, Store};

use super::packages;
use crate::progress::Task;
use crate::workspace;

/// What wasi-libc's CMakeLists.txt asks for.
const CMAKE_AT_LEAST: (u32, u32) = (3, 26);

/// Versions and digests of the wheels, for x86-64 and AArch64 Linux.
const WHEELS: &str = "\
cmake==3.31.6 \
  --hash=sha256:1c8b05df0602365da91ee6a3336fe57525b137706c4ab5675498f662ae1dbcec \
  --hash=sha256:42d9883b8958da285d53d5f69d40d9650c2d1bcf922d82b3ebdceb2b3a7d4521
ninja==1.11.1.4 \
  --hash=sha256:096487995473320de7f65d622c3f1d16c3ad174797602218ca8c967f51ec38a0 \
  --hash=sha256:d3090d4488fadf6047d0d7a1db0c9643a8d391f0d94729554dbb89b5bdc769d7
";

/// The store root of the wheels.
const ROOT: &str = "tools/cmake";

/// The two programs.
#[derive(Clone, Debug)]
pub struct Cmake {
    pub cmake: PathBuf,
    pub ninja: PathBuf,
}

/// Finds them, or installs them into the store.
pub fn ensure(store: &Store, cancel: &Cancel) -> anyhow::Result<Cmake> {
    let cmake = packages::find("cmake").filter(|path| is_new_enough(path));
    if let (Some(cmake), Some(ninja)) = (cmake, packages::find("ninja")) {
        return Ok(Cmake { cmake, ninja });
    }
    let key = Key::new("python-wheels")
        .field("requirements", WHEELS)
        .finish();
    let built = store.get_or_build(&key, |staging| {
        let task = Task::start("CMake and Ninja");
        install(staging, cancel)?;
        task.done("installed into the store");
        anyhow::Ok(())
    });
    let dir = workspace::built(built)?.path;
    store.set_root(ROOT, &key)?;
    Ok(Cmake {
        cmake: dir.join("cmake/data/bin/cmake"),
        ninja: dir.join("bin/ninja"),
    })
}

/// The wheels hold programs that run from anywhere, so only they are kept; the
/// virtual environment is there because a bare Debian has pip nowhere else.
fn install(staging: &Staging, cancel: &Cancel) -> anyhow::Result<()> {
    let scratch = staging.scratch()?;
    let requirements = scratch.join("requirements.txt");
    fs::write(&requirements, WHEELS)?;
    let venv = scratch.join("venv");
    step(
        Command::new("python3").args(["-m", "venv"]).arg(&venv),
        cancel,
    )?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]);
    pip.args([
        "--no-deps",
        "--no-compile",
        "--only-binary=:all:",
        "--require-hashes",
    ]);
    pip.arg("--target")
        .arg(staging.content())
        .arg("--requirement")
        .arg(&requirements);
    step(&mut pip, cancel)
}

fn step(command: &mut Command, cancel: &Cancel) -> anyhow::Result<()> {
    let mut said = Vec::new();
    let ended = process::run(command, None, cancel, |_, line| said.push(line.to_owned()));
    let what = "CMake and Ninja could not be installed from Python wheels";
    match ended.map_err(|e| anyhow!("{what}: {e}\n  help: apt-get install python3 python3-venv"))? {
        Ended::Exited(status) if status.success() => Ok(()),
        Ended::Exited(_) => {
            let reason = said
                .iter()
                .rev()
                .find(|l| l.contains("ERROR"))
                .or(said.last());
            bail!(
                "{what}: {}\n  help: check pip's index and the network connection, or install \
                 cmake {}.{} and ninja yourself",
                reason.map_or("it gave no reason", |l| l.trim()),
                CMAKE_AT_LEAST.0,
                CMAKE_AT_LEAST.1
            )
        }
        Ended::TimedOut | Ended::Cancelled => bail!("interrupted"),
    }
}

fn is_new_enough(cmake: &Path) -> bool {
    let Ok(output) = Command::new(cmake).arg("--version").output() else {
        return false;
    };
    version(&String::from_utf8_lossy(&output.stdout)).is_some_and(|v| v >= CMAKE_AT_LEAST)
}

fn version(said: &str) -> Option<(u32, u32)> {
    let mut parts = said
        .lines()
        .next()?
        .strip_prefix("cmake version ")?
        .split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(version("cmake version 3.25.1\n\nmore"), Some((3, 25)));
        assert!(version("cmake version 3.9.0") < version("cmake version 3.26.0-rc1"));
        assert_eq!(version("ninja 1.11"), None);
    }
}
