//! What is served, and how it ends: the same for every protocol.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, SCRAM, program};
use warpgrid_test_harness::process::run;

use super::postgres::{database, server, sleeper, until_it_sleeps};
use super::support::Project;
use super::{Proxy, bounds, until};

#[test]
fn it_ends_when_its_clients_have_or_when_asked_again() {
    let mut idle = Proxy::of_size(1);
    idle.psql("select 1;");
    idle.service.terminate();
    let status = idle.service.ended(&bounds()).unwrap();
    assert_eq!(status.code(), Some(0), "{}", idle.service.report());

    let mut busy = Proxy::of_size(1);
    let psql = busy
        .client("psql")
        .args(["-c", &sleeper("busy")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until_it_sleeps("busy");
    busy.service.terminate();
    until("it says that it waits", || {
        busy.service.log().contains("another Ctrl-C")
    });
    let late = run(busy.client("psql").args(["-c", "select 1"]), &bounds()).unwrap();
    assert!(
        String::from_utf8_lossy(&late.stderr).contains("shutting down"),
        "{late}"
    );
    busy.service.terminate();
    let output = psql.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("the host is shutting down"), "{text}");
    let status = busy.service.ended(&bounds()).unwrap();
    assert_eq!(status.code(), Some(0), "{}", busy.service.report());
}

#[test]
fn every_database_has_an_address_that_json_and_people_read() {
    let two = format!(
        "{}{}",
        database(server().port(), PASSWORD, ""),
        "[[database]]\nprotocol = 'postgres'\nhost = 'other.warp.local'\nport = 5433\n"
    );
    let project = Project::new(&[("warp.toml", &two)]);
    for json in [true, false] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_warp"))
            .current_dir(project.path())
            .arg("db-proxy")
            .args(json.then_some("--json"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = read_lines(child.stdout.take().unwrap(), if json { 1 } else { 2 });
        let url = if json {
            let said: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
            let [first, second] = &said["databases"].as_array().unwrap()[..] else {
                panic!("{said}")
            };
            assert_eq!(second["database"], "other.warp.local:5433");
            assert_eq!(first["protocol"], "postgres");
            let (listen, url) = (first["listen"].as_str(), first["url"].as_str());
            assert_eq!(
                url.unwrap(),
                format!("postgres://{SCRAM}@{}/{DATABASE}", listen.unwrap())
            );
            url.unwrap().to_owned()
        } else {
            assert!(
                lines[0].starts_with("db.warp.local:5432 on 127.0.0.1:"),
                "{lines:?}"
            );
            assert!(
                lines[1].starts_with("other.warp.local:5433 on "),
                "{lines:?}"
            );
            lines[0].split("psql ").nth(1).unwrap().to_owned()
        };
        let mut psql = program("psql").unwrap();
        psql.args([&url, "-A", "-t", "-c", "select current_database()"]);
        let finished = run(&mut psql, &bounds()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(
            finished.stdout,
            format!("{DATABASE}\n").into_bytes(),
            "{finished}"
        );
    }
}

fn read_lines(stdout: std::process::ChildStdout, count: usize) -> Vec<String> {
    use std::io::{BufRead, BufReader};
    let lines = BufReader::new(stdout).lines().take(count);
    lines.map(Result::unwrap).collect()
}

#[test]
fn what_cannot_be_served_is_said_with_the_remedy() {
    let project = Project::new(&[]);
    project.run(&["db-proxy"]).expect_failure(&[
        "cannot read warp.toml",
        "No such file",
        "--config",
    ]);
    project.write("warp.toml", "[env]\nA = 'b'\n");
    project
        .run(&["db-proxy"])
        .expect_failure(&["warp.toml has no [[database]]", "add a [[database]]"]);
    let text = database(1, "x", "");
    project.write("warp.toml", &text);
    project.run(&["db-proxy", "db.warp.locl"]).expect_failure(&[
        "no [[database]] `db.warp.locl`",
        "it has db.warp.local:5432",
    ]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    project
        .run(&["db-proxy", "--listen", &address])
        .expect_failure(&[&address, "in use", "--listen"]);
    project.write("warp.toml", "[[database]]\nprotocl = 'postgres'\n");
    project
        .run(&["db-proxy"])
        .expect_failure(&["warp.toml:2", "unknown field `protocl`"]);
    let second = text.replace("5432", "5433");
    project.write("warp.toml", format!("{text}{second}"));
    project
        .run(&["db-proxy", "--listen", "127.0.0.1:0"])
        .expect_failure(&[
            "one address for 2 databases",
            "warp db-proxy db.warp.local:5432",
        ]);
}

#[test]
fn other_machines_are_not_let_in() {
    let project = Project::new(&[("warp.toml", &database(1, "x", ""))]);
    for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:6432"] {
        let outcome = project.run(&["db-proxy", "--listen", open]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.account);
        for words in [
            "not a loopback address",
            "not asked for a password",
            "help: ",
        ] {
            assert!(outcome.stderr.contains(words), "{}", outcome.account);
        }
    }
}

#[test]
fn clients_and_the_operator_learn_why_there_is_no_database() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    for (configuration, client, operator) in [
        (
            database(port, PASSWORD, ""),
            "refuses connections",
            "check that the server runs",
        ),
        (
            database(server().port(), "wrong", ""),
            "password authentication failed",
            "the server refuses the login",
        ),
    ] {
        let proxy = Proxy::start(&configuration);
        let finished = run(proxy.client("psql").args(["-c", "select 1"]), &bounds()).unwrap();
        assert!(!finished.status.success(), "{finished}");
        assert!(
            String::from_utf8_lossy(&finished.stderr).contains(client),
            "{finished}"
        );
        let log = proxy.service.log();
        assert!(log.contains("WARN") && log.contains(operator), "{log}");
        assert!(!log.contains(PASSWORD) && !log.contains("wrong"), "{log}");
    }
}
