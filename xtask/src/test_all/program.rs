//! A program that runs to its end: both ways it must print the same, byte for
//! byte.

use anyhow::{bail, ensure};
use warpgrid_test_harness::process::{self, Finished};

use super::matrix::Stage;

pub fn test(stage: &Stage<'_>) -> anyhow::Result<()> {
    let native = process::run(&mut stage.native(), &stage.bounds)?.success()?;
    ensure!(
        !native.stdout.is_empty(),
        "the native program printed nothing\n{native}"
    );
    let component = process::run(&mut stage.component()?, &stage.bounds)
        .and_then(Finished::success)
        .map_err(|error| stage.explain(error))?;
    if native.stdout == component.stdout {
        return Ok(());
    }
    bail!(
        "{}\n{component}",
        first_difference(&native.stdout, &component.stdout)
    )
}

/// The first line that is another, both ways.
pub fn first_difference(native: &[u8], component: &[u8]) -> String {
    let (native, component) = (
        String::from_utf8_lossy(native),
        String::from_utf8_lossy(component),
    );
    let mut lines = (native.lines(), component.lines());
    let mut number = 1;
    loop {
        match (lines.0.next(), lines.1.next()) {
            (None, None) => return "the outputs differ in how they end".to_owned(),
            (native, component) if native != component => {
                return format!("line {number}: native {native:?}, component {component:?}");
            }
            _ => number += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named() {
        assert_eq!(
            first_difference(b"a\nb\n", b"a\nc\n"),
            "line 2: native Some(\"b\"), component Some(\"c\")"
        );
        assert_eq!(
            first_difference(b"a\n", b""),
            "line 1: native Some(\"a\"), component None"
        );
        assert_eq!(
            first_difference(b"a\n", b"a"),
            "the outputs differ in how they end"
        );
    }
}
