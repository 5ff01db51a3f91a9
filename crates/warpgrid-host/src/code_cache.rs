//! Compiled code, kept by the digest of its component and of the engine.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use warpgrid_store::{Key, Store};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::Error;

/// Compiles a component, or maps the code that an earlier run kept.
pub(crate) fn load(
    engine: &Engine,
    cache: Option<&Store>,
    path: &Path,
    bytes: &[u8],
) -> Result<Component, Error> {
    check_kind(path, bytes)?;
    let Some(store) = cache else {
        return compile(engine, path, bytes);
    };
    let key = key(engine, bytes);
    if let Some(component) = cached(engine, store, &key) {
        return Ok(component);
    }
    let component = compile(engine, path, bytes)?;
    match component.serialize() {
        Ok(code) => {
            if let Err(error) = store.put_blob(&key, &code) {
                tracing::warn!(%error, "compiled code is not kept; the next start compiles again");
            }
        }
        Err(error) => tracing::warn!(%error, "compiled code cannot be kept"),
    }
    Ok(component)
}

fn compile(engine: &Engine, path: &Path, bytes: &[u8]) -> Result<Component, Error> {
    Component::from_binary(engine, bytes).map_err(|error| {
        Error::component(
            path,
            format!("not a valid component: {}", error.root_cause()),
            "build it again with `warp pack`; the file may be truncated or from another tool",
        )
    })
}

fn key(engine: &Engine, bytes: &[u8]) -> Key {
    let mut compatibility = DefaultHasher::new();
    engine
        .precompile_compatibility_hash()
        .hash(&mut compatibility);
    Key::new("compiled-component")
        .field("engine", compatibility.finish().to_le_bytes())
        .field("component", blake3::hash(bytes).as_bytes())
        .finish()
}

fn cached(engine: &Engine, store: &Store, key: &Key) -> Option<Component> {
    let file = store.blob_path(key)?;
    // SAFETY: the file was written by `load` from `Component::serialize` under a
    // key that holds the engine's compatibility hash, into the user's own store,
    // which verifies an entry's digest before it names its path.
    #[allow(unsafe_code)]
    let component = unsafe { Component::deserialize_file(engine, &file) };
    component
        .inspect_err(|error| tracing::warn!(%error, "compiled code in the store is not usable; compiling again"))
        .ok()
}

/// Tells apart what people mistake for components.
fn check_kind(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    // Preamble: magic, 16 bits of version, 16 bits of layer (component-model
    // Binary.md, "Component Definitions").
    let problem = match bytes {
        [] => "is empty",
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', _, _, 0, 0, ..] => {
            return Err(Error::component(
                path,
                "is a core WebAssembly module, not a component",
                "build for wasm32-wasip2, or let `warp pack` build it",
            ));
        }
        [0, b'a', b's', b'm', ..] => "is a truncated WebAssembly file",
        _ => "is not WebAssembly",
    };
    Err(Error::component(
        path,
        problem,
        "name a component; `warp pack` makes one",
    ))
}
