//! `warp cc`: becomes clang.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use warpgrid_libc::c::{compiler_command, current_toolchain};
use warpgrid_pack::Error;

pub fn run(args: &[OsString]) -> miette::Result<ExitCode> {
    let toolchain = current_toolchain()?;
    Ok(become_program(compiler_command(&toolchain, args)?)?)
}

/// Signals and the exit status are then clang's own.
#[cfg(unix)]
fn become_program(mut command: Command) -> Result<ExitCode, Error> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(Error::spawn(
        Path::new(command.get_program()),
        "run `cargo xtask setup`",
        &error,
    ))
}

#[cfg(not(unix))]
fn become_program(mut command: Command) -> Result<ExitCode, Error> {
    let status = command.status().map_err(|error| {
        Error::spawn(
            Path::new(command.get_program()),
            "run `cargo xtask setup`",
            &error,
        )
    })?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
