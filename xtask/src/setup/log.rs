//! What a build of setup's prints.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, anyhow, bail};
use warpgrid_series::Place;
use warpgrid_series::process::{self, Cancel, Ended};

/// The whole output of a build, kept if it fails.
pub struct Log {
    path: PathBuf,
    file: fs::File,
}

impl Log {
    pub fn create(place: &Place, name: &str) -> anyhow::Result<Self> {
        let dir = place.cache().join("logs");
        let path = dir.join(format!("{name}.log"));
        let file = fs::create_dir_all(&dir).and_then(|()| fs::File::create(&path));
        Ok(Log {
            file: file.with_context(|| format!("cannot write {}", path.display()))?,
            path,
        })
    }

    pub fn run(
        &mut self,
        command: &mut Command,
        cancel: &Cancel,
        mut watch: impl FnMut(&str),
    ) -> anyhow::Result<()> {
        let program = PathBuf::from(command.get_program());
        writeln!(self.file, "$ {command:?}")?;
        let mut errors = Vec::new();
        let ended = process::run(command, None, cancel, |_, line| {
            let _ = writeln!(self.file, "{line}");
            if errors.len() < 6 && is_error(line) {
                errors.push(line.to_owned());
            }
            watch(line);
        });
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        match ended.map_err(|e| anyhow!("cannot run {}: {e}", program.display()))? {
            Ended::Exited(status) if status.success() => Ok(()),
            Ended::Exited(_) => bail!(
                "{name} failed:\n    {}\n  help: the whole output is in {}",
                errors.join("\n    "),
                self.path.display()
            ),
            Ended::TimedOut | Ended::Cancelled => bail!("interrupted"),
        }
    }

    pub fn remove(self) {
        let _ = fs::remove_file(self.path);
    }
}

fn is_error(line: &str) -> bool {
    [
        "error:",
        "CMake Error",
        "FAILED:",
        "undefined reference",
        "ninja: fatal",
    ]
    .iter()
    .any(|mark| line.contains(mark))
}
