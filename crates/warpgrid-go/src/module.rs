//! What of a module is left out, and what it says of its functions.

use std::borrow::Cow;
use std::collections::BTreeSet;

use wasm_encoder::{CustomSection, Module, RawSection};
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// Removes debug information, and names with it where `strip` says so. What is
/// no module stays as it is, for whoever reads it next to say so.
pub(crate) fn slim(module: Vec<u8>, strip: bool) -> Vec<u8> {
    rewritten(&module, strip).unwrap_or(module)
}

fn rewritten(bytes: &[u8], strip: bool) -> wasmparser::Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if let Payload::CustomSection(custom) = &payload {
            let name = custom.name();
            let dropped = name.starts_with(".debug_") || (strip && name == "name");
            if !dropped {
                module.section(&CustomSection {
                    name: Cow::Borrowed(name),
                    data: Cow::Borrowed(custom.data()),
                });
            }
        } else if let Some((id, range)) = payload.as_section() {
            let data = &bytes[range];
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}

/// The functions that the name section of a module of TinyGo's names, as Go's own
/// linker names them. Of what cannot be read there are none.
pub(crate) fn function_names(module: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        let Payload::CustomSection(custom) = &payload else {
            continue;
        };
        let KnownCustom::Name(names) = custom.as_known() else {
            continue;
        };
        for functions in names.into_iter().map_while(Result::ok) {
            if let Name::Function(functions) = functions {
                let named = functions.into_iter().map_while(Result::ok);
                found.extend(named.map(|naming| name_of_go(naming.name)));
            }
        }
    }
    found
}

/// `(*net.Resolver).lookupIP` of TinyGo's is `net.(*Resolver).lookupIP` of Go's.
fn name_of_go(name: &str) -> String {
    let method = || {
        let (receiver, method) = name.strip_prefix("(*")?.split_once(')')?;
        let (package, kind) = receiver.rsplit_once('.')?;
        Some(format!("{package}.(*{kind}){method}"))
    };
    method().unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_the_names_of_go() {
        let mut functions = wasm_encoder::NameMap::new();
        functions.append(0, "net.socket");
        functions.append(1, "(*net/http.Server).Serve");
        functions.append(2, "(*a.b/c.T).m$1");
        let mut names = wasm_encoder::NameSection::new();
        names.functions(&functions);
        let mut module = Module::new();
        module.section(&names);
        let expected = ["a.b/c.(*T).m$1", "net.socket", "net/http.(*Server).Serve"];
        assert!(function_names(&module.finish()).iter().eq(expected));
        assert!(function_names(b"text").is_empty());
    }

    /// A module with a function, a name and debug information.
    fn module() -> Vec<u8> {
        let mut module = Module::new();
        for (name, data) in [
            ("name", vec![]),
            (".debug_info", vec![7; 9]),
            ("other", vec![1]),
        ] {
            module.section(&CustomSection {
                name: name.into(),
                data: data.into(),
            });
        }
        module.finish()
    }

    fn sections(bytes: &[u8]) -> Vec<String> {
        let payloads = Parser::new(0).parse_all(bytes).map(Result::unwrap);
        payloads
            .filter_map(|payload| match payload {
                Payload::CustomSection(custom) => Some(custom.name().to_owned()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn debug_information_goes_and_names_where_they_are_to() {
        assert_eq!(sections(&slim(module(), false)), ["name", "other"]);
        assert_eq!(sections(&slim(module(), true)), ["other"]);
    }

    #[test]
    fn what_is_no_module_stays() {
        assert_eq!(slim(b"text".to_vec(), true), b"text");
    }
}
