//! Programs that their component does not hold: it is a loader, and evaluates what
//! it finds at a path that only it is shown.

/// Where a loader finds its program, and `loader.mjs` of the packer looks for it.
pub(crate) const PATH: &str = "/warpgrid/program.js";

/// A program for a loader.
#[derive(Debug, Clone)]
pub struct Program {
    /// What the loader evaluates.
    pub code: Vec<u8>,
    /// Its source map (ECMA-426), by which stack traces name the sources.
    pub source_map: Vec<u8>,
}
