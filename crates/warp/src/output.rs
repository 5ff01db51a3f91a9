//! Standard output: what other programs read.

use std::fmt::Display;
use std::io::{ErrorKind, Write, stdout};

use serde::Serialize;

/// Prints a line. Where nobody reads any more, as behind `| head`, that is no error.
///
/// # Errors
/// Where it cannot be written, as on a full disk.
pub fn line(text: impl Display) -> miette::Result<()> {
    match writeln!(stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(miette::miette!(
            help = "see what standard output is, and whether its disk is full",
            "cannot write to standard output: {error}"
        )),
        _ => Ok(()),
    }
}

/// Prints an object as JSON.
///
/// # Errors
/// As [`line`].
pub fn json(object: &impl Serialize) -> miette::Result<()> {
    let text = serde_json::to_string_pretty(object).map_err(|error| {
        miette::miette!(
            help = "this is a defect of warp",
            "cannot print JSON: {error}"
        )
    })?;
    line(text)
}
