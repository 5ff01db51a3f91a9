//! What an analysis says, and how it comes to its one word.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whether something will work; the later, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it is.
    Works,
    /// As it is, because a shim of the host or a patch of ours stands behind it.
    WorksWithShims,
    /// When the program, or how it is set up, is changed as the remedy says.
    NeedsChanges,
    /// There is nothing in a component that could do it.
    Cannot,
}

impl Verdict {
    /// All of them, the best first.
    pub const ALL: [Verdict; 4] = [
        Verdict::Works,
        Verdict::WorksWithShims,
        Verdict::NeedsChanges,
        Verdict::Cannot,
    ];

    /// As JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Works => "works",
            Verdict::WorksWithShims => "works-with-shims",
            Verdict::NeedsChanges => "needs-changes",
            Verdict::Cannot => "cannot",
        }
    }

    /// What so many parts do.
    fn of_parts(self, count: usize) -> String {
        let one = count == 1;
        match self {
            Verdict::Works if one => "1 works as it is".to_owned(),
            Verdict::Works => format!("{count} work as they are"),
            Verdict::WorksWithShims if one => "1 works by a shim or a patch".to_owned(),
            Verdict::WorksWithShims => format!("{count} work by a shim or a patch"),
            Verdict::NeedsChanges if one => "1 needs a change".to_owned(),
            Verdict::NeedsChanges => format!("{count} need a change"),
            Verdict::Cannot => format!("{count} cannot work"),
        }
    }
}

/// Something about a program, at a place or of the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The file from the project's directory, or within a package.
    pub path: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// What is there.
    pub what: String,
    /// Whether it will work.
    pub verdict: Verdict,
    /// What to do, or what stands behind it.
    pub remedy: Option<String>,
}

/// What an analysis says of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The worst of the findings.
    pub verdict: Verdict,
    /// The worst first.
    pub findings: Vec<Finding>,
    /// How many of a hundred parts work without a change.
    pub score: u8,
    /// What the score is counted from.
    pub explanation: String,
}

impl Finding {
    /// Of the whole program.
    pub(crate) fn new(verdict: Verdict, what: impl Into<String>) -> Self {
        Finding {
            path: None,
            line: None,
            what: what.into(),
            verdict,
            remedy: None,
        }
    }

    /// At a place.
    pub(crate) fn at(mut self, path: impl Into<String>, line: Option<usize>) -> Self {
        self.path = Some(path.into());
        self.line = line;
        self
    }

    /// With what to do about it.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// A report that is being made.
#[derive(Debug)]
pub(crate) struct Account {
    /// What a program of this kind is made of: "crates".
    noun: &'static str,
    parts: BTreeMap<String, Verdict>,
    findings: Vec<Finding>,
}

impl Account {
    pub(crate) fn of(noun: &'static str) -> Self {
        Account {
            noun,
            parts: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// A part that was looked at.
    pub(crate) fn part(&mut self, name: impl Into<String>) {
        self.parts.entry(name.into()).or_insert(Verdict::Works);
    }

    /// Something about a part. The same is said once.
    pub(crate) fn add(&mut self, part: impl Into<String>, finding: Finding) {
        let worst = self.parts.entry(part.into()).or_insert(Verdict::Works);
        *worst = (*worst).max(finding.verdict);
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Whether something keeps it from working as it is.
    pub(crate) fn is_refused(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.verdict >= Verdict::NeedsChanges)
    }

    /// Whether something that keeps it from working is said of a place.
    pub(crate) fn has_place(&self, path: &str, line: Option<usize>) -> bool {
        self.findings.iter().any(|finding| {
            finding.verdict >= Verdict::NeedsChanges
                && finding.path.as_deref() == Some(path)
                && finding.line == line
        })
    }

    pub(crate) fn finish(mut self) -> Report {
        self.findings.sort_by(|a, b| {
            (b.verdict.cmp(&a.verdict))
                .then_with(|| (&a.path, a.line, &a.what).cmp(&(&b.path, b.line, &b.what)))
        });
        let worst = self.findings.iter().map(|finding| finding.verdict).max();
        let all = self.parts.len().max(1);
        let count = |verdict| self.parts.values().filter(|part| **part == verdict).count();
        let works = count(Verdict::Works) + count(Verdict::WorksWithShims);
        let works = if self.parts.is_empty() { 1 } else { works };
        let counted: Vec<_> = Verdict::ALL
            .into_iter()
            .filter(|verdict| count(*verdict) > 0)
            .map(|verdict| verdict.of_parts(count(verdict)))
            .collect();
        Report {
            verdict: worst.unwrap_or(Verdict::Works),
            // Rounded down: a hundred is all of them.
            score: u8::try_from(works * 100 / all).unwrap_or(100),
            explanation: match counted.as_slice() {
                [] => format!("{}: none", self.noun),
                counted => format!("{}: {all}, of which {}", self.noun, counted.join(", ")),
            },
            findings: self.findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdicts: &[Verdict]) -> Report {
        let mut account = Account::of("crates");
        for (index, verdict) in verdicts.iter().enumerate() {
            let finding = Finding::new(*verdict, format!("what {index}"));
            account.add(index.to_string(), finding);
        }
        account.finish()
    }

    #[test]
    fn the_worst_decides_and_comes_first() {
        use Verdict::*;
        assert_eq!(report(&[]).verdict, Works);
        assert_eq!(report(&[Works, WorksWithShims]).verdict, WorksWithShims);
        let report = report(&[Works, Cannot, NeedsChanges]);
        assert_eq!(report.verdict, Cannot);
        let order: Vec<_> = report.findings.iter().map(|f| f.verdict).collect();
        assert_eq!(order, [Cannot, NeedsChanges, Works]);
    }

    #[test]
    fn the_score_is_what_it_says_it_is() {
        use Verdict::*;
        let found = report(&[Works, WorksWithShims, NeedsChanges]);
        assert_eq!(found.score, 66);
        assert_eq!(
            found.explanation,
            "crates: 3, of which 1 works as it is, 1 works by a shim or a patch, 1 needs a change"
        );
        assert_eq!(report(&[Works; 3]).score, 100);
        assert_eq!(report(&[Cannot]).score, 0);
    }

    #[test]
    fn a_part_counts_once_by_its_worst() {
        let mut account = Account::of("crates");
        account.part("a");
        for verdict in [Verdict::NeedsChanges, Verdict::Works] {
            account.add("a", Finding::new(verdict, verdict.name()));
        }
        account.add("a", Finding::new(Verdict::Works, "works"));
        let report = account.finish();
        assert_eq!(report.findings.len(), 2);
        assert_eq!(report.explanation, "crates: 1, of which 1 needs a change");
    }

    #[test]
    fn json_has_the_keys_that_are_promised() {
        let report = report(&[Verdict::WorksWithShims]);
        let json = serde_json::to_value(&report).unwrap();
        let keys: Vec<_> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["explanation", "findings", "score", "verdict"]);
        assert_eq!(json["verdict"], "works-with-shims");
        let finding = json["findings"][0].as_object().unwrap();
        let keys: Vec<_> = finding.keys().collect();
        assert_eq!(keys, ["line", "path", "remedy", "verdict", "what"]);
    }
}
