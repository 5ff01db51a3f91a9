//! The host for components built with WarpGrid's toolchains.
//!
//! [`WarpGridEngine`] compiles components, links them with the shims of
//! `warpgrid:shim` that a [`ShimConfig`] turns on, and gives a [`Deployment`]:
//! a component that answers HTTP requests ([`Deployment::call_handler`],
//! [`http::serve`]) or runs as a command ([`Deployment::run_command`]).
//!
//! Guests are not trusted. What they may reach and use up is said by their
//! `warp.toml`; everything else is refused with a log line that says which line
//! would grant it.
//!
//! ```no_run
//! # async fn example() -> Result<(), warpgrid_host::Error> {
//! use warpgrid_host::{EngineConfig, ShimConfig, WarpGridEngine};
//!
//! let engine = WarpGridEngine::new(EngineConfig::default())?;
//! let module = engine.load_module("service.wasm".as_ref())?;
//! let deployment = engine.instantiate(&module, &ShimConfig::default())?;
//! # Ok(())
//! # }
//! ```

#[allow(dead_code, missing_docs, clippy::all)]
mod bindings;
mod budget;
mod code_cache;
mod command;
pub mod config;
pub mod db_proxy;
mod deployment;
mod engine;
mod error;
pub mod faults;
mod fresh;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod handler;
pub mod http;
mod imports;
mod instance;
mod linker;
mod outgoing;
mod program;
pub mod shims;
mod stack_traces;
mod state;
mod upstreams;
mod worker;

pub use command::{Ended, Invocation};
pub use config::{ConfigError, ShimConfig};
pub use deployment::Deployment;
pub use engine::{Compiler, EngineConfig, Module, WarpGridEngine};
pub use error::Error;
pub use imports::check_imports;
pub use program::Program;
pub use shims::signals::Signal;
pub use shims::threading::ThreadingModel;
