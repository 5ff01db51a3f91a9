//! `warp run` of a component that writes to a database, while its operator
//! stops it, or has it read its configuration again.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use support::Project;
use warpgrid_test_harness::components;
use warpgrid_test_harness::faults::{End, FaultProxy};
use warpgrid_test_harness::http::{Client, Request};
use warpgrid_test_harness::postgres::{DATABASE, MD5, PASSWORD, Postgres, SCRAM};
use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;

/// Has the next number of the ledger written down, and says which it is.
const WRITE: Request = Request::Get("/192.0.2.7:5432");

fn bounds() -> Bounds {
    Bounds::within(Duration::from_secs(120))
}

fn configuration(port: u16, user: &str) -> String {
    format!(
        "[[database]]\nprotocol = 'postgres'\nhost = '192.0.2.7'\nport = 5432\n\
         upstream = '127.0.0.1:{port}'\ndatabase = '{DATABASE}'\nuser = '{user}'\n\
         password = '{PASSWORD}'\npool-size = 4\n"
    )
}

/// A server with a ledger, and `warp run` of the guest that writes in it.
fn serving(server: &Postgres) -> (Project, Service) {
    serving_by(server, &configuration(server.port(), SCRAM))
}

/// The same by another configuration.
fn serving_by(server: &Postgres, configuration: &str) -> (Project, Service) {
    let sql = "create table ledger (n bigserial); grant all on ledger, ledger_n_seq to public";
    server.sql(sql).unwrap();
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests/ledger");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ledger");
    let build = Bounds::within(Duration::from_secs(1800));
    let component = components::built(&guest, &target, "", &build).unwrap();
    let project = Project::new(&[("warp.toml", configuration)]);
    let service = Service::start(&bounds(), |address| {
        let mut command = support::signalled_warp();
        command
            .current_dir(project.path())
            .arg("run")
            .arg(component.join("ledger.wasm"))
            .args(["--listen", &address.to_string()]);
        command
    });
    (project, service.unwrap())
}

/// Clients that write without a pause.
struct Load {
    seen: Arc<Seen>,
    clients: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    /// From now on requests may fail, and then nobody asks again.
    stopping: AtomicBool,
    over: AtomicBool,
    written: Mutex<Vec<u64>>,
}

impl Load {
    fn start(address: SocketAddr) -> Self {
        let seen = Arc::new(Seen::default());
        let clients = (0..8).map(|number| {
            let seen = seen.clone();
            std::thread::spawn(move || write(address, number % 2 == 0, &seen))
        });
        Self {
            clients: clients.collect(),
            seen,
        }
    }

