//! `cargo xtask quickstart`: from a bare machine to the sample service's answer
//! from a real Postgres.

use anyhow::ensure;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::http::{Client, Request};

use crate::flags::{Quickstart, Setup};
use crate::progress::Task;
use crate::setup;
use crate::test_all::matrix::Bench;
use crate::test_all::rows::SAMPLE;
use crate::test_all::service;

/// What the sample is asked.
const PATH: &str = "/users/1";

/// Runs the verb.
pub fn run(flags: &Quickstart, cancel: &Cancel) -> anyhow::Result<()> {
    setup::ensure(
        &Setup {
            yes: flags.yes,
            json: false,
            rebuild: false,
        },
        cancel,
    )?;
    let building = Task::start(format!("warp, and {SAMPLE} as a component"));
    let bench = Bench::prepare(cancel)?;
    let stage = bench.sample()?;
    building.done("built");
    let starting = Task::start("PostgreSQL, and the component in the host");
    service::fill(&stage)?;
    let service = service::start_component(&stage)?;
    starting.done("started");
    let answer = Client::new(service.address()).send(Request::Get(PATH))?;
    ensure!(
        answer.status == 200,
        "{PATH}: {answer}\n{}",
        service.report()
    );
    println!("GET {PATH}");
    println!("{}", String::from_utf8_lossy(&answer.body).trim_end());
    Ok(())
}
