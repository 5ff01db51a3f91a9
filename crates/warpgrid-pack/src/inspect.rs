//! What `warp inspect` tells of a component: the [`Analysis`], where its bytes
//! are, and what keeps this host from running it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use miette::Diagnostic;
use serde::Serialize;

use crate::check::{check_shims, unprovided};
use crate::sections::Sections;
pub use crate::sections::{CoreModule, Producer, Producers};
use crate::{Analysis, Error, Symbols, analysis};

/// Everything that can be told of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// What it is.
    #[serde(flatten)]
    pub analysis: Analysis,
    /// What made it.
    #[serde(flatten)]
    pub producers: Producers,
    /// Where its bytes are.
    pub sizes: Sizes,
    /// Its core modules.
    pub modules: Vec<CoreModule>,
    /// What keeps it from running on this host as it should.
    pub warnings: Vec<Warning>,
}

/// A component's size, in bytes, by what they are for. The parts add up to the
/// whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Functions, of all modules.
    pub code: u64,
    /// Initial memory, of all modules.
    pub data: u64,
    /// Custom sections by name: names, debug information, producers.
    pub custom: BTreeMap<String, u64>,
    /// Types, tables and what joins the modules.
    pub other: u64,
}

/// Something that an operator should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub help: String,
}

/// Reads the component in a file.
///
/// # Errors
/// When the file cannot be read or is not a whole, valid component.
pub fn inspect(path: &Path) -> Result<Inspection, Error> {
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
    inspect_bytes(path, &bytes)
}

fn inspect_bytes(path: &Path, bytes: &[u8]) -> Result<Inspection, Error> {
    let mut sections = analysis::sections(path, bytes)?;
    let sizes = Sizes::new(&sections, bytes.len() as u64);
    let producers = sections.producers.clone();
    let modules = std::mem::take(&mut sections.modules);
    let analysis = Analysis::new(sections, bytes.len());
    let missing = check_shims(path, &analysis, &Symbols::default()).err();
    let warnings = unprovided(path, &analysis)
        .chain(missing)
        .map(|error| Warning::new(&error))
        .collect();
    Ok(Inspection {
        analysis,
        producers,
        sizes,
        modules,
        warnings,
    })
}

impl Sizes {
    fn new(sections: &Sections, bytes: u64) -> Self {
        let code = sections.modules.iter().map(|module| module.code).sum();
        let data = sections.modules.iter().map(|module| module.data).sum();
        let custom: u64 = sections.custom.values().sum();
        Self {
            code,
            data,
            custom: sections.custom.clone(),
            other: bytes - code - data - custom,
        }
    }
}

impl Warning {
    fn new(error: &Error) -> Self {
        Self {
            what: error.to_string(),
            help: error
                .help()
                .map(|help| help.to_string())
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspected(text: &str) -> Inspection {
        inspect_bytes(Path::new("x.wasm"), &wat::parse_str(text).unwrap()).unwrap()
    }

    #[test]
    fn every_byte_is_counted_once() {
        let found = inspected(
            r#"(component
                (core module $first
                    (memory 1) (data (i32.const 0) "0123456789")
                    (func $f (result i32) i32.const 1)
                    (@custom ".debug_info" "abcd"))
                (component (core module $second (func $g)))
                (@custom "mine" "xyz"))"#,
        );
        let names: Vec<_> = found.modules.iter().map(|m| m.name.as_deref()).collect();
        assert_eq!(names, [Some("first"), Some("second")]);
        let [first, second] = &found.modules[..] else {
            panic!()
        };
        assert!(first.code > 0 && first.data >= 10 && second.data == 0);
        assert_eq!(found.sizes.code, first.code + second.code);
        assert!(found.sizes.custom[".debug_info"] >= 4);
        assert!(found.sizes.custom["mine"] >= 3);
        let custom: u64 = found.sizes.custom.values().sum();
        let sizes = &found.sizes;
        assert_eq!(
            sizes.code + sizes.data + custom + sizes.other,
            found.analysis.bytes
        );
    }

    #[test]
    fn languages_and_tools_are_told_apart() {
        let found = inspected(
            r#"(component (core module
                (@producers (language "Rust" "") (processed-by "rustc" "1.90") (sdk "kit" "2"))))"#,
        );
        let shown = |producers: &std::collections::BTreeSet<Producer>| {
            producers
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(&found.producers.languages), ["Rust"]);
        assert_eq!(shown(&found.producers.tools), ["kit 2", "rustc 1.90"]);
    }

    #[test]
    fn every_import_that_the_host_lacks_is_a_warning() {
        let found = inspected(
            r#"(component (import "a:b/c@1.0.0" (instance))
                (import "wasi:cli/stdin@0.2.0" (instance))
                (import "warpgrid:shim/dns@0.9.0" (instance))
                (core module (func $connect)))"#,
        );
        let what: Vec<_> = found.warnings.iter().map(|w| w.what.as_str()).collect();
        assert_eq!(what.len(), 3, "{what:?}");
        assert!(what[0].contains("imports `a:b/c@1.0.0`"));
        assert!(what[1].contains("imports `warpgrid:shim/dns@0.9.0`"));
        assert!(what[2].contains("calls `connect` but does not import"));
        assert!(
            found
                .warnings
                .iter()
                .all(|warning| !warning.help.is_empty())
        );
    }
}
