//! The outcome as data and as the page made of it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::compat::Matrix;
use crate::compat::rows::lines;

/// How a test went with one libc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Passes,
    Fails,
    /// Neither this target nor upstream itself runs it.
    NotRun,
}

/// One test on one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub test: String,
    pub target: String,
    pub stock: Outcome,
    pub patched: Outcome,
    /// The patched libc with libwarpgrid, which is there for one target.
    pub libwarpgrid: Outcome,
    /// Why it fails or is not run.
    pub cause: Option<String>,
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub matrix: String,
    /// The version of upstream whose tests they are.
    pub upstream: String,
    pub rows: Vec<Row>,
}

impl Table {
    fn count(&self, target: &str, wanted: Outcome) -> [usize; 3] {
        let rows = || self.rows.iter().filter(|row| row.target == target);
        [
            rows().filter(|row| row.stock == wanted).count(),
            rows().filter(|row| row.patched == wanted).count(),
            rows().filter(|row| row.libwarpgrid == wanted).count(),
        ]
    }
}

impl Matrix for Table {
    const NAME: &str = "libc";
    const DATA: &str = "compat/libc-tests.json";
    const PAGE: &str = "docs/domains/libc-tests.md";

    fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!(
            "{{\n\"matrix\": {},\n\"upstream\": {},\n\"rows\": [\n{}\n]\n}}\n",
            serde_json::to_string(&self.matrix)?,
            serde_json::to_string(&self.upstream)?,
            lines(&self.rows)?
        ))
    }

    fn to_markdown(&self) -> String {
        let mut page = format!(
            "# wasi-libc's own tests\n\n\
             Written by `cargo xtask compat libc`; `cargo xtask test-all` fails where it is not what \
             the run gives.\n\n\
             The tests in the folder `test/` of wasi-libc {}, compiled against the stock sysroot, \
             the patched one, and the patched one with libwarpgrid, and run in our host \
             (`warp run`; wasm32-wasip1 programs behind wasmtime's preview1 adapter). How each is run \
             is read from upstream's own list. The run fails where a test passes with stock and not \
             with the others, or prints something else there.\n\n\
             | target | | stock | patched | with libwarpgrid |\n|---|---|---|---|---|\n",
            self.upstream
        );
        let mut targets: Vec<&str> = self.rows.iter().map(|row| row.target.as_str()).collect();
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            for wanted in [Outcome::Passes, Outcome::Fails, Outcome::NotRun] {
                let [stock, patched, libwarpgrid] = self.count(target, wanted);
                let _ = writeln!(
                    page,
                    "| {target} | {} | {stock} | {patched} | {libwarpgrid} |",
                    word(wanted)
                );
            }
        }
        page.push_str(
            "\nlibwarpgrid is for wasm32-wasip2 alone: WASI 0.1 has no sockets to hook.\n\n\
             | test | target | stock | patched | with libwarpgrid | cause |\n|---|---|---|---|---|---|\n",
        );
        for row in &self.rows {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} |",
                row.test,
                row.target.trim_start_matches("wasm32-"),
                word(row.stock),
                word(row.patched),
                word(row.libwarpgrid),
                row.cause.as_deref().unwrap_or_default().replace('|', "\\|")
            );
        }
        page
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passes => "passes",
        Outcome::Fails => "fails",
        Outcome::NotRun => "not run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |test: &str, stock, cause: Option<&str>| Row {
            test: test.to_owned(),
            target: "wasm32-wasip2".to_owned(),
            stock,
            patched: stock,
            libwarpgrid: stock,
            cause: cause.map(str::to_owned),
        };
        Table {
            matrix: "libc".to_owned(),
            upstream: "1.0".to_owned(),
            rows: vec![
                row("a", Outcome::Passes, None),
                row("b", Outcome::NotRun, Some("this | that")),
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
    fn the_page_has_every_row_and_the_counts() {
        let page = table().to_markdown();
        for line in [
            "| wasm32-wasip2 | passes | 1 | 1 | 1 |",
            "| wasm32-wasip2 | fails | 0 | 0 | 0 |",
            "| a | wasip2 | passes | passes | passes |  |",
            "| b | wasip2 | not run | not run | not run | this \\| that |",
        ] {
            assert!(page.contains(line), "no `{line}` in\n{page}");
        }
    }
}
