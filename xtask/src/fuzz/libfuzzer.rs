//! What libFuzzer says while it runs.
//!
//! Source: llvm.org, "libFuzzer – a library for coverage-guided fuzz testing",
//! "Output".

use std::fmt;
use std::path::PathBuf;

/// How far a run is, by the lines it has printed.
#[derive(Debug, Default)]
pub struct Progress {
    pub executions: u64,
    /// Edges of the program that some input reached.
    pub edges: u64,
    /// Edges, and how often each was taken.
    pub features: u64,
    /// The input that makes it fail.
    pub artifact: Option<PathBuf>,
    /// What a panic says, or libFuzzer itself.
    reason: Option<String>,
    last: String,
    panicked: bool,
}

impl Progress {
    /// Takes a line; whether it says something new.
    pub fn heard(&mut self, line: &str) -> bool {
        if !line.trim().is_empty() {
            line.clone_into(&mut self.last);
        }
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = count.trim().parse().unwrap_or(self.executions);
        } else if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.artifact = Some(path.trim().into());
        } else if std::mem::take(&mut self.panicked) {
            self.reason = Some(line.trim().to_owned());
        } else if line.starts_with("thread '") && line.contains("panicked at ") {
            self.panicked = true;
        } else if let Some((_, what)) = line.split_once("ERROR: libFuzzer: ") {
            self.reason.get_or_insert_with(|| what.trim().to_owned());
        } else if let Some(status) = line.strip_prefix('#') {
            return self.status(status).is_some();
        }
        false
    }

    /// `942283  REDUCE cov: 6317 ft: 22251 corp: 2714/865Kb …`
    fn status(&mut self, line: &str) -> Option<()> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let after = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            words.get(at + 1)?.parse().ok()
        };
        let executions = words.first()?.trim_end_matches(':').parse().ok()?;
        let (edges, features) = (after("cov:")?, after("ft:")?);
        (self.executions, self.edges, self.features) = (executions, edges, features);
        Some(())
    }

    /// Why it failed, as far as it says.
    pub fn failure(&self) -> String {
        self.reason.as_ref().unwrap_or(&self.last).clone()
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            executions,
            edges,
            features,
            ..
        } = self;
        write!(
            f,
            "{executions} executions, {edges} edges, {features} features"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_finding_has_its_counts() {
        let mut progress = Progress::default();
        for line in [
            "INFO: Seed: 884770289",
            "#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 33Mb",
            "#942283\tREDUCE cov: 6317 ft: 22251 corp: 2714/865Kb lim: 1023 exec/s: 10242 rss: 41Mb L: 853/1016 MS: 1 EraseBytes-",
            "#960000\tDONE   cov: 6318 ft: 22260 corp: 2715/866Kb lim: 1023 exec/s: 10242 rss: 41Mb",
            "stat::number_of_executed_units: 960001",
        ] {
            progress.heard(line);
        }
        let counts = (progress.executions, progress.edges, progress.features);
        assert_eq!(counts, (960_001, 6318, 22260));
        assert_eq!(progress.artifact, None);
    }

    #[test]
    fn a_finding_has_its_input_and_its_reason() {
        let mut progress = Progress::default();
        for line in [
            "#7\tNEW    cov: 12 ft: 13 corp: 2/9b lim: 4 exec/s: 0 rss: 33Mb",
            "",
            "thread '<unnamed>' (7) panicked at crates/a/src/b.rs:1:2:",
            "the guest reads the password",
            "==7== ERROR: libFuzzer: deadly signal",
            "artifact_prefix='/a/'; Test unit written to /a/crash-1",
        ] {
            progress.heard(line);
        }
        assert_eq!(progress.artifact, Some("/a/crash-1".into()));
        assert_eq!(progress.failure(), "the guest reads the password");
        let mut slow = Progress::default();
        slow.heard("==7== ERROR: libFuzzer: timeout after 11 seconds");
        assert_eq!(slow.failure(), "timeout after 11 seconds");
    }
}
