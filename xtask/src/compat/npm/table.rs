//! The outcome as data and as the page made of it.

use std::fmt::Write as _;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::runtime::Runtime;
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
#[serde(bound = "")]
pub struct Table<R: Runtime> {
    pub matrix: String,
    pub rows: Vec<Row>,
    #[serde(skip)]
    runtime: PhantomData<R>,
}

impl<R: Runtime> Table<R> {
    /// One without a row.
    pub fn new() -> Self {
        Self {
            matrix: R::NAME.to_owned(),
            rows: Vec::new(),
            runtime: PhantomData,
        }
    }

    /// By package, whatever was tried last.
    pub fn sort(&mut self) {
        self.rows.sort_by(|a, b| a.package.cmp(&b.package));
    }
}

impl<R: Runtime> Matrix for Table<R> {
    const NAME: &str = R::NAME;
    const DATA: &str = R::DATA;
    const PAGE: &str = R::PAGE;

    fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!(
            "{{\n\"matrix\": {},\n\"rows\": [\n{}\n]\n}}\n",
            serde_json::to_string(&self.matrix)?,
            lines(&self.rows)?
        ))
    }

    fn to_markdown(&self) -> String {
        let mut page = R::HEAD.to_owned();
        page.push_str("| package | version | | MB | |\n|---|---|---|---|---|\n");
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
    use super::super::runtime::Node;
    use super::*;

    fn table() -> Table<Node> {
        let row = |package: &str, bytes, needs: Option<&str>, cause: Option<&str>| Row {
            package: package.to_owned(),
            program: package.to_owned(),
            version: "1.2.3".to_owned(),
            status: cause.map_or(Status::Works, |_| Status::Fails),
            bytes,
            needs: needs.map(str::to_owned),
            cause: cause.map(str::to_owned),
        };
        let mut table = Table::new();
        table.rows = vec![
            row("one", Some(17_349_999), Some("a polyfill"), None),
            row("two", None, None, Some("this | that")),
        ];
        table
    }

    #[test]
    fn the_data_are_read_as_they_were_written() {
        let text = table().to_json().unwrap();
        assert_eq!(serde_json::from_str::<Table<Node>>(&text).unwrap(), table());
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
