//! libwarpgrid, the guest's side of the hooks in the patched wasi-libc, the
//! flags that link it, and the packers for C and Rust.
//!
//! The patches in `libc-patches/` make libc ask a hook before it resolves a
//! name or connects a socket. libwarpgrid (in `c/`) defines the hooks over
//! bindings that are generated from `wit/`. [`build_libwarpgrid`] compiles it
//! into the store, and [`Toolchain`] says what to give to clang and rustc.
//! [`c`] and [`rust`] pack projects with it.

#![forbid(unsafe_code)]

pub mod c;
pub mod rust;
pub mod toolchain;
mod tools;

pub use toolchain::{
    Error, LIBWARPGRID_TARGET, Linkage, RELEASE, SYSROOT_TARGETS, Toolchain, build_libwarpgrid,
    libwarpgrid_root, patched_sysroot_root, stock_sysroot_root,
};
pub use tools::{ClangResources, Tools, component_linker};
