//! Databases: a guest that connects, queries and closes, beside the same C
//! program natively on a connection that it holds and resets as a pool does,
//! and on a new connection each time.

use std::process::Command;

use anyhow::Context;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process;

use super::Row;
use crate::test_all::matrix::Bench;

/// How often one round does it, on connections that are cheap and on new ones.
const CHEAP: &str = "4000";
const DEAR: &str = "100";

/// The rows of `bench db`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let bench = Bench::prepare(cancel)?;
    let stage = bench.database_bench()?;
    let (mut ours, mut held, mut new) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        let mut guest = stage.component()?;
        guest.args(["--", "connect", CHEAP]);
        ours.push(microseconds(&mut guest, &stage.bounds)?);
        held.push(microseconds(
            stage.native().args(["held", CHEAP]),
            &stage.bounds,
        )?);
        new.push(microseconds(
            stage.native().args(["connect", DEAR]),
            &stage.bounds,
        )?);
    }
    Ok(vec![
        Row::at_most(
            "native query and reset on a held connection",
            "us",
            ours.clone(),
            held,
            1.3,
        ),
        Row::at_most(
            "native query on a new connection (SCRAM)",
            "us",
            ours,
            new,
            1.0 / 30.0,
        ),
    ])
}

fn microseconds(command: &mut Command, bounds: &process::Bounds) -> anyhow::Result<f64> {
    let finished = process::run(command, bounds)?.success()?;
    let text = String::from_utf8_lossy(&finished.stdout);
    let nanoseconds: f64 = text
        .trim()
        .parse()
        .with_context(|| format!("no figure in `{text}`"))?;
    Ok(nanoseconds / 1000.0)
}
