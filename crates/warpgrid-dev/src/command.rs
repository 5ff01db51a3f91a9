//! Programs that run by themselves: a new build ends the old one, and is started.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use warpgrid_host::{Deployment, Error, Invocation, Signal};

/// How a program ended by itself.
pub type Ended = Result<i32, Error>;

/// A program that runs.
pub struct Running {
    deployment: Arc<Deployment>,
    task: JoinHandle<()>,
    quiet: Option<oneshot::Sender<()>>,
}

impl Running {
    /// Starts it. How it ends by itself is told.
    pub fn start(
        deployment: Arc<Deployment>,
        invocation: Invocation,
        ended: mpsc::UnboundedSender<Ended>,
    ) -> Self {
        let (quiet, silenced) = oneshot::channel::<()>();
        let task = tokio::spawn({
            let deployment = deployment.clone();
            async move {
                let end = deployment.run_command(&invocation).await;
                let mut silenced = silenced;
                // Whoever ended it knows.
                if silenced.try_recv() != Ok(()) {
                    let _ = ended.send(end);
                }
            }
        });
        Self {
            deployment,
            task,
            quiet: Some(quiet),
        }
    }

    /// Asks it to terminate, and ends it where it does not within
    /// `[limits] shutdown-timeout`; one that listens for no signal at once.
    pub async fn stop(mut self) {
        if let Some(quiet) = self.quiet.take() {
            let _ = quiet.send(());
        }
        let within = match self.deployment.signal(Signal::Terminate) {
            0 => Duration::ZERO,
            _ => self.deployment.limits().shutdown_timeout,
        };
        let _ = tokio::time::timeout(within, &mut self.task).await;
        // Its sockets are closed when it is gone.
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
