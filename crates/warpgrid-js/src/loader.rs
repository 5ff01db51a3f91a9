//! The component that evaluates programs for `warp dev`, made once and kept in the
//! store.

use std::path::PathBuf;

use warpgrid_pack::{Error, PackRequest};
use warpgrid_store::{Key, Store, cache_dir};

use crate::pipeline::SPLICES;
use crate::runtime::Runtime;
use crate::tool;
use crate::toolchain::{Toolchain, entry};

/// The store's root of the loader.
pub const LOADER_ROOT: &str = "js-loader";

/// Part of the key: raise it when the way of making it changes the result.
const RECIPE: &str = "1";

const FILE: &str = "loader.wasm";

/// The loader of a toolchain, which the runtime makes where it is not there yet.
///
/// # Errors
/// When the runtime fails.
pub(crate) fn loader(
    request: &PackRequest<'_>,
    runtime: &Runtime,
    toolchain: &Toolchain,
) -> Result<PathBuf, Error> {
    let store = Store::open_default().map_err(Error::of_two_lines)?;
    let key = Key::new(LOADER_ROOT)
        .field("recipe", RECIPE)
        .field("toolchain", toolchain.key.to_hex())
        .finish();
    let made = entry(&store, &key, LOADER_ROOT, |staging| {
        request.progress.step("Making the loader of programs, once");
        let splices = cache_dir().map_err(Error::of_two_lines)?.join(SPLICES);
        let scratch = staging.scratch().map_err(Error::of_two_lines)?;
        let content = staging.content();
        std::fs::create_dir_all(&content)
            .map_err(|error| Error::file("create", &content, &error))?;
        let script = toolchain.programs().join("loader.mjs");
        let mut command = runtime.command(&|program| request.command(program), &script);
        command
            .arg(content.join(FILE))
            .arg(splices)
            .env("TMPDIR", scratch);
        tool::run(
            &mut command,
            "making the loader of programs",
            runtime.install,
        )
    })?;
    Ok(made.path.join(FILE))
}
