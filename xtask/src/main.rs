//! The build of WarpGrid SDK: `cargo xtask VERB`.
//!
//! All flags stand in [`flags`]; each verb is a module of its name.

#![forbid(unsafe_code)]

mod bench;
mod c_library;
mod codegen;
mod compat;
mod flags;
mod fuzz;
mod guest;
mod patches;
mod progress;
mod quickstart;
mod rebase;
mod sandbox_tools;
mod setup;
mod test_all;
mod workspace;

use std::process::ExitCode;

use clap::Parser;
use warpgrid_series::process::Cancel;

use flags::{Verb, Xtask};

/// As a shell reports a program ended by Ctrl-C: 128 + SIGINT.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    if let Some(code) = sandbox_tools::dispatch() {
        return code;
    }
    let xtask = Xtask::parse();
    progress::log_to_stderr();
    let cancel = Cancel::default();
    let done = stop_on_signals(&cancel).and_then(|()| match xtask.verb {
        Verb::Quickstart(flags) => quickstart::run(&flags, &cancel),
        Verb::Setup(flags) => setup::run(&flags, &cancel),
        Verb::Vendor(flags) => c_library::run(&flags, &cancel),
        Verb::Bench(flags) => bench::run(&flags, &cancel),
        Verb::Compat(flags) => compat::run(&flags, &cancel),
        Verb::Fuzz(flags) => fuzz::run(&flags, &cancel),
        Verb::Codegen(flags) => codegen::run(&flags, &cancel),
        Verb::TestAll(flags) => test_all::run(&flags, &cancel),
        Verb::Patches(flags) => patches::run(&flags, &cancel),
        Verb::Rebase(flags) => rebase::run(&flags, &cancel),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if cancel.is_cancelled() => {
            eprintln!("interrupted; what is done is kept, run the command again to go on");
            ExitCode::from(INTERRUPTED)
        }
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// The first signal asks the work to stop and clean up, the second one ends
/// the process at once.
fn stop_on_signals(cancel: &Cancel) -> anyhow::Result<()> {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let code = i32::from(INTERRUPTED);
        signal_hook::flag::register_conditional_shutdown(signal, code, cancel.flag())?;
        signal_hook::flag::register(signal, cancel.flag())?;
    }
    Ok(())
}
