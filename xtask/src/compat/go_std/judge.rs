//! What the outcomes of a package's tests mean.

use std::collections::BTreeSet;

use super::causes::{self, Causes};
use super::table::{Row, Table, Tried};
use crate::compat::test2json::{Counts, Outcome, Outcomes, covers, outcome};

/// A package's tests, every way.
pub struct Found {
    pub native: Outcomes,
    pub stock: Outcomes,
    pub ours: Outcomes,
}

/// What a run found.
pub struct Run {
    pub table: Table,
    /// Tests that pass with stock and not with ours and have no explanation,
    /// each with its account, and explanations of nothing.
    pub wrong: Vec<String>,
}

impl Found {
    /// Tests that pass natively or with stock, and not with ours.
    pub fn differences(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<&str> = self
            .native
            .iter()
            .chain(&self.stock)
            .filter(|(_, (outcome, _))| *outcome == Outcome::Passes)
            .map(|(name, _)| name.as_str())
            .collect();
        names
            .into_iter()
            .filter(|name| outcome(&self.ours, name) != Outcome::Passes)
    }
}

impl Found {
    /// Whether it is a part of a test: one that is not begun, since its whole
    /// skips itself, fails before it, or has other parts here.
    fn is_part(&self, test: &str) -> bool {
        let known = |name: &str| self.native.contains_key(name) || self.stock.contains_key(name);
        test.match_indices('/').any(|(at, _)| known(&test[..at]))
    }
}

impl Run {
    /// Adds a package: its counts, and a row for each difference.
    pub fn add(&mut self, package: &str, found: &Found, causes: &mut Causes) {
        let counts =
            |outcomes: &Outcomes| Counts::of(outcomes.values().map(|(outcome, _)| *outcome));
        self.table.packages.push(Tried {
            package: package.to_owned(),
            native: counts(&found.native),
            stock: counts(&found.stock),
            ours: counts(&found.ours),
        });
        let mut rows: Vec<Row> = Vec::new();
        // Backwards, so that parts come before their whole.
        let differences: Vec<&str> = found.differences().collect();
        for test in differences.into_iter().rev() {
            let said = found.ours.get(test).map_or("", |(_, said)| said);
            let mut row = Row {
                test: test.to_owned(),
                native: outcome(&found.native, test),
                stock: outcome(&found.stock, test),
                ours: outcome(&found.ours, test),
                cause: None,
            };
            if row.ours == Outcome::NotRun && found.is_part(test) {
                continue;
            }
            let words = causes::own_words(row.ours, said);
            row.cause = causes.explain(test, said);
            if row.cause.is_none() && words.is_none() {
                let mut parts = rows
                    .iter()
                    .filter(|part| covers(test, &part.test))
                    .peekable();
                let explained = parts.peek().is_some() && parts.all(|part| part.cause.is_some());
                row.cause = explained.then(|| "parts of it do".to_owned());
            }
            if row.cause.is_none() && row.stock == Outcome::Passes {
                self.wrong.push(format!(
                    "{test}: passes with stock Go and not with ours\n{said}"
                ));
            } else {
                row.cause = row
                    .cause
                    .take()
                    .or_else(|| row.built_for_neither())
                    .or(words);
            }
            rows.push(row);
        }
        self.table.rows.extend(rows);
    }
}

impl Row {
    /// Go's own sources leave it out for this target.
    fn built_for_neither(&self) -> Option<String> {
        (self.stock == Outcome::NotRun && self.ours == Outcome::NotRun)
            .then(|| "is not there for wasip1".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(outcomes: &[(&str, Outcome, &str)]) -> Outcomes {
        outcomes
            .iter()
            .map(|(name, outcome, said)| ((*name).to_owned(), (*outcome, (*said).to_owned())))
            .collect()
    }

    #[test]
    fn what_passes_with_stock_must_pass_or_be_explained() {
        use Outcome::{Fails, Passes, Skipped};
        let native = ["p A", "p A/part", "p B", "p C"].map(|name| (name, Passes, ""));
        let stock = ["p A", "p E", "p F", "p F/one"].map(|name| (name, Passes, ""));
        let found = Found {
            native: outcomes(&native),
            stock: outcomes(&stock),
            ours: outcomes(&[
                ("p A", Fails, "    a_test.go:1: why\n"),
                ("p B", Skipped, "    a_test.go:2: no time\n"),
                ("p E", Fails, ""),
                ("p F", Fails, "--- FAIL: F\n"),
                ("p F/one", Fails, "    a_test.go:3: no sockets\n"),
            ]),
        };
        let text = "[tests]\n'p E' = 'so'\n[said]\n'no sockets' = 'no network'\n";
        let mut causes: Causes = toml_edit::de::from_str(text).unwrap();
        let mut run = Run {
            table: Table::new("go1".to_owned()),
            wrong: Vec::new(),
        };
        run.add("p", &found, &mut causes);
        run.table.sort();
        let rows: Vec<_> = run
            .table
            .rows
            .iter()
            .map(|row| (row.test.as_str(), row.cause.as_deref()))
            .collect();
        assert_eq!(
            rows,
            [
                ("p A", None),
                ("p B", Some("no time")),
                ("p C", Some("is not there for wasip1")),
                ("p E", Some("so")),
                ("p F", Some("parts of it do")),
                ("p F/one", Some("no network")),
            ]
        );
        assert_eq!(run.wrong.len(), 1, "{:?}", run.wrong);
        assert!(run.wrong[0].starts_with("p A: "), "{:?}", run.wrong);
        assert_eq!(causes.stale().count(), 0);
    }
}
