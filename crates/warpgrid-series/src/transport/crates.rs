//! A crate as cargo has it in its registry's cache.
//!
//! cargo downloads it, with the user's own configuration of registries; what
//! vouches for it is the checksum in `sources.toml`, which is also the one in
//! every `Cargo.lock`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use super::Registry;
use super::client::{self, Client};
use super::download::{self, Archive};
use crate::{CrateSource, Fetch, SeriesError, Source, Transport};

/// What cargo is asked to do.
const VERB: &str = "fetch";

const DOWNLOADED_WITHIN: Duration = Duration::from_secs(600);

impl Transport for CrateSource {
    fn describe(&self) -> String {
        format!("crate {} {} by cargo", self.name, self.version)
    }

    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<git2::Oid, SeriesError> {
        let file = self.file();
        let archive = Archive {
            file: &file,
            checksum: &self.sha256,
            directory: None,
        };
        download::import(repository, fetch, &archive, || {
            let path = match self.cached() {
                Some(path) => path,
                None => self.download(fetch)?,
            };
            fs::read(&path).map_err(|e| SeriesError::io("read", &path, e))
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

    /// Has cargo fetch it, and gives its archive.
    fn download(&self, fetch: &Fetch<'_>) -> Result<PathBuf, SeriesError> {
        self.lock(fetch)?;
        self.cached()
            .ok_or_else(|| client(fetch).failed(VERB, "it left no archive".to_owned()))
    }

    /// Has cargo fetch it for a project that depends on nothing else, and gives
    /// the project's `Cargo.lock`.
    fn lock(&self, fetch: &Fetch<'_>) -> Result<String, SeriesError> {
        let project = client::scratch()?;
        let manifest = format!(
            "[package]\nname = \"fetch\"\n[lib]\npath = \"lib.rs\"\n\
             [dependencies.{}]\nversion = \"={}\"\ndefault-features = false\n",
            self.name, self.version
        );
        for (name, text) in [("Cargo.toml", manifest.as_str()), ("lib.rs", "")] {
            let path = project.path().join(name);
            fs::write(&path, text).map_err(|e| SeriesError::io("write", &path, e))?;
        }
        let mut command = Command::new(&fetch.programs.cargo);
        command.arg(VERB).current_dir(project.path());
        client(fetch).run(&mut command, VERB, DOWNLOADED_WITHIN)?;
        let lock = project.path().join("Cargo.lock");
        fs::read_to_string(&lock).map_err(|e| SeriesError::io("read", &lock, e))
    }
}

fn client<'a>(fetch: &Fetch<'a>) -> Client<'a> {
    let help = "check the network connection, and name and version in sources.toml";
    Client::new("cargo", "cargo", help, fetch)
}

/// What is read of a `Cargo.lock`.
#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

impl Registry for CrateSource {
    fn at(&self, version: &str, fetch: &Fetch<'_>) -> Result<Source, SeriesError> {
        let wanted = CrateSource {
            version: version.to_owned(),
            ..self.clone()
        };
        let text = wanted.lock(fetch)?;
        let lock: Lock = toml_edit::de::from_str(&text)
            .map_err(|e| client(fetch).failed(VERB, format!("its Cargo.lock: {e}")))?;
        let mut packages = lock.package.into_iter();
        let sha256 = packages
            .find(|p| p.name == wanted.name && p.version == wanted.version)
            .and_then(|p| p.checksum)
            .ok_or_else(|| client(fetch).failed(VERB, "it locked no such crate".to_owned()))?;
        Ok(Source::Crate(CrateSource { sha256, ..wanted }))
    }

    fn versions(&self, fetch: &Fetch<'_>) -> Result<Vec<String>, SeriesError> {
        let message = format!("cargo does not list the versions of {}", self.name);
        let mut client = client(fetch);
        client.help = "name the versions with `--to`";
        Err(client.failed("search", message))
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn fields(&self) -> [(&'static str, &str); 2] {
        [("version", &self.version), ("sha256", &self.sha256)]
    }
}
