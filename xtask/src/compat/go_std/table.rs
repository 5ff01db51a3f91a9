//! The outcome as data and as the page made of it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::compat::Matrix;
use crate::compat::rows::lines;
use crate::compat::test2json::{Counts, Outcome};

/// A package whose tests were run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    pub package: String,
    pub native: Counts,
    pub stock: Counts,
    pub ours: Counts,
}

/// A test that passes natively, or by stock Go for wasip1, and not as a
/// component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub test: String,
    pub native: Outcome,
    pub stock: Outcome,
    pub ours: Outcome,
    /// Why.
    pub cause: Option<String>,
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub matrix: String,
    /// The version of Go whose tests they are.
    pub go: String,
    pub packages: Vec<Tried>,
    pub rows: Vec<Row>,
}

impl Table {
    /// One without a package.
    pub fn new(go: String) -> Self {
        Self {
            matrix: "go-std".to_owned(),
            go,
            packages: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// By package and test, whatever was tried last.
    pub fn sort(&mut self) {
        self.packages.sort_by(|a, b| a.package.cmp(&b.package));
        self.rows.sort_by(|a, b| a.test.cmp(&b.test));
    }
}

impl Matrix for Table {
    const NAME: &str = "go-std";
    const DATA: &str = "compat/go-std.json";
    const PAGE: &str = "docs/domains/go-tests.md";

    fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!(
            "{{\n\"matrix\": {},\n\"go\": {},\n\"packages\": [\n{}\n],\n\"rows\": [\n{}\n]\n}}\n",
            serde_json::to_string(&self.matrix)?,
            serde_json::to_string(&self.go)?,
            lines(&self.packages)?,
            lines(&self.rows)?
        ))
    }

    fn to_markdown(&self) -> String {
        let mut page = format!(
            "# Go's own tests\n\n\
             Written by `cargo xtask compat go-std`.\n\n\
             The tests of {}'s standard library, in their short form: on this machine, by stock Go \
             for wasip1 in wazero, and with `warp pack`'s overlay in our host (`warp run`), where \
             they have all files and may connect and listen everywhere. Stock Go has no sockets \
             there, but a network of its own in the program's memory. The run fails where a \
             test passes with stock and not with the overlay, and nothing in \
             `xtask/compat/go-std/causes.toml` says why. Tests and their parts are counted.\n\n\
             | package | | passed | failed | skipped |\n|---|---|---|---|---|\n",
            self.go
        );
        for tried in &self.packages {
            for (way, counts) in [
                ("native", tried.native),
                ("stock", tried.stock),
                ("ours", tried.ours),
            ] {
                let _ = writeln!(
                    page,
                    "| `{}` | {way} | {} | {} | {} |",
                    tried.package, counts.passed, counts.failed, counts.skipped
                );
            }
        }
        page.push_str(
            "\nTests that pass natively or with stock, and not as components. Where nothing more is \
             known, the reason is in the test's own words.\n\n\
             | test | native | stock | ours | why |\n|---|---|---|---|---|\n",
        );
        for row in &self.rows {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} |",
                row.test.replace('|', "\\|"),
                row.native.words(),
                row.stock.words(),
                row.ours.words(),
                row.cause
                    .as_deref()
                    .unwrap_or("**not known**")
                    .replace('|', "\\|")
            );
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let counts = |outcomes: &[Outcome]| Counts::of(outcomes.iter().copied());
        let mut table = Table::new("go1.2.3".to_owned());
        table.packages.push(Tried {
            package: "net".to_owned(),
            native: counts(&[Outcome::Passes, Outcome::Passes]),
            stock: counts(&[Outcome::Passes, Outcome::Skipped]),
            ours: counts(&[Outcome::Passes, Outcome::Fails]),
        });
        table.rows.push(Row {
            test: "net T|u".to_owned(),
            native: Outcome::Passes,
            stock: Outcome::Skipped,
            ours: Outcome::Fails,
            cause: Some("a | b".to_owned()),
        });
        table
    }

    #[test]
    fn the_data_are_read_as_they_were_written() {
        let text = table().to_json().unwrap();
        assert_eq!(serde_json::from_str::<Table>(&text).unwrap(), table());
        assert_eq!(text.lines().count(), 10, "{text}");
    }

    #[test]
    fn the_page_has_the_counts_and_every_difference() {
        let page = table().to_markdown();
        for line in [
            "| `net` | native | 2 | 0 | 0 |",
            "| `net` | ours | 1 | 1 | 0 |",
            "| net T\\|u | passes | skips itself | fails | a \\| b |",
        ] {
            assert!(page.contains(line), "no `{line}` in\n{page}");
        }
    }
}
