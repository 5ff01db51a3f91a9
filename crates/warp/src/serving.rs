//! What verbs that serve have in common: their log, and how they are stopped.

use std::io::IsTerminal;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Ctrl-C, or a supervisor's request to terminate.
pub struct Stop {
    interrupted: Signal,
    terminated: Signal,
}

impl Stop {
    /// From now on neither ends the process by itself. Must be called inside of
    /// a tokio runtime.
    pub fn watch() -> miette::Result<Self> {
        let watch = |kind| {
            signal(kind).map_err(|error| {
                miette::miette!(
                    help = "free some memory or files",
                    "cannot watch for Ctrl-C: {error}"
                )
            })
        };
        Ok(Self {
            interrupted: watch(SignalKind::interrupt())?,
            terminated: watch(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one, and gives the signal's number.
    pub async fn asked(&mut self) -> u8 {
        const INTERRUPT: u8 = 2;
        const TERMINATE: u8 = 15;
        tokio::select! {
            _ = self.interrupted.recv() => INTERRUPT,
            _ = self.terminated.recv() => TERMINATE,
        }
    }
}

/// Warnings, and what the host says of its own start and end; `RUST_LOG` says
/// otherwise.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,warpgrid_host=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .without_time()
        .init();
}
