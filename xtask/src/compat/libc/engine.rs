//! Runs tests in our host: `warp run`, a process for each program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use warpgrid_test_harness::process::{self, Bounds, Finished};

use super::suite::Settings;

/// The host.
pub struct Engine {
    pub warp: PathBuf,
    /// A folder of the run's own.
    pub scratch: PathBuf,
    pub bounds: Bounds,
}

/// How a test went.
pub struct Verdict {
    pub passed: bool,
    /// In a few words, the same in every run; empty where it passed.
    pub cause: String,
    /// What its only program wrote to standard output.
    pub stdout: String,
    /// Everything there is to know.
    pub account: String,
}

impl Verdict {
    pub fn failed(cause: &str, account: &str) -> Self {
        Verdict {
            passed: false,
            cause: cause.to_owned(),
            stdout: String::new(),
            account: account.to_owned(),
        }
    }
}

/// What a program gets from its `warp.toml`.
#[derive(Default)]
struct Granted<'a> {
    directory: Option<&'a Path>,
    environment: &'a [String],
    network: bool,
}

impl Engine {
    /// Runs one program. `name` is the run's own.
    pub fn single(
        &self,
        name: &str,
        program: &Path,
        settings: &Settings,
        network: bool,
    ) -> Verdict {
        told(|| {
            let folder = self.folder(name)?;
            let root = folder.join("root");
            std::fs::create_dir_all(&root)?;
            let granted = Granted {
                directory: settings.directory.then_some(&*root),
                environment: &settings.environment,
                network,
            };
            let mut command = self.command(&folder, program, &granted)?;
            command.arg("--").args(&settings.arguments);
            let finished = process::run(&mut command, &self.bounds)?;
            Ok(verdict(&finished, settings.expected.as_deref()))
        })
    }

    /// Runs a server and its clients at once.
    pub fn pair(&self, name: &str, server: &Path, client: &Path, clients: u32) -> Verdict {
        told(|| {
            let folder = self.folder(name)?;
            let granted = Granted {
                network: true,
                ..Granted::default()
            };
            let mut commands = vec![self.command(&folder, server, &granted)?];
            for _ in 0..clients {
                commands.push(self.command(&folder, client, &granted)?);
            }
            let run = |mut command| process::run(&mut command, &self.bounds);
            let finished: Vec<_> = thread::scope(|scope| {
                let running: Vec<_> = commands
                    .into_iter()
                    .map(|command| scope.spawn(|| run(command)))
                    .collect();
                running.into_iter().map(|thread| thread.join()).collect()
            });
            let mut whole = Verdict {
                passed: true,
                cause: String::new(),
                stdout: String::new(),
                account: String::new(),
            };
            for finished in finished {
                let finished = finished.map_err(|_| anyhow::anyhow!("a thread panicked"))??;
                let one = verdict(&finished, None);
                if whole.passed {
                    whole.cause = one.cause;
                }
                whole.passed &= one.passed;
                whole.account += &one.account;
            }
            Ok(whole)
        })
    }

    fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.scratch.join("runs").join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn command(
        &self,
        folder: &Path,
        program: &Path,
        granted: &Granted<'_>,
    ) -> anyhow::Result<Command> {
        let configuration = folder.join("warp.toml");
        std::fs::write(&configuration, configured(granted).to_string())?;
        let mut command = Command::new(&self.warp);
        command
            .arg("run")
            .arg(program)
            .arg("--config")
            .arg(&configuration)
            .current_dir(folder)
            // Compiled code is kept for this run alone.
            .env("WARPGRID_CACHE_DIR", self.scratch.join("cache"))
            .env("RUST_LOG", "error");
        Ok(command)
    }
}

/// The verdict, which an error is as well.
fn told(test: impl FnOnce() -> anyhow::Result<Verdict>) -> Verdict {
    test().unwrap_or_else(|error| {
        let account = format!("{error:#}");
        let first = account.lines().next().unwrap_or_default();
        Verdict::failed(first, &account)
    })
}

fn configured(granted: &Granted<'_>) -> toml_edit::DocumentMut {
    let mut document = toml_edit::DocumentMut::new();
    for (name, value) in granted.environment.iter().filter_map(|v| v.split_once('=')) {
        document["env"][name] = toml_edit::value(value);
    }
    if let Some(directory) = granted.directory {
        document["directories"]["/"] = toml_edit::value(directory.display().to_string());
    }
    if granted.network {
        for key in ["connect", "listen"] {
            document["network"][key] = toml_edit::value(toml_edit::Array::from_iter(["*"]));
        }
    }
    document
}

fn verdict(finished: &Finished, expected: Option<&str>) -> Verdict {
    let stdout = String::from_utf8_lossy(&finished.stdout).into_owned();
    let cause = if !finished.status.success() {
        cause(finished, &stdout)
    } else if expected.is_some_and(|expected| !stdout.contains(expected)) {
        "does not print what it should".to_owned()
    } else {
        String::new()
    };
    Verdict {
        passed: cause.is_empty(),
        cause,
        stdout,
        account: format!("{finished}\n"),
    }
}

/// Where a test says that it failed, or how it ended.
fn cause(finished: &Finished, stdout: &str) -> String {
    if let Some(place) = stdout.lines().find_map(complaint) {
        return place;
    }
    let stderr = String::from_utf8_lossy(&finished.stderr);
    let trap = stderr
        .lines()
        .find_map(|line| line.split_once("the guest "))
        .map(|(_, what)| what);
    match trap {
        Some(trap) => trap.to_owned(),
        None => finished.status.to_string(),
    }
}

/// `file.c:12: … (errno = 8)`, without upstream's words.
fn complaint(line: &str) -> Option<String> {
    let (place, rest) = line.split_once(": ")?;
    let (file, number) = place.split_once(':')?;
    if !file.ends_with(".c") || number.parse::<u32>().is_err() {
        return None;
    }
    let mut cause = format!("fails at {place}");
    if let Some((_, errno)) = rest.split_once("errno = ") {
        let errno: String = errno.chars().take_while(char::is_ascii_digit).collect();
        let _ = write!(cause, " with errno {errno}");
    }
    Some(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_places_without_words() {
        let cases = [
            (
                "a.c:12: x == y failed (errno = 8)",
                Some("fails at a.c:12 with errno 8"),
            ),
            ("a.c:12: x is 1", Some("fails at a.c:12")),
            ("a.c:x: y", None),
            ("note: z", None),
        ];
        for (line, expected) in cases {
            assert_eq!(complaint(line).as_deref(), expected);
        }
    }

    #[test]
    fn nothing_is_granted_that_a_test_does_not_ask_for() {
        assert_eq!(configured(&Granted::default()).to_string(), "");
        let environment = ["A=b=c".to_owned()];
        let granted = Granted {
            directory: Some("/x".as_ref()),
            environment: &environment,
            network: true,
        };
        let text = configured(&granted).to_string();
        let config: toml_edit::DocumentMut = text.parse().unwrap();
        assert_eq!(config["env"]["A"].as_str(), Some("b=c"));
        assert_eq!(config["directories"]["/"].as_str(), Some("/x"));
        assert_eq!(config["network"]["listen"][0].as_str(), Some("*"));
    }
}
