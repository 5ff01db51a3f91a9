//! Which drivers are tried, and what is known of their tests: the files in
//! `xtask/compat/drivers`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::server::Protocol;
use crate::workspace;

/// Where these files stand in the repository.
const FOLDER: &str = "xtask/compat/drivers";
/// Why a test goes otherwise through the proxy, by driver and test.
pub const CAUSES: &str = "xtask/compat/drivers/causes.toml";

/// A driver and its tests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Driver {
    pub protocol: Protocol,
    /// A script in its sources that its tests want run first.
    pub prepare: Option<String>,
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Tests that are not run, with the reason.
    #[serde(default)]
    pub left_out: BTreeMap<String, String>,
    pub source: Source,
}

/// Where its tests are had from.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    Go(GoModule),
    Python(PythonPackage),
}

impl Source {
    pub fn version(&self) -> &str {
        match self {
            Source::Go(module) => &module.version,
            Source::Python(package) => &package.version,
        }
    }
}

/// A module as Go's client has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoModule {
    pub module: String,
    pub version: String,
    /// As in `go.sum`.
    pub sum: String,
}

/// A source package as pip has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonPackage {
    pub package: String,
    pub version: String,
    pub sha256: String,
    /// The name of the file that pins what the tests need.
    pub requirements: String,
    /// For pytest.
    pub arguments: Vec<String>,
    /// Files, of those in the package.
    pub tests: Vec<String>,
}

impl PythonPackage {
    pub fn requirements(&self) -> PathBuf {
        workspace::root().join(FOLDER).join(&self.requirements)
    }
}

/// The drivers, by name.
///
/// # Errors
/// With the place, where the file is not as it should be.
pub fn drivers() -> anyhow::Result<BTreeMap<String, Driver>> {
    workspace::read_toml(&format!("{FOLDER}/drivers.toml"))
}

/// Explanations, by driver and by test. That of a test holds for its parts.
pub type Causes = BTreeMap<String, BTreeMap<String, String>>;

/// What [`CAUSES`] says.
///
/// # Errors
/// As [`drivers`].
pub fn causes() -> anyhow::Result<Causes> {
    workspace::read_toml(CAUSES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_explanation_is_of_a_driver_that_is_tried() {
        let drivers = drivers().unwrap();
        for (driver, causes) in causes().unwrap() {
            assert!(drivers.contains_key(&driver), "{driver}");
            for (test, cause) in causes {
                assert!(!cause.trim().is_empty(), "{driver} {test}");
            }
        }
        for driver in drivers.values() {
            if let Source::Python(package) = &driver.source {
                assert!(package.requirements().is_file());
            }
        }
    }
}
