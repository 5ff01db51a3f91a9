//! The outcome as data and as the page made of it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::compat::Matrix;
use crate::compat::rows::{Status, lines, megabytes};
use crate::flags::GoCompiler;

/// One package by one compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The import path.
    pub package: String,
    /// The folder of its program.
    pub program: String,
    pub version: String,
    pub compiler: GoCompiler,
    pub status: Status,
    /// The component's size; none where it was not built.
    pub bytes: Option<u64>,
    /// Why it fails.
    pub cause: Option<String>,
}

impl Row {
    /// What no two rows have in common.
    fn key(&self) -> (&str, GoCompiler) {
        (&self.package, self.compiler)
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
            matrix: "go".to_owned(),
            rows: Vec::new(),
        }
    }

    /// By package and compiler, whatever was tried last.
    pub fn sort(&mut self) {
        self.rows.sort_by(|a, b| a.key().cmp(&b.key()));
    }
}

impl Matrix for Table {
    const NAME: &str = "go";
    const DATA: &str = "compat/go.json";
    const PAGE: &str = "docs/domains/go-packages.md";

    fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!(
            "{{\n\"matrix\": {},\n\"rows\": [\n{}\n]\n}}\n",
            serde_json::to_string(&self.matrix)?,
            lines(&self.rows)?
        ))
    }

    fn to_markdown(&self) -> String {
        let mut page = "# Go packages\n\n\
             Written by `cargo xtask compat go`.\n\n\
             A program for each package, in `xtask/compat/go`, uses it as services and tools do: \
             queries with parameters and transactions, routes with path values and middleware, \
             tokens that are signed and verified. It is built by Go for this machine and by \
             `warp pack` as a component, and run both ways, against real servers where it needs one. \
             What it prints must be the same, and so must what a service answers to a fixed list of \
             requests, byte for byte. The sizes are those of the components.\n\n\
             | package | version | compiler | | MB | |\n|---|---|---|---|---|---|\n"
            .to_owned();
        for row in &self.rows {
            let bytes = row.bytes.map(megabytes).unwrap_or_default();
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {bytes} | {} |",
                row.package,
                row.version,
                row.compiler.name(),
                row.status.word(),
                row.cause.as_deref().unwrap_or_default().replace('|', "\\|")
            );
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |package: &str, bytes, cause: Option<&str>| Row {
            package: format!("a.b/{package}"),
            program: package.to_owned(),
            version: "v1.2.3".to_owned(),
            compiler: GoCompiler::Go,
            status: cause.map_or(Status::Works, |_| Status::Fails),
            bytes,
            cause: cause.map(str::to_owned),
        };
        Table {
            matrix: "go".to_owned(),
            rows: vec![
                row("one", Some(9_349_999), None),
                row("two", None, Some("this | that")),
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
            "| `a.b/one` | v1.2.3 | go | works | 9.3 |  |",
            "| `a.b/two` | v1.2.3 | go | fails |  | this \\| that |",
        ] {
            assert!(page.contains(line), "no `{line}` in\n{page}");
        }
    }
}
