//! Programs that the user has installed, as `node` and `npm`.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use warpgrid_pack::Error;

/// Runs a command to its end and gives what it printed. `install` is what to do
/// where there is no such program.
///
/// # Errors
/// When it cannot be started.
pub fn output(command: &mut Command, install: &str) -> Result<Output, Error> {
    let program = Path::new(command.get_program()).to_owned();
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error: io::Error| Error::spawn(&program, install, &error))
}

/// Runs a command whose messages go where ours do.
///
/// # Errors
/// When it cannot be started, or fails.
pub fn run(command: &mut Command, action: &str, install: &str) -> Result<(), Error> {
    let program = Path::new(command.get_program()).to_owned();
    let status = command
        .status()
        .map_err(|error| Error::spawn(&program, install, &error))?;
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

/// That the program is new enough: `command` is it, in the environment of the
/// build. `oldest` is compared number by number.
///
/// # Errors
/// When there is none, or an older one.
pub fn expect(mut command: Command, oldest: &[u32], install: &str) -> Result<(), Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let said = output(command.arg("--version"), install)?;
    let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if numbers(&version).is_some_and(|numbers| numbers.as_slice() >= oldest) {
        return Ok(());
    }
    Err(Error::Project {
        message: format!("`{program} --version` says `{version}`, which is too old to pack with"),
        help: install.to_owned(),
    })
}

/// `v20.20.2`, `1.4.5`
fn numbers(version: &str) -> Option<Vec<u32>> {
    let plain = version.strip_prefix('v').unwrap_or(version);
    let release = plain.split(['-', '+']).next()?;
    release.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTALL: &str = "install it";

    #[test]
    fn versions_are_compared_number_by_number() {
        let says = |version: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("echo {version}")]);
            expect(command, &[1, 4], INSTALL).map_err(|error| error.to_string())
        };
        for new in ["v20.20.2", "1.4.5", "1.4", "2.0.0-canary.1", "1.10.0"] {
            assert_eq!(says(new), Ok(()), "{new}");
        }
        for old in ["1.3.9", "v0.9", "nonsense", ""] {
            let error = says(old).unwrap_err();
            assert!(error.contains("too old to pack with"), "{error}");
        }
    }

    #[test]
    fn none_is_an_error_with_the_remedy() {
        let error = expect(Command::new("no-such-node"), &[20], INSTALL).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-node` was not found on PATH");
    }
}
