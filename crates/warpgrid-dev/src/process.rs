//! Children that are gone with whoever dropped them, and so are theirs.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long those that are killed may take to be gone.
const KILLED_WITHIN: Duration = Duration::from_secs(1);
/// How often it is looked whether anybody of a group is left.
const POLLED: Duration = Duration::from_millis(5);

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

    /// Asks it and all that it has started to end, and makes them where they do not
    /// within a time.
    pub async fn end(mut self, within: Duration) {
        for (signal, within) in [(Signal::TERM, within), (Signal::KILL, KILLED_WITHIN)] {
            self.signal(signal);
            if timeout(within, self.gone()).await.is_ok() {
                return;
            }
        }
    }

    async fn gone(&mut self) {
        let _ = self.child.wait().await;
        let there = |group| test_kill_process_group(group).is_ok();
        while self.group.is_some_and(there) {
            tokio::time::sleep(POLLED).await;
        }
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
