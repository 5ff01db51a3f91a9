//! System packages: which, what for, and how to get them.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::Command;

use anyhow::bail;

/// How to tell that a package's part is there, also where it came from
/// elsewhere than Debian.
enum Probe {
    /// A program on PATH.
    Program(&'static str),
    /// A file.
    File(&'static str),
    /// Modules that the system's Python can import.
    Python(&'static str),
}

struct Package {
    name: &'static str,
    purpose: &'static str,
    probe: Probe,
}

const fn package(name: &'static str, purpose: &'static str, probe: Probe) -> Package {
    Package {
        name,
        purpose,
        probe,
    }
}

const CLANG_RT: &str = "/usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a";

const PACKAGES: &[Package] = &[
    package(
        "git",
        "import and patch upstream sources",
        Probe::Program("git"),
    ),
    package(
        "clang-19",
        "compile C for WebAssembly",
        Probe::Program("clang-19"),
    ),
    package(
        "lld-19",
        "link WebAssembly modules",
        Probe::Program("wasm-ld-19"),
    ),
    package(
        "llvm-19",
        "archives and symbol tables",
        Probe::Program("llvm-ar-19"),
    ),
    package(
        "libclang-rt-19-dev-wasm32",
        "compiler runtime for WebAssembly",
        Probe::File(CLANG_RT),
    ),
    package("python3", "install CMake", Probe::Program("python3")),
    package(
        "python3-venv",
        "install CMake",
        Probe::Python("ensurepip, venv"),
    ),
    package(
        "postgresql-15",
        "a real server for the tests",
        Probe::File("/usr/lib/postgresql/15/bin/postgres"),
    ),
    package(
        "mariadb-server",
        "a real server for the tests",
        Probe::File("/usr/lib/mysql/plugin/auth_ed25519.so"),
    ),
    package(
        "mariadb-client",
        "its client, for the tests",
        Probe::Program("mariadb"),
    ),
    package(
        "redis-server",
        "a real server for the tests",
        Probe::Program("redis-server"),
    ),
    package(
        "redis-tools",
        "its client, for the tests",
        Probe::Program("redis-cli"),
    ),
    package(
        "libpq-dev",
        "libpq's headers and its native build",
        Probe::File("/usr/include/postgresql/libpq-fe.h"),
    ),
    package(
        "libmariadb-dev",
        "MariaDB Connector/C's headers and its native build",
        Probe::File("/usr/include/mariadb/mysql.h"),
    ),
    package(
        "pkg-config",
        "find the native libraries",
        Probe::Program("pkg-config"),
    ),
];

/// LLVM as libraries, which TinyGo is a program of.
const FOR_TINYGO: &[Package] = &[
    package(
        "llvm-19-dev",
        "build TinyGo",
        Probe::File("/usr/lib/llvm-19/include/llvm-c/Core.h"),
    ),
    package(
        "libclang-19-dev",
        "build TinyGo",
        Probe::File("/usr/lib/llvm-19/include/clang-c/Index.h"),
    ),
    package(
        "binaryen",
        "goroutines of TinyGo's programs",
        Probe::Program("wasm-opt"),
    ),
];

const FOR_FUZZING: &[Package] = &[package("g++", "compile libFuzzer", Probe::Program("c++"))];

/// Makes sure that all packages are there; gives those it installed.
pub fn ensure(yes: bool) -> anyhow::Result<Vec<&'static str>> {
    ensure_all(PACKAGES, yes)
}

/// The same for what TinyGo needs beside them.
pub fn ensure_for_tinygo(yes: bool) -> anyhow::Result<Vec<&'static str>> {
    ensure_all(FOR_TINYGO, yes)
}

/// The same for what `cargo xtask fuzz` needs beside them.
pub fn ensure_for_fuzzing(yes: bool) -> anyhow::Result<Vec<&'static str>> {
    ensure_all(FOR_FUZZING, yes)
}

fn ensure_all(wanted: &'static [Package], yes: bool) -> anyhow::Result<Vec<&'static str>> {
    let missing: Vec<&Package> = wanted.iter().filter(|p| !p.probe.is_met()).collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    eprintln!("missing system packages:");
    for package in &missing {
        eprintln!("  {:<28} {}", package.name, package.purpose);
    }
    let names: Vec<&'static str> = missing.iter().map(|p| p.name).collect();
    let line = install_line(&names);
    if find("apt-get").is_none() {
        bail!(
            "system packages are missing and this machine has no apt-get\n  \
             help: install the equivalents of: {}",
            names.join(" ")
        );
    }
    if !(yes || in_ci() || asked(&line)?) {
        bail!("system packages are missing\n  help: run `{line}`, then this again");
    }
    install(&names, &line)?;
    match missing.iter().find(|p| !p.probe.is_met()) {
        Some(package) => bail!(
            "{} was installed, but what it is needed for is still not found\n  \
             help: check PATH, and that the package is the one of Debian 12",
            package.name
        ),
        None => Ok(names),
    }
}

/// A program on PATH.
pub fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

fn asked(line: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    eprint!("install them now with `{line}`? [Y/n] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim().to_ascii_lowercase();
    Ok(read > 0 && matches!(answer.as_str(), "" | "y" | "yes"))
}

fn install_line(names: &[&str]) -> String {
    let sudo = if rustix::process::geteuid().is_root() {
        ""
    } else {
        "sudo "
    };
    format!(
        "{sudo}apt-get install -y --no-install-recommends {}",
        names.join(" ")
    )
}

/// apt-get in the foreground: it may ask for a password and shows its own
/// progress. Its output goes to standard error.
fn install(names: &[&str], line: &str) -> anyhow::Result<()> {
    let apt = |args: &[&str]| -> anyhow::Result<bool> {
        let root = rustix::process::geteuid().is_root();
        let mut command = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            command.arg("apt-get");
        }
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(args)
            .stdout(std::io::stderr());
        Ok(command.status().map(|status| status.success())?)
    };
    // Lists may be old or, on a fresh image, absent; then they are fetched.
    let args = [&["-q", "install", "-y", "--no-install-recommends"], names].concat();
    if apt(&["-q", "update"])? && apt(&args)? {
        return Ok(());
    }
    bail!(
        "apt-get could not install the packages (its output is above)\n  help: run `{line}` yourself, then this again"
    )
}

impl Probe {
    fn is_met(&self) -> bool {
        match self {
            Probe::Program(name) => find(name).is_some(),
            Probe::File(path) => Path::new(path).exists(),
            Probe::Python(modules) => Command::new("python3")
                .args(["-c", &format!("import {modules}")])
                .output()
                .is_ok_and(|output| output.status.success()),
        }
    }
}
