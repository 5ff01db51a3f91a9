//! How tests of any language went, and what Go's say of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is left of the names of tests that are named after temporary files.
const NUMBER: &str = "N";
/// Shorter runs of digits are the tests' own.
const TEMPORARY: usize = 7;

/// How a test went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Passes,
    Fails,
    Skipped,
    /// It is there in the other run.
    NotRun,
}

impl Outcome {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Passes => "passes",
            Outcome::Fails => "fails",
            Outcome::Skipped => "skips itself",
            Outcome::NotRun => "is not reached",
        }
    }
}

/// How many tests went so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Counts {
    pub fn of(outcomes: impl Iterator<Item = Outcome>) -> Self {
        let mut counts = Counts::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Passes => counts.passed += 1,
                Outcome::Fails | Outcome::NotRun => counts.failed += 1,
                Outcome::Skipped => counts.skipped += 1,
            }
        }
        counts
    }
}

/// Every test with its outcome and what it printed.
pub type Outcomes = BTreeMap<String, (Outcome, String)>;

/// How one of them went.
pub fn outcome(outcomes: &Outcomes, name: &str) -> Outcome {
    outcomes
        .get(name)
        .map_or(Outcome::NotRun, |(outcome, _)| *outcome)
}

/// Whether an explanation of one test holds for another: for its parts, and for
/// what it is run with.
pub fn covers(explained: &str, test: &str) -> bool {
    test.strip_prefix(explained)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
}

/// One line that `go test -json` prints (`go doc test2json`).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    action: String,
    package: Option<String>,
    test: Option<String>,
    output: Option<String>,
}

/// Every test with its outcome. A package that fails beside its tests, because
/// it does not compile or crashes, is one more.
pub fn outcomes(module: &str, stdout: &[u8]) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for event in events(stdout) {
        let Some(package) = event.package else {
            continue;
        };
        let package = package.strip_prefix(module).unwrap_or(&package);
        let package = package.trim_start_matches('/');
        let name = match (package, &event.test) {
            ("", Some(test)) => plain(test),
            (package, Some(test)) => format!("{package} {}", plain(test)),
            // It counts by its tests.
            (_, None) => continue,
        };
        let outcome = match event.action.as_str() {
            // One that never ends has no other event.
            "run" | "cont" => Outcome::Fails,
            // It waits for those that do not run beside others.
            "pause" => Outcome::NotRun,
            "pass" => Outcome::Passes,
            "fail" => Outcome::Fails,
            "skip" => Outcome::Skipped,
            _ => {
                if let (Some(said), Some((_, account))) = (event.output, outcomes.get_mut(&name)) {
                    account.push_str(&said);
                }
                continue;
            }
        };
        outcomes.entry(name).or_insert((outcome, String::new())).0 = outcome;
    }
    outcomes
}

/// Whether the tests came to their end, and none of them ended the program.
pub fn ended(stdout: &[u8]) -> bool {
    events(stdout).any(|event| {
        let said = event.output.as_deref().map(str::trim_end);
        event.test.is_none() && matches!(said, Some("PASS" | "FAIL"))
    })
}

fn events(stdout: &[u8]) -> impl Iterator<Item = Event> {
    stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
}

/// A name without the numbers of temporary files, which are others every time.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut digits = String::new();
    for c in name.chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        plain.push_str(if digits.len() < TEMPORARY {
            &digits
        } else {
            NUMBER
        });
        digits.clear();
        plain.push(c);
    }
    plain.pop();
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_outcomes_and_what_never_ends_fails() {
        let stdout = br#"{"Action":"start","Package":"a.b/m/sub"}
{"Action":"run","Package":"a.b/m/sub","Test":"TestOne"}
{"Action":"output","Package":"a.b/m/sub","Test":"TestOne","Output":"why\n"}
{"Action":"run","Package":"a.b/m/sub","Test":"TestOne/part"}
{"Action":"skip","Package":"a.b/m/sub","Test":"TestOne/part"}
{"Action":"pass","Package":"a.b/m/sub","Test":"TestOne"}
{"Action":"pass","Package":"a.b/m/sub"}
no JSON
{"Action":"run","Package":"a.b/m","Test":"TestThree"}
{"Action":"pause","Package":"a.b/m","Test":"TestThree"}
{"Action":"run","Package":"a.b/m","Test":"TestTwo"}
{"Action":"run","Package":"a.b/m","Test":"TestTwo/'/tmp/x1234567890/001'"}
{"Action":"fail","Package":"a.b/m","Test":"TestTwo"}
"#;
        let outcomes = outcomes("a.b/m", stdout);
        let found: Vec<_> = outcomes
            .iter()
            .map(|(name, (outcome, said))| (name.as_str(), *outcome, said.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("TestThree", Outcome::NotRun, ""),
                ("TestTwo", Outcome::Fails, ""),
                ("TestTwo/'/tmp/xN/001'", Outcome::Fails, ""),
                ("sub TestOne", Outcome::Passes, "why\n"),
                ("sub TestOne/part", Outcome::Skipped, ""),
            ]
        );
    }

    #[test]
    fn a_run_that_is_cut_short_has_not_ended() {
        let line = |test: &str, said: &str| {
            format!("{{\"Action\":\"output\",\"Package\":\"p\"{test},\"Output\":\"{said}\\n\"}}\n")
        };
        assert!(ended(line("", "PASS").as_bytes()));
        assert!(ended(line("", "FAIL").as_bytes()));
        assert!(!ended(line(",\"Test\":\"T\"", "FAIL").as_bytes()));
        assert!(!ended(line("", "panic: on purpose").as_bytes()));
    }

    #[test]
    fn an_explanation_of_a_test_holds_for_its_parts() {
        assert!(covers("A", "A/part"));
        assert!(!covers("A", "AB"));
        assert!(covers("f.py::a", "f.py::a[pool]"));
    }
}
