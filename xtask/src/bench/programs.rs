//! The programs that are measured, as users have them: optimised.

use std::path::PathBuf;

use warpgrid_series::process::Cancel;

use crate::test_all::suites;
use crate::workspace;

/// Builds all of the workspace's programs and gives one of them.
pub fn program(name: &str, cancel: &Cancel) -> anyhow::Result<PathBuf> {
    let args = [
        "--release",
        "--workspace",
        "--bins",
        "--examples",
        "--test",
        "store",
    ];
    suites::build(&workspace::root(), &args, name, cancel)
}

/// The `warp` that is measured.
pub fn warp(cancel: &Cancel) -> anyhow::Result<PathBuf> {
    program("warp", cancel)
}
