//! Go: what it takes to build a service, and how fast it answers, beside the
//! same service built by Go for this machine, and beside TinyGo.

mod builds;
mod tinygo;

use warpgrid_series::process::Cancel;

use super::programs;
use super::row::Row;
use super::serving::{self, Goals};
use crate::test_all::matrix::Bench;

const GOALS: Goals = Goals {
    native: "native",
    http: "net/http",
    driver: "pgx",
    rate: 0.15,
    plain: 5.0,
    query: 4.0,
    fresh: 40.0,
};

/// The rows of `bench go`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let warp = programs::warp(cancel)?;
    let bench = Bench::with(warp.clone(), cancel);
    let stage = bench.go_bench()?;
    let mut rows = builds::rows(&warp, &stage, rounds)?;
    rows.extend(serving::rows(&stage, rounds, &GOALS)?);
    rows.extend(tinygo::rows(&warp, &stage, rounds)?);
    Ok(rows)
}
