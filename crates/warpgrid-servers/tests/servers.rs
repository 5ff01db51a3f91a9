//! Each kind of server: started, ended, and there again.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use warpgrid_servers::{Error, Kind, Server, Wanted};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    // The server may run as another user.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn wanted() -> Wanted {
    Wanted {
        user: Some("app".to_owned()),
        database: Some("shop".to_owned()),
    }
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {text}{errors}");
    text.trim().to_owned()
}

fn psql(address: SocketAddr, sql: &str) -> String {
    let port = address.port().to_string();
    output(Command::new("psql").args([
        "-h",
        "127.0.0.1",
        "-p",
        &port,
        "-U",
        "app",
        "-d",
        "shop",
        "-Atqc",
        sql,
    ]))
}

fn mariadb(address: SocketAddr, sql: &str) -> String {
    let port = address.port().to_string();
    output(Command::new("mariadb").args([
        "--no-defaults",
        "--protocol=tcp",
        "-h",
        "127.0.0.1",
        "-P",
        &port,
        "-u",
        "app",
        "-NBe",
        sql,
        "shop",
    ]))
}

fn redis(address: SocketAddr, words: &[&str]) -> String {
    let port = address.port().to_string();
    let who = [
        "-h",
        "127.0.0.1",
        "-p",
        &port,
        "--user",
        "app",
        "--pass",
        "any",
        "--no-auth-warning",
    ];
    output(Command::new("redis-cli").args(who).args(words))
}

/// Runs one, ends it, and runs it again; what was written is there.
fn twice(kind: Kind, write: impl Fn(SocketAddr), read: impl Fn(SocketAddr) -> String) {
    let folder = folder();
    let directory = folder.path().join("project/.warp/server");
    let server = Server::start(kind, &directory, &wanted()).unwrap();
    let address = server.address();
    write(address);
    assert_eq!(read(address), "kept");
    let taken = Server::start(kind, &directory, &wanted()).err().unwrap();
    assert!(matches!(taken, Error::Taken { .. }), "{taken}");
    drop(server);
    assert!(TcpStream::connect(address).is_err());
    let server = Server::start(kind, &directory, &wanted()).unwrap();
    assert_eq!(server.address(), address);
    assert_eq!(read(address), "kept");
    drop(server);
    let file = match kind {
        Kind::Postgres => "data/PG_VERSION",
        Kind::Mariadb | Kind::Redis => "version",
    };
    fs::write(directory.join(file), "1\n").unwrap();
    let other = Server::start(kind, &directory, &wanted()).err().unwrap();
    let Error::Version { found, .. } = &other else {
        panic!("{other}")
    };
    assert_eq!(found, "1");
    assert_eq!(other.to_string().lines().count(), 2, "{other}");
}

#[test]
fn postgres_keeps_its_data_and_its_port() {
    twice(
        Kind::Postgres,
        |address| {
            psql(address, "create table t as select 'kept' as word");
        },
        |address| psql(address, "select word from t"),
    );
}

#[test]
fn mariadb_keeps_its_data_and_its_port() {
    twice(
        Kind::Mariadb,
        |address| {
            mariadb(address, "create table t as select 'kept' as word");
        },
        |address| mariadb(address, "select word from t"),
    );
}

#[test]
fn redis_keeps_its_data_and_its_port() {
    twice(
        Kind::Redis,
        |address| {
            assert_eq!(redis(address, &["set", "word", "kept"]), "OK");
        },
        |address| redis(address, &["get", "word"]),
    );
}

#[test]
fn a_folder_that_the_servers_user_cannot_enter_is_named() {
    if warpgrid_servers::postgres::account().unwrap().is_none() {
        // Whoever is not root is that user.
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let directory = folder.path().join("server");
    let error = Server::start(Kind::Postgres, &directory, &wanted())
        .err()
        .unwrap();
    let Error::Unreachable { directory, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(directory, folder.path());
}
