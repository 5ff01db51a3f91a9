//! How the configuration looks to editors (JSON Schema, draft 2020-12).

use std::borrow::Cow;

use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::{Rule, ShimConfig};

impl ShimConfig {
    /// The schema of the host's sections.
    pub fn schema() -> Schema {
        let mut schema = schemars::schema_for!(ShimConfig);
        RecursiveTransform(without_null).transform(&mut schema);
        schema
    }
}

/// TOML has no null: what may be absent is not there.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = &types[..] {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(one)] = &choices[..] {
            let one = one.clone();
            schema.remove("anyOf");
            one.into_iter()
                .for_each(|(name, value)| drop(schema.insert(name, value)));
        }
    }
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
}

/// A time, as [`super::duration`] reads it.
pub(in crate::config) struct Time;

/// A size of memory, as `bytesize` reads it.
pub(in crate::config) struct Bytes;

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A number with its unit.", "examples": ["30s", "500ms", "5m"] })
    }
}

impl JsonSchema for Bytes {
    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"], "minimum": 0, "description": "A number of bytes, or one with its unit.", "examples": ["256 MiB"] })
    }
}

impl JsonSchema for Rule {
    fn schema_name() -> Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Which endpoints: name:port, *.domain:port, address:port, *:port or *.",
            "examples": ["api.example.com:443", "*.example.com:443", "10.0.0.5:80", "*:443"],
        })
    }
}
