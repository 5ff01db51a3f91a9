//! `cargo xtask compat`: what runs and what does not, as data and as pages that
//! runs write.

pub mod libc;

use anyhow::Context;
use warpgrid_series::process::Cancel;

use crate::flags::{Compat, CompatName};

/// Runs the verb.
pub fn run(flags: &Compat, cancel: &Cancel) -> anyhow::Result<()> {
    let CompatName::Libc = flags.name;
    let run = libc::run(cancel)?;
    if flags.json {
        println!("{}", serde_json::to_string(&run.table)?);
    }
    if !flags.check {
        write(&run)?;
    }
    run.verdict()?;
    run.compare()
}

/// Also where the rule is broken: then the change in the files shows it.
fn write(run: &libc::Run) -> anyhow::Result<()> {
    for (path, text) in run.files()? {
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}
