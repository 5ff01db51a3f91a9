//! Programs that run to their end, with everything captured.

use std::fmt;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

/// How often a child is looked at.
const POLL: Duration = Duration::from_millis(10);
/// How many entries of a directory a report lists.
const LISTED: usize = 60;

/// What bounds the run of a program.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// How long it may take.
    pub limit: Duration,
    /// Ends it when set, by a signal handler for example.
    pub stop: Arc<AtomicBool>,
}

impl Bounds {
    /// A time limit alone.
    #[must_use]
    pub fn within(limit: Duration) -> Self {
        Self {
            limit,
            stop: Arc::default(),
        }
    }
}

/// A program that has ended. Its [`Display`](fmt::Display) says everything
/// there is to know about it.
#[derive(Debug)]
pub struct Finished {
    /// The command line, quoted.
    pub command: String,
    /// Where it ran.
    pub directory: PathBuf,
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Finished {
    /// Itself, where the program ended well.
    ///
    /// # Errors
    /// The whole report.
    pub fn success(self) -> Result<Self> {
        if self.status.success() {
            return Ok(self);
        }
        bail!("{self}")
    }
}

/// A program that met a bound and was killed: why, and what it had written.
#[derive(Debug, thiserror::Error)]
#[error("{cause}\n{finished}")]
pub struct Cut {
    /// The bound.
    pub cause: String,
    /// How far it came.
    pub finished: Finished,
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "command:   {}", self.command)?;
        writeln!(f, "directory: {}", self.directory.display())?;
        writeln!(f, "ended:     {}", self.status)?;
        writeln!(f, "--- files\n{}", listing(&self.directory))?;
        writeln!(f, "--- stdout\n{}", String::from_utf8_lossy(&self.stdout))?;
        write!(f, "--- stderr\n{}", String::from_utf8_lossy(&self.stderr))
    }
}

/// Runs a program to its end, without input, in a process group of its own
/// that is killed as a whole when a bound is met.
///
/// # Errors
/// Where it cannot be run, or meets a bound: then it is a [`Cut`].
pub fn run(command: &mut Command, bounds: &Bounds) -> Result<Finished> {
    let line = format!("{command:?}");
    let directory = directory_of(command);
    let mut child = command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {line}"))?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let (status, cut) = wait(&mut child, bounds)?;
    let finished = Finished {
        command: line,
        directory,
        status,
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
    };
    match cut {
        Some(cause) => Err(Cut { cause, finished }.into()),
        None => Ok(finished),
    }
}

/// How long a client of a server may take.
const CLIENT_WITHIN: Duration = Duration::from_secs(120);

/// Runs a client of a server to its end. The caller judges how that was.
///
/// # Errors
/// Where it cannot be run, or hangs.
pub(crate) fn client(command: &mut Command) -> Result<Output> {
    let finished = run(command, &Bounds::within(CLIENT_WITHIN))?;
    Ok(Output {
        status: finished.status,
        stdout: finished.stdout,
        stderr: finished.stderr,
    })
}

/// Kills a child that leads its process group, with all of that group.
pub(crate) fn kill(child: &Child, signal: Signal) {
    if let Ok(id) = i32::try_from(child.id())
        && let Some(group) = Pid::from_raw(id)
    {
        // It may have ended by itself.
        let _ = kill_process_group(group, signal);
    }
}

pub(crate) fn directory_of(command: &Command) -> PathBuf {
    let current = || std::env::current_dir().unwrap_or_default();
    command
        .get_current_dir()
        .map_or_else(current, Path::to_owned)
}

/// The files of a directory, for a report.
pub(crate) fn listing(directory: &Path) -> String {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let mut text = names.join("\n");
    if more > 0 {
        text.push_str(&format!("\n... and {more} more"));
    }
    text
}

/// How a program ended and what it wrote.
pub(crate) fn report(output: &Output) -> String {
    format!(
        "{}\n--- output\n{}\n--- errors\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn wait(child: &mut Child, bounds: &Bounds) -> Result<(ExitStatus, Option<String>)> {
    let deadline = Instant::now() + bounds.limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, None));
        }
        let cause = if bounds.stop.load(Ordering::SeqCst) {
            "interrupted".to_owned()
        } else if Instant::now() > deadline {
            format!("it did not end within {:?}", bounds.limit)
        } else {
            thread::sleep(POLL);
            continue;
        };
        kill(child, Signal::KILL);
        return Ok((child.wait()?, Some(cause)));
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is what there is to report.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_says_everything() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("evidence"), "").unwrap();
        let mut command = sh("echo to out; echo to err >&2; exit 7");
        let report = run(
            command.current_dir(folder.path()),
            &Bounds::within(Duration::from_secs(60)),
        )
        .unwrap()
        .success()
        .unwrap_err()
        .to_string();
        for part in ["exit 7", "exit status: 7", "evidence", "to out", "to err"] {
            assert!(report.contains(part), "no `{part}` in:\n{report}");
        }
    }

    #[test]
    fn what_takes_too_long_is_killed_with_its_children() {
        let bounds = Bounds::within(Duration::from_millis(50));
        // Were the grandchild left alive, its end of the pipe would keep us.
        let error = run(&mut sh("echo begun; sleep 600 & wait"), &bounds).unwrap_err();
        assert!(error.to_string().contains("did not end within"), "{error}");
    }

    #[test]
    fn an_interrupt_ends_it() {
        let bounds = Bounds::within(Duration::from_secs(600));
        bounds.stop.store(true, Ordering::SeqCst);
        let error = run(&mut sh("sleep 600"), &bounds).unwrap_err();
        assert!(error.to_string().starts_with("interrupted"), "{error}");
    }
}
