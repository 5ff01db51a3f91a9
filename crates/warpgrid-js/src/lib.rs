//! TypeScript and JavaScript for Node, as components: the packer.
//!
//! Node itself does the work: `js/` bundles a program by esbuild, with the modules
//! of `packages/node-compat` in place of Node's own, and gives it to
//! componentize-js with the series in `componentize-patches/`. [`toolchain`] puts
//! all of it, and the packages of npm that it needs, into the store; nothing is
//! written into the user's project but what is packed. What packs for another
//! [`Runtime`] is laid out beside it, and [`pack`] and [`begin`] are what both do.

#![forbid(unsafe_code)]

mod bundler;
mod entry;
mod loader;
mod packer;
mod pipeline;
mod runtime;
mod tool;
mod toolchain;

pub use bundler::begin;
pub use loader::LOADER_ROOT;
pub use packer::{TypeScriptPacker, pack, program, survey};
pub use pipeline::{Missing, MissingNames, Serves, Survey, SurveyedPackage, Use};
pub use runtime::{Installer, NODE, NPM, Runtime};
pub use toolchain::{TOOLCHAIN_ROOT, Toolchain, toolchain, toolchain_by};
