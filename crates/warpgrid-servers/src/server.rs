//! A server with data that stays.

use std::fs::{self, File, TryLockError};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::guard::{Files, Guard};
use crate::kind::Kind;
use crate::{Error, mariadb, port, postgres, redis};

const START_WITHIN: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// In a server's directory: which version's data it is, and the port it had last.
const VERSION: &str = "version";
const PORT: &str = "port";
const LOG: &str = "log";

/// Who is to find a database there. Whoever is on this machine logs in without a
/// password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The user, who owns the database.
    pub user: Option<String>,
    /// The database.
    pub database: Option<String>,
}

/// A running server. It ends when this is dropped, and when this process dies.
pub struct Server {
    kind: Kind,
    directory: PathBuf,
    port: u16,
    version: String,
    process: Child,
    guard: Guard,
    /// Held: two servers with the same data would destroy it.
    _lock: File,
}

impl Server {
    /// Starts a server with its data in a directory, which is made where it is not
    /// there; on the port that it had the last time, if nobody else has that now.
    ///
    /// # Errors
    /// What is missing, and where to get it; that the data is another version's or
    /// in use; and what the server said where it does not come up.
    pub fn start(kind: Kind, directory: &Path, wanted: &Wanted) -> Result<Self, Error> {
        fs::create_dir_all(directory).map_err(Error::system("create", directory))?;
        let lock = lock(directory)?;
        let version = version(kind, directory)?;
        match kind {
            Kind::Postgres => postgres::prepare(directory, &version, wanted)?,
            Kind::Mariadb => mariadb::prepare(directory, wanted)?,
            Kind::Redis => redis::prepare(directory, wanted)?,
        }
        let path = directory.join(VERSION);
        fs::write(&path, &version).map_err(Error::system("write", &path))?;
        // The server removes it in the end, and not where it was killed.
        let pid = directory.join(pid_file(kind));
        let _ = fs::remove_file(&pid);
        let signal = match kind {
            // Not to wait for sessions that nobody ends.
            Kind::Postgres => "INT",
            Kind::Mariadb | Kind::Redis => "TERM",
        };
        let guard = Guard::watch(directory, pid_file(kind), signal, Files::Kept)
            .map_err(Error::system("run", Path::new("sh")))?;
        let port = chosen_port(directory)?;
        let command = match kind {
            Kind::Postgres => postgres::serve(directory, &version, port)?,
            Kind::Mariadb => mariadb::serve(directory, port),
            Kind::Redis => redis::serve(directory, port),
        };
        let process = serve(kind, directory, port, command)?;
        let path = directory.join(PORT);
        fs::write(&path, port.to_string()).map_err(Error::system("write", &path))?;
        Ok(Self {
            kind,
            directory: directory.to_owned(),
            port,
            version,
            process,
            guard,
            _lock: lock,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its version, as far as that says whose data it can read.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where its data and its log are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.guard.release();
        // The guard has ended it; this takes it off the process table.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn pid_file(kind: Kind) -> &'static str {
    match kind {
        Kind::Postgres => "data/postmaster.pid",
        Kind::Mariadb | Kind::Redis => "pid",
    }
}

fn lock(directory: &Path) -> Result<File, Error> {
    let path = directory.join("lock");
    let file = File::create(&path).map_err(Error::system("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Taken {
            directory: directory.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(Error::system("lock", &path)(error)),
    }
}

/// The version that is installed, which must be that of the data.
fn version(kind: Kind, directory: &Path) -> Result<String, Error> {
    let missing = || Error::Missing {
        server: kind.name(),
        package: kind.package(),
    };
    let noted = || {
        let text = fs::read_to_string(directory.join(VERSION)).ok()?;
        Some(text.trim().to_owned())
    };
    let (here, found) = match kind {
        Kind::Postgres => postgres::version(directory)?,
        Kind::Mariadb => (mariadb::version().ok_or_else(missing)?, noted()),
        Kind::Redis => (redis::version().ok_or_else(missing)?, noted()),
    };
    match found {
        Some(found) if found != here => Err(Error::Version {
            directory: directory.to_owned(),
            server: kind.name(),
            found,
            here,
        }),
        _ => Ok(here),
    }
}

fn chosen_port(directory: &Path) -> Result<u16, Error> {
    let last = fs::read_to_string(directory.join(PORT)).ok();
    let last = last.and_then(|text| text.trim().parse().ok());
    match last.filter(|last| port::is_free(*last)) {
        Some(last) => Ok(last),
        None => port::free().map_err(Error::system("find a port on", Path::new("127.0.0.1"))),
    }
}

/// Starts the server and waits until it takes connections.
fn serve(kind: Kind, directory: &Path, port: u16, mut command: Command) -> Result<Child, Error> {
    let log = directory.join(LOG);
    let failed = |reason: String| Error::Start {
        server: kind.name(),
        reason,
        log: log.clone(),
    };
    // Of this run alone: nobody reads the others'.
    let out = File::create(&log).map_err(Error::system("create", &log))?;
    let errors = out.try_clone().map_err(Error::system("open", &log))?;
    let program = PathBuf::from(command.get_program());
    let mut process = command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(Error::system("run", &program))?;
    let deadline = Instant::now() + START_WITHIN;
    loop {
        let ready = match kind {
            Kind::Postgres => postgres::is_ready(directory, process.id()),
            // Its number is there before it listens, so that nobody else's port is
            // taken for its own.
            _ => is_own(directory, &process) && port::listens((Ipv4Addr::LOCALHOST, port).into()),
        };
        if ready {
            return Ok(process);
        }
        let ended = process
            .try_wait()
            .map_err(Error::system("watch", &program))?;
        if let Some(status) = ended {
            let text = fs::read(&log).unwrap_or_default();
            return Err(failed(format!("{status}: {}", said(&text))));
        }
        if Instant::now() > deadline {
            let _ = process.kill();
            let _ = process.wait();
            return Err(failed(format!("it was not ready within {START_WITHIN:?}")));
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn is_own(directory: &Path, process: &Child) -> bool {
    let text = fs::read_to_string(directory.join("pid")).unwrap_or_default();
    text.trim() == process.id().to_string()
}

/// Runs a program to its end.
pub(crate) fn output(command: &mut Command, directory: &Path) -> Result<(), Error> {
    let program = Path::new(command.get_program()).to_owned();
    let ended = command.output().map_err(Error::system("run", &program))?;
    if ended.status.success() {
        return Ok(());
    }
    let name = program.file_name().unwrap_or_default();
    let text = [ended.stdout, ended.stderr].concat();
    Err(Error::Program {
        program: name.to_string_lossy().into_owned(),
        reason: said(&text),
        directory: directory.to_owned(),
    })
}

/// The last line that a program wrote.
pub(crate) fn said(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or("it said nothing").trim().to_owned()
}

/// So many parts of the version that a command prints after a word.
pub(crate) fn number_after(command: &mut Command, word: &str, parts: usize) -> Option<String> {
    let said = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let (_, rest) = text.split_once(word)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
    let number = &rest[..end.unwrap_or(rest.len())];
    let kept: Vec<&str> = number.split('.').take(parts).collect();
    (!number.is_empty()).then(|| kept.join("."))
}
