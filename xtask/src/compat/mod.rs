//! `cargo xtask compat`: what runs and what does not, as data and as pages that
//! runs write.

pub mod convert;
mod drivers;
mod failure;
pub mod go;
mod go_std;
pub mod libc;
mod node_apis;
pub mod npm;
mod rows;
mod test2json;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use warpgrid_series::process::Cancel;

use crate::flags::{Compat, CompatName};
use crate::workspace;
use npm::runtime::{Bun, Node};

/// The outcome of runs as data, and the page made of it.
pub trait Matrix: Serialize + DeserializeOwned {
    /// How the verb is told to run it.
    const NAME: &str;
    /// Where the data stand in the repository.
    const DATA: &str;
    /// Where the page does.
    const PAGE: &str;

    /// The data, one line for each row, so that a change shows as such.
    ///
    /// # Errors
    /// None that data of ours could cause.
    fn to_json(&self) -> serde_json::Result<String>;

    /// The page in `docs/`.
    fn to_markdown(&self) -> String;

    /// What earlier runs found, where there was one.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn recorded() -> anyhow::Result<Option<Self>> {
        let path = workspace::root().join(Self::DATA);
        if !path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let table = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(Some(table))
    }
}

/// What a run found.
pub trait Run {
    type Table: Matrix;

    fn table(&self) -> &Self::Table;

    /// What is not as it should be, each with its whole account.
    fn wrong(&self) -> &[String];

    /// What those are: "of Go's own tests are not as they should be".
    fn rule(&self) -> String;

    /// The files in the repository and what belongs into them.
    ///
    /// # Errors
    /// As [`Matrix::to_json`].
    fn files(&self) -> anyhow::Result<[(PathBuf, String); 2]> {
        let (root, table) = (workspace::root(), self.table());
        Ok([
            (root.join(Self::Table::DATA), table.to_json()?),
            (root.join(Self::Table::PAGE), table.to_markdown()),
        ])
    }

    /// # Errors
    /// Where something is worse with ours and nothing says why.
    fn verdict(&self) -> anyhow::Result<()> {
        let wrong = self.wrong();
        ensure!(
            wrong.is_empty(),
            "{} {}\n{}",
            wrong.len(),
            self.rule(),
            wrong.join("\n\n")
        );
        Ok(())
    }

    /// # Errors
    /// Where the repository holds other data than this run gave.
    fn compare(&self) -> anyhow::Result<()> {
        for (path, text) in self.files()? {
            let found = std::fs::read_to_string(&path).unwrap_or_default();
            let differs = found
                .lines()
                .zip(text.lines())
                .find(|(old, new)| old != new);
            ensure!(
                found == text,
                "{} is not what the run gave{}\nrun `cargo xtask compat {}` and look at what changed",
                path.display(),
                differs.map_or_else(String::new, |(old, new)| format!(
                    "; it says\n  {old}\nand now it is\n  {new}"
                )),
                Self::Table::NAME
            );
        }
        Ok(())
    }
}

/// Runs the verb.
pub fn run(flags: &Compat, cancel: &Cancel) -> anyhow::Result<()> {
    match flags.name {
        CompatName::Libc => {
            ensure!(
                flags.only.is_empty(),
                "wasi-libc's tests are run as a whole\nleave the names out, or run `cargo xtask compat drivers`"
            );
            finish(flags, &libc::run(cancel)?)
        }
        CompatName::Convert => finish(flags, &convert::run(&flags.only, cancel)?),
        CompatName::Drivers => finish(flags, &drivers::run(&flags.only, cancel)?),
        CompatName::GoStd => finish(flags, &go_std::run(&flags.only, cancel)?),
        CompatName::NodeApis => {
            ensure!(
                flags.only.is_empty(),
                "the program looks at everything\nleave the names out"
            );
            finish(flags, &node_apis::run(cancel)?)
        }
        CompatName::Npm => finish(flags, &npm::run::<Node, _>(&flags.only, cancel)?),
        CompatName::Bun => finish(flags, &npm::run::<Bun, _>(&flags.only, cancel)?),
        CompatName::Go => {
            let way = go::Way {
                compiler: flags.compiler,
                machine_code: "cranelift",
            };
            finish(flags, &go::run(&flags.only, way, cancel)?)
        }
    }
}

/// Files are written also where the rule is broken: then the change in them
/// shows it.
fn finish(flags: &Compat, run: &impl Run) -> anyhow::Result<()> {
    if flags.json {
        println!("{}", serde_json::to_string(run.table())?);
    }
    if !flags.check {
        for (path, text) in run.files()? {
            workspace::write(&path, &text)?;
        }
    }
    run.verdict()?;
    run.compare()
}

/// What the repository holds: the page is made of the data, and both are as a run
/// writes them. `BLESS=1` writes the page of the data anew.
#[cfg(test)]
fn recorded_with_its_page<M: Matrix>() -> M {
    let root = workspace::root();
    let text = std::fs::read_to_string(root.join(M::DATA)).unwrap();
    let table: M = serde_json::from_str(&text).unwrap();
    assert_eq!(table.to_json().unwrap(), text);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(root.join(M::PAGE), table.to_markdown()).unwrap();
    }
    let page = std::fs::read_to_string(root.join(M::PAGE)).unwrap();
    assert!(
        page == table.to_markdown(),
        "{} is another; run `cargo xtask compat {}`",
        M::PAGE,
        M::NAME
    );
    table
}
