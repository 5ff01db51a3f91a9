//! A series of patches on a pinned upstream.
//!
//! A series is a folder of three things: `UPSTREAM_REF` (what is patched, down
//! to the hash of its tree), `sources.toml` (by which transports that tree can
//! be had) and the patches `NNNN-slug.patch`. The engine knows nothing of any
//! particular upstream; whoever adds a toolchain adds a folder.
//!
//! ```text
//! import   transports --> upstream.git (one commit, its tree == the pin)
//! apply    upstream commit --git am--> work tree, one commit per patch
//! export   work tree --format-patch--> NNNN-slug.patch, byte for byte stable
//! new      changes in the work tree --> one more patch
//! edit     stop at a patch, change it, reapply the rest
//! rebase   the series on another version --> patches and pin, as one step
//! status   all of the above as data
//! ```
//!
//! # The identity of a tree
//!
//! The same upstream version arrives as a git commit or as a tarball, and both
//! must give one tree. The pin in `UPSTREAM_REF` is the git tree hash of the
//! *normalised* tree, which is what a tarball can hold: contents byte for byte
//! (attributes such as `eol=lf` or filters are not applied), the executable
//! bit, symbolic links; no empty directories and no submodules. A commit's
//! submodule entries are therefore dropped before its tree is compared, and a
//! tarball's leading directory is stripped. An upstream that uses
//! `export-ignore` or `export-subst` would give two trees, and the mismatch
//! names both hashes: pin the tarball's and drop the git transport then.

#![forbid(unsafe_code)]

mod apply;
mod directory;
mod edit;
mod error;
mod export;
mod git;
mod import;
mod materialize;
mod patch;
mod pin;
mod place;
pub mod process;
pub mod rebase;
mod series;
mod sources;
mod state;
mod status;
mod tarball;
mod transport;
mod tree;

pub use apply::{Applied, abort_apply, apply};
pub use directory::patch_directory;
pub use edit::{EditStep, NewPatch, abort_edit, continue_edit, edit, new_patch};
pub use error::{Conflict, SeriesError};
pub use export::{Change, Exported, export};
pub use import::{Imported, import, import_upstream};
pub use materialize::{Variant, materialize};
pub use patch::{Lint, Patch};
pub use pin::Upstream;
pub use place::Place;
pub use series::Series;
pub use sources::{CrateSource, DebianSource, GitSource, GoSource, NpmSource, Source, Sources};
pub use state::Operation;
pub use status::{PatchState, PatchStatus, Status, WorkState, status};
pub use transport::{Fetch, Programs, Transport};
