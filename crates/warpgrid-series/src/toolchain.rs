//! How whoever uses a built toolchain finds it: by the names of store roots.

use std::path::PathBuf;

use warpgrid_store::Store;

use crate::Variant;

/// The targets for which sysroots are built.
pub const SYSROOT_TARGETS: &[&str] = &["wasm32-wasip1", "wasm32-wasip2"];

/// The store root of a sysroot: `sysroot/patched/wasm32-wasip2`.
pub fn sysroot_root(variant: Variant, target: &str) -> String {
    format!("sysroot/{variant}/{target}")
}

/// The current sysroot, if `cargo xtask setup` has built it.
///
/// It holds `include/<target>/`, `lib/<target>/` and `clang-resource/`:
/// `clang --target=<target> --sysroot=X -resource-dir=X/clang-resource` links.
pub fn sysroot(store: &Store, variant: Variant, target: &str) -> Option<PathBuf> {
    store.root(&sysroot_root(variant, target))
}
