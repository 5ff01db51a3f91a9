//! A real PostgreSQL server on a free port of the loopback interface.
//!
//! [`Postgres::start`] gives a running server with four users, one for each
//! way to log in, and a database `app` that belongs to all of them. It listens
//! on TCP only, writes nothing to the disk that must survive, and is killed
//! (its directory removed) when the value is dropped, when the test panics, and
//! when the test process dies without running destructors.

mod programs;

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use crate::process::{self, report};
use crate::tls::{self, ServerTls};
use programs::Programs;
use warpgrid_servers::guard::{Files, Guard};
use warpgrid_servers::port;

/// The password of every user that [`Postgres`] makes.
pub const PASSWORD: &str = "secret";
/// A user that logs in without a password.
pub const TRUST: &str = "app_trust";
/// A user that the server asks for the password in clear.
pub const CLEARTEXT: &str = "app_password";
/// A user that the server asks for an MD5 digest.
pub const MD5: &str = "app_md5";
/// A user that logs in by SCRAM-SHA-256.
pub const SCRAM: &str = "app_scram";
/// The database that the users share.
pub const DATABASE: &str = "app";
/// The superuser, who logs in without a password.
pub const SUPERUSER: &str = "postgres";

const START_WITHIN: Duration = Duration::from_secs(60);

/// A running server. See the [module](self) for what it holds.
pub struct Postgres {
    programs: Programs,
    directory: PathBuf,
    port: u16,
    server: Child,
    guard: Guard,
}

impl Postgres {
    /// Starts a server with the settings that all tests share.
    ///
    /// # Errors
    /// Names the Debian package where the server's programs are missing, and
    /// carries the server's log where it does not come up.
    pub fn start() -> Result<Self> {
        Self::start_with("")
    }

