//! `warp run` of a component that handles requests, and its operator's signals.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::{Duration, Instant};

use support::Project;
use warpgrid_test_harness::http::{self, Request};
use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;

/// Computes until it is ended.
const SPINS: &str = "(loop (br 0))";

fn bounds() -> Bounds {
    Bounds::within(Duration::from_secs(60))
}

/// A project whose `handler.wasm` does this, and `warp run` of it.
fn serving(does: &str, configuration: &str) -> (Project, Service) {
    let project = Project::new(&[("warp.toml", configuration)]);
    project.write(
        "handler.wasm",
        wat::parse_str(support::handler(does)).unwrap(),
    );
    let service = Service::start(&bounds(), |address| {
        let mut command = support::signalled_warp();
        command
            .current_dir(project.path())
            .args(["run", "handler.wasm", "--listen"])
            .arg(address.to_string());
        command
    });
    (project, service.unwrap())
}

#[test]
fn a_hangup_reads_the_configuration_again() {
    let (project, mut service) = serving("", "");
    let status = |service: &Service| {
        http::send(service.address(), Request::Get("/"))
            .unwrap()
            .status
    };
    assert_eq!(status(&service), 500, "it gives no answer");

    project.write("warp.toml", "[limits]\nmemroy = '1 MiB'\n");
    service.reload();
    service
        .says("what was read before goes on", &bounds())
        .unwrap();
    for words in ["warp.toml:2", "did you mean `memory`?"] {
        assert!(service.log().contains(words), "{}", service.report());
    }
    assert_eq!(status(&service), 500, "{}", service.report());

    // What the new configuration forbids shows that it is the one in force.
    project.write("warp.toml", "[limits]\nrequest-timeout = '100ms'\n");
    project.write(
        "handler.wasm",
        wat::parse_str(support::handler(SPINS)).unwrap(),
    );
    service.reload();
    service
        .says("read again: the component", &bounds())
        .unwrap();
    assert_eq!(status(&service), 504, "{}", service.report());

    service.terminate();
    let ended = service.ended(&bounds()).unwrap();
    assert_eq!(ended.code(), Some(0), "{}", service.report());
}

#[test]
fn a_guest_cannot_fill_the_log() {
    let (_project, mut service) = serving("", "");
    for _ in 0..120 {
        let answer = http::send(service.address(), Request::Get("/")).unwrap();
        assert_eq!(answer.status, 500, "{}", service.report());
    }
    service
        .says("further ones are left out", &bounds())
        .unwrap();
    let said = service.log().matches("gave no response").count();
    assert!((1..=50).contains(&said), "{said}: {}", service.report());
}

#[test]
fn a_second_request_to_stop_is_not_made_to_wait() {
    let (_project, mut service) = serving(SPINS, "[limits]\nshutdown-timeout = '1h'\n");
    let address = service.address();
    let asked = std::thread::spawn(move || http::send(address, Request::Get("/")));
    std::thread::sleep(Duration::from_millis(500));
    service.terminate();
    std::thread::sleep(Duration::from_millis(500));
    let before = Instant::now();
    service.terminate();
    let ended = service.ended(&bounds()).unwrap();
    assert_eq!(ended.code(), Some(143), "{}", service.report());
    assert!(before.elapsed() < Duration::from_secs(20));
    assert!(asked.join().unwrap().is_err(), "it was cut off");
}
