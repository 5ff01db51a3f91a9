//! The checkout this build belongs to.

use std::path::PathBuf;

/// The root of the checkout: the directory above this crate. cargo sets the
/// variable when it runs us; a binary that was copied elsewhere still knows
/// where it was built.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or(own.clone(), PathBuf::from)
}
