//! Why tests go otherwise than natively: what is known of them, and what they
//! say themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::compat::test2json::{Outcome, covers};
use crate::workspace;

/// What reading and trying told.
pub const FILE: &str = "xtask/compat/go-std/causes.toml";
/// How much of what a test says stands in the table, in characters.
const LENGTH: usize = 140;
/// Longer runs of digits, ports and process ids, are others every time.
const LASTING: usize = 4;

/// [`FILE`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Causes {
    /// By test. It holds for the test's parts.
    #[serde(default)]
    pub tests: BTreeMap<String, String>,
    /// By words that a test says.
    #[serde(default)]
    pub said: BTreeMap<String, String>,
    /// Why tests are not run, by test.
    #[serde(default)]
    pub left_out: BTreeMap<String, String>,
    #[serde(skip)]
    used: BTreeSet<String>,
}

impl Causes {
    /// # Errors
    /// With the place, where the file is not as it should be.
    pub fn read() -> anyhow::Result<Self> {
        workspace::read_toml(FILE)
    }

    /// The explanation of a test that said something.
    pub fn explain(&mut self, test: &str, said: &str) -> Option<String> {
        let by_test = self.tests.iter().find(|(known, _)| covers(known, test));
        let by_words = || self.said.iter().find(|(words, _)| said.contains(*words));
        let (key, cause) = by_test.or_else(by_words)?;
        self.used.insert(key.clone());
        Some(cause.clone())
    }

    /// Explanations that explained nothing.
    pub fn stale(&self) -> impl Iterator<Item = &str> {
        let keys = self.tests.keys().chain(self.said.keys());
        keys.filter(|key| !self.used.contains(*key))
            .map(String::as_str)
    }
}

/// What a test said of itself: why it skipped, or what it found first.
pub fn own_words(outcome: Outcome, said: &str) -> Option<String> {
    let mut complaints = said.lines().filter_map(complaint);
    let words = match outcome {
        Outcome::Skipped => complaints.next_back(),
        _ => complaints.next(),
    };
    let words: String = words
        .or_else(|| panic(said))?
        .chars()
        .take(LENGTH)
        .collect();
    Some(lasting(&words))
}

/// `    file_test.go:12: what it says`
fn complaint(line: &str) -> Option<&str> {
    let (place, words) = line.trim_start().split_once(": ")?;
    let (file, number) = place.rsplit_once(':')?;
    let known = file.ends_with(".go") && number.parse::<u32>().is_ok();
    (known && !words.trim().is_empty()).then_some(words.trim())
}

fn panic(said: &str) -> Option<&str> {
    let mut lines = said.lines().map(str::trim);
    lines.find(|line| line.starts_with("panic: ") || line.starts_with("fatal error: "))
}

/// Without numbers that are others every time.
fn lasting(words: &str) -> String {
    let mut lasting = String::with_capacity(words.len());
    let mut digits = String::new();
    for c in words.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_ascii_digit() => digits.push(c),
            _ => {
                lasting.push_str(if digits.len() < LASTING { &digits } else { "N" });
                digits.clear();
                lasting.extend(c);
            }
        }
    }
    lasting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_explain_themselves() {
        let said =
            "=== RUN T\n    a_test.go:1: first, 127.0.0.1:40123\n    a_test.go:22: last 12\n";
        let words = |outcome| own_words(outcome, said);
        assert_eq!(words(Outcome::Fails).as_deref(), Some("first, 127.0.0.1:N"));
        assert_eq!(words(Outcome::Skipped).as_deref(), Some("last 12"));
        let trap = "--- FAIL: T\npanic: index out of range [recovered]\n";
        let expected = Some("panic: index out of range [recovered]");
        assert_eq!(own_words(Outcome::Fails, trap).as_deref(), expected);
        assert_eq!(own_words(Outcome::Fails, "a: b\nhttp://x.go:y: z"), None);
    }

    #[test]
    fn explanations_are_found_by_test_and_by_words_and_must_be_needed() {
        let text = "[tests]\n'p A' = 'one'\n'p B' = 'two'\n[said]\n'no file' = 'three'\n";
        let mut causes: Causes = toml_edit::de::from_str(text).unwrap();
        let mut explain = |test, said| causes.explain(test, said);
        assert_eq!(explain("p A/part", "no file").as_deref(), Some("one"));
        assert_eq!(
            explain("p AB", "there is no file").as_deref(),
            Some("three")
        );
        assert_eq!(explain("p AB", ""), None);
        assert_eq!(causes.stale().collect::<Vec<_>>(), ["p B"]);
    }
}
