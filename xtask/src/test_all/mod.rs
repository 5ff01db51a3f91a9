//! `cargo xtask test-all`: every test there is, in one command.

mod bun_host;
mod bun_sdk;
pub mod databases;
mod javascript;
mod libtest;
pub mod matrix;
mod native;
pub mod program;
mod report;
pub mod rows;
pub mod section;
pub mod service;
pub mod suites;

use std::time::Duration;

use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::Bounds;

use crate::flags::{Setup, TestAll};
use crate::setup;
use report::Report;

/// Runs the verb.
///
/// # Errors
/// Where something failed, after all of it was reported; or where the setup
/// failed, without which nothing can be tested.
pub fn run(flags: &TestAll, cancel: &Cancel) -> anyhow::Result<()> {
    setup::ensure(
        &Setup {
            yes: flags.yes,
            json: false,
            rebuild: false,
        },
        cancel,
    )?;
    let wanted = |name: &str| {
        flags
            .filter
            .as_ref()
            .is_none_or(|filter| name.contains(filter.as_str()))
    };
    let mut report = Report::default();
    suites::run(&wanted, cancel, &mut report);
    matrix::run(&wanted, cancel, &mut report);
    report.print(flags.json)?;
    match report.failed {
        _ if cancel.is_cancelled() => anyhow::bail!("interrupted"),
        0 if report.is_empty() => anyhow::bail!(
            "nothing is called `{}`; the names are: {}",
            flags.filter.as_deref().unwrap_or_default(),
            suites::names()
                .chain(matrix::names())
                .collect::<Vec<_>>()
                .join(", ")
        ),
        0 => Ok(()),
        failed => anyhow::bail!("{failed} failed; each is reported above"),
    }
}

/// So much time for one program, and until it is interrupted.
pub fn bounds(minutes: u64, cancel: &Cancel) -> Bounds {
    Bounds {
        limit: Duration::from_secs(60 * minutes),
        stop: cancel.flag(),
    }
}
