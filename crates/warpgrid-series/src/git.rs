//! The system's git, made deaf to everything but its arguments.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::SeriesError;

/// Who commits: the engine, always at the same moment, so that the same
/// series gives the same commits on every machine.
pub(crate) const COMMITTER: (&str, &str) = ("WarpGrid series", "series@warpgrid.invalid");
/// 2026-01-01 00:00:00 UTC.
pub(crate) const COMMIT_TIME: i64 = 1_767_225_600;

/// Settings that a user's configuration could otherwise change.
const SETTINGS: &[&str] = &[
    "am.keepcr=true",
    "am.threeWay=false",
    "apply.whitespace=nowarn",
    "commit.cleanup=verbatim",
    "commit.gpgsign=false",
    "core.autocrlf=false",
    "core.editor=true",
    "core.fileMode=true",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=true",
    "core.safecrlf=false",
    "core.symlinks=true",
    "diff.noprefix=false",
    "gc.auto=0",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "maintenance.auto=false",
    "merge.conflictStyle=merge",
    "merge.directoryRenames=true",
    "merge.renames=true",
    "rerere.enabled=false",
];

/// Variables that would send git to another repository than ours.
const REPOSITORY_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_WORK_TREE",
];

/// git in one directory.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    program: OsString,
    dir: PathBuf,
    index: Option<PathBuf>,
}

/// git with an index of its own, which is gone with this value.
pub(crate) struct OwnIndex {
    git: Git,
    _dir: tempfile::TempDir,
}

impl std::ops::Deref for OwnIndex {
    type Target = Git;

    fn deref(&self) -> &Git {
        &self.git
    }
}

impl Git {
    pub(crate) fn new(program: &OsStr, dir: &Path) -> Self {
        Git {
            program: program.to_owned(),
            dir: dir.to_owned(),
            index: None,
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The same program in another repository.
    pub(crate) fn at(&self, dir: &Path) -> Self {
        Git::new(&self.program, dir)
    }

    /// The same repository with an empty index beside its own.
    pub(crate) fn with_own_index(&self) -> Result<OwnIndex, SeriesError> {
        let dir =
            tempfile::tempdir().map_err(|e| SeriesError::io("create", &std::env::temp_dir(), e))?;
        let mut git = self.clone();
        git.index = Some(dir.path().join("index"));
        Ok(OwnIndex { git, _dir: dir })
    }

    /// A command that reads no configuration but the repository's and ours.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = self.plain(|name| name.starts_with("GIT_"));
        let date = format!("{COMMIT_TIME} +0000");
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_ATTR_NOSYSTEM", "1")
            // Reading a status must not take the index's lock.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .envs([
                ("GIT_COMMITTER_NAME", COMMITTER.0),
                ("GIT_COMMITTER_EMAIL", COMMITTER.1),
            ])
            .env("GIT_COMMITTER_DATE", date)
            .env("TZ", "UTC");
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(args);
        command
    }

    /// A command that also reads the user's configuration and environment:
    /// proxies and credentials are theirs to set. It never asks on the
    /// terminal.
    pub(crate) fn fetch_command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = self.plain(|name| REPOSITORY_VARIABLES.contains(&name));
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "true");
        if std::env::var_os("GIT_SSH_COMMAND").is_none() {
            command.env(
                "GIT_SSH_COMMAND",
                "ssh -o BatchMode=yes -o ConnectTimeout=10",
            );
        }
        command
            .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false"])
            .args(args);
        command
    }

    fn plain(&self, is_unwanted: impl Fn(&str) -> bool) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(&is_unwanted) {
                command.env_remove(&name);
            }
        }
        command
            .env("LC_ALL", "C")
            .env("LANGUAGE", "C")
            .current_dir(&self.dir);
        command
    }

    /// Runs to the end whatever the outcome.
    pub(crate) fn output<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Output, SeriesError> {
        let output = self.command(args).stdin(Stdio::null()).output();
        output.map_err(|e| self.not_started(e))
    }

    /// Runs, and fails unless git succeeds.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, SeriesError> {
        let output = self.output(args)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(self.failed(args, &output))
    }

    /// Runs with `input` on standard input, and fails unless git succeeds.
    pub(crate) fn run_with<S: AsRef<OsStr>>(
        &self,
        args: &[S],
        input: &[u8],
    ) -> Result<Vec<u8>, SeriesError> {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| self.not_started(e))?;
        // Only what git reads to its end before it answers is given (a message,
        // a patch), so writing cannot block on git's output.
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(input);
        }
        let output = child.wait_with_output().map_err(|e| self.not_started(e))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(self.failed(args, &output))
    }

    /// Runs and gives the output as one trimmed text.
    pub(crate) fn text<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<String, SeriesError> {
        Ok(String::from_utf8_lossy(&self.run(args)?)
            .trim_end()
            .to_owned())
    }

    /// The object a revision names, if it exists.
    pub(crate) fn resolve(&self, rev: &str) -> Result<Option<String>, SeriesError> {
        let output = self.output(&["rev-parse", "--quiet", "--verify", rev])?;
        let id = String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned();
        Ok((output.status.success() && !id.is_empty()).then_some(id))
    }

    pub(crate) fn not_started(&self, error: io::Error) -> SeriesError {
        if error.kind() == io::ErrorKind::NotFound && self.dir.is_dir() {
            return SeriesError::MissingProgram {
                program: "git".to_owned(),
                package: "git",
            };
        }
        SeriesError::io("run git in", &self.dir, error)
    }

    pub(crate) fn failed<S: AsRef<OsStr>>(&self, args: &[S], output: &Output) -> SeriesError {
        let verb = args
            .iter()
            .map(|a| a.as_ref().to_string_lossy())
            .find(|a| !a.starts_with('-'));
        SeriesError::Program {
            program: format!("git {}", verb.unwrap_or_default()),
            message: last_words(&output.stderr),
            help: format!(
                "if the repository {} is damaged, remove it and import again",
                self.dir.display()
            ),
        }
    }
}

/// What a program said last, on one line.
pub(crate) fn last_words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let skip = lines.len().saturating_sub(3);
    lines.drain(..skip);
    if lines.is_empty() {
        "it gave no reason".to_owned()
    } else {
        lines.join("; ")
    }
}
