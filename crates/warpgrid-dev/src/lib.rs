//! `warp dev`: runs a project while it is changed.
//!
//! [`run`] watches a project's files, builds it when they change, and lets each good
//! build take over from the one before it: requests that are with that one are
//! answered by it, and none is dropped. A build that fails changes nothing but the
//! page at [`page::STATUS`]. [`native::run`] does the same with the program as its
//! own language runs it.
//!
//! What happens is told as [`Event`]s; the caller prints them.

#![forbid(unsafe_code)]

mod build;
mod command;
pub mod databases;
mod deploy;
pub mod diagnosis;
mod error;
mod event;
pub mod ignored;
pub mod native;
pub mod page;
mod process;
mod session;
mod settings;
pub mod switches;
mod watch;
mod work;

pub use build::Packers;
pub use diagnosis::{Diagnosis, Place};
pub use error::Error;
pub use event::{Event, Events};
pub use session::{Control, run};
pub use settings::Settings;
