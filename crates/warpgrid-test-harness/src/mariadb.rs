//! A real MariaDB server on a free port of the loopback interface.
//!
//! [`Mariadb::start`] gives a running server with a user for each way to log
//! in, and a database `app`. It writes nothing to the disk that must survive,
//! and is gone when the value is dropped, when the test panics, and when the
//! test process dies without running destructors.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use warpgrid_servers::mariadb::as_this_user;

use crate::daemon::{self, Daemon};
use crate::process::{self, report};
use crate::tls::{self, ServerTls};

/// The password of every user that has one.
pub const PASSWORD: &str = "secret";
/// A user that logs in by `mysql_native_password`.
pub const NATIVE: &str = "app_native";
/// A user without a password.
pub const EMPTY: &str = "app_empty";
/// A user that logs in by MariaDB's `ed25519`, where [`has_ed25519`].
pub const ED25519: &str = "app_ed25519";
/// The database that the users share.
pub const DATABASE: &str = "app";
/// Another that they may use.
pub const OTHER_DATABASE: &str = "other";

const ED25519_PLUGIN: &str = "/usr/lib/mysql/plugin/auth_ed25519.so";

/// One statement per line: the server reads its init file so, and stops at the
/// first that fails.
const USERS: &str = "\
CREATE DATABASE IF NOT EXISTS app;
CREATE DATABASE IF NOT EXISTS other;
CREATE USER IF NOT EXISTS app_native@'%' IDENTIFIED BY 'secret';
CREATE USER IF NOT EXISTS app_empty@'%';
GRANT ALL ON *.* TO app_native@'%';
GRANT ALL ON *.* TO app_empty@'%';
CREATE ROLE IF NOT EXISTS app_role WITH ADMIN app_native@'%';
";

const ED25519_USER: &str = "\
CREATE USER IF NOT EXISTS app_ed25519@'%' IDENTIFIED VIA ed25519 USING PASSWORD('secret');
GRANT ALL ON *.* TO app_ed25519@'%';
";

/// Whether the server can check [`ED25519`]'s login.
#[must_use]
pub fn has_ed25519() -> bool {
    Path::new(ED25519_PLUGIN).exists()
}

/// A running server. See the [module](self) for what it holds.
pub struct Mariadb(Daemon);

impl Mariadb {
    /// Starts a server.
    ///
    /// # Errors
    /// Names the Debian package where the server's programs are missing, and
    /// carries the server's log where it does not come up.
    pub fn start() -> Result<Self> {
        Self::begin(None)
    }

    /// Starts a server that has TLS beside plain connections.
    ///
    /// # Errors
    /// As [`Mariadb::start`].
    pub fn start_tls(tls: &ServerTls<'_>) -> Result<Self> {
        Self::begin(Some(tls))
    }

    fn begin(tls: Option<&ServerTls<'_>>) -> Result<Self> {
        let template = template()?;
        let directory = daemon::directory("warpgrid-mariadb-")?;
        let copied = Command::new("cp")
            .args(["-a", "--reflink=auto"])
            .args([&template, &directory.join("data")])
            .output()
            .context("cannot run cp")?;
        ensure!(copied.status.success(), "cp: {}", report(&copied));
        let mut users = USERS.to_owned();
        if has_ed25519() {
            users.push_str(ED25519_USER);
        }
        fs::write(directory.join("users.sql"), users).context("cannot write users.sql")?;
        if let Some(tls) = tls {
            tls.write(&directory)?;
        }
        Daemon::start(directory, command).map(Self)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// The address that the server listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Runs SQL by the `mariadb` client as [`NATIVE`] in the database `app`,
    /// and gives the rows, fields parted by tabs.
    ///
    /// # Errors
    /// Carries what the client wrote where it fails.
    pub fn sql(&self, sql: &str) -> Result<String> {
        let output = mariadb(self.address(), NATIVE, &["-e", sql])?;
        ensure!(output.status.success(), "mariadb: {}", report(&output));
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }

    /// What the server has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.0.log()
    }

    /// Stops the server at once, without waiting for its sessions, and leaves
    /// its data for [`Mariadb::restart`].
    ///
    /// # Errors
    /// Where it cannot be signalled.
    pub fn stop(&mut self) -> Result<()> {
        self.0.stop()
    }

    /// Stops the server, if it runs, and starts it again on the same port with
    /// the same data.
    ///
    /// # Errors
    /// As [`Mariadb::start`].
    pub fn restart(&mut self) -> Result<()> {
        self.0.restart()
    }
}

