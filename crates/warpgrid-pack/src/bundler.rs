//! Programs that a loader evaluates: for whoever tries a change, and cannot wait for
//! a component of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Error, PackRequest};

/// A packer whose programs are also evaluated as they are, by a component that is
/// made once: the loader. Between two of them lies no compilation.
pub trait Bundler {
    /// Makes what bundling needs: the loader, and what bundles again and again.
    ///
    /// # Errors
    /// Where the toolchain is not there, or the project does not say which file is
    /// the program.
    fn begin(&self, request: &PackRequest<'_>) -> Result<Box<dyn Bundling>, Error>;
}

/// The bundling of one project. It remembers what it has read.
pub trait Bundling: Send {
    /// The component that evaluates the bundle, in which the host shows it as
    /// `/warpgrid/program.js`.
    fn loader(&self) -> &Path;

    /// The program as its sources are now.
    ///
    /// # Errors
    /// Where what bundles has ended: then it is to be begun again.
    fn bundle(&mut self) -> Result<Result<Bundle, Faulty>, Error>;
}

/// A program as one script.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// What the loader evaluates.
    pub code: Vec<u8>,
    /// Its source map (ECMA-426).
    pub source_map: Vec<u8>,
    /// The host's interfaces that it uses, with their versions.
    pub imports: BTreeSet<String>,
    /// What the user should know.
    pub notes: Vec<Remark>,
}

/// What is wrong with a program: at least one thing.
#[derive(Debug, Clone)]
pub struct Faulty(pub Vec<Remark>);

/// Something about a program, at a place or of the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Remark {
    /// What is said.
    pub text: String,
    /// What to do.
    #[serde(default)]
    pub help: Option<String>,
    /// From the project's directory.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// From 1.
    #[serde(default)]
    pub line: Option<u32>,
}

impl Remark {
    /// `src/main.ts:3: what is said`
    pub fn message(&self) -> String {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{}:{line}: {}", file.display(), self.text),
            (Some(file), None) => format!("{}: {}", file.display(), self.text),
            _ => self.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_says_its_place() {
        let mut remark = Remark {
            text: "no".to_owned(),
            help: None,
            file: Some("a.ts".into()),
            line: Some(3),
        };
        assert_eq!(remark.message(), "a.ts:3: no");
        remark.line = None;
        assert_eq!(remark.message(), "a.ts: no");
        remark.file = None;
        assert_eq!(remark.message(), "no");
    }
}
