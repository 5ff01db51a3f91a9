//! From the module that Go's linker writes to a component.

use std::path::Path;

use warpgrid_pack::Error;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What a program exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    /// `wasi:cli/run`: it runs from `main` to its end.
    Command,
    /// `wasi:http/incoming-handler`: it serves `net/http`.
    Handler,
}

impl World {
    /// The world's name in the generated text.
    pub(crate) fn name(self) -> &'static str {
        match self {
            World::Command => "go-command",
            World::Handler => "go-handler",
        }
    }

    fn text(self) -> &'static str {
        match self {
            World::Command => include_str!("generated/go-command.wit"),
            World::Handler => include_str!("generated/go-handler.wit"),
        }
    }

    fn adapter(self) -> &'static [u8] {
        match self {
            World::Command => WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            World::Handler => WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        }
    }

    /// What `go build` calls the kind of module.
    pub(crate) fn build_mode(self) -> &'static str {
        match self {
            World::Command => "exe",
            World::Handler => "c-shared",
        }
    }
}

/// Makes a component of a module. The path is for messages.
///
/// # Errors
/// When the module's imports or exports do not fit the world.
pub(crate) fn encode(path: &Path, mut module: Vec<u8>, world: World) -> Result<Vec<u8>, Error> {
    encoded(&mut module, world).map_err(|error| Error::Project {
        message: format!("{} cannot become a component: {error:#}", path.display()),
        help: "remove functions with //go:wasmimport or //go:wasmexport that name no interface \
               of the host"
            .to_owned(),
    })
}

fn encoded(module: &mut Vec<u8>, world: World) -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source(world.name(), world.text())?;
    let id = resolve.select_world(&[package], Some(world.name()))?;
    embed_component_metadata(module, &resolve, id, StringEncoding::UTF8)?;
    ComponentEncoder::default()
        .module(module)?
        .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, world.adapter())?
        // Go's heap is not to be allocated from while a call returns.
        .realloc_via_memory_grow(true)
        .encode()
}
