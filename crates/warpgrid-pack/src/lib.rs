//! What every language's packer shares.
//!
//! A packer turns a project directory into a component. To add a language is to
//! add one crate with one [`Packer`]; this crate gives it the project's
//! [`Manifest`] (`warp.toml`), the check that nothing was linked past the shims
//! ([`check`]), and [`PackRequest::finish`], which does what is alike at the
//! end of every build.
//!
//! A packer of a language whose programs are evaluated has a [`Bundler`] beside it.
//!
//! [`analyze`] reads any component and returns what it found as data;
//! [`inspect`] adds where its bytes are and what the host will say of it.

#![forbid(unsafe_code)]

mod analysis;
mod bundler;
pub mod check;
pub mod contract;
mod error;
pub mod inspect;
mod link_map;
pub mod manifest;
mod output;
mod packer;
mod sections;
pub mod source;

pub use analysis::{Analysis, analyze, analyze_bytes};
pub use bundler::{Bundle, Bundler, Bundling, Faulty, Remark};
pub use check::{Symbols, check};
pub use error::{Error, ManifestError};
pub use inspect::{Inspection, inspect};
pub use link_map::{LinkMap, MapSymbol};
pub use manifest::{Key, Manifest};
pub use output::write_atomically;
pub use packer::{
    Built, NATIVE_LISTEN, PackRequest, Packed, Packer, Profile, Program, Progress, choose,
    expect_compiler,
};
