//! The original tarball of a Debian source package.
//!
//! apt finds and downloads it, with a configuration and state of our own: the
//! machine's sources and lists stay as they are. Which mirror to ask is read
//! from the machine's own configuration. The suite may be newer than the
//! machine and signed by a key the machine does not have; what vouches for the
//! tarball is the checksum in `sources.toml`.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::client::Client;
use super::download::{self, Archive};
use crate::{DebianSource, Fetch, SeriesError, Transport};

const UPDATED_WITHIN: Duration = Duration::from_secs(180);
const DOWNLOADED_WITHIN: Duration = Duration::from_secs(600);
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

impl Transport for DebianSource {
    fn describe(&self) -> String {
        format!(
            "Debian source package {} {} in {}",
            self.package, self.version, self.suite
        )
    }

    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<git2::Oid, SeriesError> {
        let archive = Archive {
            file: &self.file,
            checksum: &self.sha256,
            directory: self.directory.as_deref(),
        };
        download::import(repository, fetch, &archive, || {
            let downloaded = self.download(fetch)?;
            let bytes =
                fs::read(&downloaded).map_err(|e| SeriesError::io("read", &downloaded, e))?;
            let _ = fs::remove_file(&downloaded);
            Ok(bytes)
        })
    }
}

impl DebianSource {
    fn download(&self, fetch: &Fetch<'_>) -> Result<PathBuf, SeriesError> {
        let apt = Apt::prepare(self, fetch)?;
        apt.get(&["update"], UPDATED_WITHIN)?;
        let version = self.pick_version(&apt.versions(&self.package)?)?;
        let wanted = format!("{}={version}", self.package);
        apt.get(
            &["source", "--download-only", "--tar-only", &wanted],
            DOWNLOADED_WITHIN,
        )?;
        let file = apt.dir.join(&self.file);
        if file.is_file() {
            return Ok(file);
        }
        Err(SeriesError::Program {
            program: "apt-get source".to_owned(),
            message: format!("it ended well but left no {}", self.file),
            help: "check the file name in sources.toml".to_owned(),
        })
    }

    fn pick_version(&self, versions: &[String]) -> Result<String, SeriesError> {
        let revision_of = |v: &&String| {
            v.strip_prefix(&self.version)
                .is_some_and(|r| r.starts_with('-'))
        };
        versions
            .iter()
            .find(revision_of)
            .cloned()
            .ok_or_else(|| SeriesError::Program {
                program: "apt-cache showsrc".to_owned(),
                message: format!(
                    "{} has {} only as {}",
                    self.suite,
                    self.package,
                    if versions.is_empty() {
                        "nothing".to_owned()
                    } else {
                        versions.join(", ")
                    }
                ),
                help: format!(
                    "the suite no longer has {}; use another source",
                    self.version
                ),
            })
    }
}

/// apt with a private configuration.
struct Apt<'a> {
    fetch: &'a Fetch<'a>,
    dir: PathBuf,
    options: Vec<String>,
}

impl<'a> Apt<'a> {
    fn prepare(source: &DebianSource, fetch: &'a Fetch<'a>) -> Result<Self, SeriesError> {
        let dir = fetch.place.apt_dir(&source.suite);
        for part in ["state/lists/partial", "cache/archives/partial"] {
            let path = dir.join(part);
            fs::create_dir_all(&path).map_err(|e| SeriesError::io("create", &path, e))?;
        }
        let _ = fs::remove_file(dir.join(&source.file));
        let mut apt = Apt {
            fetch,
            dir,
            options: Vec::new(),
        };
        let site = apt.site()?;
        let list = apt.dir.join("sources.list");
        let line = format!("deb-src [trusted=yes] {site} {} main\n", source.suite);
        fs::write(&list, line).map_err(|e| SeriesError::io("write", &list, e))?;
        apt.options = vec![
            format!("Dir::State={}", apt.dir.join("state").display()),
            format!("Dir::Cache={}", apt.dir.join("cache").display()),
            format!("Dir::Etc::SourceList={}", list.display()),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            "Dir::State::Status=/var/lib/dpkg/status".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::Retries=2".to_owned(),
            // The download directory is ours alone; without this apt warns
            // that its own user cannot write there.
            "APT::Sandbox::User=root".to_owned(),
        ];
        Ok(apt)
    }

    /// The mirror this machine uses for Debian proper.
    fn site(&self) -> Result<String, SeriesError> {
        let format = "$(SITE)|$(ORIGIN)|$(LABEL)";
        let program = &self.fetch.programs.apt_get;
        let lines = self.run(
            program,
            &["indextargets", "--format", format],
            ANSWERED_WITHIN,
        )?;
        let sites: Vec<Vec<&str>> = lines.iter().map(|l| l.split('|').collect()).collect();
        let debian = sites
            .iter()
            .find(|s| s.get(1..3) == Some(&["Debian", "Debian"]));
        // Before the first `apt-get update` apt does not know the origins.
        let named = || {
            sites
                .iter()
                .find(|s| s[0].trim_end_matches('/').ends_with("/debian"))
        };
        match debian.or_else(named).map(|s| s[0]) {
            Some(site) if !site.is_empty() && !site.contains([' ', '[', ']']) => {
                Ok(site.to_owned())
            }
            _ => Err(SeriesError::Program {
                program: "apt-get indextargets".to_owned(),
                message: "apt is configured with no Debian mirror".to_owned(),
                help: "add a mirror to apt's sources, or use another source".to_owned(),
            }),
        }
    }

    /// Versions of a source package in the suite.
    fn versions(&self, package: &str) -> Result<Vec<String>, SeriesError> {
        let args = ["showsrc", "--only-source", package];
        let lines = self.run(&self.fetch.programs.apt_cache, &args, ANSWERED_WITHIN)?;
        Ok(lines
            .iter()
            .filter_map(|l| l.strip_prefix("Version: "))
            .map(str::to_owned)
            .collect())
    }

    fn get(&self, args: &[&str], limit: Duration) -> Result<(), SeriesError> {
        self.run(
            &self.fetch.programs.apt_get,
            &[&["-q"], args].concat(),
            limit,
        )
        .map(drop)
    }

    fn run(
        &self,
        program: &OsStr,
        args: &[&str],
        limit: Duration,
    ) -> Result<Vec<String>, SeriesError> {
        let mut command = Command::new(program);
        command
            .current_dir(&self.dir)
            .env("LC_ALL", "C")
            .env("LANGUAGE", "C");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        for option in &self.options {
            command.args(["-o", option]);
        }
        command.args(args);
        let (name, verb) = (self.name_of(program), verb_of(args));
        let help = "check the network connection and apt's sources";
        Client::new(name, "apt", help, self.fetch).run(&mut command, verb, limit)
    }

    fn name_of(&self, program: &OsStr) -> &'static str {
        if program == self.fetch.programs.apt_get {
            "apt-get"
        } else {
            "apt-cache"
        }
    }
}

fn verb_of<'a>(args: &[&'a str]) -> &'a str {
    args.iter().find(|a| !a.starts_with('-')).unwrap_or(&"")
}
