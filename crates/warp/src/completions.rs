//! `warp completions`

use std::process::ExitCode;

use clap::CommandFactory;

use crate::{cli, output};

pub fn run(args: &cli::Completions) -> miette::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::Warp::command(), "warp", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end())?;
    Ok(ExitCode::SUCCESS)
}
