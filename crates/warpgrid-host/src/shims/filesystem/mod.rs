//! `warpgrid:shim/filesystem`: files that exist only on the host's side.

mod config;
mod process;

use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker};

use crate::bindings::warpgrid::shim::filesystem;

use config::Content;
pub use config::FilesystemConfig;
pub use process::Process;

/// How many bytes one read of a random device gives.
const RANDOM_BYTES: usize = 256;

/// Defines the shim's imports.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    state: fn(&mut T) -> &mut FilesystemState,
) -> wasmtime::Result<()> {
    filesystem::add_to_linker::<T, HasSelf<FilesystemState>>(linker, state)
}

/// One instance's view of the virtual files.
pub struct FilesystemState {
    config: Arc<FilesystemConfig>,
    process: Process,
}

impl FilesystemState {
    /// State of an instance that runs as `process`.
    pub fn new(config: Arc<FilesystemConfig>, process: Process) -> Self {
        Self { config, process }
    }

    /// The content of a virtual file.
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        Some(match self.config.content(path)? {
            Content::Static(bytes) => bytes.to_vec(),
            Content::Owned(bytes) => bytes.clone(),
            Content::Random => rand::random::<[u8; RANDOM_BYTES]>().to_vec(),
            Content::Roots => FilesystemConfig::roots().to_vec(),
            Content::Process(file) => self.process.read(*file),
            Content::Hosts => self.config.hosts().into_bytes(),
            Content::ResolvConf => self.config.resolv_conf().into_bytes(),
        })
    }
}

impl filesystem::Host for FilesystemState {
    fn read_virtual(&mut self, path: String) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok(self.read(&path))
    }

    fn is_virtual(&mut self, path: String) -> wasmtime::Result<bool> {
        Ok(self.config.is_virtual(&path))
    }

    fn list_virtual_paths(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(self.config.paths().into_iter().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests;
