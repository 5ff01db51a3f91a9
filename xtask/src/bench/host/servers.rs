//! The servers that say hello.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;

use crate::bench::{programs, wrk};
use crate::test_all::suites;
use crate::workspace;

/// Of reused instances, so that none ends while it is measured.
pub const MANY: u32 = 1_000_000_000;

/// The most instances that are wanted at once.
pub const INSTANCES: u32 = 256;

/// One that is measured.
#[derive(Clone, Copy, Debug)]
pub enum Server {
    /// hyper without a guest.
    Native,
    /// `warp run`; how many requests an instance serves.
    Ours(u32),
    /// wasmtime's `ProxyHandler` without a shim; how many requests an instance
    /// serves.
    Bare(u32),
}

/// All of them, built.
pub struct Servers {
    warp: PathBuf,
    native: PathBuf,
    bare: PathBuf,
    component: PathBuf,
    scratch: tempfile::TempDir,
    bounds: Bounds,
}

impl Servers {
    pub fn prepare(cancel: &Cancel) -> anyhow::Result<Self> {
        Ok(Self {
            warp: programs::warp(cancel)?,
            native: programs::program("native_hello", cancel)?,
            bare: programs::program("bare_host", cancel)?,
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

    pub fn start(&self, server: Server) -> anyhow::Result<Service> {
        if let Server::Ours(reuse) = server {
            let text = format!("[limits]\nreuse = {reuse}\ninstances = {INSTANCES}\n");
            let path = self.configuration();
            std::fs::write(&path, text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Service::start(&self.bounds, |address| self.command(server, address))
    }

    fn configuration(&self) -> PathBuf {
        self.scratch.path().join("warp.toml")
    }

    fn command(&self, server: Server, address: SocketAddr) -> Command {
        let address = address.to_string();
        let mut command = match server {
            Server::Native => {
                let mut native = Command::new(&self.native);
                native.arg(address);
                native
            }
            Server::Ours(_) => {
                let mut warp = Command::new(&self.warp);
                warp.arg("run").arg(&self.component).arg("--config");
                warp.arg(self.configuration()).args(["--listen", &address]);
                warp
            }
            Server::Bare(reuse) => {
                let mut bare = Command::new(&self.bare);
                bare.arg(&self.component).arg(address);
                bare.args([reuse, INSTANCES].map(|it| it.to_string()));
                bare
            }
        };
        command.current_dir(self.scratch.path());
        command
    }

    /// Requests in a second, over kept connections.
    pub fn load(
        &self,
        service: &Service,
        path: &str,
        connections: u32,
        seconds: u32,
    ) -> anyhow::Result<f64> {
        wrk::load(service, path, connections, seconds, &self.bounds)
    }
}

/// The handler, by stock cargo: it imports nothing of ours.
fn component(cancel: &Cancel) -> anyhow::Result<PathBuf> {
    let project = workspace::root().join("xtask/bench/hello");
    let args = [
        "build",
        "--release",
        "--locked",
        "--target",
        "wasm32-wasip2",
    ];
    suites::cargo(&project, &args, cancel)?.success()?;
    Ok(project.join("target/wasm32-wasip2/release/hello.wasm"))
}
