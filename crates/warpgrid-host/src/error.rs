//! What can go wrong between a file and an answer.

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use warpgrid_store::describe_io;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError};

use crate::worker::Admitted;

/// An error that names the thing and, as its help, the remedy.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read {}: {}", path.display(), describe_io(cause))]
    #[diagnostic(help("name a component that exists and is readable; `warp pack` makes one"))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is no component.
    #[error("{}: {problem}", path.display())]
    Component {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        problem: String,
        /// What to do.
        #[help]
        remedy: String,
    },
    /// The component asks for something that it does not get.
    #[error("{}: imports {import}, which {reason}", path.display())]
    Import {
        /// The component.
        path: PathBuf,
        /// The import's name.
        import: String,
        /// Why it is not there.
        reason: String,
        /// What to do.
        #[help]
        remedy: String,
    },
    /// The component does not do what is asked of it.
    #[error("{}: does not export {export}", path.display())]
    Export {
        /// The component.
        path: PathBuf,
        /// The missing export.
        export: String,
        /// What to do.
        #[help]
        remedy: String,
    },
    /// The engine cannot be set up as configured.
    #[error("cannot set up the engine: {reason}")]
    #[diagnostic(help("lower [limits] instances or memory, or give the host more address space"))]
    Engine {
        /// Why.
        reason: String,
    },
    /// The guest did not begin its response within its deadline.
    #[error("the guest did not answer in time")]
    #[diagnostic(help("raise [limits] request-timeout in warp.toml, or find what blocks"))]
    TimedOut,
    /// The guest ran into a trap or a limit.
    #[error("the guest {reason}")]
    Guest {
        /// What it did.
        reason: String,
        /// What to do.
        #[help]
        remedy: String,
    },
    /// All instances are busy and so many requests wait that no more may.
    #[error("{waiting} requests are waiting for one of {instances} instances")]
    #[diagnostic(help("try again; or raise [limits] instances or queue in warp.toml"))]
    Overloaded {
        /// How many wait.
        waiting: u32,
        /// How many are served at once.
        instances: u32,
    },
    /// A directory cannot be given to the guest.
    #[error("cannot give the guest the directory {}: {}", path.display(), describe_io(cause))]
    #[diagnostic(help("create it, or correct [directories] in warp.toml"))]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {}", describe_io(cause))]
    #[diagnostic(help("stop what uses the port, or choose another one with --listen"))]
    Listen {
        /// The address.
        address: String,
        /// Why.
        cause: std::io::Error,
    },
}

impl Error {
    pub(crate) fn component(
        path: &Path,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Component {
            path: path.to_owned(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Sorts what ended a guest's run.
    pub(crate) fn guest(error: &wasmtime::Error) -> Self {
        if let Some(trap) = error.downcast_ref::<wasmtime::Trap>() {
            let remedy = match trap {
                wasmtime::Trap::Interrupt => {
                    "raise [limits] request-timeout in warp.toml, or find what loops"
                }
                wasmtime::Trap::StackOverflow => "find the recursion that does not end",
                _ => "the program aborted or broke an invariant; its own output says more",
            };
            return Self::Guest {
                reason: format!("trapped: {trap}"),
                remedy: remedy.to_owned(),
            };
        }
        if error.is::<ExpirationError>() {
            return Self::TimedOut;
        }
        let reason = match error.downcast_ref::<InstantiationError<Admitted>>() {
            Some(instantiation) => {
                format!("could not be started: {}", instantiation.error.root_cause())
            }
            None => format!("failed: {}", error.root_cause()),
        };
        Self::Guest {
            reason,
            remedy: "the program's own output may say more".to_owned(),
        }
    }
}
