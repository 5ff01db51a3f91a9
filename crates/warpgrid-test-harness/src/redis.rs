//! A real Redis server on a free port of the loopback interface.
//!
//! [`Redis::start`] gives a running server that asks everybody for a password:
//! the default user, and two users of its access control list. It writes
//! nothing to the disk, and is gone when the value is dropped, when the test
//! panics, and when the test process dies without running destructors.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::daemon::{self, Daemon};
use crate::process::{self, report};
use crate::tls::{self, ServerTls};

/// The password of every user that [`Redis`] has.
pub const PASSWORD: &str = "secret";
/// The database that clients have without asking.
pub const DATABASE: &str = "0";
/// The user that a client without a name is.
pub const DEFAULT: &str = "default";
/// A user that may do everything.
pub const USER: &str = "app";
/// A user that may do little but read.
pub const LIMITED: &str = "app_limited";

const READ_WITHIN: Duration = Duration::from_secs(60);
const SETTINGS: &str = "\
bind 127.0.0.1
save \"\"
appendonly no
daemonize no
requirepass secret
user app on >secret ~* &* +@all
user app_limited on >secret ~* -@all +get +acl|whoami
";

/// A running server. See the [module](self) for what it holds.
pub struct Redis(Daemon);

impl Redis {
    /// Starts a server.
    ///
    /// # Errors
    /// Names the Debian package where the server's program is missing, and
    /// carries the server's log where it does not come up.
    pub fn start() -> Result<Self> {
        Self::start_with("")
    }

    /// Starts a server with further lines of `redis.conf`.
    ///
    /// # Errors
    /// As [`Redis::start`].
    pub fn start_with(settings: &str) -> Result<Self> {
        Self::begin(settings, None)
    }

    /// Starts a server that has TLS, and no plain connections.
    ///
    /// # Errors
    /// As [`Redis::start`].
    pub fn start_tls(tls: &ServerTls<'_>) -> Result<Self> {
        Self::begin("", Some(tls))
    }

    fn begin(settings: &str, tls: Option<&ServerTls<'_>>) -> Result<Self> {
        let directory = daemon::directory("warpgrid-redis-")?;
        let settings = format!("{SETTINGS}{settings}");
        fs::write(directory.join("redis.conf"), settings).context("cannot write redis.conf")?;
        if let Some(tls) = tls {
            tls.write(&directory)?;
        }
        Daemon::start(directory, command)
            .context("install the Debian package `redis-server` where it is missing")
            .map(Self)
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

    /// Runs a command by `redis-cli` as the default user, and gives what it
    /// prints.
    ///
    /// # Errors
    /// Carries what `redis-cli` wrote where it fails.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let mut options = vec!["-a", PASSWORD, "--no-auth-warning"];
        if self.0.directory.join(tls::KEY).exists() {
            options.extend(["--tls", "--insecure"]);
        }
        let output = redis_cli(self.address(), &[&options, arguments].concat())?;
        ensure!(output.status.success(), "redis-cli: {}", report(&output));
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }

    /// What the server has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.0.log()
    }

    /// Stops the server at once.
    ///
    /// # Errors
    /// Where it cannot be signalled.
    pub fn stop(&mut self) -> Result<()> {
        self.0.stop()
    }

    /// Stops the server, if it runs, and starts it again on the same port.
    ///
    /// # Errors
    /// As [`Redis::start`].
    pub fn restart(&mut self) -> Result<()> {
        self.0.restart()?;
        // It takes connections while it still reads its data.
        let deadline = Instant::now() + READ_WITHIN;
        loop {
            let answer = self.run(&["ping"])?;
            if answer == "PONG" {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{answer}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Runs `redis-cli` against any address that speaks the protocol. The caller
/// judges the exit status.
///
/// # Errors
/// Only where it cannot be run.
pub fn redis_cli(address: SocketAddr, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new("redis-cli");
    command
        .args(["-h", &address.ip().to_string()])
        .args(["-p", &address.port().to_string()])
        .args(arguments);
    process::client(&mut command)
        .context("cannot run redis-cli: install the Debian package `redis-tools`")
}

fn command(directory: &Path, port: u16) -> Command {
    let mut command = Command::new("redis-server");
    command
        .arg(directory.join("redis.conf"))
        .arg("--pidfile")
        .arg(directory.join("pid"))
        .arg("--dir")
        .arg(directory);
    let port = port.to_string();
    if !directory.join(tls::KEY).exists() {
        command.args(["--port", &port]);
        return command;
    }
    let file = |name: &str| directory.join(name);
    command
        .args(["--port", "0", "--tls-port", &port])
        .arg("--tls-cert-file")
        .arg(file(tls::CERTIFICATE))
        .arg("--tls-key-file")
        .arg(file(tls::KEY));
    if file(tls::CLIENTS).exists() {
        command
            .arg("--tls-ca-cert-file")
            .arg(file(tls::CLIENTS))
            .args(["--tls-auth-clients", "yes"]);
    } else {
        command.args(["--tls-auth-clients", "no"]);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_user_logs_in_and_others_do_not() {
        let mut server = Redis::start().unwrap();
        for user in [DEFAULT, USER, LIMITED] {
            let options = ["--user", user, "-a", PASSWORD, "--no-auth-warning"];
            let who = [&options[..], &["ACL", "WHOAMI"]].concat();
            let output = redis_cli(server.address(), &who).unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), user);
        }
        let output = redis_cli(server.address(), &["PING"]).unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains("NOAUTH"));
        let port = server.port();
        server.restart().unwrap();
        assert_eq!(server.port(), port);
        assert_eq!(server.run(&["PING"]).unwrap(), "PONG");
    }

    #[test]
    fn drop_leaves_no_process_and_no_directory() {
        let server = Redis::start().unwrap();
        let (directory, address) = (server.0.directory.clone(), server.address());
        drop(server);
        assert!(!directory.exists());
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
