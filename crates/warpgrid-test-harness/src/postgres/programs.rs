//! The server's programs: found, run as the right user, and a data directory
//! made from them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use warpgrid_servers::postgres;

use super::{DATABASE, START_WITHIN, SUPERUSER};
use crate::process::report;

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

/// Where the server's programs are, and as whom they must run.
pub(super) struct Programs {
    pub(super) binaries: PathBuf,
    /// The server refuses to run as root: then it runs as `postgres`.
    account: Option<(u32, u32)>,
}

impl Programs {
    pub(super) fn find() -> Result<Self> {
        Ok(Self {
            binaries: postgres::binaries(None)?,
            account: postgres::account()?,
        })
    }

    fn command(&self, program: &str) -> Command {
        let own = self.binaries.join(program);
        let there = own.exists().then_some(own.as_path());
        postgres::command(there.unwrap_or(Path::new(program)), self.account)
    }

    pub(super) fn run<const N: usize, const M: usize>(
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
    pub(super) fn directory(&self, prefix: &str) -> Result<PathBuf> {
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

    /// Gives a file to the server's user, and to nobody else: a private key
    /// must be so.
    pub(super) fn keep_secret(&self, path: &Path) -> Result<()> {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
            .and_then(|()| match self.account {
                Some((user, group)) => std::os::unix::fs::chown(path, Some(user), Some(group)),
                None => Ok(()),
            })
            .with_context(|| format!("cannot give {} to postgres", path.display()))
    }

    /// The data directory that every server starts from, made once per machine
    /// because `initdb` takes longer than most tests.
    pub(super) fn template(&self) -> Result<PathBuf> {
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
    pub(super) fn serve(&self, directory: &Path, port: u16) -> Result<Child> {
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

/// Whether `postmaster.pid` belongs to this process and its eighth line says
/// that connections are taken.
fn ready(data: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else {
        return false;
    };
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(&pid.to_string()) && lines.nth(6) == Some("ready")
}
