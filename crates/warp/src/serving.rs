//! What verbs that serve have in common: their log, and how they are stopped.

mod ignored;
mod log;

use std::task::Poll;

use rustix::process::{Resource, Rlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use warpgrid_host::{ShimConfig, Signal as Request};

pub use log::{log_to_stderr, warn_to_stderr};

/// The signals' numbers.
const HANGUP: u8 = 1;
const INTERRUPT: u8 = 2;
const TERMINATE: u8 = 15;

/// What a verb that serves may be asked, by the signals that this process receives.
pub struct Requests(Vec<Watched>);

struct Watched {
    request: Request,
    number: u8,
    signal: Signal,
}

impl Requests {
    /// From now on none of them ends the process by itself. One that the
    /// process was started to ignore (`nohup`) stays ignored. Must be called
    /// inside of a tokio runtime.
    pub fn watch() -> miette::Result<Self> {
        let all = [
            (Request::Hangup, HANGUP),
            (Request::Interrupt, INTERRUPT),
            (Request::Terminate, TERMINATE),
        ];
        let watched = all
            .into_iter()
            .filter(|(_, number)| !ignored::is_ignored(*number))
            .map(|(request, number)| {
                let signal = watch(SignalKind::from_raw(number.into()))?;
                Ok(Watched {
                    request,
                    number,
                    signal,
                })
            });
        Ok(Self(watched.collect::<miette::Result<_>>()?))
    }

    /// Waits for the next one, and gives its signal's number as well.
    pub async fn next(&mut self) -> (Request, u8) {
        std::future::poll_fn(|context| {
            let received = self.0.iter_mut().find_map(|watched| {
                let received = watched.signal.poll_recv(context);
                received
                    .is_ready()
                    .then_some((watched.request, watched.number))
            });
            received.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

/// Says that what stood in files has been read again, or why it has not.
pub fn read_again(what: &str, read: miette::Result<()>) {
    match read {
        Ok(()) => eprintln!("read again: {what}"),
        Err(report) => {
            eprintln!("{report:?}");
            tracing::warn!("not read again: what was read before goes on");
        }
    }
}

/// Says which databases have a server in `warp dev` alone. They are connected to by
/// their own names here, as if that were not said of them.
pub fn warn_of_missing_servers(config: &ShimConfig) {
    for database in config.without_server() {
        tracing::warn!(
            "{}:{} has `dev = \"auto\"` and no upstream: only `warp dev` starts a server for it; \
             give it `upstream` in warp.toml, or run `warp dev`",
            database.host.as_ref(),
            database.port
        );
    }
}

/// Lets the process open as many files as it may: each client and each
/// connection of a guest is one.
pub fn allow_files() {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = rustix::process::setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

fn watch(kind: SignalKind) -> miette::Result<Signal> {
    signal(kind).map_err(|error| {
        miette::miette!(
            help = "free some memory or files",
            "cannot watch for signals: {error}"
        )
    })
}
