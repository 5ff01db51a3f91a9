//! `warp db-proxy`: unmodified programs through it to a real server, and what a
//! user reads where that cannot be.

#![allow(clippy::unwrap_used, reason = "all of this is tests, helpers too")]

mod mysql;
mod postgres;
mod redis;
mod reload;
mod serving;
#[path = "../support/mod.rs"]
mod support;

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use support::Project;
use warpgrid_test_harness::process::{Bounds, Finished, run};
use warpgrid_test_harness::service::Service;

/// Reaching it means that something hangs.
fn bounds() -> Bounds {
    Bounds::within(Duration::from_secs(120))
}
struct Proxy {
    service: Service,
    project: Project,
}

impl Proxy {
    fn start(configuration: &str) -> Self {
        let project = Project::new(&[("warp.toml", configuration)]);
        let service = Service::start(&bounds(), |address| {
            let mut command = support::signalled_warp();
            command.current_dir(project.path()).args([
                "db-proxy",
                "--listen",
                &address.to_string(),
            ]);
            command
        });
        Proxy {
            service: service.unwrap(),
            project,
        }
    }
    fn address(&self) -> SocketAddr {
        self.service.address()
    }
    fn run(&self, command: &mut Command) -> Finished {
        let finished = run(command, &bounds()).unwrap();
        assert!(
            finished.status.success(),
            "{finished}\n{}",
            self.service.report()
        );
        finished
    }

    /// What a program prints that must end well.
    fn prints(&self, command: &mut Command) -> String {
        String::from_utf8(self.run(command).stdout).unwrap()
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + bounds().limit;
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
