//! A crate as cargo has it in its registry's cache.
//!
//! cargo downloads it, with the user's own configuration of registries; what
//! vouches for it is the checksum in `sources.toml`, which is also the one in
//! every `Cargo.lock`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::download;
use crate::git::last_words;
use crate::process::{self, Ended};
use crate::{CrateSource, Fetch, Fetched, SeriesError, Transport, tarball};

const DOWNLOADED_WITHIN: Duration = Duration::from_secs(600);

impl Transport for CrateSource {
    fn describe(&self) -> String {
        format!("crate {} {} by cargo", self.name, self.version)
    }

    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<Fetched, SeriesError> {
        let file = self.file();
        let archive = download::kept(fetch, &file, &self.sha256, || {
            let path = match self.cached() {
                Some(path) => path,
                None => self.download(fetch)?,
            };
            fs::read(&path).map_err(|e| SeriesError::io("read", &path, e))
        })?;
        let tree = tarball::import(repository, &archive, &file, None, fetch.cancel)?;
        Ok(Fetched {
            tree,
            from: self.describe(),
        })
    }
}

impl CrateSource {
    fn file(&self) -> String {
        format!("{}-{}.crate", self.name, self.version)
    }

    /// The archive in the cache of whichever registry cargo had it from.
    fn cached(&self) -> Option<PathBuf> {
        let home = std::env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
        let registries = fs::read_dir(home.join("registry/cache")).ok()?;
        registries
            .flatten()
            .map(|registry| registry.path().join(self.file()))
            .find(|path| path.is_file())
    }

    /// Has cargo fetch it for a project that depends on nothing else.
    fn download(&self, fetch: &Fetch<'_>) -> Result<PathBuf, SeriesError> {
        let project = tempfile::tempdir()
            .map_err(|e| SeriesError::io("create a project in", &std::env::temp_dir(), e))?;
        let manifest = format!(
            "[package]\nname = \"fetch\"\n[lib]\npath = \"lib.rs\"\n\
             [dependencies.{}]\nversion = \"={}\"\ndefault-features = false\n",
            self.name, self.version
        );
        for (name, text) in [("Cargo.toml", manifest.as_str()), ("lib.rs", "")] {
            let path = project.path().join(name);
            fs::write(&path, text).map_err(|e| SeriesError::io("write", &path, e))?;
        }
        let program = "cargo fetch".to_owned();
        let mut said = Vec::new();
        let mut command = Command::new(&fetch.programs.cargo);
        command.arg("fetch").current_dir(project.path());
        let limit = DOWNLOADED_WITHIN;
        let ended = process::run(&mut command, Some(limit), fetch.cancel, |_, line| {
            said.extend_from_slice(line.as_bytes());
            said.push(b'\n');
        });
        match ended {
            Ok(Ended::Exited(_)) => {}
            Ok(Ended::TimedOut) => return Err(SeriesError::TimedOut { program, limit }),
            Ok(Ended::Cancelled) => return Err(SeriesError::Interrupted),
            Err(e) => return Err(SeriesError::io("run cargo in", project.path(), e)),
        }
        self.cached().ok_or_else(|| SeriesError::Program {
            program,
            message: last_words(&said),
            help: "check the network connection, and name and version in sources.toml".to_owned(),
        })
    }
}
