//! `warp db-proxy` to a server with TLS, with passwords that do not stand in
//! `warp.toml`.

#![allow(clippy::unwrap_used, reason = "all of this is tests, helpers too")]

mod support;

use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use support::Project;
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, SCRAM, psql};
use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;
use warpgrid_test_harness::tls::{Authority, ServerTls};

const VARIABLE: &str = "WARPGRID_TEST_PASSWORD";

fn authority() -> &'static Authority {
    static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new("ours").unwrap());
    &AUTHORITY
}

fn server() -> Postgres {
    let tls = ServerTls {
        pair: &authority().server(&["db.internal"]).unwrap(),
        clients: None,
    };
    Postgres::start_tls(&tls, "hostnossl all app_scram 127.0.0.1/32 reject\n").unwrap()
}

fn database(server: &Postgres, more: &str) -> String {
    format!(
        "[[database]]\nprotocol = 'postgres'\nhost = 'db.warp.local'\nport = 5432\n\
         upstream = '127.0.0.1:{}'\ndatabase = '{DATABASE}'\nuser = '{SCRAM}'\n\
         tls = 'verify-full'\ntls-server-name = 'db.internal'\n{more}\n",
        server.port()
    )
}

/// A proxy with an environment of its own.
fn proxy(project: &Project, environment: &[(&str, &str)]) -> Service {
    let bounds = Bounds::within(Duration::from_secs(120));
    let service = Service::start(&bounds, |address| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warp"));
        command
            .current_dir(project.path())
            .args(["db-proxy", "--listen", &address.to_string()])
            .envs(environment.iter().copied());
        command
    });
    service.unwrap()
}

/// What `psql` says, whatever that is.
fn ask(service: &Service) -> String {
    let sql = "select ssl, usename from pg_stat_ssl join pg_stat_activity using (pid) where pid = pg_backend_pid()";
    let output = psql(service.address(), "whoever", sql).unwrap();
    let all = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&all).trim().to_owned()
}

#[test]
fn the_systems_authorities_are_trusted_and_the_environment_has_the_password() {
    let server = server();
    let text = database(&server, &format!("password-env = '{VARIABLE}'"));
    let certificate = authority().certificate();
    let project = Project::new(&[("warp.toml", &text), ("system.crt", &certificate)]);
    // Where OpenSSL and others look for the system's.
    let system = project.path().join("system.crt");
    let system = system.to_str().unwrap();
    let good = proxy(&project, &[(VARIABLE, PASSWORD), ("SSL_CERT_FILE", system)]);
    assert_eq!(ask(&good), format!("t|{SCRAM}"));
    assert!(!good.log().contains(PASSWORD), "{}", good.log());

    project.write("other.crt", Authority::new("other").unwrap().certificate());
    let other = project.path().join("other.crt");
    let other = other.to_str().unwrap();
    let bad = proxy(&project, &[(VARIABLE, PASSWORD), ("SSL_CERT_FILE", other)]);
    let answer = ask(&bad);
    assert!(
        answer.contains("unknown issuer") && answer.contains("tls-ca"),
        "{answer}"
    );

    project.run(&["db-proxy"]).expect_failure(&[
        "warp.toml",
        &format!("`{VARIABLE}` is not set"),
        &format!("set {VARIABLE}"),
    ]);
}

#[test]
fn a_password_file_is_followed_without_a_restart() {
    let server = server();
    let text = database(&server, "tls-ca = 'ca.crt'\npassword-file = 'app.password'");
    let certificate = authority().certificate();
    let project = Project::new(&[("warp.toml", &text), ("ca.crt", &certificate)]);
    project.run(&["db-proxy"]).expect_failure(&[
        "warp.toml:11: cannot read",
        "app.password",
        "No such file",
    ]);
    project.write("app.password", format!("{PASSWORD}\n"));
    let proxy = proxy(&project, &[("RUST_LOG", "info")]);
    assert_eq!(ask(&proxy), format!("t|{SCRAM}"));
    let renewed = "another-secret";
    let sql = format!("alter role {SCRAM} password '{renewed}'");
    server.sql(&sql).unwrap();
    project.write("app.password", format!("{renewed}\n"));
    assert_eq!(ask(&proxy), format!("t|{SCRAM}"));
    std::fs::remove_file(project.path().join("app.password")).unwrap();
    assert_eq!(ask(&proxy), format!("t|{SCRAM}"));
    let report = proxy.log();
    assert!(report.contains("last known password"), "{report}");
    assert!(report.contains("the password file has changed"), "{report}");
    assert!(!report.contains(renewed), "{report}");
}
