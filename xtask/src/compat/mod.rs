//! `cargo xtask compat`: what runs and what does not, as data and as pages that
//! runs write.

mod drivers;
mod failure;
pub mod go;
mod go_std;
pub mod libc;
pub mod npm;
mod rows;
mod test2json;

use std::path::PathBuf;

use anyhow::ensure;
use warpgrid_series::process::Cancel;

use crate::flags::{Compat, CompatName};
use crate::workspace;

/// What a run found.
pub trait Run {
    /// How the verb is told to run it.
    const NAME: &str;

    /// The data in one line.
    ///
    /// # Errors
    /// None that data of ours could cause.
    fn json(&self) -> serde_json::Result<String>;

    /// The files in the repository and what belongs into them.
    ///
    /// # Errors
    /// As [`Run::json`].
    fn files(&self) -> anyhow::Result<[(PathBuf, String); 2]>;

    /// # Errors
    /// Where something is worse with ours and nothing says why.
    fn verdict(&self) -> anyhow::Result<()>;

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
                Self::NAME
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
        CompatName::Drivers => finish(flags, &drivers::run(&flags.only, cancel)?),
        CompatName::GoStd => finish(flags, &go_std::run(&flags.only, cancel)?),
        CompatName::Npm => finish(flags, &npm::run(&flags.only, cancel)?),
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
        println!("{}", run.json()?);
    }
    if !flags.check {
        for (path, text) in run.files()? {
            workspace::write(&path, &text)?;
        }
    }
    run.verdict()?;
    run.compare()
}
