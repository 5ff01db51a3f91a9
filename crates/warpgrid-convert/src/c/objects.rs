//! Objects that clang compiled for WebAssembly: the functions that they want of
//! others. The linker's conventions have them as imports of `env`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;
use warpgrid_pack::Error;
use wasmparser::{Parser, Payload, TypeRef};

/// Of all objects below a folder.
///
/// # Errors
/// When one cannot be read.
pub(super) fn wanted_in(folder: &Path) -> Result<BTreeSet<String>, Error> {
    let mut wanted = BTreeSet::new();
    for entry in WalkDir::new(folder).into_iter().flatten() {
        let path = entry.path();
        if path.is_file() && path.extension().is_some_and(|end| end == "o") {
            let bytes = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
            wanted.extend(wanted_by(&bytes));
        }
    }
    Ok(wanted)
}

/// Of one; none where it is no module.
fn wanted_by(object: &[u8]) -> Vec<String> {
    let mut wanted = Vec::new();
    for payload in Parser::new(0).parse_all(object).map_while(Result::ok) {
        let Payload::ImportSection(imports) = payload else {
            continue;
        };
        let imports = imports.into_imports().map_while(Result::ok);
        let functions = imports.filter(|import| matches!(import.ty, TypeRef::Func(_)));
        wanted.extend(functions.map(|import| import.name.to_owned()));
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_wanted_and_tables_are_not() {
        let object = wat::parse_str(
            r#"(module (import "env" "fork" (func (result i32)))
                (import "env" "__linear_memory" (memory 0)))"#,
        );
        assert_eq!(wanted_by(&object.unwrap()), ["fork"]);
        assert!(wanted_by(b"\x7fELF").is_empty());
    }
}
