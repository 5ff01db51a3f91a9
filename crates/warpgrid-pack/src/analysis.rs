//! Reading a component: what it imports, exports and was built with.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Serialize;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use crate::Error;
use crate::contract::SHIM_PACKAGE;
use crate::sections::{Producers, Sections};

/// What a component is, as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Analysis {
    /// The world that its exports amount to (`wasi:cli/command`,
    /// `wasi:http/proxy`, `wasi:http/service`), or `custom`.
    pub world: String,
    /// Full names of what it imports, in order of name.
    pub imports: Vec<String>,
    /// Full names of what it exports, in order of name.
    pub exports: Vec<String>,
    /// The shims among its imports, by interface name.
    pub shims: Vec<String>,
    /// Its size in bytes.
    pub bytes: u64,
    /// The languages and tools that say they made it, or `None` where none does.
    pub toolchain: Option<String>,
    /// Names of the functions in its core modules; `None` where it is stripped.
    #[serde(skip)]
    pub functions: Option<BTreeSet<String>>,
}

/// Reads the component in a file.
///
/// # Errors
/// When the file cannot be read or is not a whole, valid component.
pub fn analyze(path: &Path) -> Result<Analysis, Error> {
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
    analyze_bytes(path, &bytes)
}

/// Reads a component from memory. The path is for messages only.
///
/// # Errors
/// When the bytes are not a whole, valid component.
pub fn analyze_bytes(path: &Path, bytes: &[u8]) -> Result<Analysis, Error> {
    let sections = sections(path, bytes)?;
    Ok(Analysis::new(sections, bytes.len()))
}

/// The sections of what is a whole, valid component.
pub(crate) fn sections(path: &Path, bytes: &[u8]) -> Result<Sections, Error> {
    expect_component(path, bytes)?;
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(bytes)
        .map_err(|error| broken(path, &error))?;
    Sections::read(bytes).map_err(|error| broken(path, &error))
}

impl Analysis {
    pub(crate) fn new(found: Sections, bytes: usize) -> Self {
        let shims = found
            .imports
            .iter()
            .filter_map(|import| {
                let interface = import.strip_prefix(SHIM_PACKAGE)?.strip_prefix('/')?;
                Some(interface.split('@').next().unwrap_or(interface).to_owned())
            })
            .collect();
        Self {
            world: world(&found.exports).to_owned(),
            shims,
            bytes: bytes as u64,
            toolchain: toolchain(&found.producers),
            functions: (!found.functions.is_empty()).then_some(found.functions),
            imports: found.imports.into_iter().collect(),
            exports: found.exports.into_iter().collect(),
        }
    }

    /// Whether nothing shows that one of our toolchains made it: no shim, no
    /// record of `warp pack`, no hook of the patched libc.
    #[must_use]
    pub fn is_stock(&self) -> bool {
        let mut tools = self.toolchain.iter().flat_map(|tools| tools.split(", "));
        let mut functions = self.functions.iter().flatten();
        self.shims.is_empty()
            && !tools.any(|tool| tool.starts_with("warp "))
            // As the linker calls what is weak and has no definition:
            // `undefined_weak:__warpgrid_connect`.
            && !functions.any(|function| function.contains("__warpgrid_"))
    }
}

/// The tools in one line, without those that only put the component together:
/// they say nothing of what compiled it.
fn toolchain(producers: &Producers) -> Option<String> {
    let tools: Vec<_> = producers
        .tools
        .iter()
        .filter(|tool| !tool.name.starts_with("wit-") && !tool.name.starts_with("wasm-"))
        .map(ToString::to_string)
        .collect();
    (!tools.is_empty()).then(|| tools.join(", "))
}

/// Refuses what is no component at all, with a word on what it is instead.
fn expect_component(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let (what, help) = if Parser::is_component(bytes) {
        return Ok(());
    } else if Parser::is_core_wasm(bytes) {
        let help = if imports_preview1(bytes) {
            "it was built for wasm32-wasip1: build it for wasm32-wasip2, as `warp pack` does"
        } else {
            "build the project with `warp pack`, which makes a component"
        };
        ("a core WebAssembly module", help)
    } else if bytes.is_empty() {
        ("empty", "build it again with `warp pack`")
    } else if b"\0asm".starts_with(&bytes[..bytes.len().min(4)]) && bytes.len() < 8 {
        ("truncated", "copy or build it again with `warp pack`")
    } else if bytes.starts_with(b"\0asm") {
        (
            "of a WebAssembly version that is not known",
            "build it again with `warp pack`",
        )
    } else if std::str::from_utf8(&bytes[..bytes.len().min(512)])
        .is_ok_and(|text| !text.contains('\0'))
    {
        (
            "a text file",
            "give the `.wasm` file that `warp pack` wrote",
        )
    } else {
        (
            "not WebAssembly",
            "give the `.wasm` file that `warp pack` wrote",
        )
    };
    Err(Error::NotAComponent {
        path: path.into(),
        what: what.into(),
        help: help.into(),
    })
}

