//! The outcome as data and as the table on the page.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::programs::Became;
use crate::compat::Matrix;
use crate::compat::rows::lines;

/// One program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub program: String,
    pub language: String,
    pub version: String,
    /// What `warp convert analyze` says of it.
    pub verdict: String,
    pub score: u8,
    /// The worst of the findings.
    pub finding: Option<String>,
    /// What became of it.
    pub outcome: Became,
}

impl Row {
    /// Whether it was said to work and does not.
    pub fn is_false(&self) -> bool {
        let promised = self.verdict.starts_with("works");
        promised && matches!(self.outcome, Became::Refused(_) | Became::Differs(_))
    }

    /// Whether it was said to need a change and works as far as it was run.
    fn is_cautious(&self) -> bool {
        !self.verdict.starts_with("works") && self.outcome == Became::Works
    }
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub matrix: String,
    pub rows: Vec<Row>,
}

impl Table {
    /// One without a row.
    pub fn new() -> Self {
        Self {
            matrix: "convert".to_owned(),
            rows: Vec::new(),
        }
    }
}

impl Matrix for Table {
    const NAME: &str = "convert";
    const DATA: &str = "compat/convert.json";
    const PAGE: &str = "docs/domains/convert-programs.md";

    fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!(
            "{{\n\"matrix\": {},\n\"rows\": [\n{}\n]\n}}\n",
            serde_json::to_string(&self.matrix)?,
            lines(&self.rows)?
        ))
    }

    fn to_markdown(&self) -> String {
        let count = |is: &dyn Fn(&Row) -> bool| self.rows.iter().filter(|row| is(row)).count();
        let mut page = format!(
            "# What is said of programs, and what becomes of them\n\n\
             Written by `cargo xtask compat convert`.\n\n\
             Public programs (`xtask/compat/convert/convert.toml`), none of which was looked at when \
             [`warp convert analyze`](convert.md) was written. Each is analysed, then packed as it \
             is, and run natively and as a component: what it prints, or answers to a list of \
             requests, must be the same. Where one was said to work and did not, a rule was added \
             for all programs, never for one by its name.\n\n\
             Of {} programs {} were said to work; {} of these do not. {} work as far as they were \
             run, though a change was asked for.\n\n\
             | program | version | language | verdict | score | the worst finding | what became of it |\n\
             |---|---|---|---|---|---|---|\n",
            self.rows.len(),
            count(&|row| row.verdict.starts_with("works")),
            count(&Row::is_false),
            count(&Row::is_cautious),
        );
        for row in &self.rows {
            let finding = row
                .finding
                .as_deref()
                .unwrap_or_default()
                .replace('|', "\\|");
            let _ = writeln!(
                page,
                "| {} | {} | {} | `{}` | {} | {finding} | {} |",
                row.program,
                row.version,
                row.language,
                row.verdict,
                row.score,
                row.outcome.word().replace('|', "\\|"),
            );
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |program: &str, verdict: &str, outcome| Row {
            program: program.to_owned(),
            language: "c".to_owned(),
            version: "1.2".to_owned(),
            verdict: verdict.to_owned(),
            score: 50,
            finding: Some("a | b".to_owned()),
            outcome,
        };
        Table {
            matrix: "convert".to_owned(),
            rows: vec![
                row("one", "works", Became::Works),
                row("three", "works", Became::Differs("x".to_owned())),
                row("two", "cannot", Became::Works),
            ],
        }
    }

    #[test]
    fn the_data_are_read_as_they_were_written() {
        let text = table().to_json().unwrap();
        assert_eq!(serde_json::from_str::<Table>(&text).unwrap(), table());
        assert_eq!(text.lines().count(), 8, "{text}");
    }

    #[test]
    fn the_page_counts_what_was_promised_and_not_kept() {
        let page = table().to_markdown();
        assert!(
            page.contains("Of 3 programs 2 were said to work; 1 of these do not. 1 work as far"),
            "{page}"
        );
        assert!(
            page.contains("| one | 1.2 | c | `works` | 50 | a \\| b | works |"),
            "{page}"
        );
    }
}
