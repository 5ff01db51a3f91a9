//! `warp`: packs programs into components and runs them.
//!
//! Exit codes: 0 done, 1 what was asked for failed, 2 wrong usage; 130 where
//! Ctrl-C ended a build, 128 plus its number where a signal ended a program.

#![forbid(unsafe_code)]

mod cache;
mod cc;
mod cli;
mod completions;
mod convert;
mod db_proxy;
mod dev;
mod inspect;
mod output;
mod pack;
mod progress;
mod run;
mod schema;
mod serving;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use warpgrid_libc::c::DRIVER_NAME;
use warpgrid_libc::rust::WRAPPER_NAME;

fn main() -> ExitCode {
    configure_reports();
    match dispatch() {
        Ok(code) => code,
        Err(report) => {
            eprintln!("{report:?}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> miette::Result<ExitCode> {
    if let Some((name, args)) = called_as() {
        match name.as_str() {
            DRIVER_NAME => return cc::run(&args),
            WRAPPER_NAME => return cc::wrap_rustc(&args),
            _ => {}
        }
    }
    match cli::Warp::parse().verb {
        cli::Verb::Pack(args) => pack::run(args),
        cli::Verb::Run(args) => run::run(args),
        cli::Verb::Dev(args) => dev::run(args),
        cli::Verb::Inspect(args) => inspect::run(&args),
        cli::Verb::Convert(args) => convert::run(args),
        cli::Verb::DbProxy(args) => db_proxy::run(args),
        cli::Verb::Cc(args) => cc::run(&args.args),
        cli::Verb::Cache(args) => cache::run(&args),
        cli::Verb::Schema => schema::run(),
        cli::Verb::Completions(args) => completions::run(&args),
    }
}

/// The name by which this program was called, and the arguments.
fn called_as() -> Option<(String, Vec<OsString>)> {
    let mut args = std::env::args_os();
    let program = args.next()?;
    let name = Path::new(&program).file_stem()?.to_str()?.to_owned();
    Some((name, args.collect()))
}

/// One line what, one line what to do, unbroken so that paths can be copied.
fn configure_reports() {
    let hook = miette::set_hook(Box::new(|_| {
        Box::new(
            miette::MietteHandlerOpts::new()
                .wrap_lines(false)
                .context_lines(1)
                .build(),
        )
    }));
    // Setting it again would be the only way to fail.
    debug_assert!(hook.is_ok());
}
