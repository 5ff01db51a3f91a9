//! Child processes that can be stopped: by a time limit or by the user.

use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Asks running work to stop; set by a signal handler, polled by the work.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks everything that holds a clone of this to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether that was asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The flag itself, for a signal handler.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

/// How a child process ended.
#[derive(Debug)]
pub enum Ended {
    /// By itself.
    Exited(ExitStatus),
    /// It was killed because its time was up.
    TimedOut,
    /// It was killed because the user asked to stop.
    Cancelled,
}

/// Which of its two outputs a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Longest part of a line that is kept, in bytes; the rest is dropped.
const LONGEST_LINE: u64 = 64 * 1024;

/// Runs `command` to its end with no input, giving each line of its output to
/// `on_line`. When `limit` is over or `cancel` is set, the child and all its
/// own children are killed.
///
/// # Errors
/// When the program cannot be started or waited for.
pub fn run(
    command: &mut Command,
    limit: Option<Duration>,
    cancel: &Cancel,
    mut on_line: impl FnMut(Stream, &str),
) -> io::Result<Ended> {
    let mut child = Group::spawn(command)?;
    let (sender, lines) = mpsc::sync_channel(1024);
    let streams: [(Stream, Option<Box<dyn Read + Send>>); 2] = [
        (
            Stream::Out,
            child
                .0
                .stdout
                .take()
                .map(|s| Box::new(s) as Box<dyn Read + Send>),
        ),
        (
            Stream::Err,
            child
                .0
                .stderr
                .take()
                .map(|s| Box::new(s) as Box<dyn Read + Send>),
        ),
    ];
    for (stream, source) in streams {
        if let Some(source) = source {
            let sender = sender.clone();
            std::thread::spawn(move || forward(stream, source, &sender));
        }
    }
    drop(sender);
    let started = Instant::now();
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok((stream, line)) => on_line(stream, &line),
            Err(RecvTimeoutError::Timeout) => {}
            // Both outputs are closed, which a program may do before it ends.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(Duration::from_millis(2)),
        }
        if cancel.is_cancelled() {
            return Ok(Ended::Cancelled);
        }
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            return Ok(Ended::TimedOut);
        }
        if let Some(status) = child.0.try_wait()? {
            // What it wrote just before; a grandchild may hold the pipe open
            // for longer, and is not waited for.
            while let Ok((stream, line)) = lines.recv_timeout(Duration::from_millis(200)) {
                on_line(stream, &line);
            }
            return Ok(Ended::Exited(status));
        }
    }
}

fn forward(stream: Stream, source: impl Read, sender: &mpsc::SyncSender<(Stream, String)>) {
    let mut reader = BufReader::new(source);
    let mut line = Vec::new();
    loop {
        line.clear();
        match reader
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
        {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        if sender.send((stream, text)).is_err() {
            return;
        }
    }
}

/// A child in a process group of its own, which dies with this value.
struct Group(Child);

impl Group {
    fn spawn(command: &mut Command) -> io::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map(Group)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        if let Some(pid) = i32::try_from(self.0.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
