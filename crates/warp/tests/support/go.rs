//! Guests in Go, by either compiler.

use std::path::Path;
use std::time::Duration;

use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;

use super::{Project, shims, signalled_warp};

/// What the guest `go` finds that looks at the system.
pub const EXPECTED: &str = include_str!("../guests/go/expected");

/// A project of a guest's files.
pub fn guest(name: &str) -> Project {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/guests")
        .join(name);
    let project = Project::new(&[]);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        project.write(&name, std::fs::read(&path).unwrap());
    }
    project
}

/// Packs the guest `go` and runs it: it writes what it is to find.
pub fn finds_its_system(project: &Project, arguments: &[&str]) {
    let outcome = project.run(&[&["pack", "--json"], arguments].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    let packed: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        shims(&packed),
        [
            "database-proxy",
            "dns-reverse",
            "dns",
            "filesystem",
            "signals",
            "sockets"
        ]
    );
    let bounds = Bounds::within(Duration::from_secs(300));
    let mut service = Service::start(&bounds, |address| {
        let mut command = signalled_warp();
        command
            .current_dir(project.path())
            .args([
                "run",
                "target/warp/program.wasm",
                "--listen",
                &address.to_string(),
            ])
            .args([
                "--env",
                &format!("LISTEN={address}"),
                "--",
                "one",
                "two words",
            ]);
        command
    })
    .unwrap();
    service.says("waiting for a signal", &bounds).unwrap();
    service.reload();
    service.says("hangup\n", &bounds).unwrap();
    service.terminate();
    let ended = service.ended(&bounds).unwrap();
    assert_eq!(ended.code(), Some(0), "{}", service.report());
    let log = service.log();
    let found: Vec<&str> = log
        .lines()
        .filter(|line| !line.contains(" INFO ") && !line.contains("listening on"))
        .collect();
    assert_eq!(found.join("\n") + "\n", EXPECTED, "{}", service.report());
}
