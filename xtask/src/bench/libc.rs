//! The patched libc: WebAssembly instructions that small C programs execute
//! with it, alone and with libwarpgrid, beside the same with the stock libc.
//!
//! `warp run --count` counts them, so that neither the machine nor its load
//! matter. What the host does is not counted.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use warpgrid_libc::Linkage;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::echo::Echo;

use super::guests::Guests;
use super::row::{Goal, Row};
use crate::test_all::suites;

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
const CONFIGURATION: &str = "[directories]\n\"/\" = \"root\"\n[network]\nconnect = [\"*\"]\n";

/// The rows of `bench libc`. Only programs that wait for something are run in
/// all rounds.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    // An answer that is there at once spares a call its wait: the echo is slow,
    // so that each waits once.
    let echo = Echo::start_delayed(Duration::from_millis(1))?;
    let guests = Guests::prepare(suites::warp(cancel)?, CONFIGURATION, echo, cancel)?;
    rows(|program, linkage| {
        eprintln!("{}, {}", program.title, linkage.name());
        let component = guests.compile(&format!("libc/{}", program.file), linkage)?;
        let rounds = if program.waits { rounds.max(1) } else { 1 };
        (0..rounds).try_fold(f64::INFINITY, |least, _| {
            Ok(least.min(count(&guests, &component)?))
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
            let goal = Goal::AtMost(GOAL);
            rows.push(Row::new(name, "instructions", &[ours], &[stock], goal));
        }
    }
    Ok(rows)
}

/// How many instructions a component executes.
fn count(guests: &Guests, component: &Path) -> anyhow::Result<f64> {
    let finished = guests.run(component, &["--count"], &[])?;
    executed(&String::from_utf8_lossy(&finished.stderr))
        .with_context(|| format!("no count of instructions in\n{finished}"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

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
