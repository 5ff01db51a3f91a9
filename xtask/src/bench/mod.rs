//! `cargo xtask bench`: how fast ours is beside the alternatives, measured side
//! by side in one run. Rounds are interleaved, so that what else the machine
//! does weighs on all alike; the figures are medians.

mod calls;
mod db;
mod dev;
mod go;
mod guests;
mod host;
mod libc;
mod page;
mod programs;
mod row;
mod serving;
mod ts;
mod wrk;

use std::path::Path;

use anyhow::Context;
use comfy_table::{Table, presets};
use serde::{Deserialize, Serialize};
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::Finished;

use self::row::Row;
use crate::flags::{Bench, BenchName};

/// What one benchmark found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Report {
    bench: String,
    rows: Vec<Row>,
}

/// Runs the verb.
pub fn run(flags: &Bench, cancel: &Cancel) -> anyhow::Result<()> {
    let all = [
        BenchName::Host,
        BenchName::Calls,
        BenchName::Db,
        BenchName::Libc,
        BenchName::Go,
        BenchName::Ts,
        BenchName::Dev,
    ];
    let names = flags.name.as_ref().map_or(&all[..], std::slice::from_ref);
    for name in names {
        let (bench, rows) = match name {
            BenchName::Calls => ("calls", calls::measure(flags.rounds, cancel)?),
            BenchName::Db => ("db", db::measure(flags.rounds, cancel)?),
            BenchName::Dev => ("dev", dev::measure(flags.rounds, cancel)?),
            BenchName::Go => ("go", go::measure(flags.rounds, cancel)?),
            BenchName::Host => ("host", host::measure(flags.rounds, cancel)?),
            BenchName::Libc => ("libc", libc::measure(flags.rounds, cancel)?),
            BenchName::Ts => ("ts", ts::measure(flags.rounds, cancel)?),
        };
        let report = Report {
            bench: bench.to_owned(),
            rows,
        };
        if flags.json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            println!("{bench}\n{}", table(&report));
        }
        if flags.write {
            page::write(report)?;
        }
    }
    Ok(())
}

/// What a program printed that measures itself, in nanoseconds.
fn microseconds(finished: &Finished) -> anyhow::Result<f64> {
    let text = String::from_utf8_lossy(&finished.stdout);
    let nanoseconds: f64 = text
        .trim()
        .parse()
        .with_context(|| format!("no figure in\n{finished}"))?;
    Ok(nanoseconds / 1000.0)
}

/// The size of a file.
fn megabytes(path: &Path) -> anyhow::Result<f64> {
    let file = std::fs::metadata(path).with_context(|| path.display().to_string())?;
    Ok(file.len() as f64 / 1e6)
}

fn table(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(row::HEADER);
    for row in &report.rows {
        table.add_row(row.cells());
    }
    table
}