/// Runs the `mariadb` client in the database `app`, with the password that the
/// users share, against any address that speaks the protocol. It prints rows
/// without their columns' names. The caller judges the exit status.
///
/// # Errors
/// Only where it cannot be run.
pub fn mariadb(address: SocketAddr, user: &str, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new("mariadb");
    command
        .args(["--no-defaults", "--protocol=tcp", "-N", "-B", "-u", user])
        .arg("--default-character-set=utf8mb4")
        .args(["-h", &address.ip().to_string()])
        .args(["-P", &address.port().to_string()])
        .args(arguments)
        .arg(DATABASE)
        .env("MYSQL_PWD", PASSWORD);
    process::client(&mut command)
        .context("cannot run mariadb: install the Debian package `mariadb-client`")
}

/// The data directory that every server starts from, made once per machine
/// because it takes longer than most tests.
fn template() -> Result<PathBuf> {
    let program = Path::new("/usr/bin/mariadb-install-db");
    let made = fs::metadata(program)
        .context("no MariaDB server: install the Debian package `mariadb-server`")?
        .modified()?;
    let mut digest = DefaultHasher::new();
    (made, rustix::process::geteuid().as_raw()).hash(&mut digest);
    let name = format!("warpgrid-mariadb-template-{:016x}", digest.finish());
    let template = std::env::temp_dir().join(name);
    if template.exists() {
        return Ok(template);
    }
    let scratch = daemon::directory("warpgrid-mariadb-install-")?;
    let data = scratch.join("data");
    let output = as_this_user(Command::new(program).arg("--no-defaults"))
        .args(["--auth-root-authentication-method=normal", "--skip-test-db"])
        .args(["--skip-name-resolve", "--innodb-log-file-size=4M"])
        .arg(format!("--datadir={}", data.display()))
        .output()
        .context("cannot run mariadb-install-db")?;
    ensure!(output.status.success(), "{program:?}: {}", report(&output));
    // Whoever is first wins; all of them made the same.
    let renamed = fs::rename(&data, &template);
    let _ = fs::remove_dir_all(&scratch);
    match renamed {
        Err(_) if template.exists() => {}
        other => other.with_context(|| format!("cannot make {}", template.display()))?,
    }
    Ok(template)
}

fn command(directory: &Path, port: u16) -> Command {
    let mut command = Command::new("/usr/sbin/mariadbd");
    let path = |option: &str, name: &str| format!("--{option}={}", directory.join(name).display());
    as_this_user(command.arg("--no-defaults"))
        .args([path("datadir", "data"), path("socket", "socket")])
        // A server removes what others have in a folder that it shares.
        .arg(path("tmpdir", "."))
        .args([path("pid-file", "pid"), path("init-file", "users.sql")])
        .arg(format!("--port={port}"))
        .args(["--bind-address=127.0.0.1", "--skip-name-resolve"])
        .args(["--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M"])
        // What is committed outlives the server, if not the machine.
        .args(["--innodb-flush-log-at-trx-commit=2", "--skip-log-bin"])
        .args(["--max-connections=400", "--local-infile=1"]);
    let tls = [
        ("ssl-cert", tls::CERTIFICATE),
        ("ssl-key", tls::KEY),
        ("ssl-ca", tls::CLIENTS),
    ];
    let there = tls.iter().filter(|(_, name)| directory.join(name).exists());
    command.args(there.map(|(option, name)| path(option, name)));
    if has_ed25519() {
        command.arg("--plugin-load-add=auth_ed25519");
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_user_logs_in_and_wrong_ones_do_not() {
        let mut server = Mariadb::start().unwrap();
        let users = [NATIVE, EMPTY, ED25519];
        for user in &users[..if has_ed25519() { 3 } else { 2 }] {
            let password: &[&str] = if *user == EMPTY {
                &["--password="]
            } else {
                &[]
            };
            let options = [password, &["-e", "select current_user()"]].concat();
            let output = mariadb(server.address(), user, &options).unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(text.trim(), format!("{user}@%"), "{}", report(&output));
        }
        let output = mariadb(server.address(), "nobody", &["-e", "select 1"]).unwrap();
        assert!(!output.status.success());
        server.sql("create table kept select 42 as answer").unwrap();
        let port = server.port();
        server.restart().unwrap();
        assert_eq!(server.port(), port);
        assert_eq!(server.sql("select answer from kept").unwrap(), "42");
    }

    #[test]
    fn drop_leaves_no_process_and_no_directory() {
        let server = Mariadb::start().unwrap();
        let (directory, address) = (server.0.directory.clone(), server.address());
        drop(server);
        assert!(!directory.exists());
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
