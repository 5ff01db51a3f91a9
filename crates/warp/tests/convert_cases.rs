//! The cases in `tests/convert-cases/`: small projects, and in `expected.json` what
//! `warp convert analyze --json` says of each. `BLESS=1` rewrites it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use support::Project;
use walkdir::WalkDir;

const EXPECTED: &str = "expected.json";

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/convert-cases");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let trial = |case: PathBuf| {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        Trial::test(name, move || analyzed(&case))
    };
    let trials = cases.into_iter().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn analyzed(case: &Path) -> Result<(), Failed> {
    support::expect_toolchain();
    let project = Project::new(&[]);
    for entry in WalkDir::new(case) {
        let entry = entry?;
        let name = entry.path().strip_prefix(case)?;
        if entry.file_type().is_file() && name != EXPECTED {
            project.write(&name.to_string_lossy(), fs::read(entry.path())?);
        }
    }
    let mut warp = project.warp();
    warp.args(["convert", "analyze", "--json"]);
    let outcome = project.outcome(warp.env("PATH", support::path_with_bun()));
    if outcome.code != Some(0) {
        return Err(outcome.account.into());
    }
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout)?;
    let found = serde_json::to_string_pretty(&report)? + "\n";
    let file = case.join(EXPECTED);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &found)?;
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    Err(format!("expected\n{expected}\nfound\n{found}\n{}", outcome.account).into())
}
