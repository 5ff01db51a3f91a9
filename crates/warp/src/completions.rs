//! `warp completions`

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli;

pub fn run(args: &cli::Completions) -> miette::Result<ExitCode> {
    clap_complete::generate(
        args.shell,
        &mut cli::Warp::command(),
        "warp",
        &mut std::io::stdout(),
    );
    Ok(ExitCode::SUCCESS)
}
