//! A server program in a directory of its own, on a free port, that is gone
//! with the value that holds it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use warpgrid_servers::guard::{Files, Guard};
use warpgrid_servers::port;

const START_WITHIN: Duration = Duration::from_secs(60);
/// The file with the server's process id, in its directory.
const PID: &str = "pid";

/// A running server.
pub(crate) struct Daemon {
    pub(crate) directory: PathBuf,
    pub(crate) port: u16,
    start: Start,
    server: Child,
    guard: Guard,
}

/// The command that serves on a port with the files of a directory, and writes
/// its process id to the file `pid` there.
type Start = fn(&Path, u16) -> Command;

impl Daemon {
    /// Starts a server in a directory that is the server's from now on.
    pub(crate) fn start(directory: PathBuf, start: Start) -> Result<Self> {
        let guard = Guard::watch(&directory, PID, "KILL", Files::Removed)?;
        // Between the look for a free port and the server's own bind another
        // process may take it.
        let mut last = anyhow!("no attempt was made");
        for _ in 0..5 {
            let port = port::free()?;
            match serve(&directory, port, start) {
                Ok(server) => {
                    return Ok(Self {
                        directory,
                        port,
                        start,
                        server,
                        guard,
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    pub(crate) fn log(&self) -> String {
        log(&self.directory)
    }

    /// Kills the server and leaves its files.
    pub(crate) fn stop(&mut self) -> Result<()> {
        if self.server.try_wait()?.is_none() {
            self.server.kill()?;
            self.server.wait()?;
        }
        // The guard must not kill whoever has the number next.
        let _ = fs::remove_file(self.directory.join(PID));
        Ok(())
    }

    /// Stops the server, if it runs, and starts it again on the same port.
    pub(crate) fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.server = serve(&self.directory, self.port, self.start)?;
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.guard.release();
        // The guard has killed it; this takes it off the process table.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A new directory in the system's temporary one.
pub(crate) fn directory(prefix: &str) -> Result<PathBuf> {
    let directory = tempfile::Builder::new().prefix(prefix).tempdir();
    let directory = directory.context("cannot make a temporary directory")?;
    Ok(directory.keep())
}

/// Starts the server and waits until it takes connections.
fn serve(directory: &Path, port: u16, start: Start) -> Result<Child> {
    let _ = fs::remove_file(directory.join(PID));
    let output = File::options()
        .create(true)
        .append(true)
        .open(directory.join("log"))
        .context("cannot open the server's log")?;
    let mut command = start(directory, port);
    // A group of its own keeps the terminal's Ctrl-C away from the server: the
    // guard ends it in order.
    let mut server = command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))?;
    let deadline = Instant::now() + START_WITHIN;
    // Its process id is there before it listens, so that nobody else's port is
    // taken for its own.
    while !(is_own(directory, server.id()) && port::listens((Ipv4Addr::LOCALHOST, port).into())) {
        if let Some(status) = server.try_wait()? {
            bail!("{command:?} ended ({status}); its log:\n{}", log(directory));
        }
        if Instant::now() > deadline {
            let _ = server.kill();
            let _ = server.wait();
            let log = log(directory);
            bail!("{command:?} was not ready within {START_WITHIN:?}; its log:\n{log}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(server)
}

fn is_own(directory: &Path, pid: u32) -> bool {
    let text = fs::read_to_string(directory.join(PID)).unwrap_or_default();
    text.trim() == pid.to_string()
}

fn log(directory: &Path) -> String {
    fs::read_to_string(directory.join("log")).unwrap_or_default()
}
