//! What was tested and how it went, for people and for machines.

use std::time::{Duration, Instant};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

/// What is known of a row before it is tested.
#[derive(Debug, Clone, Serialize)]
pub struct Subject {
    /// The app's folder in `test-apps`, or a suite.
    pub app: &'static str,
    /// The language that it is written in.
    pub language: &'static str,
    /// The shims that it uses.
    pub shims: &'static [&'static str],
    /// The database that it talks to.
    pub database: Option<&'static str>,
    /// Whether its answers are compared with those of the native program.
    pub native: bool,
}

/// How a row went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Passed,
    Failed,
    Skipped,
}

#[derive(Debug, Serialize)]
struct Row {
    #[serde(flatten)]
    subject: Subject,
    status: Status,
    seconds: f64,
    cause: Option<String>,
}

/// How many passed, failed and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    /// One of a kind.
    pub fn one(status: Status) -> Self {
        let count = |wanted| u64::from(status == wanted);
        Counts {
            passed: count(Status::Passed),
            failed: count(Status::Failed),
            skipped: count(Status::Skipped),
        }
    }
}

/// All that was tested. A suite is one row and counts as many as it holds.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    rows: Vec<Row>,
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Report {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Tests a subject that counts as one: it passed where there is no error.
    pub fn row(&mut self, subject: Subject, test: impl FnOnce() -> anyhow::Result<()>) {
        self.suite(subject, || match test() {
            Ok(()) => (Counts::one(Status::Passed), None),
            Err(error) => (Counts::one(Status::Failed), Some(format!("{error:#}"))),
        });
    }

    /// Tests a subject that counts what it holds. The cause of a failure is
    /// printed at once, in full.
    pub fn suite(&mut self, subject: Subject, test: impl FnOnce() -> (Counts, Option<String>)) {
        eprintln!("{} ({}) ...", subject.app, subject.language);
        let started = Instant::now();
        let (counts, cause) = test();
        let status = match (&cause, counts) {
            (
                None,
                Counts {
                    failed: 0,
                    passed: 0,
                    ..
                },
            ) => Status::Skipped,
            (None, Counts { failed: 0, .. }) => Status::Passed,
            _ => Status::Failed,
        };
        let seconds = round(started.elapsed());
        match &cause {
            Some(cause) => eprintln!("{} FAILED after {seconds} s\n{cause}\n", subject.app),
            None => eprintln!("{} {} in {seconds} s", subject.app, word(status)),
        }
        self.passed += counts.passed;
        self.failed += counts.failed;
        self.skipped += counts.skipped;
        self.rows.push(Row {
            subject,
            status,
            seconds,
            cause,
        });
    }

    /// One object, or a table and a last line of its own.
    ///
    /// # Errors
    /// Where it cannot be made into JSON.
    pub fn print(&self, json: bool) -> anyhow::Result<()> {
        if json {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        println!("{}", self.table());
        for row in &self.rows {
            // What it said in full stands above, perhaps far above.
            if let Some(line) = row.cause.as_deref().and_then(decisive) {
                println!("{} FAILED: {line}", row.subject.app);
            }
        }
        println!(
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        );
        Ok(())
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header([
            "app", "language", "shims", "database", "native", "status", "seconds",
        ]);
        for row in &self.rows {
            table.add_row([
                row.subject.app.to_owned(),
                row.subject.language.to_owned(),
                row.subject.shims.join(", "),
                row.subject.database.unwrap_or_default().to_owned(),
                if row.subject.native {
                    "same answers"
                } else {
                    ""
                }
                .to_owned(),
                word(row.status).to_owned(),
                format!("{:.1}", row.seconds),
            ]);
        }
        table
    }
}

/// The line of a cause that says most: the first, or the last where logs stand
/// ahead of it.
fn decisive(cause: &str) -> Option<&str> {
    let mut lines = cause.lines().filter(|line| !line.trim().is_empty());
    if cause.starts_with("---") {
        return lines.next_back();
    }
    lines.next()
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Failed => "FAILED",
        Status::Skipped => "skipped",
    }
}

fn round(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject = Subject {
        app: "t0",
        language: "Rust",
        shims: &["dns"],
        database: Some("postgres"),
        native: true,
    };

    fn report() -> Report {
        let mut report = Report::default();
        report.row(SUBJECT, || Ok(()));
        report.row(SUBJECT, || anyhow::bail!("no answer"));
        report.suite(SUBJECT, || {
            (
                Counts {
                    passed: 5,
                    failed: 0,
                    skipped: 2,
                },
                None,
            )
        });
        report
    }

    #[test]
    fn counts_are_of_tests_not_of_rows() {
        let report = report();
        assert_eq!((report.passed, report.failed, report.skipped), (6, 1, 2));
    }

    #[test]
    fn json_has_the_published_shape() {
        let mut value = serde_json::to_value(report()).unwrap();
        for row in value["rows"].as_array_mut().unwrap() {
            row["seconds"] = 0.into();
        }
        let row = |status: &str, cause: Option<&str>| {
            serde_json::json!({
                "app": "t0", "language": "Rust", "shims": ["dns"], "database": "postgres",
                "native": true, "status": status, "seconds": 0, "cause": cause
            })
        };
        assert_eq!(
            value,
            serde_json::json!({
                "rows": [row("passed", None), row("failed", Some("no answer")), row("passed", None)],
                "passed": 6, "failed": 1, "skipped": 2
            })
        );
    }

    #[test]
    fn the_last_lines_say_what_failed() {
        assert_eq!(decisive("a failed\ncommand: x\n"), Some("a failed"));
        assert_eq!(
            decisive("--- log\nx\n---: no answer\n"),
            Some("---: no answer")
        );
        assert_eq!(decisive(""), None);
    }

    #[test]
    fn a_suite_without_tests_is_skipped() {
        let mut report = Report::default();
        report.suite(SUBJECT, || {
            (
                Counts {
                    skipped: 3,
                    ..Counts::default()
                },
                None,
            )
        });
        assert_eq!(report.rows[0].status, Status::Skipped);
    }
}
