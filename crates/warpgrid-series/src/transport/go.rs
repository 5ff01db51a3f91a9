//! A module as the go command has it in its cache.
//!
//! go downloads it, with the user's own configuration of proxies, and checks it;
//! what vouches for it here is the hash in `sources.toml`, which is also the one
//! in every `go.sum`.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::git::last_words;
use crate::process::{self, Ended};
use crate::{Fetch, Fetched, GoSource, SeriesError, Transport, tarball};

const DOWNLOADED_WITHIN: Duration = Duration::from_secs(600);

/// What `go mod download -json` prints.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Downloaded {
    dir: PathBuf,
    sum: String,
    error: String,
}

impl Transport for GoSource {
    fn describe(&self) -> String {
        format!("Go module {} {} by go", self.module, self.version)
    }

    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<Fetched, SeriesError> {
        let found = self.download(fetch)?;
        if found.sum != self.sum {
            return Err(SeriesError::Checksum {
                file: format!("{} {}", self.module, self.version),
                expected: self.sum.clone(),
                found: found.sum,
            });
        }
        let directory = match &self.directory {
            Some(directory) => found.dir.join(directory),
            None => found.dir,
        };
        let tree = tarball::import_directory(repository, &directory, fetch.cancel)?;
        Ok(Fetched {
            tree,
            from: self.describe(),
        })
    }
}

impl GoSource {
    fn download(&self, fetch: &Fetch<'_>) -> Result<Downloaded, SeriesError> {
        let project = tempfile::tempdir()
            .map_err(|e| SeriesError::io("create a directory in", &std::env::temp_dir(), e))?;
        let program = "go mod download".to_owned();
        let mut said = Vec::new();
        let mut command = Command::new(&fetch.programs.go);
        command
            .args(["mod", "download", "-json"])
            .arg(format!("{}@{}", self.module, self.version))
            .current_dir(project.path());
        let limit = DOWNLOADED_WITHIN;
        let ended = process::run(&mut command, Some(limit), fetch.cancel, |_, line| {
            said.extend_from_slice(line.as_bytes());
            said.push(b'\n');
        });
        match ended {
            Ok(Ended::Exited(_)) => {}
            Ok(Ended::TimedOut) => return Err(SeriesError::TimedOut { program, limit }),
            Ok(Ended::Cancelled) => return Err(SeriesError::Interrupted),
            Err(e) => return Err(SeriesError::io("run go in", project.path(), e)),
        }
        let failed = |message: String| SeriesError::Program {
            program,
            message,
            help: "check the network connection, and module and version in sources.toml".to_owned(),
        };
        match serde_json::from_slice::<Downloaded>(&said) {
            Ok(found) if found.error.is_empty() => Ok(found),
            Ok(found) => Err(failed(found.error)),
            Err(_) => Err(failed(last_words(&said))),
        }
    }
}