fn imports_preview1(bytes: &[u8]) -> bool {
    Parser::new(0)
        .parse_all(bytes)
        .map_while(Result::ok)
        .any(|payload| match payload {
            Payload::ImportSection(imports) => imports
                .into_imports()
                .map_while(Result::ok)
                .any(|import| import.module == "wasi_snapshot_preview1"),
            _ => false,
        })
}

/// A component that does not parse: cut off, or damaged.
fn broken(path: &Path, error: &wasmparser::Error) -> Error {
    let message = error.message();
    let what = if message.contains("unexpected end") {
        format!("cut off (its contents end at byte {})", error.offset())
    } else {
        format!("damaged (at byte {}: {message})", error.offset())
    };
    Error::NotAComponent {
        path: path.into(),
        what,
        help: "copy or build it again with `warp pack`".into(),
    }
}

/// The standard world that the exports amount to.
fn world(exports: &BTreeSet<String>) -> &'static str {
    let exports = |interface: &str| {
        exports.iter().any(|export| {
            export
                .strip_prefix(interface)
                .is_some_and(|version| version.starts_with('@'))
        })
    };
    if exports("wasi:http/handler") {
        "wasi:http/service"
    } else if exports("wasi:http/incoming-handler") {
        "wasi:http/proxy"
    } else if exports("wasi:cli/run") {
        "wasi:cli/command"
    } else {
        "custom"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analyze_text(text: &str) -> Result<Analysis, Error> {
        analyze_bytes(Path::new("x.wasm"), &wat::parse_str(text).unwrap())
    }

    fn message(bytes: &[u8]) -> String {
        analyze_bytes(Path::new("x.wasm"), bytes)
            .unwrap_err()
            .to_string()
    }

    const SERVICE: &str = r#"(component
        (import "warpgrid:shim/dns@0.1.0" (instance))
        (import "wasi:cli/stdin@0.2.6" (instance))
        (core module
            (func $getaddrinfo)
            (@producers (language "C11" "") (processed-by "clang" "19.1.7") (processed-by "wit-component" "0.2")))
        (component (import "inner:only/thing" (instance)))
        (instance $i)
        (export "wasi:http/incoming-handler@0.2.6" (instance $i)))"#;

    #[test]
    fn finds_what_only_the_outermost_component_says() {
        let found = analyze_text(SERVICE).unwrap();
        assert_eq!(found.world, "wasi:http/proxy");
        assert_eq!(
            found.imports,
            ["warpgrid:shim/dns@0.1.0", "wasi:cli/stdin@0.2.6"]
        );
        assert_eq!(found.exports, ["wasi:http/incoming-handler@0.2.6"]);
        assert_eq!(found.shims, ["dns"]);
        assert_eq!(found.toolchain.as_deref(), Some("clang 19.1.7"));
        assert!(found.functions.unwrap().contains("getaddrinfo"));
    }

    #[test]
    fn a_trace_of_ours_is_no_stock_component() {
        let stock = SERVICE.replace("warpgrid:shim/dns@0.1.0", "wasi:io/poll@0.2.6");
        assert!(!analyze_text(SERVICE).unwrap().is_stock());
        assert!(analyze_text(&stock).unwrap().is_stock());
        for (from, to) in [
            ("\"clang\" \"19.1.7\"", "\"warp\" \"0.1.0\""),
            ("$getaddrinfo", "$undefined_weak:__warpgrid_getaddrinfo"),
        ] {
            let ours = stock.replace(from, to);
            assert!(!analyze_text(&ours).unwrap().is_stock(), "{ours}");
        }
    }

    #[test]
    fn says_what_a_file_is_that_is_no_component() {
        assert_eq!(message(b""), "x.wasm is empty, not a component");
        assert_eq!(message(b"\0as"), "x.wasm is truncated, not a component");
        assert_eq!(
            message(b"#!/bin/sh\n"),
            "x.wasm is a text file, not a component"
        );
        assert_eq!(
            message(b"\x7fELF\0\0\0\0"),
            "x.wasm is not WebAssembly, not a component"
        );
        let module = wat::parse_str("(module)").unwrap();
        assert_eq!(
            message(&module),
            "x.wasm is a core WebAssembly module, not a component"
        );
    }

    #[test]
    fn every_truncation_is_an_error_and_none_a_panic() {
        let whole = wat::parse_str(SERVICE).unwrap();
        for end in 0..whole.len() {
            // A prefix that ends between two sections is a component of its own.
            if let Err(error) = analyze_bytes(Path::new("x.wasm"), &whole[..end]) {
                assert!(matches!(error, Error::NotAComponent { .. }), "{error}");
            }
        }
        let error = message(&whole[..whole.len() - 3]);
        assert!(error.contains("cut off"), "{error}");
    }
}
