//! Databases: a guest that connects, queries and closes through the host's
//! pools, beside the same program elsewhere.

mod drivers;
mod libpq;
mod pgbouncer;

use std::process::Command;

use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::{self, Bounds, Finished};

use super::row::Row;
use super::{microseconds, programs};
use crate::test_all::matrix::Bench;

/// The rows of `bench db`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let warp = programs::warp(cancel)?;
    let bench = Bench::with(warp.clone(), cancel);
    let mut rows = libpq::rows(&warp, &bench.database_bench()?, rounds)?;
    rows.extend(drivers::rows(&bench.driver_bench()?, rounds)?);
    Ok(rows)
}

/// What a program prints that says how long each time took.
fn took(command: &mut Command, bounds: &Bounds) -> anyhow::Result<f64> {
    microseconds(&process::run(command, bounds).and_then(Finished::success)?)
}
