//! `warp cc` becomes clang, and as cargo's compiler wrapper `warp` becomes rustc.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use warpgrid_libc::c::{compiler_command, current_toolchain};
use warpgrid_libc::rust::wrapped_command;
use warpgrid_pack::Error;

pub fn run(args: &[OsString]) -> miette::Result<ExitCode> {
    let toolchain = current_toolchain()?;
    let command = compiler_command(&toolchain, args)?;
    Ok(become_program(command, "run `cargo xtask setup`")?)
}

/// The wrapper that `warp pack` puts between cargo and rustc.
pub fn wrap_rustc(args: &[OsString]) -> miette::Result<ExitCode> {
    let command = wrapped_command(args)?;
    Ok(become_program(
        command,
        "install it, or change cargo's rustc-wrapper",
    )?)
}

/// Signals and the exit status are then clang's own.
#[cfg(unix)]
fn become_program(mut command: Command, install: &str) -> Result<ExitCode, Error> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(Error::spawn(
        Path::new(command.get_program()),
        install,
        &error,
    ))
}

#[cfg(not(unix))]
fn become_program(mut command: Command, install: &str) -> Result<ExitCode, Error> {
    let status = command
        .status()
        .map_err(|error| Error::spawn(Path::new(command.get_program()), install, &error))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
