//! Compiled code, kept by the digest of its component and of the engine.

mod stamp;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use warpgrid_store::{Key, Store};
use wasmtime::Engine;
use wasmtime::component::Component;

use self::stamp::Stamp;
use crate::error::Error;

/// Compiles a component, or maps the code that an earlier run kept.
pub(crate) fn load(
    engine: &Engine,
    cache: Option<&Store>,
    path: &Path,
) -> Result<Component, Error> {
    let Some(store) = cache else {
        return compile(engine, path, &read(path)?);
    };
    let note = Stamp::of(path).map(|stamp| stamp.key(engine));
    if let Some(component) = note.and_then(|note| noted(engine, store, &note)) {
        return Ok(component);
    }
    let bytes = read(path)?;
    let key = key(engine, &bytes);
    let component = match cached(engine, store, &key) {
        Some(component) => component,
        None => {
            let component = compile(engine, path, &bytes)?;
            keep(store, &key, &component);
            component
        }
    };
    if let Some(note) = note {
        // What does not fit is only slower.
        let _ = store.put_blob(&note, key.to_hex().as_bytes());
    }
    Ok(component)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = std::fs::read(path).map_err(|cause| Error::Read {
        path: path.to_owned(),
        cause,
    })?;
    check_kind(path, &bytes)?;
    Ok(bytes)
}

fn keep(store: &Store, key: &Key, component: &Component) {
    match component.serialize() {
        Ok(code) => {
            if let Err(error) = store.put_blob(key, &code) {
                tracing::warn!(%error, "compiled code is not kept; the next start compiles again");
            }
        }
        Err(error) => tracing::warn!(%error, "compiled code cannot be kept"),
    }
}

/// The code of a file that an earlier run read and that nobody has written to
/// since: to read and digest a large one takes longer than to start it.
fn noted(engine: &Engine, store: &Store, note: &Key) -> Option<Component> {
    let text = std::fs::read_to_string(store.blob_path(note)?).ok()?;
    cached(engine, store, &text.parse().ok()?)
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

fn compatibility(engine: &Engine) -> [u8; 8] {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.finish().to_le_bytes()
}

fn key(engine: &Engine, bytes: &[u8]) -> Key {
    Key::new("compiled-component")
        .field("engine", compatibility(engine))
        .field("component", blake3::hash(bytes).as_bytes())
        .finish()
}

fn cached(engine: &Engine, store: &Store, key: &Key) -> Option<Component> {
    let file = store.blob_path(key)?;
    // SAFETY: the file was written by `load` from `Component::serialize` under a
    // key that holds the engine's compatibility hash, into the user's own store,
    // which verifies an entry before it names its path.
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

#[cfg(test)]
mod tests {
    use std::fs::{self, FileTimes};
    use std::time::Duration;

    use super::*;

    const COMPONENT: &str = r#"(component (core module $m (func (export "f"))))"#;

    struct Cache {
        engine: Engine,
        store: Store,
        directory: tempfile::TempDir,
    }

    impl Cache {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            Self {
                engine: Engine::default(),
                store: Store::open(directory.path().join("store")).unwrap(),
                directory,
            }
        }

        fn load(&self, path: &Path) -> Result<Component, Error> {
            load(&self.engine, Some(&self.store), path)
        }

        /// A file that has been there for a while: the time of its status comes
        /// from the clock, so there is nothing for it but to wait.
        fn settled(&self, text: &str) -> std::path::PathBuf {
            let path = self.directory.path().join("x.wasm");
            fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
            settle(&path);
            path
        }
    }

    fn settle(path: &Path) {
        while Stamp::of(path).is_none() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[test]
    fn a_file_that_has_not_changed_is_not_read_again() {
        let cache = Cache::new();
        let path = cache.settled(COMPONENT);
        cache.load(&path).unwrap();
        let note = Stamp::of(&path).unwrap().key(&cache.engine);
        assert!(noted(&cache.engine, &cache.store, &note).is_some());
        let code = fs::read_to_string(cache.store.blob_path(&note).unwrap()).unwrap();
        // Damaged code is compiled again, from the file.
        cache.store.remove(&code.parse().unwrap()).unwrap();
        assert!(noted(&cache.engine, &cache.store, &note).is_none());
        cache.load(&path).unwrap();
        assert!(noted(&cache.engine, &cache.store, &note).is_some());
    }

    #[test]
    fn a_file_that_was_written_to_is_read_again_whatever_its_times_say() {
        let cache = Cache::new();
        let path = cache.settled(COMPONENT);
        cache.load(&path).unwrap();
        let before = fs::metadata(&path).unwrap();
        let length = usize::try_from(before.len()).unwrap();
        fs::write(&path, vec![b'x'; length]).unwrap();
        let times = FileTimes::new().set_modified(before.modified().unwrap());
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_times(times)
            .unwrap();
        assert!(cache.load(&path).is_err());
        settle(&path);
        assert!(cache.load(&path).is_err());
    }

    #[test]
    fn a_file_that_changed_only_now_has_no_stamp() {
        let cache = Cache::new();
        let path = cache.directory.path().join("x.wasm");
        fs::write(&path, "").unwrap();
        assert!(Stamp::of(&path).is_none());
        assert!(Stamp::of(cache.directory.path()).is_none());
        assert!(Stamp::of(&path.join("none")).is_none());
    }
}
