//! A content-addressed store in the user's cache directory.
//!
//! It holds what is dear to make again: downloaded sources, built sysroots,
//! compiled code. An entry is named by a [`Key`], the blake3 digest of
//! everything it was made from; its content is one file (a *blob*) or one
//! directory (a *tree*).
//!
//! What the store promises:
//!
//! - **Atomic.** An entry is built under a temporary name and renamed once it
//!   is whole. A process killed at any moment leaves at most a temporary
//!   directory, which the next builder of the same key removes.
//! - **Verified.** Every read checks the entry against its manifest (see
//!   [`Check`] for how far). A damaged entry is never handed out: it is
//!   reported, removed and built again.
//! - **Built once.** Builders of one key wait for each other, across threads
//!   and processes.
//! - **Bounded.** [`Store::gc`] removes what no named root holds.
//!
//! ```no_run
//! use warpgrid_store::{Key, Store};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::open_default()?;
//! let key = Key::new("greeting").field("language", "en").finish();
//! let entry = store.get_or_build(&key, |staging| {
//!     std::fs::create_dir(staging.content())?;
//!     std::fs::write(staging.content().join("hello.txt"), "hello")
//! })?;
//! store.set_root("greeting/current", &key)?;
//! assert_eq!(store.root("greeting/current"), Some(entry.path));
//! # Ok(()) }
//! ```

#![forbid(unsafe_code)]

mod dirs;
mod error;
mod fsop;
mod gc;
mod key;
mod lock;
mod manifest;
mod roots;
mod store;

pub use dirs::cache_dir;
pub use error::{BuildError, StoreError, describe_io};
pub use gc::Collected;
pub use key::{Key, KeyBuilder, ParseKeyError};
pub use lock::FileLock;
pub use manifest::{Check, Damage, FileKind, FileRecord, Manifest};
pub use store::{Entry, Staging, Store};
