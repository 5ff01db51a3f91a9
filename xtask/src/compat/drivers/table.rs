//! The outcome as data and as the page made of it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::server::Protocol;
use crate::compat::Matrix;
use crate::compat::rows::lines;
use crate::compat::test2json::{Counts, Outcome};

/// A driver whose tests were run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    pub driver: String,
    pub version: String,
    pub protocol: Protocol,
    pub direct: Counts,
    pub proxied: Counts,
}

/// A test that passes directly, and not through the proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub driver: String,
    pub test: String,
    pub proxied: Outcome,
    /// Why.
    pub cause: Option<String>,
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub matrix: String,
    pub drivers: Vec<Tried>,
    pub rows: Vec<Row>,
}

impl Table {
    /// One without a driver.
    pub fn new() -> Self {
        Self {
            matrix: "drivers".to_owned(),
            drivers: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// By driver and test, whatever was tried last.
    pub fn sort(&mut self) {
        self.drivers.sort_by(|a, b| a.driver.cmp(&b.driver));
        self.rows
            .sort_by(|a, b| (&a.driver, &a.test).cmp(&(&b.driver, &b.test)));
    }
}

impl Matrix for Table {
    const NAME: &str = "drivers";
    const DATA: &str = "compat/drivers.json";
    const PAGE: &str = "docs/domains/drivers.md";

    fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!(
            "{{\n\"matrix\": {},\n\"drivers\": [\n{}\n],\n\"rows\": [\n{}\n]\n}}\n",
            serde_json::to_string(&self.matrix)?,
            lines(&self.drivers)?,
            lines(&self.rows)?
        ))
    }

    fn to_markdown(&self) -> String {
        let mut page = "# Drivers' own tests\n\n\
             Written by `cargo xtask compat drivers`.\n\n\
             The tests that drivers bring with them, run as they are on this machine twice: on a \
             new server, and through `warp db-proxy` before another. The pools, resets and protocol \
             states behind it are those that guests have. The host logs in. A test that passes \
             directly and not through the proxy is run alone before it counts; the run fails where \
             one has no explanation below, or an explanation no test. Tests and their parts are \
             counted. Those that are left out stand in `xtask/compat/drivers/drivers.toml`, each with \
             the reason.\n\n\
             | driver | protocol | | passed | failed | skipped |\n|---|---|---|---|---|---|\n"
            .to_owned();
        for tried in &self.drivers {
            for (way, counts) in [
                ("directly", tried.direct),
                ("through the proxy", tried.proxied),
            ] {
                let _ = writeln!(
                    page,
                    "| {} {} | {} | {way} | {} | {} | {} |",
                    tried.driver,
                    tried.version,
                    tried.protocol.name(),
                    counts.passed,
                    counts.failed,
                    counts.skipped
                );
            }
        }
        page.push_str(
            "\nWhat fails directly too is no difference: it wants another version of the server, or \
             another machine.\n\n| driver | test | through the proxy | why |\n|---|---|---|---|\n",
        );
        for row in &self.rows {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} |",
                row.driver,
                row.test.replace('|', "\\|"),
                row.proxied.words(),
                row.cause.as_deref().unwrap_or("**not known**")
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
        Table {
            matrix: "drivers".to_owned(),
            drivers: vec![Tried {
                driver: "d".to_owned(),
                version: "1".to_owned(),
                protocol: Protocol::Mysql,
                direct: counts(&[Outcome::Passes, Outcome::Skipped, Outcome::Passes]),
                proxied: counts(&[Outcome::Passes, Outcome::Skipped, Outcome::NotRun]),
            }],
            rows: vec![Row {
                driver: "d".to_owned(),
                test: "t|u".to_owned(),
                proxied: Outcome::NotRun,
                cause: Some("so".to_owned()),
            }],
        }
    }

    #[test]
    fn the_data_are_read_as_they_were_written() {
        let text = table().to_json().unwrap();
        assert_eq!(serde_json::from_str::<Table>(&text).unwrap(), table());
        assert_eq!(text.lines().count(), 9, "{text}");
    }

    #[test]
    fn the_page_has_the_counts_and_every_difference() {
        let page = table().to_markdown();
        for line in [
            "| d 1 | mysql | directly | 2 | 0 | 1 |",
            "| d 1 | mysql | through the proxy | 1 | 1 | 1 |",
            "| d | t\\|u | is not reached | so |",
        ] {
            assert!(page.contains(line), "no `{line}` in\n{page}");
        }
    }
}
