//! Children that are gone with whoever dropped them, and so are theirs.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// A child that leads a process group.
pub struct Group {
    child: Child,
    group: Option<Pid>,
}

impl Group {
    /// Starts it, away from the terminal's Ctrl-C: it is ended in order.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn spawn(command: &mut Command) -> std::io::Result<Self> {
        let child = command.stdin(Stdio::null()).process_group(0).spawn()?;
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Ok(Self {
            child,
            group: id.and_then(Pid::from_raw),
        })
    }

    /// The child itself.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Asks it to end, and makes it where it does not within a time.
    pub async fn end(mut self, within: Duration) {
        self.signal(Signal::TERM);
        let _ = tokio::time::timeout(within, self.child.wait()).await;
    }

    /// Sends all of the group a signal.
    pub fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // They may have ended by themselves.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        // Off the process table, where it has ended.
        let _ = self.child.try_wait();
    }
}
