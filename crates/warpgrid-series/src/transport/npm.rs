//! A package of npm's registry, packed by the npm client.
//!
//! What vouches for it is the hash in `sources.toml`, which is also the one in
//! every `package-lock.json`.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use super::Registry;
use super::client::{self, Client};
use super::download::{self, Archive};
use crate::{Fetch, NpmSource, SeriesError, Source, Transport};

const DOWNLOADED_WITHIN: Duration = Duration::from_secs(600);
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

/// What `npm pack --json` says of each package (docs of npm-pack).
#[derive(Deserialize)]
struct Packed {
    filename: String,
    integrity: String,
}

impl Transport for NpmSource {
    fn describe(&self) -> String {
        format!("npm package {} {}", self.name, self.version)
    }

    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<git2::Oid, SeriesError> {
        let file = self.file();
        let archive = Archive {
            file: &file,
            checksum: &self.integrity,
            directory: None,
        };
        download::import(repository, fetch, &archive, || Ok(self.pack(fetch)?.1))
    }
}

impl NpmSource {
    fn file(&self) -> String {
        let name = self.name.trim_start_matches('@').replace('/', "-");
        format!("{name}-{}.tgz", self.version)
    }

    /// The archive as the registry has it, and its hash.
    fn pack(&self, fetch: &Fetch<'_>) -> Result<(String, Vec<u8>), SeriesError> {
        let wanted = format!("{}@{}", self.name, self.version);
        let (client, scratch) = (client(fetch), client::scratch()?);
        let mut command = Command::new(&fetch.programs.npm);
        command
            .args(["pack", "--json", "--ignore-scripts", "--", &wanted])
            .current_dir(scratch.path());
        let out = client.run(&mut command, "pack", DOWNLOADED_WITHIN)?;
        let packed: Vec<Packed> = said(&client, "pack", &out)?;
        let packed = packed.into_iter().next();
        let packed = packed.ok_or_else(|| client.failed("pack", "it packed nothing".to_owned()))?;
        // Some versions name the file by the scope, which is not its name.
        let name = packed.filename.trim_start_matches('@').replace('/', "-");
        let path = scratch.path().join(name);
        let bytes = fs::read(&path).map_err(|e| SeriesError::io("read", &path, e))?;
        Ok((packed.integrity, bytes))
    }
}

fn client<'a>(fetch: &Fetch<'a>) -> Client<'a> {
    let help = "check the network connection, and name and version in sources.toml";
    Client::new("npm", "npm", help, fetch)
}

fn said<T: for<'a> Deserialize<'a>>(
    client: &Client<'_>,
    verb: &str,
    out: &[String],
) -> Result<T, SeriesError> {
    serde_json::from_str(&out.join("\n")).map_err(|e| client.failed(verb, format!("it said {e}")))
}

impl Registry for NpmSource {
    fn at(&self, version: &str, fetch: &Fetch<'_>) -> Result<Source, SeriesError> {
        let wanted = NpmSource {
            version: version.to_owned(),
            ..self.clone()
        };
        let (integrity, _) = wanted.pack(fetch)?;
        Ok(Source::Npm(NpmSource {
            integrity,
            ..wanted
        }))
    }

    fn versions(&self, fetch: &Fetch<'_>) -> Result<Vec<String>, SeriesError> {
        let (client, scratch) = (client(fetch), client::scratch()?);
        let mut command = Command::new(&fetch.programs.npm);
        command
            .args(["view", "--json", &self.name, "versions"])
            .current_dir(scratch.path());
        let out = client.run(&mut command, "view", ANSWERED_WITHIN)?;
        said(&client, "view", &out)
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn fields(&self) -> [(&'static str, &str); 2] {
        [("version", &self.version), ("integrity", &self.integrity)]
    }
}
