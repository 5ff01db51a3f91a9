//! TypeScript and JavaScript for Node, as components: the packer.
//!
//! Node itself does the work: `js/` bundles a program by esbuild, with the modules
//! of `packages/node-compat` in place of Node's own, and gives it to
//! componentize-js with the series in `componentize-patches/`. [`toolchain`] puts
//! all of it, and the packages of npm that it needs, into the store; nothing is
//! written into the user's project but what is packed.

#![forbid(unsafe_code)]

mod entry;
mod node;
mod packer;
mod pipeline;
mod toolchain;

pub use packer::{TypeScriptPacker, survey};
pub use pipeline::{Missing, MissingNames, Remark, Serves, Survey, SurveyedPackage, Use};
pub use toolchain::{TOOLCHAIN_ROOT, Toolchain, toolchain};
