//! `warp run` of the Go sample: what it does at once, within time limits that one
//! thing after the other would not keep.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use support::{Project, signalled_warp};
use warpgrid_test_harness::components::Packing;
use warpgrid_test_harness::http::{Answer, Request, send};
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, SCRAM};
use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;

const MEGABYTES: usize = 50;
const CLIENTS: usize = 64;
/// How often what is timed is done.
const TRIES: usize = 5;

fn bounds() -> Bounds {
    Bounds::within(Duration::from_secs(600))
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-apps/t3-go-http-postgres")
}

/// A server with the sample's tables.
fn server() -> Postgres {
    let server = Postgres::start().unwrap();
    let schema = std::fs::read_to_string(sample().join("schema.sql")).unwrap();
    server.sql(&schema).unwrap();
    server
        .sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC")
        .unwrap();
    server
}

/// The sample in one instance. What `[package]` holds decides its world.
fn serving(package: &str, limits: &str, server: &Postgres) -> (Project, Service) {
    let project = Project::new(&[]);
    for file in std::fs::read_dir(sample()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            let name = file.file_name().into_string().unwrap();
            project.write(&name, std::fs::read(file.path()).unwrap());
        }
    }
    let manifest = format!(
        "[package]\nname = 'service'\nlang = 'go'\n{package}\n[[database]]\nprotocol = 'postgres'\n\
         host = 'db.production.warp.local'\nport = 5432\nupstream = '127.0.0.1:{}'\n\
         database = '{DATABASE}'\nuser = '{SCRAM}'\npassword = '{PASSWORD}'\npool-size = 8\n\
         [env]\nDATABASE_URL = 'postgres://{SCRAM}@db.production.warp.local:5432/{DATABASE}'\n\
         [limits]\n{limits}\n",
        server.port()
    );
    project.write("warp.toml", manifest);
    let packing = Packing::with(env!("CARGO_BIN_EXE_warp").into());
    let packed = packing.pack(&project.path(), &bounds()).unwrap();
    let service = Service::start(&bounds(), |address| {
        let mut command = signalled_warp();
        command
            .current_dir(project.path())
            .arg("run")
            .arg(&packed.component)
            .args(["--listen", &address.to_string()])
            .args(["--env", &format!("LISTEN={address}")]);
        command
    });
    (project, service.unwrap())
}

fn ask(service: &Service, path: &'static str) -> Answer {
    let answer = send(service.address(), Request::Get(path)).unwrap();
    assert_eq!(answer.status, 200, "{answer}\n{}", service.report());
    answer
}

/// How long an answer takes at best: a busy machine makes some slower.
fn time(service: &Service, path: &'static str) -> Duration {
    let times = (0..TRIES).map(|_| {
        let start = Instant::now();
        ask(service, path);
        start.elapsed()
    });
    times.min().unwrap()
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap().trim()
}

/// Goroutines wait at once, and a deadline ends a query in time. Its connection
/// is given to nobody.
fn expect_waiting_at_once(service: &Service, server: &Postgres) {
    let four = time(service, "/together");
    assert!(
        four < Duration::from_millis(700),
        "{four:?}\n{}",
        service.report()
    );
    let given_up = time(service, "/deadline");
    assert!(
        given_up < Duration::from_millis(400),
        "{given_up:?}\n{}",
        service.report()
    );
    let answer = ask(service, "/deadline");
    assert_eq!(text(&answer), r#"{"given up":true,"then":7}"#);
    // The driver closes what it gave up while the next requests are answered;
    // meanwhile nobody gets it.
    let kept = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(5)%' \
                AND pid <> pg_backend_pid()";
    let deadline = Instant::now() + bounds().limit;
    loop {
        assert_eq!(text(&ask(service, "/pair")), "[1,3]");
        if server.sql(kept).unwrap() == "0" {
            return;
        }
        assert!(Instant::now() < deadline, "{}", service.report());
    }
}

/// Sends a body while it reads what comes back of it, and says how much that
/// was. In HTTP/1.0 the answer goes on to the connection's end.
fn upload(address: SocketAddr, bytes: usize) -> usize {
    let mut writer = TcpStream::connect(address).unwrap();
    let mut reader = writer.try_clone().unwrap();
    reader.set_read_timeout(Some(bounds().limit)).unwrap();
    let sending = thread::spawn(move || {
        let head = format!("POST /upload HTTP/1.0\r\nContent-Length: {bytes}\r\n\r\n");
        writer.write_all(head.as_bytes()).unwrap();
        let mut body = std::io::repeat(b'7').take(bytes as u64);
        std::io::copy(&mut body, &mut writer).unwrap();
    });
    let mut answer = Vec::new();
    reader.read_to_end(&mut answer).unwrap();
    sending.join().unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = &answer[end.expect("a header") + 4..];
    assert!(body.iter().all(|byte| *byte == b'7'), "it is another body");
    body.len()
}

fn expect_streams(service: &Service) {
    let answer = ask(service, "/download/50");
    assert_eq!(answer.body.len(), MEGABYTES << 20);
    assert!(
        answer
            .body
            .starts_with(b"0000000000000000\n0000000000000001\n")
    );
}

fn expect_crowd(service: &Service) {
    let address = service.address();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(move || send(address, Request::Get("/pair")).unwrap()))
            .collect();
        for client in clients {
            let answer = client.join().unwrap();
            assert_eq!(text(&answer), "[1,3]", "{answer}\n{}", service.report());
        }
    });
}

#[test]
fn a_handler_streams_and_its_goroutines_wait_at_once() {
    let server = server();
    let (_project, service) = serving("", "instances = 1\nreuse = 100000\n", &server);
    expect_waiting_at_once(&service, &server);
    expect_streams(&service);
    assert_eq!(upload(service.address(), MEGABYTES << 20), MEGABYTES << 20);
    expect_crowd(&service);
}

/// A server that listens by itself answers many clients in one instance.
#[test]
fn a_server_of_its_own_answers_many_clients_at_once() {
    let server = server();
    let package = "world = 'command'\n[network]\nlisten = ['*']";
    let (_project, service) = serving(package, "", &server);
    expect_waiting_at_once(&service, &server);
    expect_streams(&service);
    expect_crowd(&service);
    let address = service.address();
    let eight = (0..TRIES).map(|_| {
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(move || {
                    let answer = send(address, Request::Get("/deadline")).unwrap();
                    assert_eq!(answer.status, 200, "{answer}");
                });
            }
        });
        start.elapsed()
    });
    // One after the other they would take 2.4 seconds.
    let eight = eight.min().unwrap();
    assert!(eight < Duration::from_secs(2), "{eight:?}");
}
