//! What an idle instance holds of the machine's memory.

use std::thread;
use std::time::Duration;

use anyhow::Context;
use warpgrid_test_harness::service::Service;

use super::servers::{INSTANCES, MANY, Server, Servers};
use crate::bench::row::{Goal, Row};

/// Instances that are there before it is measured.
const FEW: u32 = 16;
/// How long the instances are asked to be there at once, in seconds.
const HELD: u32 = 2;
/// After this the last responses are finished.
const SETTLED: Duration = Duration::from_millis(500);
/// The most that an instance may hold above the other's, in KiB.
const GOAL: f64 = 64.0;

pub fn row(servers: &Servers, rounds: u32) -> anyhow::Result<Row> {
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        eprintln!("memory, round {round} of {rounds}");
        ours.push(of_one(servers, Server::Ours(MANY))?);
        bare.push(of_one(servers, Server::Bare(MANY))?);
    }
    let name = "ProxyHandler without shims, memory of an idle instance";
    Ok(Row::new(name, "KiB", &ours, &bare, Goal::Above(GOAL)))
}

/// In KiB: what the process has more with many instances than with few.
fn of_one(servers: &Servers, server: Server) -> anyhow::Result<f64> {
    let service = servers.start(server)?;
    let few = with(servers, &service, FEW)?;
    let many = with(servers, &service, INSTANCES)?;
    Ok((many - few) / f64::from(INSTANCES - FEW))
}

/// The resident memory after so many instances ran at once, in KiB.
fn with(servers: &Servers, service: &Service, instances: u32) -> anyhow::Result<f64> {
    servers.load(service, "/sleep", instances, HELD)?;
    thread::sleep(SETTLED);
    let path = format!("/proc/{}/smaps_rollup", service.id());
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    // proc(5): `Pss:  1234 kB`, in units of 1024 bytes.
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .with_context(|| format!("no figure in {path}\n{text}"))
}
