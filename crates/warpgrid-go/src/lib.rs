//! Go, as its own compiler builds it or TinyGo: an overlay on the standard library,
//! and the packer.
//!
//! `overlay/` is laid out as `GOROOT/src` is and holds new files only; what
//! existing files call of them is inserted by the series in `go-patches/`, one
//! for each minor version of Go. The user's Go is not written to: [`overlay`]
//! puts copies into the store, and `go build -overlay` reads those.
//! TinyGo reads the same overlay; its own changes are in `tinygo-patches/`.
//! [`component`] makes the module that either writes into a component.

#![forbid(unsafe_code)]

mod build;
mod component;
mod go;
mod module;
mod overlay;
mod packer;
mod program;
mod survey;
mod tinygo;
mod tinygo_limits;

pub use packer::{GoPacker, survey};
pub use program::Refused;
pub use survey::{Survey, SurveyedPackage};
pub use tinygo::{TINYGO_PROGRAM, tinygo_go, tinygo_root};
