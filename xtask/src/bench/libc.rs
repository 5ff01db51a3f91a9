//! The patched libc: WebAssembly instructions that small C programs execute
//! with it, alone and with libwarpgrid, beside the same with the stock libc.
//!
//! `warp run --count` counts them, so that neither the machine nor its load
//! matter. What the host does is not counted.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::Context;
use warpgrid_libc::{LIBWARPGRID_TARGET, Linkage, Toolchain};
use warpgrid_series::process::Cancel;
use warpgrid_store::Store;
use warpgrid_test_harness::process::{self, Bounds, Finished};

use super::Row;
use crate::guest::{self, Source};
use crate::test_all::{bounds, suites};
use crate::workspace;

/// A program in `xtask/bench/libc`.
struct Program {
    /// What the rows call it.
    title: &'static str,
    file: &'static str,
    /// How many runs are made, of which the least counts: more than one where
    /// the count depends on whether the other end has answered yet.
    waits: bool,
}

const fn computes(title: &'static str, file: &'static str) -> Program {
    Program {
        title,
        file,
        waits: false,
    }
}

/// In this order: what is written is what is read.
const PROGRAMS: &[Program] = &[
    computes("file writes", "file_writes.c"),
    computes("file reads", "file_reads.c"),
    computes("malloc", "malloc.c"),
    computes("printf", "printf.c"),
    Program {
        title: "plain TCP",
        file: "tcp.c",
        waits: true,
    },
    computes("clocks", "clock.c"),
    computes("computation", "cpu.c"),
];

/// The most that ours may execute for one of stock's.
const GOAL: f64 = 1.01;
/// The most that one program may take, in minutes.
const MINUTES: u64 = 5;

/// The rows of `bench libc`. Only programs that wait for something are run in
/// all rounds.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let bench = Bench::prepare(cancel)?;
    rows(|program, linkage| {
        eprintln!("{}, {}", program.title, linkage.name());
        let component = bench.compile(program, linkage)?;
        let rounds = if program.waits { rounds.max(1) } else { 1 };
        (0..rounds).try_fold(f64::INFINITY, |least, _| {
            Ok(least.min(bench.count(&component)?))
        })
    })
}

fn rows(
    mut count: impl FnMut(&Program, Linkage) -> anyhow::Result<f64>,
) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for program in PROGRAMS {
        let stock = count(program, Linkage::Stock)?;
        for linkage in [Linkage::Patched, Linkage::Libwarpgrid] {
            let ours = count(program, linkage)?;
            let name = format!("{}, {}", program.title, linkage.name());
            rows.push(Row::at_most(
                name,
                "instructions",
                vec![ours],
                vec![stock],
                GOAL,
            ));
        }
    }
    Ok(rows)
}

struct Bench {
    warp: PathBuf,
    store: Store,
    bounds: Bounds,
    scratch: tempfile::TempDir,
    echo: u16,
}

impl Bench {
    fn prepare(cancel: &Cancel) -> anyhow::Result<Self> {
        let bench = Bench {
            warp: suites::warp(cancel)?,
            store: Store::open_default()?,
            bounds: bounds(MINUTES, cancel),
            scratch: tempfile::Builder::new()
                .prefix("warpgrid-bench-libc-")
                .tempdir()?,
            echo: echo()?,
        };
        std::fs::create_dir(bench.scratch.path().join("root"))?;
        std::fs::write(
            bench.scratch.path().join("warp.toml"),
            "[directories]\n\"/\" = \"root\"\n[network]\nconnect = [\"*\"]\n",
        )?;
        Ok(bench)
    }

    fn compile(&self, program: &Program, linkage: Linkage) -> anyhow::Result<PathBuf> {
        let toolchain = Toolchain::linking(&self.store, LIBWARPGRID_TARGET, linkage)?;
        let source = workspace::root()
            .join("xtask/bench/libc")
            .join(program.file);
        let name = Path::new(program.file).with_extension(format!("{}.wasm", linkage.name()));
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

    fn count(&self, component: &Path) -> anyhow::Result<f64> {
        let mut command = Command::new(&self.warp);
        command
            .current_dir(self.scratch.path())
            .arg("run")
            .arg(component)
            .args(["--count", "--config", "warp.toml"])
            .args(["--env", &format!("ECHO_PORT={}", self.echo)])
            // Compiled code is kept for this run alone.
            .env("WARPGRID_CACHE_DIR", self.scratch.path().join("cache"));
        let finished = process::run(&mut command, &self.bounds).and_then(Finished::success)?;
        executed(&String::from_utf8_lossy(&finished.stderr))
            .with_context(|| format!("no count of instructions in\n{finished}"))
    }
}

/// The figure in `executed N instructions`.
fn executed(stderr: &str) -> Option<f64> {
    let mut lines = stderr.lines().rev();
    let figure = lines.find_map(|line| {
        line.strip_prefix("executed ")?
            .strip_suffix(" instructions")
    })?;
    figure.parse().ok()
}

/// The port of an echo on the loopback, which ends with this process.
fn echo() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on the loopback")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut piece = [0; 4096];
            // An end that is broken off is the guest's to report.
            while let Ok(count @ 1..) = stream.read(&mut piece) {
                if stream.write_all(&piece[..count]).is_err() {
                    break;
                }
            }
        }
    });
    Ok(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_measured_in_both_ways() {
        let rows = rows(|program, linkage| {
            let source = workspace::root()
                .join("xtask/bench/libc")
                .join(program.file);
            assert!(source.is_file(), "{}", source.display());
            Ok(match linkage {
                Linkage::Stock => 1000.0,
                Linkage::Patched => 1010.0,
                Linkage::Libwarpgrid => 1011.0,
            })
        })
        .unwrap();
        assert_eq!(rows.len(), 2 * PROGRAMS.len());
        let value = serde_json::to_value(&rows[..2]).unwrap();
        let row = |name: &str, ours: f64, met: bool| {
            serde_json::json!({
                "name": name, "ours": ours, "other": 1000.0, "unit": "instructions",
                "ratio": ours / 1000.0, "goal": "<=1.010", "met": met
            })
        };
        assert_eq!(
            value,
            serde_json::json!([
                row("file writes, patched", 1010.0, true),
                row("file writes, libwarpgrid", 1011.0, false)
            ])
        );
    }

    #[test]
    fn the_count_is_what_warp_says_last() {
        let stderr = "warning\nexecuted 1 instructions\nexecuted 23 instructions\n";
        assert_eq!(executed(stderr), Some(23.0));
        assert_eq!(executed("executed few instructions"), None);
    }
}
