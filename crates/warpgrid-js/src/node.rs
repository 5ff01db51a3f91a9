//! The user's `node` and `npm`.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use warpgrid_pack::Error;

/// The oldest major version of Node that esbuild and componentize-js run under.
const OLDEST: u32 = 20;

pub(crate) const INSTALL: &str = "install Node 20 or newer with npm, and put both on PATH";

/// Runs a command of Node or npm to its end and gives what it printed.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn output(command: &mut Command) -> Result<Output, Error> {
    let program = Path::new(command.get_program()).to_owned();
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error: io::Error| Error::spawn(&program, INSTALL, &error))
}

/// Runs a command of Node whose messages go where ours do.
///
/// # Errors
/// When it cannot be started, or fails.
pub(crate) fn run(command: &mut Command, action: &str) -> Result<(), Error> {
    let program = Path::new(command.get_program()).to_owned();
    let status = command
        .status()
        .map_err(|error| Error::spawn(&program, INSTALL, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::ToolFailed {
        action: action.to_owned(),
        tool: program.display().to_string(),
        status: status.to_string(),
        help: "see what it says above".to_owned(),
    })
}

/// That there is a Node that is new enough. The command is `node` in the
/// environment of the build.
///
/// # Errors
/// When there is none, or an older one.
pub(crate) fn expect(mut node: Command) -> Result<(), Error> {
    let said = output(node.arg("--version"))?;
    let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    match major(&version) {
        Some(major) if major >= OLDEST => Ok(()),
        _ => Err(Error::Project {
            message: format!("`node --version` says `{version}`, which is too old to pack with"),
            help: INSTALL.to_owned(),
        }),
    }
}

/// `v20.20.2`
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_counts() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20.1"), None);
    }

    #[test]
    fn an_old_node_and_none_are_errors_with_the_remedy() {
        let mut old = Command::new("sh");
        old.args(["-c", "echo v18.20.4"]);
        let error = expect(old).unwrap_err();
        assert!(error.to_string().contains("`v18.20.4`"), "{error}");
        let error = expect(Command::new("no-such-node")).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-node` was not found on PATH");
    }
}
