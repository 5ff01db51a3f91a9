//! A Go module, as the go client has it in its module cache.
//!
//! What vouches for it is the hash in `sources.toml`, which is also the one in
//! every `go.sum`, and in the end the pinned tree.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use super::client::{self, Client};
use super::{Registry, plain};
use crate::git::last_words;
use crate::{Fetch, GoSource, SeriesError, Source, Transport};

const DOWNLOADED_WITHIN: Duration = Duration::from_secs(600);
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

/// What `go mod download -json` says (`go help mod download`).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    dir: PathBuf,
    sum: String,
}

/// What both say of a failure, where it is one of the module's.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Failed {
    error: String,
}

/// What `go list -m -versions -json` says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    #[serde(default)]
    versions: Vec<String>,
}

impl Transport for GoSource {
    fn describe(&self) -> String {
        format!("Go module {} {}", self.module, self.version)
    }

    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<git2::Oid, SeriesError> {
        let downloaded = self.download(fetch)?;
        if downloaded.sum != self.sum {
            return Err(SeriesError::Checksum {
                file: format!("{}@{}", self.module, self.version),
                expected: self.sum.clone(),
                found: downloaded.sum,
            });
        }
        let top = match &self.directory {
            Some(directory) => downloaded.dir.join(directory),
            None => downloaded.dir,
        };
        plain::import(repository, &top, fetch.cancel)
    }
}

impl GoSource {
    fn download(&self, fetch: &Fetch<'_>) -> Result<Downloaded, SeriesError> {
        let wanted = format!("{}@{}", self.module, self.version);
        let args = ["mod", "download", "-json", &wanted];
        self.go(fetch, "mod download", &args, DOWNLOADED_WITHIN)
    }

    /// Runs go where no module of the user's is, for what it prints.
    fn go<T: for<'a> Deserialize<'a>>(
        &self,
        fetch: &Fetch<'_>,
        verb: &str,
        args: &[&str],
        limit: Duration,
    ) -> Result<T, SeriesError> {
        let help = "check the network connection, and module and version in sources.toml";
        let client = Client::new("go", "golang-go", help, fetch);
        let scratch = client::scratch()?;
        let mut command = Command::new(&fetch.programs.go);
        command
            .args(args)
            .current_dir(scratch.path())
            .env("GO111MODULE", "on")
            .env("GOWORK", "off")
            .env_remove("GOFLAGS");
        let said = client.ask(&mut command, verb, limit)?;
        let out = said.out.join("\n");
        if !said.ended_well {
            let message = match serde_json::from_str(&out) {
                Ok(Failed { error }) => error,
                Err(_) => last_words(said.err.as_bytes()),
            };
            return Err(client.failed(verb, last_words(message.as_bytes())));
        }
        serde_json::from_str(&out).map_err(|e| client.failed(verb, format!("it said {e}")))
    }
}

impl Registry for GoSource {
    fn at(&self, version: &str, fetch: &Fetch<'_>) -> Result<Source, SeriesError> {
        let wanted = GoSource {
            version: version.to_owned(),
            ..self.clone()
        };
        let sum = wanted.download(fetch)?.sum;
        Ok(Source::Go(GoSource { sum, ..wanted }))
    }

    fn versions(&self, fetch: &Fetch<'_>) -> Result<Vec<String>, SeriesError> {
        let args = ["list", "-m", "-versions", "-json", &self.module];
        let listed: Listed = self.go(fetch, "list -m -versions", &args, ANSWERED_WITHIN)?;
        Ok(listed.versions)
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn fields(&self) -> [(&'static str, &str); 2] {
        [("version", &self.version), ("sum", &self.sum)]
    }
}
