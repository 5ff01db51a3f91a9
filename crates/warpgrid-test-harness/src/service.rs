//! Programs that serve until they are told to stop.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::Signal;
use tempfile::NamedTempFile;

use crate::process::{self, Bounds, directory_of, listing};
use warpgrid_servers::port;

const POLL: Duration = Duration::from_millis(10);
/// How long it has to end in order before it is killed.
const STOPPED_WITHIN: Duration = Duration::from_secs(15);
/// How many ports are tried.
const ATTEMPTS: usize = 5;

/// A running service. Dropping it stops it; should this process die first, a
/// guard kills it.
pub struct Service {
    line: String,
    address: SocketAddr,
    child: Child,
    guard: Guard,
    log: NamedTempFile,
}

impl Service {
    /// Starts the command that `with` makes for an address, and waits until
    /// that takes connections.
    ///
    /// # Errors
    /// Where it cannot be run, ends, or does not listen within the bounds; with
    /// its log.
    pub fn start(bounds: &Bounds, with: impl Fn(SocketAddr) -> Command) -> Result<Self> {
        let mut last = anyhow!("no attempt was made");
        for _ in 0..ATTEMPTS {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()?));
            let mut service = Self::spawn(address, with(address))?;
            match service.wait_until_ready(bounds) {
                Ok(()) => return Ok(service),
                Err(error) if service.log().contains("in use") => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far, to either stream.
    #[must_use]
    pub fn log(&self) -> String {
        let bytes = fs::read(self.log.path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its command line and log, for a failure's report.
    #[must_use]
    pub fn report(&self) -> String {
        format!("command: {}\n--- its log\n{}", self.line, self.log())
    }

    /// Asks it to terminate, as a supervisor does.
    pub fn terminate(&self) {
        process::kill(&self.child, Signal::TERM);
    }

    /// Asks it to read its configuration again, as a supervisor does.
    pub fn reload(&self) {
        process::kill(&self.child, Signal::HUP);
    }

    /// Waits until its log holds these words.
    ///
    /// # Errors
    /// Where it does not within the bounds.
    pub fn says(&mut self, words: &str, bounds: &Bounds) -> Result<()> {
        let deadline = Instant::now() + bounds.limit;
        while !self.log().contains(words) {
            if Instant::now() > deadline {
                bail!("it did not say `{words}`\n{}", self.report());
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// Where it does not within the bounds.
    pub fn ended(&mut self, bounds: &Bounds) -> Result<ExitStatus> {
        let deadline = Instant::now() + bounds.limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                bail!(
                    "it did not end within {:?}\n{}",
                    bounds.limit,
                    self.report()
                );
            }
            std::thread::sleep(POLL);
        }
    }

    fn spawn(address: SocketAddr, mut command: Command) -> Result<Self> {
        let log = NamedTempFile::with_prefix("warpgrid-service-")
            .context("cannot make a file for a log")?;
        let writer = || -> Result<File> { log.reopen().context("cannot open the log") };
        let line = format!(
            "{command:?}\ndirectory: {}\n--- files\n{}",
            directory_of(&command).display(),
            listing(&directory_of(&command))
        );
        let out = writer()?;
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stderr(out.try_clone()?)
            .stdout(out)
            .spawn()
            .with_context(|| format!("cannot run {line}"))?;
        let guard = Guard::watch(&child)?;
        Ok(Self {
            line,
            address,
            child,
            guard,
            log,
        })
    }

    fn wait_until_ready(&mut self, bounds: &Bounds) -> Result<()> {
        let deadline = Instant::now() + bounds.limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended before it listened: {status}\n{}", self.report());
            }
            if port::listens(self.address) {
                return Ok(());
            }
            if bounds.stop.load(Ordering::SeqCst) {
                bail!("interrupted");
            }
            if Instant::now() > deadline {
                bail!(
                    "it did not listen on {} within {:?}\n{}",
                    self.address,
                    bounds.limit,
                    self.report()
                );
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        process::kill(&self.child, Signal::TERM);
        let deadline = Instant::now() + STOPPED_WITHIN;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                process::kill(&self.child, Signal::KILL);
                let _ = self.child.wait();
            }
            std::thread::sleep(POLL);
        }
        self.guard.release();
    }
}

/// Kills a process group when its own input ends: by the kernel when this
/// process dies.
struct Guard {
    process: Child,
    input: Option<ChildStdin>,
}

impl Guard {
    fn watch(child: &Child) -> Result<Self> {
        // Any line means that nothing is left to kill: the id may be another's.
        const SCRIPT: &str = r#"read -r _ || kill -KILL -- "-$1""#;
        let mut process = Command::new("sh")
            .args(["-c", SCRIPT, "sh", &child.id().to_string()])
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
        use std::io::Write;
        if let Some(mut input) = self.input.take() {
            let _ = input.write_all(b"\n");
        }
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    fn bounds() -> Bounds {
        Bounds::within(Duration::from_secs(60))
    }

    /// A listener out of tools that Debian always has.
    fn listener(address: SocketAddr) -> Command {
        let mut command = Command::new("perl");
        command.args([
            "-MIO::Socket::INET",
            "-e",
            "my $s = IO::Socket::INET->new(LocalAddr => $ARGV[0], Listen => 5) or die $!;\
             print STDERR \"up\\n\"; while (my $c = $s->accept) { close $c }",
            &address.to_string(),
        ]);
        command
    }

    #[test]
    fn it_listens_and_is_gone_after() {
        let service = Service::start(&bounds(), listener).unwrap();
        let address = service.address();
        assert!(service.log().contains("up"), "{}", service.report());
        let panicked = std::thread::spawn(move || {
            let _service = service;
            panic!("as a failing test would");
        });
        assert!(panicked.join().is_err());
        assert!(TcpStream::connect(address).is_err());
    }

    #[test]
    fn one_that_ends_reports_its_log() {
        let error = Service::start(&bounds(), |_| {
            let mut command = Command::new("sh");
            command.args(["-c", "echo no such luck >&2; exit 3"]);
            command
        })
        .err()
        .unwrap()
        .to_string();
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.contains("no such luck"), "{error}");
    }
}
