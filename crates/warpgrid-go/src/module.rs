//! What of a module is left out.

use std::borrow::Cow;

use wasm_encoder::{CustomSection, Module, RawSection};
use wasmparser::{Parser, Payload};

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

#[cfg(test)]
mod tests {
    use super::*;

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
