//! Which programs are analysed: `xtask/compat/convert/convert.toml`.

use std::collections::BTreeMap;

use anyhow::ensure;
use serde::Deserialize;
use warpgrid_series::Source;
use warpgrid_test_harness::http::Request;

use crate::workspace;

/// What this file is about.
pub const LIST: &str = "xtask/compat/convert/convert.toml";

/// A public program.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// As `warp pack --lang` names it.
    pub language: String,
    /// Where it is from.
    pub source: Source,
    /// Its `warp.toml`.
    #[serde(default)]
    pub manifest: String,
    /// Files beside it.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// How the native program is called or found.
    pub program: Option<String>,
    /// What it is run with.
    #[serde(default)]
    pub args: Vec<String>,
    /// What it is asked, where it serves.
    #[serde(default)]
    requests: Vec<String>,
    /// Lines that are another each time, by their beginning.
    #[serde(default)]
    pub ignore: Vec<String>,
}

/// Reads the list.
///
/// # Errors
/// With the place, where it is not as it should be.
pub fn programs() -> anyhow::Result<BTreeMap<String, Program>> {
    workspace::read_toml(LIST)
}

impl Program {
    /// The release that is tried.
    pub fn version(&self) -> &str {
        match &self.source {
            Source::Git(source) => &source.rev,
            Source::Debian(source) => &source.version,
            Source::Crate(source) => &source.version,
            Source::Go(source) => &source.version,
            Source::Npm(source) => &source.version,
        }
    }

    /// What it is asked.
    ///
    /// # Errors
    /// Where one is not `GET` and a path.
    pub fn requests(&self) -> anyhow::Result<Vec<Request<'_>>> {
        let requests = self.requests.iter().map(|text| {
            let path = text.strip_prefix("GET ").unwrap_or_default();
            ensure!(
                path.starts_with('/'),
                "{LIST}: `{text}` is not GET and a path"
            );
            Ok(Request::Get(path))
        });
        requests.collect()
    }

    /// Whether it is run, and not only packed.
    pub fn is_run(&self) -> bool {
        !self.args.is_empty() || !self.requests.is_empty()
    }

    /// Its arguments, for a port.
    pub fn args(&self, port: u16) -> impl Iterator<Item = String> + '_ {
        let port = port.to_string();
        self.args
            .iter()
            .map(move |arg| arg.replace("{port}", &port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_read_and_has_every_language() {
        let programs = programs().unwrap();
        for language in ["c", "go", "rust", "ts"] {
            let of = programs
                .values()
                .filter(|program| program.language == language);
            assert!(of.count() >= 2, "{language}");
        }
        for program in programs.values() {
            program.requests().unwrap();
            assert!(!program.version().is_empty());
        }
    }
}
