//! Requests: our host beside hyper without a guest, and beside the least host
//! that wasmtime's `ProxyHandler` makes. The client is wrk, with kept
//! connections; it and the server share the machine's processors.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::{self, Bounds};
use warpgrid_test_harness::service::Service;

use super::Row;
use crate::test_all::suites;
use crate::workspace;

const CONNECTIONS: &str = "-c64";
const WARM: &str = "-d1s";
const MEASURED: &str = "-d3s";
/// Of reused instances, so that none ends while it is measured.
const MANY: u32 = 1_000_000_000;

/// The rows of `bench host`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let bench = Bench::prepare(cancel)?;
    let mut rates = [const { Vec::new() }; 5];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (rates, server) in rates.iter_mut().zip(SERVERS) {
            rates.push(bench.rate(server)?);
        }
    }
    let [native, ours, ours_reused, bare, bare_reused] = rates;
    let row = |name, ours: &Vec<f64>, other: &Vec<f64>, goal| {
        Row::at_least(name, "requests/s", ours.clone(), other.clone(), goal)
    };
    Ok(vec![
        row("native hyper, reused instances", &ours_reused, &native, 0.4),
        row(
            "ProxyHandler without shims, reused instances",
            &ours_reused,
            &bare_reused,
            0.95,
        ),
        row(
            "ProxyHandler without shims, fresh instances",
            &ours,
            &bare,
            1.25,
        ),
    ])
}

#[derive(Clone, Copy)]
enum Server {
    Native,
    /// How many requests an instance serves.
    Ours(u32),
    Bare(u32),
}

const SERVERS: [Server; 5] = [
    Server::Native,
    Server::Ours(1),
    Server::Ours(MANY),
    Server::Bare(1),
    Server::Bare(MANY),
];

struct Bench {
    warp: PathBuf,
    native: PathBuf,
    bare: PathBuf,
    component: PathBuf,
    scratch: tempfile::TempDir,
    bounds: Bounds,
}

impl Bench {
    fn prepare(cancel: &Cancel) -> anyhow::Result<Self> {
        let example = |name| {
            let args = ["--workspace", "--examples"];
            suites::build(&workspace::root(), &args, name, cancel)
        };
        Ok(Self {
            warp: suites::warp(cancel)?,
            native: example("native_hello")?,
            bare: example("bare_host")?,
            component: component(cancel)?,
            scratch: tempfile::Builder::new()
                .prefix("warpgrid-bench-host-")
                .tempdir()?,
            bounds: Bounds {
                limit: Duration::from_secs(60),
                stop: cancel.flag(),
            },
        })
    }

    /// Requests in a second.
    fn rate(&self, server: Server) -> anyhow::Result<f64> {
        if let Server::Ours(reuse) = server {
            let text = format!("[limits]\nreuse = {reuse}\n");
            std::fs::write(self.configuration(), text)?;
        }
        let service = Service::start(&self.bounds, |address| self.command(server, address))?;
        self.wrk(&service, WARM)?;
        self.wrk(&service, MEASURED)
    }

    fn configuration(&self) -> PathBuf {
        self.scratch.path().join("warp.toml")
    }

    fn command(&self, server: Server, address: SocketAddr) -> Command {
        let address = address.to_string();
        let mut command = match server {
            Server::Native => Command::new(&self.native),
            Server::Ours(_) => {
                let mut warp = Command::new(&self.warp);
                warp.arg("run")
                    .arg(&self.component)
                    .arg("--config")
                    .arg(self.configuration())
                    .arg("--listen");
                warp
            }
            Server::Bare(_) => {
                let mut bare = Command::new(&self.bare);
                bare.arg(&self.component);
                bare
            }
        };
        command.arg(address).current_dir(self.scratch.path());
        if let Server::Bare(reuse) = server {
            command.arg(reuse.to_string());
        }
        command
    }

    fn wrk(&self, service: &Service, duration: &str) -> anyhow::Result<f64> {
        let mut wrk = Command::new("wrk");
        wrk.args(["-t1", CONNECTIONS, duration])
            .arg(format!("http://{}/hello", service.address()));
        let finished = process::run(&mut wrk, &self.bounds)
            .context("wrk measures the requests; install it with: apt-get install wrk")?
            .success()?;
        let text = String::from_utf8_lossy(&finished.stdout);
        anyhow::ensure!(
            !text.contains("Non-2xx") && !text.contains("Socket errors"),
            "requests failed\n{text}\n{}",
            service.report()
        );
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("Requests/sec:"));
        line.and_then(|figure| figure.trim().parse().ok())
            .with_context(|| format!("no figure in wrk's output\n{text}"))
    }
}

/// The handler of the host's own tests, which says hello.
fn component(cancel: &Cancel) -> anyhow::Result<PathBuf> {
    let project = workspace::root().join("crates/warpgrid-host/tests/guest");
    let target = workspace::root().join("target/bench-host");
    let directory = target.display().to_string();
    let args = [
        "build",
        "--release",
        "--locked",
        "--target",
        "wasm32-wasip2",
        "--target-dir",
        &directory,
    ];
    suites::cargo(&project, &args, cancel)?.success()?;
    let component = Path::new("wasm32-wasip2/release/probe.wasm");
    Ok(target.join(component))
}
