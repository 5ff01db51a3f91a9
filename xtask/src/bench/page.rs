//! What runs found, as data and as the page that shows it.

use std::fmt::Write;

use anyhow::Context;
use comfy_table::{Table, presets};
use serde::{Deserialize, Serialize};

use super::{Report, row};
use crate::workspace;

const DATA: &str = "compat/bench.json";
const PAGE: &str = "docs/domains/speed.md";

/// The last report of each benchmark.
#[derive(Default, Serialize, Deserialize)]
struct Figures {
    benches: Vec<Report>,
}

/// Puts a report in the place of the last one of its name.
pub fn write(report: Report) -> anyhow::Result<()> {
    let (data, page) = (workspace::root().join(DATA), workspace::root().join(PAGE));
    let mut figures = match std::fs::read_to_string(&data) {
        Ok(text) => serde_json::from_str(&text).with_context(|| format!("cannot read {DATA}"))?,
        Err(_) => Figures::default(),
    };
    figures.take(report);
    workspace::write(&data, &(serde_json::to_string_pretty(&figures)? + "\n"))?;
    workspace::write(&page, &figures.page())
}

/// What a benchmark's rows compare.
fn heading(bench: &str) -> (&'static str, &'static str) {
    match bench {
        "calls" => (
            "Calls of the host",
            "C programs of the patched toolchain beside the same by the stock one, both in our host.",
        ),
        "db" => (
            "Databases",
            "A guest that connects, queries and closes, through the host's pools, beside the \
             same program elsewhere.",
        ),
        "dev" => (
            "Developing",
            "What passes from a file that is saved to the first answer that shows it, of a service \
             over Hono and Postgres: `warp dev`, in which the component goes on, beside \
             `warp dev --native`, which starts the program anew.",
        ),
        "go" => (
            "Go",
            "A service over net/http and pgx, packed by `warp pack` and run by `warp run`, beside \
             what `go build` makes of it for this machine, both with the same Postgres.",
        ),
        "host" => (
            "Requests, memory, start",
            "A handler that says hello. Beside it hyper without a guest, and the least host that \
             wasmtime's `ProxyHandler` makes, with pooled instances and no shim.",
        ),
        "ts" => (
            "TypeScript",
            "A service over Hono and pg, packed by `warp pack` and run by `warp run`, beside the \
             same under Node, both with the same Postgres; and what a program that every \
             componentize-js can build takes to build, beside the stock one.",
        ),
        _ => (
            "The patched libc",
            "WebAssembly instructions that small C programs execute, beside the stock libc.",
        ),
    }
}

impl Figures {
    fn take(&mut self, report: Report) {
        self.benches.retain(|it| it.bench != report.bench);
        self.benches.push(report);
        self.benches.sort_by(|a, b| a.bench.cmp(&b.bench));
    }

    fn page(&self) -> String {
        let mut page = String::from(
            "# Speed\n\nWritten by `cargo xtask bench --write`.\n\nOurs beside the alternatives, \
             measured side by side in one run: the rounds are interleaved, the figures are \
             medians. The ratio is ours divided by the other; only it says something of another \
             machine.\n",
        );
        for report in &self.benches {
            let (title, what) = heading(&report.bench);
            let mut table = Table::new();
            table.load_style(presets::ASCII_MARKDOWN);
            table.set_header(row::HEADER);
            table.add_rows(report.rows.iter().map(row::Row::cells));
            // Writing to a string does not fail.
            let _ = write!(page, "\n## {title}\n\n{what}\n\n{table}\n");
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_the_data_gives() {
        let read = |path| std::fs::read_to_string(workspace::root().join(path)).unwrap();
        let figures: Figures = serde_json::from_str(&read(DATA)).unwrap();
        assert_eq!(
            read(PAGE),
            figures.page(),
            "run `cargo xtask bench --write`"
        );
    }

    #[test]
    fn a_report_replaces_the_last_of_its_name() {
        let report = |bench: &str, rows| Report {
            bench: bench.to_owned(),
            rows,
        };
        let row = row::Row::new("x", "us", &[1.0], &[2.0], row::Goal::AtMost(1.0));
        let mut figures = Figures::default();
        figures.take(report("libc", Vec::new()));
        figures.take(report("db", Vec::new()));
        figures.take(report("libc", vec![row.clone()]));
        assert_eq!(
            figures.benches,
            [report("db", Vec::new()), report("libc", vec![row])]
        );
    }
}
