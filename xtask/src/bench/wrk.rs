//! wrk, the client that loads servers. It and the server share the machine's
//! processors.

use std::process::Command;

use anyhow::Context;
use warpgrid_test_harness::process::{self, Bounds};
use warpgrid_test_harness::service::Service;

/// Requests in a second, over kept connections.
///
/// # Errors
/// Where wrk is missing, or a request fails.
pub fn load(
    service: &Service,
    path: &str,
    connections: u32,
    seconds: u32,
    bounds: &Bounds,
) -> anyhow::Result<f64> {
    let mut wrk = Command::new("wrk");
    wrk.arg("-t1")
        .arg(format!("-c{connections}"))
        .arg(format!("-d{seconds}s"))
        .arg(format!("http://{}{path}", service.address()));
    let finished = process::run(&mut wrk, bounds)
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
