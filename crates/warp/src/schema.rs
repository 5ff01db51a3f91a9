//! `warp schema`: what `warp.toml` may hold, for editors.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::{Map, Value, json};
use warpgrid_host::ShimConfig;
use warpgrid_pack::{Key, Packer, manifest};

use crate::output;
use crate::pack::packers;

pub fn run() -> miette::Result<ExitCode> {
    output::json(&schema(&packers()))?;
    Ok(ExitCode::SUCCESS)
}

/// The host's sections, and `[package]` of every language.
fn schema(packers: &[Box<dyn Packer>]) -> Value {
    let mut schema = ShimConfig::schema().to_value();
    schema["title"] = manifest::FILE.into();
    schema["properties"]["package"] = package(packers);
    schema
}

fn package(packers: &[Box<dyn Packer>]) -> Value {
    let mut properties = Map::new();
    for key in manifest::SHARED {
        properties.insert(key.name.to_owned(), described(key, key.what.to_owned()));
    }
    let mut own: BTreeMap<(&str, &str), (&Key, Vec<&str>)> = BTreeMap::new();
    for packer in packers {
        for key in packer.keys() {
            let entry = own.entry((key.name, key.what)).or_insert((key, Vec::new()));
            entry.1.push(packer.name());
        }
    }
    for (key, languages) in own.into_values() {
        let mut said = format!("{}: {}", languages.join(", "), key.what);
        // Languages may have keys of one name: each says what it is to it.
        if let Some(Value::String(earlier)) =
            properties.get(key.name).map(|one| &one["description"])
        {
            said = format!("{earlier}\n{said}");
        }
        properties.insert(key.name.to_owned(), described(key, said));
    }
    let languages: Vec<_> = packers.iter().map(|packer| packer.name()).collect();
    properties["lang"]["enum"] = json!(languages);
    json!({
        "description": "What is packed.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn described(key: &Key, said: String) -> Value {
    let mut described = typed(key);
    described["description"] = said.into();
    described
}

/// The type of a key's example: what it writes in TOML is JSON, too.
fn typed(key: &Key) -> Value {
    let text = key.example.split_once(" = ").map(|(_, value)| value);
    let example: Value = text
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let text = json!({ "type": "string" });
    let mut described = match &example {
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Array(_) => json!({ "type": "array", "items": text }),
        _ => text,
    };
    described["examples"] = json!([example]);
    described
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_an_example_of_its_type() {
        for key in packers().iter().flat_map(|packer| packer.keys()) {
            assert_ne!(typed(key)["examples"][0], Value::Null, "{}", key.name);
        }
    }

    #[test]
    fn every_section_is_described() {
        let schema = schema(&packers());
        let properties = schema["properties"].as_object().unwrap();
        let mut known: Vec<_> = manifest::SECTIONS.to_vec();
        known.sort_unstable();
        let mut described: Vec<_> = properties.keys().map(String::as_str).collect();
        described.sort_unstable();
        assert_eq!(described, known);
        assert_eq!(schema["additionalProperties"], false);
    }
}
