//! The server's end, whichever way the test ends.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result};

/// Kills the server and removes its directory when its input ends: on
/// [`Guard::release`], and by the kernel when this process dies.
pub(super) struct Guard {
    process: Child,
    input: Option<ChildStdin>,
}

impl Guard {
    pub(super) fn watch(directory: &Path) -> Result<Self> {
        // The first line of postmaster.pid is the process id. A server that is
        // killed outright leaves its children to notice by themselves.
        const SCRIPT: &str = r#"
            read -r _
            pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
            if [ -n "$pid" ]; then
                kill -QUIT "$pid" 2>/dev/null
                for _ in $(seq 500); do
                    [ -e "$1/data/postmaster.pid" ] || break
                    sleep 0.01
                done
                kill -KILL "$pid" 2>/dev/null
            fi
            rm -rf "$1""#;
        let mut process = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(directory)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run sh")?;
        let input = process.stdin.take();
        Ok(Self { process, input })
    }

    pub(super) fn release(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.release();
    }
}