    fn until_written(&self, more: usize, service: &Service) {
        let written = || self.seen.written.lock().unwrap().len();
        let (wanted, deadline) = (written() + more, Instant::now() + bounds().limit);
        while written() < wanted {
            assert!(Instant::now() < deadline, "{}", service.report());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What was acknowledged, once all clients have ended.
    fn finish(self) -> BTreeSet<u64> {
        for client in self.clients {
            client.join().unwrap();
        }
        let written = self.seen.written.lock().unwrap();
        let once: BTreeSet<u64> = written.iter().copied().collect();
        assert_eq!(once.len(), written.len(), "a number was given out twice");
        once
    }
}

fn write(address: SocketAddr, keeps: bool, seen: &Seen) {
    let mut client = Client::new(address);
    while !seen.over.load(Ordering::SeqCst) {
        if !keeps {
            client = Client::new(address);
        }
        let stopping = seen.stopping.load(Ordering::SeqCst);
        match client.send(WRITE) {
            Ok(answer) if answer.status == 200 => {
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                let number = text.parse().unwrap_or_else(|_| panic!("{text}"));
                seen.written.lock().unwrap().push(number);
            }
            // A connection is refused, or a kept one at its end.
            Err(_) if stopping || seen.stopping.load(Ordering::SeqCst) => return,
            other => panic!("{other:?}"),
        }
    }
}

fn ledger(server: &Postgres) -> BTreeSet<u64> {
    let rows = server.sql("select n from ledger").unwrap();
    let numbers: Vec<u64> = rows.lines().map(|row| row.parse().unwrap()).collect();
    let once: BTreeSet<u64> = numbers.iter().copied().collect();
    assert_eq!(once.len(), numbers.len(), "something is there twice");
    once
}

#[test]
fn what_was_answered_before_the_end_is_committed() {
    let server = Postgres::start().unwrap();
    let (_project, mut service) = serving(&server);
    let load = Load::start(service.address());
    load.until_written(100, &service);
    load.seen.stopping.store(true, Ordering::SeqCst);
    service.terminate();
    let ended = service.ended(&bounds()).unwrap();
    assert_eq!(ended.code(), Some(0), "{}", service.report());
    // Every request that was taken had its time.
    assert!(!service.log().contains("cut off"), "{}", service.report());
    let acknowledged = load.finish();
    let there = ledger(&server);
    assert!(acknowledged.is_subset(&there), "{acknowledged:?} {there:?}");
    until_no_session_is_left(&server);
}

/// Until the connection of a request that was answered is in the pool again.
fn until_reset(server: &Postgres) {
    let reset = "select count(*) from pg_stat_activity \
        where usename like 'app_%' and state = 'idle' and query = 'DISCARD ALL'";
    let deadline = Instant::now() + bounds().limit;
    while server.sql(reset).unwrap() != "1" {
        assert!(Instant::now() < deadline, "a connection is not reset");
        std::thread::sleep(Duration::from_millis(5));
    }
    // That the server has answered the pool hears a moment later.
    std::thread::sleep(Duration::from_millis(500));
}

fn until_no_session_is_left(server: &Postgres) {
    let left = "select count(*) from pg_stat_activity where usename like 'app_%'";
    let deadline = Instant::now() + bounds().limit;
    while server.sql(left).unwrap() != "0" {
        assert!(Instant::now() < deadline, "connections are left");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn no_request_fails_while_the_database_is_configured_again() {
    let server = Postgres::start().unwrap();
    let (project, service) = serving(&server);
    let load = Load::start(service.address());
    for round in 1..=6 {
        load.until_written(20, &service);
        let user = [SCRAM, MD5][round % 2];
        project.write("warp.toml", configuration(server.port(), user));
        service.reload();
        let deadline = Instant::now() + bounds().limit;
        while service.log().matches("read again").count() < round {
            assert!(Instant::now() < deadline, "{}", service.report());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    load.until_written(20, &service);
    load.seen.over.store(true, Ordering::SeqCst);
    let acknowledged = load.finish();
    assert_eq!(acknowledged, ledger(&server), "{}", service.report());
}

#[test]
fn a_request_whose_query_stalls_ends_in_its_time() {
    let server = Postgres::start().unwrap();
    let network = FaultProxy::start(([127, 0, 0, 1], server.port()).into()).unwrap();
    let limited = format!(
        "{}[limits]\nrequest-timeout = '500ms'\n",
        configuration(network.port(), SCRAM)
    );
    let (_project, service) = serving_by(&server, &limited);
    let client = Client::new(service.address());
    let status = || client.send(WRITE).unwrap().status;
    assert_eq!(status(), 200, "{}", service.report());
    until_reset(&server);
    // The connection was just in use, so nothing is asked of it before the next.
    network.stall();
    let asked = Instant::now();
    assert_eq!(status(), 504, "{}", service.report());
    assert!(asked.elapsed() < Duration::from_secs(10));
    // None of what was held comes to another request.
    network.pass();
    assert_eq!(status(), 200, "{}", service.report());
    // A connection whose query was cut off is given to nobody.
    let said = network.said();
    let logs_in = |said: &&Vec<u8>| said.windows(5).any(|part| part == b"SCRAM");
    let sessions = said.iter().filter(logs_in).count();
    assert_eq!(sessions, 2, "{said:?}\n{}", service.report());
    network.end_all(End::Reset);
    until_no_session_is_left(&server);
}
