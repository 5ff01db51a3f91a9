//! Go: what it takes to build a service, and how fast it answers, beside the
//! same service built by Go for this machine, and beside TinyGo.

mod builds;
mod serving;
mod tinygo;

use warpgrid_series::process::Cancel;

use super::programs;
use super::row::Row;
use crate::test_all::matrix::Bench;

/// The rows of `bench go`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let warp = programs::warp(cancel)?;
    let bench = Bench::with(warp.clone(), cancel);
    let stage = bench.go_bench()?;
    let mut rows = builds::rows(&warp, &stage, rounds)?;
    rows.extend(serving::rows(&stage, rounds)?);
    rows.extend(tinygo::rows(&warp, &stage, rounds)?);
    Ok(rows)
}
