//! A server's end, whichever way that of its starter comes.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// What happens to a server's directory in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// It is removed.
    Removed,
    /// It is there the next time.
    Kept,
}

/// Ends the server when its input ends: on [`Guard::release`], and by the kernel
/// when this process dies.
pub struct Guard {
    process: Child,
    input: Option<ChildStdin>,
}

impl Guard {
    /// Watches over the server whose process id is the first line of a file in
    /// the directory. A server that is told to end by any signal but KILL has
    /// some seconds to remove that file.
    ///
    /// # Errors
    /// Where no process can be started.
    pub fn watch(directory: &Path, pid_file: &str, signal: &str, files: Files) -> io::Result<Self> {
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
            [ "$4" = kept ] || rm -rf "$1""#;
        let files = match files {
            Files::Removed => "removed",
            Files::Kept => "kept",
        };
        let mut process = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(directory)
            .args([pid_file, signal, files])
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let input = process.stdin.take();
        Ok(Self { process, input })
    }

    /// Ends the server now, and waits for that.
    pub fn release(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.release();
    }
}
