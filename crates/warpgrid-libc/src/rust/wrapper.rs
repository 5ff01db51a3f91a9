//! The `warp` executable in rustc's place: it hands each compilation on as it
//! is, but for crates that have a patched copy.
//!
//! cargo calls `RUSTC_WRAPPER` with the compiler's path and arguments. A user's
//! own wrapper (sccache, for example) is called in turn.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};
use toml_edit::Document;
use warpgrid_pack::{Error, PackRequest};

use super::rustflags::config_files;
use crate::LIBWARPGRID_TARGET;
use crate::c::install_driver;

/// The name under which the `warp` executable is a compiler wrapper.
pub const WRAPPER_NAME: &str = "warp-rustc";

/// What is to be replaced, as JSON.
const REPLACEMENTS: &str = "WARPGRID_PATCHED_CRATES";
/// The user's own wrapper.
const NEXT: &str = "WARPGRID_RUSTC_WRAPPER";

/// A crate whose sources are read from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Replacement {
    /// The directory of the registry's sources.
    pub(super) from: PathBuf,
    /// The directory of the patched copy.
    pub(super) to: PathBuf,
}

/// Puts the wrapper between cargo and rustc.
pub(super) fn install(
    cargo: &mut Command,
    request: &PackRequest<'_>,
    replacements: &[Replacement],
) -> Result<(), Error> {
    let text = serde_json::to_string(replacements).map_err(|_| Error::Project {
        message: "the path of cargo's registry is not Unicode".to_owned(),
        help: "set CARGO_HOME to a directory with a plain name".to_owned(),
    })?;
    cargo.env("RUSTC_WRAPPER", install_driver(request, WRAPPER_NAME)?);
    cargo.env(REPLACEMENTS, text);
    match users_wrapper(request) {
        Some(next) => cargo.env(NEXT, next),
        None => cargo.env_remove(NEXT),
    };
    Ok(())
}

/// The wrapper that cargo would have used: of the environment, else of the
/// nearest configuration file that names one. An empty name means none.
fn users_wrapper(request: &PackRequest<'_>) -> Option<OsString> {
    ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"]
        .into_iter()
        .find_map(|name| request.variable(name))
        .or_else(|| {
            config_files(&request.project).find_map(|file| {
                let text = std::fs::read_to_string(&file).ok()?;
                configured(&text, &file)
            })
        })
        .filter(|wrapper| !wrapper.is_empty())
}

/// `build.rustc-wrapper`. A relative path is relative to the directory that
/// holds `.cargo`; a bare name is looked up on PATH.
fn configured(text: &str, file: &Path) -> Option<OsString> {
    let document = Document::parse(text.to_owned()).ok()?;
    let name = document
        .as_table()
        .get("build")?
        .as_table_like()?
        .get("rustc-wrapper")?
        .as_str()?;
    let parent = file.parent().and_then(Path::parent);
    Some(match parent {
        Some(parent) if name.contains('/') => parent.join(name).into(),
        _ => name.into(),
    })
}

/// The compilation that cargo asked for: the user's wrapper or rustc, with
/// patched sources where there are any. `arguments` are the compiler and its
/// arguments.
///
/// # Errors
/// When the program was not called by `warp pack`.
pub fn wrapped_command(arguments: &[OsString]) -> Result<Command, Error> {
    let called_otherwise = || Error::Project {
        message: format!("{WRAPPER_NAME} was not called by cargo for `warp pack`"),
        help: "run `warp pack`".to_owned(),
    };
    let text = std::env::var(REPLACEMENTS).map_err(|_| called_otherwise())?;
    let replacements: Vec<Replacement> =
        serde_json::from_str(&text).map_err(|_| called_otherwise())?;
    let (compiler, arguments) = arguments.split_first().ok_or_else(called_otherwise)?;
    let directory = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let replacement = directory.and_then(|directory| {
        replacements
            .iter()
            .find(|replacement| replacement.from == directory)
    });
    let mut command = match std::env::var_os(NEXT) {
        Some(next) => {
            let mut command = Command::new(next);
            command.arg(compiler);
            command
        }
        None => Command::new(compiler),
    };
    match replacement {
        Some(replacement) if is_for_target(arguments) => {
            command.args(replacement.arguments(arguments));
        }
        _ => {
            command.args(arguments);
        }
    }
    Ok(command)
}

/// cargo names the target except for what runs on the machine itself.
fn is_for_target(arguments: &[OsString]) -> bool {
    arguments
        .windows(2)
        .any(|pair| pair[0] == "--target" && pair[1] == LIBWARPGRID_TARGET)
}

impl Replacement {
    /// The arguments with the copy's files in place of the registry's. Messages
    /// and panics go on naming the registry's.
    fn arguments(&self, arguments: &[OsString]) -> Vec<OsString> {
        let mut replaced: Vec<OsString> = arguments
            .iter()
            .map(|argument| self.argument(argument))
            .collect();
        let mut remap = OsString::from("--remap-path-prefix=");
        remap.push(&self.to);
        remap.push("=");
        remap.push(&self.from);
        replaced.push(remap);
        replaced
    }

    fn argument(&self, argument: &OsStr) -> OsString {
        match Path::new(argument).strip_prefix(&self.from) {
            Ok(file) => self.to.join(file).into(),
            Err(_) => argument.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_replaced_for_the_target_alone() {
        let replacement = Replacement {
            from: "/r/tokio-1".into(),
            to: "/s/x".into(),
        };
        let arguments: Vec<OsString> = [
            "--crate-name",
            "tokio",
            "/r/tokio-1/src/lib.rs",
            "/r/tokio-10/src/lib.rs",
            "--target",
            LIBWARPGRID_TARGET,
        ]
        .map(Into::into)
        .into();
        let replaced = replacement.arguments(&arguments);
        assert_eq!(replaced[2], "/s/x/src/lib.rs");
        assert_eq!(replaced[3], "/r/tokio-10/src/lib.rs");
        assert_eq!(replaced[6], "--remap-path-prefix=/s/x=/r/tokio-1");
        assert!(is_for_target(&arguments));
        assert!(!is_for_target(&arguments[..4]));
    }

    #[test]
    fn a_configured_wrapper_is_found_where_cargo_finds_it() {
        let file = Path::new("/p/.cargo/config.toml");
        let of = |text: &str| configured(text, file);
        assert_eq!(
            of("[build]\nrustc-wrapper = \"sccache\"\n"),
            Some("sccache".into())
        );
        assert_eq!(
            of("build.rustc-wrapper = \"tools/wrap\"\n"),
            Some("/p/tools/wrap".into())
        );
        assert_eq!(of("[build]\njobs = 1\n"), None);
    }
}
