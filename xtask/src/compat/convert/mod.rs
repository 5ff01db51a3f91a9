//! What `warp convert analyze` says of public programs, beside what becomes of them.

mod list;
mod programs;
mod table;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::ensure;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::Bounds;

use super::Matrix;
use crate::progress::Task;
use crate::test_all::suites;
use list::{LIST, Program};
use programs::Programs;
use table::{Row, Table};

/// How long one build or one run of a program may take.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// What a run found.
pub struct Run {
    table: Table,
    /// How many programs were tried.
    pub tried: usize,
    /// Of which it said that they work, and they do not.
    pub wrong: Vec<String>,
}

impl super::Run for Run {
    type Table = Table;

    fn table(&self) -> &Table {
        &self.table
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }

    fn rule(&self) -> String {
        let tried = self.tried;
        format!("of {tried} programs of {LIST} do not what was said of them")
    }
}

/// Analyses, packs and runs every program, or those that are named.
///
/// # Errors
/// Where a program cannot be had, or fails natively.
pub fn run<S: AsRef<str>>(only: &[S], cancel: &Cancel) -> anyhow::Result<Run> {
    let only: Vec<&str> = only.iter().map(AsRef::as_ref).collect();
    let mut list = list::programs()?;
    for name in &only {
        ensure!(
            list.contains_key(*name),
            "there is no program `{name}`\nit is one of {}",
            list.keys().cloned().collect::<Vec<_>>().join(", ")
        );
    }
    list.retain(|name, _| only.is_empty() || only.contains(&name.as_str()));
    let bounds = Bounds {
        limit: LIMIT,
        stop: cancel.flag(),
    };
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-convert-")
        .tempdir()?;
    let programs = Programs::with(suites::warp(cancel)?, scratch.path().to_owned(), bounds)?;
    let mut run = Run {
        table: others(&list, only.is_empty())?,
        tried: list.len(),
        wrong: Vec::new(),
    };
    for (name, program) in &list {
        let row = attempt(name, program, &programs, cancel);
        ensure!(!cancel.is_cancelled(), "interrupted");
        run.add(row?);
    }
    run.table.rows.sort_by(|a, b| a.program.cmp(&b.program));
    Ok(run)
}

/// What earlier runs found of what is not tried now.
fn others(list: &BTreeMap<String, Program>, all: bool) -> anyhow::Result<Table> {
    let recorded = if all { None } else { Table::recorded()? };
    let mut table = recorded.unwrap_or_else(Table::new);
    table.rows.retain(|row| !list.contains_key(&row.program));
    Ok(table)
}

fn attempt(
    name: &str,
    program: &Program,
    programs: &Programs,
    cancel: &Cancel,
) -> anyhow::Result<Row> {
    let task = Task::start(name.to_owned());
    task.doing("fetching");
    let folder = programs.fetch(name, program, cancel)?;
    task.doing("analysing");
    let said = programs.analyze(program, &folder)?;
    task.doing("packing and running");
    let became = programs.became(name, program, &folder, cancel)?;
    task.done(&format!("{}; {}", said.verdict, became.word()));
    let worst = said.findings.into_iter().next();
    Ok(Row {
        program: name.to_owned(),
        language: program.language.clone(),
        version: program.version().to_owned(),
        verdict: said.verdict,
        score: said.score,
        finding: worst.map(|finding| finding.what),
        outcome: became,
    })
}

impl Run {
    /// What works though a change was asked for is no error: something in it may
    /// still not be reached. What does not, though it was said to, is one.
    fn add(&mut self, row: Row) {
        if row.is_false() {
            let (name, verdict) = (&row.program, &row.verdict);
            let what = row.outcome.word();
            self.wrong
                .push(format!("{name}: was said to be `{verdict}`, and {what}"));
        }
        self.table.rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::programs::Became;
    use super::*;
    use crate::compat::recorded_with_its_page;

    fn judged(verdict: &str, outcome: Became) -> usize {
        let mut run = Run {
            table: Table::new(),
            tried: 1,
            wrong: Vec::new(),
        };
        run.add(Row {
            program: "a".to_owned(),
            language: "c".to_owned(),
            version: "1".to_owned(),
            verdict: verdict.to_owned(),
            score: 50,
            finding: None,
            outcome,
        });
        run.wrong.len()
    }

    #[test]
    fn only_a_false_promise_is_wrong() {
        let refused = || Became::Refused("no".to_owned());
        let differs = || Became::Differs("no".to_owned());
        for verdict in ["works", "works-with-shims"] {
            assert_eq!(judged(verdict, refused()), 1);
            assert_eq!(judged(verdict, differs()), 1);
            assert_eq!(judged(verdict, Became::Packed), 0);
            assert_eq!(judged(verdict, Became::Works), 0);
        }
        for verdict in ["needs-changes", "cannot"] {
            assert_eq!(judged(verdict, refused()), 0);
            assert_eq!(judged(verdict, Became::Works), 0);
        }
    }

    #[test]
    fn the_page_is_made_of_the_data_and_every_program_is_there() {
        let table: Table = recorded_with_its_page();
        let found: Vec<_> = table.rows.iter().map(|row| row.program.clone()).collect();
        let listed: Vec<_> = list::programs().unwrap().into_keys().collect();
        assert_eq!(found, listed, "{LIST}");
        assert!(table.rows.iter().all(|row| !row.is_false()));
        assert!(found.len() >= 12);
    }
}
