//! The server's end, whichever way the test ends.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result};

/// Kills the server and removes its directory when its input ends: on
/// [`Guard::release`], and by the kernel when this process dies.
pub(crate) struct Guard {
    process: Child,
    input: Option<ChildStdin>,
}

impl Guard {
    /// Watches over the server whose process id is the first line of a file in
    /// the directory. A server that is told to end by any signal but KILL has
    /// some seconds to remove that file.
    pub(crate) fn watch(directory: &Path, pid_file: &str, signal: &str) -> Result<Self> {
        const SCRIPT: &str = r#"
            read -r _
            pid=$(head -n 1 "$1/$2" 2>/dev/null)
            if [ -n "$pid" ]; then
                kill -"$3" "$pid" 2>/dev/null
                for _ in $(seq 500); do
                    [ "$3" != KILL ] && [ -e "$1/$2" ] || break
                    sleep 0.01
                done
                kill -KILL "$pid" 2>/dev/null
            fi
            rm -rf "$1""#;
        let mut process = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(directory)
            .args([pid_file, signal])
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

    pub(crate) fn release(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.release();
    }
}
