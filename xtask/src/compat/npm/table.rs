//! The outcome as data and as the page made of it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::compat::Matrix;
use crate::compat::rows::{Status, lines, megabytes};

/// One package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub package: String,
    /// The folder of its program.
    pub program: String,
    pub version: String,
    pub status: Status,
    /// The component's size; none where it was not built.
    pub bytes: Option<u64>,
    /// What the program adds for it to work.
    pub needs: Option<String>,
    /// Why it fails.
    pub cause: Option<String>,
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
            matrix: "npm".to_owned(),
            rows: Vec::new(),
        }
    }

    /// By package, whatever was tried last.
    pub fn sort(&mut self) {
        self.rows.sort_by(|a, b| a.package.cmp(&b.package));
    }
}

impl Matrix for Table {
    const NAME: &str = "npm";
    const DATA: &str = "compat/npm.json";
    const PAGE: &str = "docs/domains/npm-packages.md";

    fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!(
            "{{\n\"matrix\": {},\n\"rows\": [\n{}\n]\n}}\n",
            serde_json::to_string(&self.matrix)?,
            lines(&self.rows)?
        ))
    }

    fn to_markdown(&self) -> String {
        let mut page = "# npm packages\n\n\
             Written by `cargo xtask compat npm`.\n\n\
             A program for each package, in `xtask/compat/npm`, uses it as services do: queries \
             with parameters and transactions, routes and middleware, schemas, tokens that are \
             signed and verified. It runs under Node, and as the component that `warp pack` makes \
             of it, against real servers where it needs one. What it answers to a fixed list of \
             requests must be the same: status, content type and body, byte for byte. The sizes \
             are those of the components, of which the engine is some twelve.\n\n\
             | package | version | | MB | |\n|---|---|---|---|---|\n"
            .to_owned();
        for row in &self.rows {
            let bytes = row.bytes.map(megabytes).unwrap_or_default();
            let needs = row.needs.as_ref().map(|needs| format!("needs {needs}"));
            let remarks: Vec<_> = needs.into_iter().chain(row.cause.clone()).collect();
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {bytes} | {} |",
                row.package,
                row.version,
                row.status.word(),
                remarks.join("; ").replace('|', "\\|")
            );
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |package: &str, bytes, needs: Option<&str>, cause: Option<&str>| Row {
            package: package.to_owned(),
            program: package.to_owned(),
            version: "1.2.3".to_owned(),
            status: cause.map_or(Status::Works, |_| Status::Fails),
            bytes,
            needs: needs.map(str::to_owned),
            cause: cause.map(str::to_owned),
        };
        Table {
            matrix: "npm".to_owned(),
            rows: vec![
                row("one", Some(17_349_999), Some("a polyfill"), None),
                row("two", None, None, Some("this | that")),
            ],
        }
    }

    #[test]
    fn the_data_are_read_as_they_were_written() {
        let text = table().to_json().unwrap();
        assert_eq!(serde_json::from_str::<Table>(&text).unwrap(), table());
        assert_eq!(text.lines().count(), 7, "{text}");
    }

    #[test]
    fn the_page_has_every_row() {
        let page = table().to_markdown();
        for line in [
            "| `one` | 1.2.3 | works | 17.3 | needs a polyfill |",
            "| `two` | 1.2.3 | fails |  | this \\| that |",
        ] {
            assert!(page.contains(line), "no `{line}` in\n{page}");
        }
    }
}
