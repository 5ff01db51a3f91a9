//! Adding compiler flags for every crate without taking the user's away.
//!
//! cargo reads flags from the first of these sources that has any: the
//! environment (`CARGO_ENCODED_RUSTFLAGS`, `RUSTFLAGS`), then
//! `target.<triple>.rustflags` joined with those of matching `target.<cfg>`,
//! then `build.rustflags`. Flags in a source that was empty would hide the ones
//! after it, so ours go to the source that is in force already. Each source but
//! the first has an environment variable whose flags cargo joins to the
//! configuration files'.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use cargo_platform::{Cfg, CfgExpr};
use toml_edit::{Document, TableLike};
use warpgrid_pack::{Error, PackRequest};

/// Adds flags, none of which holds a space, to a cargo command.
pub(super) fn add(
    command: &mut Command,
    request: &PackRequest<'_>,
    target: &str,
    flags: &[String],
) -> Result<(), Error> {
    let read = |name: &str| request.variable(name);
    let per_target = format!(
        "CARGO_TARGET_{}_RUSTFLAGS",
        target.to_uppercase().replace(['-', '.'], "_")
    );
    let (variable, separator) = if read("CARGO_ENCODED_RUSTFLAGS").is_some() {
        ("CARGO_ENCODED_RUSTFLAGS", "\x1f")
    } else if read("RUSTFLAGS").is_some() {
        ("RUSTFLAGS", " ")
    } else if read(&per_target).is_some() || configured_for(request, target)? {
        (per_target.as_str(), " ")
    } else {
        ("CARGO_BUILD_RUSTFLAGS", " ")
    };
    if matches!(variable, "CARGO_ENCODED_RUSTFLAGS" | "RUSTFLAGS") {
        request.progress.note(&format!(
            "{variable} is set in the environment: cargo uses it in place of the rustflags in its \
             configuration; `{}` is added to it",
            flags.join(" ")
        ));
    }
    let mut value = read(variable).unwrap_or_default();
    for flag in flags {
        if !value.is_empty() {
            value.push(separator);
        }
        value.push(OsString::from(flag));
    }
    command.env(variable, value);
    Ok(())
}

/// Whether a configuration file of cargo's has flags for this target.
fn configured_for(request: &PackRequest<'_>, target: &str) -> Result<bool, Error> {
    let mut by_cfg = Vec::new();
    for file in config_files(&request.project) {
        // cargo itself complains of a file that it cannot read.
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        let Ok(document) = Document::parse(text) else {
            continue;
        };
        for name in targets_with_flags(&document) {
            if name == target {
                return Ok(true);
            }
            let expression = name
                .strip_prefix("cfg(")
                .and_then(|rest| rest.strip_suffix(')'));
            by_cfg.extend(expression.and_then(|text| CfgExpr::from_str(text).ok()));
        }
    }
    if by_cfg.is_empty() {
        return Ok(false);
    }
    let facts = facts_of(request, target)?;
    Ok(by_cfg.iter().any(|expression| expression.matches(&facts)))
}

/// cargo's configuration files for a project, as its book lists them.
pub(super) fn config_files(project: &Path) -> impl Iterator<Item = PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let folders: Vec<_> = project
        .ancestors()
        .map(|folder| folder.join(".cargo"))
        .chain(home)
        .collect();
    folders
        .into_iter()
        .flat_map(|folder| [folder.join("config.toml"), folder.join("config")])
}

fn targets_with_flags(document: &Document<String>) -> Vec<String> {
    let targets = document
        .as_table()
        .get("target")
        .and_then(|item| item.as_table_like());
    let has_flags = |item: &toml_edit::Item| {
        item.as_table_like()
            .is_some_and(|table: &dyn TableLike| table.contains_key("rustflags"))
    };
    targets
        .into_iter()
        .flat_map(|targets| targets.iter())
        .filter(|(_, item)| has_flags(item))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// What `cfg(...)` can ask of the target.
fn facts_of(request: &PackRequest<'_>, target: &str) -> Result<Vec<Cfg>, Error> {
    let rustc = Path::new("rustc");
    let output = request
        .command(rustc)
        .args(["--print", "cfg", "--target", target])
        .stdout(Stdio::piped())
        .output()
        .map_err(|error| Error::spawn(rustc, "install Rust with rustup", &error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .lines()
        .filter_map(|line| Cfg::from_str(line).ok())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_targets_that_have_flags_in_either_form() {
        let text = "target.x.rustflags = \"-C a\"\n[target.'cfg(unix)']\nrustflags = [\"b\"]\n\
                    [target.y]\nlinker = \"c\"\n[build]\nrustflags = []\n";
        let document = Document::parse(text.to_owned()).unwrap();
        assert_eq!(targets_with_flags(&document), ["x", "cfg(unix)"]);
    }
}
