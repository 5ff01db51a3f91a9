//! A `warp dev` that runs, and what it says.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;
use warpgrid_test_harness::http::{Answer, Client, Request};

use crate::support::{Project, path_with_bun, signalled_warp};

/// Making the loader, and its code, take most of it.
pub const WITHIN: Duration = Duration::from_secs(300);

/// A `warp dev` that runs.
pub struct Dev {
    pub child: Child,
    pub input: Option<ChildStdin>,
    events: mpsc::Receiver<Value>,
    seen: Vec<Value>,
    errors: Arc<Mutex<String>>,
    pub address: SocketAddr,
}

impl Dev {
    /// With the pinned Bun on `PATH`, beside what is there.
    pub fn start(project: &Project, arguments: &[&str]) -> Self {
        let mut child = signalled_warp()
            .env("PATH", path_with_bun())
            .args(["dev", "--json"])
            .args(if arguments.contains(&"--listen") {
                &[][..]
            } else {
                &["--listen", "127.0.0.1:0"][..]
            })
            .args(arguments)
            .current_dir(project.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, events) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if send.send(event).is_err() {
                    return;
                }
            }
        });
        let errors = Arc::<Mutex<String>>::default();
        let said = BufReader::new(child.stderr.take().unwrap());
        let kept = errors.clone();
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let input = child.stdin.take();
        let mut dev = Dev {
            child,
            input,
            events,
            seen: Vec::new(),
            errors,
            address: ([127, 0, 0, 1], 0).into(),
        };
        let watching = dev.event("watching");
        dev.address = watching["address"].as_str().unwrap().parse().unwrap();
        dev
    }

    /// The next event of this name; those before it are passed over.
    pub fn event(&mut self, name: &str) -> Value {
        let deadline = Instant::now() + WITHIN;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self
                .events
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("no `{name}`\n{}", self.account()));
            self.seen.push(event.clone());
            if event["event"] == name {
                return event;
            }
            let failed = event["event"] == "failed" && name == "built";
            assert!(!failed, "{}", self.account());
        }
    }

    pub fn say(&mut self, line: &str) -> String {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
        self.event("fault")["text"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, path: &str) -> Answer {
        Client::new(self.address)
            .send(Request::Get(path))
            .unwrap_or_else(|error| panic!("{error:#}\n{}", self.account()))
    }

    pub fn text(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{answer}\n{}", self.account());
        String::from_utf8(answer.body).unwrap()
    }

    /// Waits until standard error holds these words.
    pub fn errs(&self, words: &str) {
        let deadline = Instant::now() + WITHIN;
        while !self.errors.lock().unwrap().contains(words) {
            assert!(
                Instant::now() < deadline,
                "no `{words}`\n{}",
                self.account()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn account(&self) -> String {
        let seen: Vec<String> = self.seen.iter().map(Value::to_string).collect();
        let errors = self.errors.lock().unwrap();
        format!("events:\n{}\nerrors:\n{errors}", seen.join("\n"))
    }

    /// Ends it in order, and gives its exit code.
    pub fn stop(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.child.wait().unwrap().code()
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &id])
            .status();
        assert!(sent.unwrap().success());
    }

    /// What it and what it has started have in memory, in KiB.
    pub fn memory(&self) -> u64 {
        memory(self.child.id())
    }
}

fn memory(process: u32) -> u64 {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{process}/{name}"));
    let status = read("status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let own = line.map_or(0, |size| {
        size.trim().trim_end_matches(" kB").parse().unwrap()
    });
    let threads = std::fs::read_dir(format!("/proc/{process}/task"));
    let started = threads.into_iter().flatten().flat_map(|thread| {
        let path = thread.unwrap().path().join("children");
        let children = std::fs::read_to_string(path).unwrap_or_default();
        let numbers = children.split_whitespace().map(str::parse);
        numbers.map(Result::unwrap).collect::<Vec<u32>>()
    });
    own + started.map(memory).sum::<u64>()
}

impl Drop for Dev {
    fn drop(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        self.signal_gently();
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Dev {
    fn signal_gently(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("-TERM");
        }
    }
}
