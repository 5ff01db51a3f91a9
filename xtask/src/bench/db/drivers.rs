//! Drivers of Rust, in a program that `warp pack` builds and in the same built
//! by stock cargo, both in our host, and natively.

use std::path::PathBuf;

use anyhow::Context;
use warpgrid_test_harness::process::{self, Finished};

use super::took;
use crate::bench::row::{Goal, Row};
use crate::test_all::matrix::Stage;
use crate::test_all::suites;

/// What is done, and how often; what it is called.
const WAYS: [(&str, &str, &str, &str); 4] = [
    ("postgres", "connect", "1000", "sqlx, connect, query, close"),
    (
        "postgres",
        "held",
        "2000",
        "sqlx, query on a held connection",
    ),
    (
        "redis",
        "connect",
        "1000",
        "redis-rs with tokio, connect, query, close",
    ),
    (
        "redis",
        "held",
        "2000",
        "redis-rs with tokio, query on a held connection",
    ),
];
/// A new connection costs more natively.
const DEAR: &str = "100";

pub fn rows(stage: &Stage<'_>, rounds: u32) -> anyhow::Result<Vec<Row>> {
    let stock = stock(stage)?;
    let configuration = stage.configuration()?;
    let mut figures = [const { [const { Vec::new() }; 3] }; WAYS.len()];
    for round in 1..=rounds {
        eprintln!("drivers of Rust, round {round} of {rounds}");
        for (figures, (protocol, way, times, _)) in figures.iter_mut().zip(WAYS) {
            let guest = |component| {
                let mut guest = stage.guest(component, &configuration);
                guest.args(["--", protocol, way, times]);
                guest
            };
            let mut native = stage.native();
            let times = if way == "connect" { DEAR } else { times };
            native.args([protocol, way, times]);
            let commands = [guest(&stage.packed.component), guest(&stock), native];
            for (figures, mut command) in figures.iter_mut().zip(commands) {
                figures.push(took(&mut command, &stage.bounds)?);
            }
        }
    }
    let rows = figures.iter().zip(WAYS);
    Ok(rows
        .flat_map(|([ours, stock, native], (protocol, way, _, name))| {
            // A new connection is where pools pay, where logging in is dear; a
            // round trip more is not.
            let goal = Goal::AtMost(match (protocol, way) {
                ("postgres", "connect") => 1.0,
                (_, "connect") => 1.3,
                _ => 2.0,
            });
            [
                Row::new(
                    format!("{name}: built by stock cargo, in our host"),
                    "us",
                    ours,
                    stock,
                    Goal::AtMost(1.1),
                ),
                Row::new(format!("{name}: native"), "us", ours, native, goal),
            ]
        })
        .collect())
}

/// The program as cargo builds it without us.
fn stock(stage: &Stage<'_>) -> anyhow::Result<PathBuf> {
    let target = stage.app.join("target/stock");
    let mut cargo = suites::cargo_command(&stage.app);
    cargo
        .args([
            "build",
            "--release",
            "--locked",
            "--target",
            "wasm32-wasip2",
        ])
        .arg("--target-dir")
        .arg(&target)
        // What tokio asks of whoever uses its sockets on this target.
        .env("RUSTFLAGS", "--cfg tokio_unstable");
    process::run(&mut cargo, &stage.bounds)
        .and_then(Finished::success)
        .context("the program does not build by stock cargo")?;
    Ok(target.join("wasm32-wasip2/release/drivers.wasm"))
}