    /// Starts a server with further lines of `postgresql.conf`.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_with(settings: &str) -> Result<Self> {
        Self::begin(settings, |_, _| Ok(()))
    }

    /// Starts a server that has TLS beside plain connections, with lines that
    /// come first in `pg_hba.conf`.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_tls(tls: &ServerTls<'_>, access: &str) -> Result<Self> {
        let mut settings = format!(
            "ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n",
            tls::CERTIFICATE,
            tls::KEY
        );
        if tls.clients.is_some() {
            settings.push_str(&format!("ssl_ca_file = '{}'\n", tls::CLIENTS));
        }
        Self::begin(&settings, |programs, data| {
            tls.write(data)?;
            programs.keep_secret(&data.join(tls::KEY))?;
            let path = data.join("pg_hba.conf");
            let rules = fs::read_to_string(&path).context("cannot read pg_hba.conf")?;
            fs::write(&path, format!("{access}{rules}")).context("cannot write pg_hba.conf")
        })
    }

    /// The server's files lie ready when `prepare` is called.
    fn begin(settings: &str, prepare: impl FnOnce(&Programs, &Path) -> Result<()>) -> Result<Self> {
        let programs = Programs::find()?;
        let template = programs.template()?;
        let directory = programs.directory("warpgrid-postgres-")?;
        // One that is killed outright leaves its children to notice by
        // themselves.
        let guard = Guard::watch(&directory, "data/postmaster.pid", "QUIT", Files::Removed)?;
        programs.run(
            "cp",
            ["-a", "--reflink=auto"],
            [&template, &directory.join("data")],
        )?;
        let configuration = directory.join("data/postgresql.conf");
        fs::OpenOptions::new()
            .append(true)
            .open(&configuration)
            .and_then(|mut file| file.write_all(settings.as_bytes()))
            .with_context(|| format!("cannot write {}", configuration.display()))?;
        prepare(&programs, &directory.join("data"))?;
        // Between the look for a free port and the server's own bind another
        // process may take it.
        let mut last = anyhow!("no attempt was made");
        for _ in 0..5 {
            let port = port::free()?;
            match programs.serve(&directory, port) {
                Ok(server) => {
                    return Ok(Self {
                        programs,
                        directory,
                        port,
                        server,
                        guard,
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address that the server listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// A connection URL for a user, with its password, to the database `app`.
    #[must_use]
    pub fn url(&self, user: &str) -> String {
        format!(
            "postgres://{user}:{PASSWORD}@127.0.0.1:{}/{DATABASE}",
            self.port
        )
    }

    /// Runs SQL by `psql` as the superuser in the database `app`, and gives the
    /// rows, fields parted by `|`.
    ///
    /// # Errors
    /// Carries what `psql` wrote where it fails.
    pub fn sql(&self, sql: &str) -> Result<String> {
        let output = psql(self.address(), SUPERUSER, sql)?;
        ensure!(output.status.success(), "psql: {}", report(&output));
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }

    /// What the server has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    /// Stops the server at once, without waiting for its sessions, and leaves
    /// its data for [`Postgres::restart`].
    ///
    /// # Errors
    /// Where the server cannot be signalled or does not end.
    pub fn stop(&mut self) -> Result<()> {
        if self.server.try_wait()?.is_some() {
            return Ok(());
        }
        let pid = self.server.id().to_string();
        Command::new("kill")
            .args(["-QUIT", &pid])
            .status()
            .context("cannot run `kill`")?;
        let deadline = Instant::now() + START_WITHIN;
        while self.server.try_wait()?.is_none() {
            ensure!(
                Instant::now() < deadline,
                "postgres {pid} does not stop\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Stops the server, if it runs, and starts it again on the same port with
    /// the same data.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.server = self.programs.serve(&self.directory, self.port)?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.guard.release();
        // The guard has killed it; this takes it off the process table.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// One of PostgreSQL's client programs, such as `psql` or `pgbench`.
///
/// # Errors
/// Where PostgreSQL is not installed.
pub fn program(name: &str) -> Result<Command> {
    let mut command = Command::new(Programs::find()?.binaries.join(name));
    command.env("PGCONNECT_TIMEOUT", "30").stdin(Stdio::null());
    Ok(command)
}

/// Runs SQL by `psql`, with the password that all users share, against any
/// address that speaks the protocol. The caller judges the exit status.
///
/// # Errors
/// Only where `psql` cannot be run.
pub fn psql(address: SocketAddr, user: &str, sql: &str) -> Result<Output> {
    let mut command = program("psql")?;
    command
        .args([
            "-X",
            "-w",
            "-A",
            "-t",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            user,
            "-d",
            DATABASE,
        ])
        .args([
            "-h",
            &address.ip().to_string(),
            "-p",
            &address.port().to_string(),
            "-c",
            sql,
        ])
        .env("PGPASSWORD", PASSWORD);
    process::client(&mut command).context("cannot run psql")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_user_logs_in_and_wrong_ones_do_not() {
        let server = Postgres::start().unwrap();
        for user in [TRUST, CLEARTEXT, MD5, SCRAM] {
            let output = psql(server.address(), user, "select current_user").unwrap();
            assert_eq!(
                String::from_utf8_lossy(&output.stdout).trim(),
                user,
                "{}",
                report(&output)
            );
        }
        let output = psql(server.address(), "nobody", "select 1").unwrap();
        assert!(!output.status.success());
        // That the users are asked as their names say.
        let kinds = server
            .sql("select rolname, left(rolpassword, 3) from pg_authid where rolname ~ '^app_' order by 1")
            .unwrap();
        assert_eq!(
            kinds,
            "app_md5|md5\napp_password|SCR\napp_scram|SCR\napp_trust|"
        );
    }

    #[test]
    fn restart_keeps_port_and_data() {
        let mut server = Postgres::start_with("work_mem = '7MB'").unwrap();
        let port = server.port();
        server
            .sql("create table kept as select 42 as answer")
            .unwrap();
        server.restart().unwrap();
        assert_eq!(server.port(), port);
        assert_eq!(server.sql("select answer from kept").unwrap(), "42");
        assert_eq!(server.sql("show work_mem").unwrap(), "7MB");
        assert!(
            server.log().contains("database system is ready"),
            "{}",
            server.log()
        );
        server.stop().unwrap();
        assert!(server.sql("select 1").is_err());
    }

    #[test]
    fn drop_leaves_no_process_and_no_directory() {
        let server = Postgres::start().unwrap();
        let (directory, address) = (server.directory.clone(), server.address());
        assert!(directory.exists());
        let panicked = std::thread::spawn(move || {
            let _server = server;
            panic!("as a failing test would");
        });
        assert!(panicked.join().is_err());
        assert!(!directory.exists());
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
