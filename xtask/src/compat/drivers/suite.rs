//! A driver's own tests, whatever runs them.

use std::path::{Path, PathBuf};

use warpgrid_test_harness::process::Bounds;

use super::go::GoTests;
use super::pins::{Driver, Source};
use super::python::PythonTests;
use crate::compat::test2json::Outcomes;

/// Where the port belongs in what tests are told.
const PORT: &str = "{port}";

/// What suites are fetched and run with.
pub struct Tools {
    /// Kept between runs.
    pub cache: PathBuf,
    pub bounds: Bounds,
}

impl Tools {
    /// What tests are told, with the port in it.
    pub fn filled(&self, text: &str, port: u16) -> String {
        text.replace(PORT, &port.to_string())
    }
}

/// The tests, ready to run.
pub enum Tests {
    Go(GoTests),
    Python(PythonTests),
}

impl Tests {
    /// Fetches them into a folder of the run's own.
    ///
    /// # Errors
    /// Where they cannot be had, or are not what is pinned.
    pub fn fetch(driver: &Driver, folder: &Path, tools: &Tools) -> anyhow::Result<Self> {
        Ok(match &driver.source {
            Source::Go(pin) => Tests::Go(GoTests::fetch(pin, folder.to_owned(), tools)?),
            Source::Python(pin) => Tests::Python(PythonTests::fetch(pin, folder, tools)?),
        })
    }

    /// The driver's sources.
    pub fn folder(&self) -> &Path {
        match self {
            Tests::Go(tests) => tests.folder(),
            Tests::Python(tests) => tests.folder(),
        }
    }

    /// What has to be run for one test: parts of some are not tests of their
    /// own.
    pub fn whole<'a>(&self, name: &'a str) -> &'a str {
        match self {
            Tests::Go(_) => GoTests::whole(name),
            Tests::Python(_) => name,
        }
    }

    /// Runs all, or one, against what listens on a port of the loopback
    /// interface.
    ///
    /// # Errors
    /// Where nothing can be run.
    pub fn run(
        &self,
        driver: &Driver,
        only: Option<&str>,
        port: u16,
        tools: &Tools,
    ) -> anyhow::Result<Outcomes> {
        let left_out: Vec<&str> = driver.left_out.keys().map(String::as_str).collect();
        let environment: Vec<(&str, String)> = driver
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), tools.filled(value, port)))
            .collect();
        match self {
            Tests::Go(tests) => tests.run(only, &left_out, &environment, tools),
            Tests::Python(tests) => tests.run(only, &left_out, &environment, port, tools),
        }
    }
}
