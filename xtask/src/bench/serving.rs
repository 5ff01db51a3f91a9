//! A service that is measured: requests in a second, what one takes, and what
//! starting it takes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::Context;
use warpgrid_test_harness::service::Service;

use super::row::{Goal, Row};
use super::wrk;
use crate::test_all::matrix::Stage;
use crate::test_all::service;

const CONNECTIONS: u32 = 64;
const INSTANCES: i64 = 32;
/// Of reused instances, so that none ends while it is measured.
pub const MANY: i64 = 1_000_000_000;
/// Each request has an instance of its own.
pub const FRESH: i64 = 1;
/// How long each is warmed and measured, in seconds.
const WARM: u32 = 1;
const MEASURED: u32 = 3;
/// A route without a database, and one that asks it, of every service over users.
const PLAIN: &str = "/";
const QUERY: &str = "/users/1";

/// How a service compares with its native self.
pub struct Goals {
    /// What the native one is, and the libraries that both use.
    pub native: &'static str,
    pub http: &'static str,
    pub driver: &'static str,
    /// At least so much of the native rate.
    pub rate: f64,
    /// At most so many times what the native one takes.
    pub plain: f64,
    pub query: f64,
    /// At most so many times what a reused instance takes.
    pub fresh: f64,
}

/// The component in the host beside the native program, both with the same
/// database.
pub fn rows(stage: &Stage<'_>, rounds: u32, goals: &Goals) -> anyhow::Result<Vec<Row>> {
    service::fill(stage)?;
    let reused = configuration(stage, "reused", MANY)?;
    let fresh = configuration(stage, "fresh", FRESH)?;
    let component = &stage.packed.component;
    let mut found = Found::default();
    for round in 1..=rounds {
        eprintln!("serving, round {round} of {rounds}");
        let native = Service::start(&stage.bounds, |address| {
            let mut command = stage.native();
            command.env("LISTEN", address.to_string());
            command
        })?;
        found.native.measure(stage, &native)?;
        drop(native);
        let ours = start(stage, component, &reused, |_| {})?;
        found.ours.measure(stage, &ours)?;
        drop(ours);
        let one = start(stage, component, &fresh, |_| {})?;
        found.fresh.push(latency(stage, &one, PLAIN)?);
        drop(one);
        for (compiler, times) in [("cranelift", 0), ("winch", 1)] {
            let empty = tempfile::tempdir()?;
            let started = Instant::now();
            let compiled = start(stage, component, &fresh, |command| {
                command.args(["--compiler", compiler]);
                command.env("WARPGRID_CACHE_DIR", empty.path());
            })?;
            found.compiling[times].push(started.elapsed().as_secs_f64());
            drop(compiled);
        }
    }
    Ok(found.rows(goals))
}

/// What each round found.
#[derive(Default)]
struct Found {
    ours: Served,
    native: Served,
    /// Microseconds that a request takes with an instance of its own.
    fresh: Vec<f64>,
    /// Seconds from nothing to a server, by Cranelift and by Winch.
    compiling: [Vec<f64>; 2],
}

/// Requests in a second, and microseconds that one takes alone.
#[derive(Default)]
struct Served {
    rate: Vec<f64>,
    plain: Vec<f64>,
    query: Vec<f64>,
}

impl Served {
    fn measure(&mut self, stage: &Stage<'_>, service: &Service) -> anyhow::Result<()> {
        self.rate.push(rate(stage, service, PLAIN)?);
        self.plain.push(latency(stage, service, PLAIN)?);
        self.query.push(latency(stage, service, QUERY)?);
        Ok(())
    }
}

impl Found {
    fn rows(&self, goals: &Goals) -> Vec<Row> {
        let (ours, native) = (&self.ours, &self.native);
        let [cranelift, winch] = &self.compiling;
        vec![
            Row::new(
                format!("{}, {}, reused instances", goals.native, goals.http),
                "requests/s",
                &ours.rate,
                &native.rate,
                Goal::AtLeast(goals.rate),
            ),
            Row::new(
                format!("{}, a request", goals.native),
                "us",
                &ours.plain,
                &native.plain,
                Goal::AtMost(goals.plain),
            ),
            Row::new(
                format!(
                    "{}, a request that queries by {}",
                    goals.native, goals.driver
                ),
                "us",
                &ours.query,
                &native.query,
                Goal::AtMost(goals.query),
            ),
            Row::new(
                "a reused instance, a request on one of its own",
                "us",
                &self.fresh,
                &ours.plain,
                Goal::AtMost(goals.fresh),
            ),
            Row::new(
                "Winch, machine code by Cranelift and start",
                "s",
                cranelift,
                winch,
                Goal::AtMost(10.0),
            ),
        ]
    }
}

/// Requests in a second over many connections.
pub fn rate(stage: &Stage<'_>, service: &Service, path: &str) -> anyhow::Result<f64> {
    wrk::load(service, path, CONNECTIONS, WARM, &stage.bounds)?;
    wrk::load(service, path, CONNECTIONS, MEASURED, &stage.bounds)
}

/// What a request takes over one connection, in microseconds.
pub fn latency(stage: &Stage<'_>, service: &Service, path: &str) -> anyhow::Result<f64> {
    wrk::load(service, path, 1, WARM, &stage.bounds)?;
    let rate = wrk::load(service, path, 1, MEASURED, &stage.bounds)?;
    Ok(1e6 / rate)
}

pub fn start(
    stage: &Stage<'_>,
    component: &Path,
    configuration: &Path,
    with: impl Fn(&mut Command),
) -> anyhow::Result<Service> {
    Service::start(&stage.bounds, |address| {
        let mut command = stage.guest(component, configuration);
        command.args(["--listen", &address.to_string()]);
        with(&mut command);
        command
    })
}

/// The app's configuration, with other limits.
fn configuration(stage: &Stage<'_>, name: &str, reuse: i64) -> anyhow::Result<PathBuf> {
    let own = stage.configuration()?;
    let path = own.with_file_name(format!("{name}.toml"));
    std::fs::write(&path, limits(&std::fs::read_to_string(&own)?, reuse)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// A configuration with these limits.
pub fn limits(text: &str, reuse: i64) -> anyhow::Result<String> {
    let mut document: toml_edit::DocumentMut = text.parse().context("warp.toml")?;
    document["limits"]["reuse"] = toml_edit::value(reuse);
    document["limits"]["instances"] = toml_edit::value(INSTANCES);
    Ok(document.to_string())
}
