//! Runs the real binary in a made-up checkout, with a cache and home of its own.
#![allow(clippy::unwrap_used, reason = "a test support module")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use crate::fixture::Fixture;

#[derive(Clone)]
pub struct Xtask {
    vars: BTreeMap<String, String>,
    dir: PathBuf,
}

/// What a run left, with everything needed to understand it.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
    what: String,
}

impl Xtask {
    pub fn new(fixture: &Fixture) -> Self {
        let dir = fixture.dir.path().to_owned();
        let mut vars = BTreeMap::new();
        let mut set =
            |name: &str, path: PathBuf| vars.insert(name.to_owned(), path.display().to_string());
        // The verb takes the directory above its manifest for the checkout.
        set("CARGO_MANIFEST_DIR", dir.join("xtask"));
        set("WARPGRID_CACHE_DIR", fixture.place.cache().to_owned());
        set("HOME", dir.join("home"));
        Xtask { vars, dir }
    }

    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.vars.insert(name.to_owned(), value.to_owned());
        other
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("xtask"));
        command.args(args).current_dir(&self.dir).env_remove("CI");
        // rustup finds its toolchains below the home it is given.
        if let Some(home) = std::env::var_os("HOME") {
            for (name, below) in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")] {
                let own = std::env::var_os(name).map(PathBuf::from);
                command.env(
                    name,
                    own.unwrap_or_else(|| PathBuf::from(&home).join(below)),
                );
            }
        }
        command.envs(&self.vars);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        let output = self.command(args).output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            what: format!("{args:?} in {}", self.dir.display()),
        }
    }
}

impl Ended {
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.everything());
        self
    }

    /// It ended with 1 and said so on standard error.
    #[track_caller]
    pub fn fails(self, because: &str) -> Self {
        assert_eq!(self.code, 1, "{}", self.everything());
        assert!(
            self.err.contains(because),
            "no '{because}' in {}",
            self.everything()
        );
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let said = self.out.contains(text) || self.err.contains(text);
        assert!(said, "no '{text}' in {}", self.everything());
        self
    }

    fn everything(&self) -> String {
        format!(
            "{}\nexit {}\nstdout:\n{}\nstderr:\n{}",
            self.what, self.code, self.out, self.err
        )
    }
}

/// A program on this machine's PATH.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path)
        .map(|d| d.join(name))
        .find(|p| p.is_file())
        .unwrap()
}
