//! Why a component is not as its native self.

use anyhow::Error;
use warpgrid_test_harness::process::Finished;

/// How much of what a program said stands in the table, in characters.
const LENGTH: usize = 160;
/// How Go's runtime begins to say why a program ends, and `warp` why it did not
/// start one.
const LAST_WORDS: &[&str] = &["panic: ", "fatal error: ", "  × "];
/// What the host logs while all is well.
const LOG: &[&str] = &[" INFO ", " WARN ", "listening on "];

/// In a few words, and everything there is to know.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    pub cause: String,
    pub account: String,
}

impl Failure {
    /// That something is other than it should be.
    pub fn new(account: &str) -> Self {
        Self {
            cause: first(account.lines()),
            account: account.to_owned(),
        }
    }

    /// That what is seen differs: what is asked, and what each gives, is the first
    /// difference.
    pub fn differs(account: &str) -> Self {
        let difference: Vec<_> = account.lines().take(3).map(str::trim).collect();
        Self {
            cause: first([difference.join("; ").as_str()]),
            account: account.to_owned(),
        }
    }

    /// Of a program that failed: what it said of that.
    pub fn said(what: &str, finished: &Finished) -> Self {
        let stderr = String::from_utf8_lossy(&finished.stderr);
        // Where TinyGo's runtime says it.
        let stdout = String::from_utf8_lossy(&finished.stdout);
        let begins = |line: &str, ways: &[&str]| ways.iter().any(|words| line.starts_with(words));
        let compiler = stderr.lines().find(|line| is_of_compiler(line));
        let last = || {
            let mut lines = stdout.lines().chain(stderr.lines());
            lines.find(|line| begins(line, LAST_WORDS))
        };
        let said = match compiler.or_else(last) {
            Some(line) => first([within_module(line)]),
            None => first(stderr.lines().filter(|line| !begins(line, LOG))),
        };
        let status = finished.status.to_string();
        let said = if said.is_empty() { status } else { said };
        Self {
            cause: format!("{what}: {said}"),
            account: finished.to_string(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(&format!("{error:#}"))
    }
}

/// Whether a line is a compiler's message: `main.go:8:2: what is wrong`.
fn is_of_compiler(line: &str) -> bool {
    let Some((file, rest)) = line.split_once(".go:") else {
        return false;
    };
    let number = |text: Option<&str>| text.is_some_and(|text| text.parse::<u32>().is_ok());
    let mut parts = rest.split(':');
    !file.contains(' ') && number(parts.next()) && number(parts.next())
}

/// A message that begins with the path of a file, from its module on.
fn within_module(line: &str) -> &str {
    let end = line.find(".go:").unwrap_or(0);
    let folders = ["/src/", "/pkg/mod/"];
    let found = folders.iter().find_map(|folder| {
        let at = line[..end].rfind(folder)?;
        line.get(at + folder.len()..)
    });
    found.unwrap_or(line)
}

/// The first line that says something, without marks before it.
fn first<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut lines = lines
        .into_iter()
        .map(|line| line.trim_start_matches([' ', '×', '\t']).trim_end());
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use warpgrid_test_harness::process::{self, Bounds};

    use super::*;

    fn said(script: &str) -> String {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let bounds = Bounds::within(Duration::from_secs(60));
        Failure::said("fails", &process::run(&mut command, &bounds).unwrap()).cause
    }

    #[test]
    fn the_cause_is_what_was_said_of_it() {
        assert_eq!(
            said("echo >&2; echo '  × no such thing' >&2; exit 1"),
            "fails: no such thing"
        );
        assert_eq!(
            said("printf 'warn\\npanic: index\\n\\ngoroutine 1\\n' >&2; exit 2"),
            "fails: panic: index"
        );
        assert_eq!(
            said(
                "printf 'Building a\\n/r/b.go:3:14: no such\\n  × building a failed\\n' >&2; exit 1"
            ),
            "fails: /r/b.go:3:14: no such"
        );
        assert_eq!(
            within_module("/h/pkg/mod/e.org/a@v1.0.0/b.go:3:14: no"),
            "e.org/a@v1.0.0/b.go:3:14: no"
        );
        assert_eq!(
            within_module("/h/go/src/os/a.go:1:2: no"),
            "os/a.go:1:2: no"
        );
        assert_eq!(
            said("printf ' INFO shim dns: active\\ncannot\\n' >&2; exit 1"),
            "fails: cannot"
        );
        assert_eq!(said("exit 3"), "fails: exit status: 3");
        assert_eq!(Failure::new("\na\nb").cause, "a");
    }
}
