//! `warp run`

use std::process::ExitCode;

use warpgrid_pack::{Symbols, analyze, check};

use crate::cli;

/// Refuses what is no component of this host's before anything is started.
pub fn run(args: cli::Run) -> miette::Result<ExitCode> {
    let component = analyze(&args.component)?;
    check(&args.component, &component, &Symbols::default())?;
    Err(miette::miette!(
        help = "build warp with its host",
        "this warp was built without a host to run {}",
        args.component.display()
    ))
}
