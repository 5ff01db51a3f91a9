//! Why a component is not as its native self.

use anyhow::Error;
use warpgrid_test_harness::process::Finished;

/// How much of what a program said stands in the table, in characters.
const LENGTH: usize = 160;
/// How Go's runtime begins to say why a program ends.
const LAST_WORDS: &[&str] = &["panic: ", "fatal error: "];

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

    /// Of a program that failed: what it said of that.
    pub fn said(what: &str, finished: &Finished) -> Self {
        let stderr = String::from_utf8_lossy(&finished.stderr);
        let last = stderr
            .lines()
            .find(|line| LAST_WORDS.iter().any(|words| line.starts_with(words)));
        let said = last.map_or_else(|| first(stderr.lines()), |line| first([line]));
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
        assert_eq!(said("exit 3"), "fails: exit status: 3");
        assert_eq!(Failure::new("\na\nb").cause, "a");
    }
}
