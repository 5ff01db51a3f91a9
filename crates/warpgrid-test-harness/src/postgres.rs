//! A real PostgreSQL server on a free port of the loopback interface.
//!
//! [`Postgres::start`] gives a running server with four users, one for each
//! way to log in, and a database `app` that belongs to all of them. It listens
//! on TCP only, writes nothing to the disk that must survive, and is killed
//! (its directory removed) when the value is dropped, when the test panics, and
//! when the test process dies without running destructors.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};

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

const ACCESS: &str = "\
host all app_trust    127.0.0.1/32 trust
host all app_password 127.0.0.1/32 password
host all app_md5      127.0.0.1/32 md5
host all app_scram    127.0.0.1/32 scram-sha-256
host all postgres     127.0.0.1/32 trust
";

const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
max_connections = 60
log_line_prefix = '%m [%p] %u@%d '
";

/// One statement per line: the server's single-user mode reads them so.
const ROLES: &str = "\
CREATE ROLE app_trust LOGIN;
CREATE ROLE app_password LOGIN PASSWORD 'secret';
CREATE ROLE app_scram LOGIN PASSWORD 'secret';
SET password_encryption = md5;
CREATE ROLE app_md5 LOGIN PASSWORD 'secret';
CREATE DATABASE app;
";

/// Those that PostgreSQL 15 keeps for the owner of `template1`'s copy.
const GRANTS: &str = "GRANT ALL ON SCHEMA public TO PUBLIC;\n";

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
        let programs = Programs::find()?;
        let template = programs.template()?;
        let directory = programs.directory("warpgrid-postgres-")?;
        let guard = Guard::watch(&directory)?;
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
        // Between the look for a free port and the server's own bind another
        // process may take it.
        let mut last = anyhow!("no attempt was made");
        for _ in 0..5 {
            let port = crate::port::free()?;
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

/// Runs SQL by `psql`, with the password that all users share, against any
/// address that speaks the protocol. The caller judges the exit status.
///
/// # Errors
/// Only where `psql` cannot be run.
pub fn psql(address: SocketAddr, user: &str, sql: &str) -> Result<Output> {
    let programs = Programs::find()?;
    Command::new(programs.binaries.join("psql"))
        .args([
            "-X",
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
        .env("PGPASSWORD", PASSWORD)
        .env("PGCONNECT_TIMEOUT", "30")
        .stdin(Stdio::null())
        .output()
        .context("cannot run psql")
}

/// Where the server's programs are, and as whom they must run.
struct Programs {
    binaries: PathBuf,
    /// The server refuses to run as root: then it runs as `postgres`.
    account: Option<(u32, u32)>,
}

impl Programs {
    fn find() -> Result<Self> {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
            .filter(|(_, path)| path.join("bin/postgres").exists())
            .collect();
        versions.sort();
        let (_, newest) = versions.pop().context(
            "no PostgreSQL server in /usr/lib/postgresql: install the Debian package `postgresql-15`",
        )?;
        Ok(Self {
            binaries: newest.join("bin"),
            account: account()?,
        })
    }

    fn command(&self, program: &str) -> Command {
        let own = self.binaries.join(program);
        let mut command = if own.exists() {
            Command::new(own)
        } else {
            Command::new(program)
        };
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        // A group of its own keeps the terminal's Ctrl-C away from the server:
        // the guard ends it in order.
        command
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    fn run<const N: usize, const M: usize>(
        &self,
        program: &str,
        options: [&str; N],
        paths: [&Path; M],
    ) -> Result<()> {
        let output = self
            .command(program)
            .args(options)
            .args(paths)
            .output()
            .with_context(|| format!("cannot run {program}"))?;
        ensure!(output.status.success(), "{program}: {}", report(&output));
        Ok(())
    }

    /// A new directory that the server's user owns.
    fn directory(&self, prefix: &str) -> Result<PathBuf> {
        let directory = tempfile::Builder::new()
            .prefix(prefix)
            .tempdir()
            .context("cannot make a temporary directory")?
            .keep();
        if let Some((user, group)) = self.account {
            std::os::unix::fs::chown(&directory, Some(user), Some(group))
                .with_context(|| format!("cannot give {} to postgres", directory.display()))?;
        }
        Ok(directory)
    }

    /// The data directory that every server starts from, made once per machine
    /// because `initdb` takes longer than most tests.
    fn template(&self) -> Result<PathBuf> {
        let mut digest = DefaultHasher::new();
        (
            &self.binaries,
            self.account,
            ACCESS,
            SETTINGS,
            ROLES,
            GRANTS,
        )
            .hash(&mut digest);
        let name = format!("warpgrid-postgres-template-{:016x}", digest.finish());
        let template = std::env::temp_dir().join(name);
        if template.join("PG_VERSION").exists() {
            return Ok(template);
        }
        let scratch = self.directory("warpgrid-initdb-")?;
        let made = self.initialise(&scratch.join("data")).and_then(|()| {
            // Whoever is first wins; all of them made the same.
            match fs::rename(scratch.join("data"), &template) {
                Err(_) if template.join("PG_VERSION").exists() => Ok(()),
                other => other.with_context(|| format!("cannot make {}", template.display())),
            }
        });
        let _ = fs::remove_dir_all(&scratch);
        made.map(|()| template)
    }

    fn initialise(&self, data: &Path) -> Result<()> {
        let options = [
            "-N",
            "-A",
            "trust",
            "-U",
            SUPERUSER,
            "--no-locale",
            "-E",
            "UTF8",
            "-D",
        ];
        self.run("initdb", options, [data])?;
        fs::write(data.join("pg_hba.conf"), ACCESS).context("cannot write pg_hba.conf")?;
        let mut settings = fs::OpenOptions::new()
            .append(true)
            .open(data.join("postgresql.conf"))
            .context("cannot open postgresql.conf")?;
        settings
            .write_all(SETTINGS.as_bytes())
            .context("cannot write postgresql.conf")?;
        self.single_user(data, SUPERUSER, ROLES)?;
        self.single_user(data, DATABASE, GRANTS)
    }

    fn single_user(&self, data: &Path, database: &str, statements: &str) -> Result<()> {
        let mut server = self
            .command("postgres")
            .args(["--single", "-D"])
            .args([data.as_os_str(), OsStr::new(database)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot run postgres --single")?;
        let mut input = server
            .stdin
            .take()
            .context("postgres --single has no input")?;
        input
            .write_all(statements.as_bytes())
            .context("postgres --single reads nothing")?;
        drop(input);
        let output = server.wait_with_output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success() && !errors.contains("ERROR"),
            "{}",
            report(&output)
        );
        Ok(())
    }

    /// Starts the server and waits until it takes connections.
    fn serve(&self, directory: &Path, port: u16) -> Result<Child> {
        let data = directory.join("data");
        let log = File::options()
            .create(true)
            .append(true)
            .open(directory.join("log"))
            .context("cannot open the server's log")?;
        let mut server = self
            .command("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string()])
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot run postgres")?;
        let deadline = Instant::now() + START_WITHIN;
        loop {
            if ready(&data, server.id()) {
                return Ok(server);
            }
            if let Some(status) = server.try_wait()? {
                let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
                bail!("postgres did not start ({status}); its log:\n{log}");
            }
            if Instant::now() > deadline {
                let _ = server.kill();
                let _ = server.wait();
                let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
                bail!("postgres was not ready within {START_WITHIN:?}; its log:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Kills the server and removes its directory when its input ends: on
/// [`Guard::release`], and by the kernel when this process dies.
struct Guard {
    process: Child,
    input: Option<ChildStdin>,
}

impl Guard {
    fn watch(directory: &Path) -> Result<Self> {
        // The first line of postmaster.pid is the process id. A server that is
        // killed outright leaves its children to notice by themselves.
        const SCRIPT: &str = r#"
            read -r _
            pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
            if [ -n "$pid" ]; then
                kill -QUIT "$pid" 2>/dev/null
                for _ in $(seq 500); do
                    [ -e "$1/data/postmaster.pid" ] || break
                    sleep 0.01
                done
                kill -KILL "$pid" 2>/dev/null
            fi
            rm -rf "$1""#;
        let mut process = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(directory)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run sh")?;
        let input = process.stdin.take();
        Ok(Self { process, input })
    }

    fn release(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.release();
    }
}

/// Whether `postmaster.pid` belongs to this process and its eighth line says
/// that connections are taken.
fn ready(data: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else {
        return false;
    };
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(&pid.to_string()) && lines.nth(6) == Some("ready")
}

/// User and group of `postgres` where this process is root's.
fn account() -> Result<Option<(u32, u32)>> {
    let status = fs::read_to_string("/proc/self/status").context("cannot read /proc")?;
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    if uid.and_then(|ids| ids.split_whitespace().nth(1)) != Some("0") {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let entry = users.lines().find_map(|line| line.strip_prefix("postgres:")).context(
        "no user `postgres`, whom the server must run as here: install the Debian package `postgresql-15`",
    )?;
    let mut fields = entry.split(':').skip(1);
    let mut number = || fields.next()?.parse().ok();
    number()
        .zip(number())
        .map(Some)
        .context("/etc/passwd: the entry of `postgres` has no ids")
}

fn report(output: &Output) -> String {
    format!(
        "{}\n--- output\n{}\n--- errors\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
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
