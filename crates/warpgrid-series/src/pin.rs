//! `UPSTREAM_REF` and `sources.toml`.

use std::fs;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_spanned::Spanned;

use crate::SeriesError;

/// What is patched: the content of `UPSTREAM_REF`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Upstream {
    /// Upstream's name, which also names its directories in the cache.
    pub name: String,
    /// Upstream's version, as people call it.
    pub version: String,
    /// Upstream's commit, where upstream is a git repository.
    pub commit: Option<String>,
    /// The git hash of the normalised tree (see the crate's documentation).
    pub tree: String,
}

/// By which transports the tree can be had, in the order to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources(pub Vec<Source>);

/// One transport's coordinates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A commit of a git remote.
    Git(GitSource),
    /// The original tarball of a Debian source package.
    Debian(DebianSource),
    /// A crate of cargo's registry.
    Crate(CrateSource),
    /// A module as the go command has it.
    Go(GoSource),
}

/// A commit of a git remote.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitSource {
    /// Anything git fetches from: https, ssh, file.
    pub url: String,
    /// A full commit id or a tag.
    pub rev: String,
}

/// The original tarball of a Debian source package.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DebianSource {
    /// Suite that has it, as `trixie-backports`.
    pub suite: String,
    /// Source package.
    pub package: String,
    /// Upstream part of the version; Debian's own revision may be any.
    pub version: String,
    /// File name of the `.orig.tar.xz`, `.orig.tar.bz2` or `.orig.tar.gz`.
    pub file: String,
    /// The directory of it that is the upstream, where it holds others, too.
    pub directory: Option<String>,
    /// Its sha256, in hexadecimal.
    pub sha256: String,
}

/// A crate of cargo's registry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrateSource {
    /// The crate.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// Its archive's sha256, in hexadecimal, as every `Cargo.lock` has it.
    pub sha256: String,
}

/// A module as the go command has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoSource {
    /// The module's path.
    pub module: String,
    /// Its exact version.
    pub version: String,
    /// The directory of it that is the upstream, where it holds others, too.
    pub directory: Option<String>,
    /// The hash of its content, as every `go.sum` has it.
    pub sum: String,
}

impl Upstream {
    /// Reads an `UPSTREAM_REF`.
    ///
    /// # Errors
    /// [`SeriesError::Config`] with the place of what is wrong.
    pub fn read(path: &Path) -> Result<Self, SeriesError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            name: Spanned<String>,
            version: Spanned<String>,
            commit: Option<Spanned<String>>,
            tree: Spanned<String>,
        }
        let text = read(path)?;
        let file: File = parse(path, &text)?;
        let check = |value: &Spanned<String>, ok: fn(&str) -> bool, what: &str| {
            if ok(value.get_ref()) {
                return Ok(());
            }
            Err(config(path, &text, value.span(), what.to_owned()))
        };
        check(
            &file.name,
            is_name,
            "a name is letters, digits, '-', '_' and '.', starting with a letter or digit",
        )?;
        check(
            &file.version,
            |v| !v.trim().is_empty(),
            "the version is empty",
        )?;
        check(
            &file.tree,
            is_git_hash,
            "a tree is named by 40 hexadecimal digits",
        )?;
        if let Some(commit) = &file.commit {
            check(
                commit,
                is_git_hash,
                "a commit is named by 40 hexadecimal digits",
            )?;
        }
        Ok(Upstream {
            name: file.name.into_inner(),
            version: file.version.into_inner(),
            commit: file.commit.map(Spanned::into_inner),
            tree: file.tree.into_inner(),
        })
    }
}

impl Sources {
    /// Reads a `sources.toml`: tables `[[git]]`, `[[debian]]`, `[[crate]]`
    /// and `[[go]]`, tried in the order in which they stand.
    ///
    /// # Errors
    /// [`SeriesError::Config`] with the place of what is wrong.
    pub fn read(path: &Path) -> Result<Self, SeriesError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            git: Vec<Spanned<GitSource>>,
            #[serde(default)]
            debian: Vec<Spanned<DebianSource>>,
            #[serde(default, rename = "crate")]
            crates: Vec<Spanned<CrateSource>>,
            #[serde(default)]
            go: Vec<Spanned<GoSource>>,
        }
        let text = read(path)?;
        let file: File = parse(path, &text)?;
        let mut sources: Vec<(usize, Source)> = Vec::new();
        for git in file.git {
            if git.get_ref().url.starts_with('-') || git.get_ref().rev.starts_with('-') {
                let message = "a URL or revision does not start with '-'".to_owned();
                return Err(config(path, &text, git.span(), message));
            }
            sources.push((git.span().start, Source::Git(git.into_inner())));
        }
        for debian in file.debian {
            if let Err(message) = debian.get_ref().check() {
                return Err(config(path, &text, debian.span(), message.to_owned()));
            }
            sources.push((debian.span().start, Source::Debian(debian.into_inner())));
        }
        for source in file.crates {
            if let Err(message) = source.get_ref().check() {
                return Err(config(path, &text, source.span(), message.to_owned()));
            }
            sources.push((source.span().start, Source::Crate(source.into_inner())));
        }
        for source in file.go {
            if let Err(message) = source.get_ref().check() {
                return Err(config(path, &text, source.span(), message.to_owned()));
            }
            sources.push((source.span().start, Source::Go(source.into_inner())));
        }
        if sources.is_empty() {
            return Err(config(path, &text, 0..0, "no source is given".to_owned()));
        }
        sources.sort_by_key(|(at, _)| *at);
        Ok(Sources(
            sources.into_iter().map(|(_, source)| source).collect(),
        ))
    }
}

impl DebianSource {
    /// These values become arguments, lines of apt's configuration and file
    /// names, so they are held to what such values may be.
    fn check(&self) -> Result<(), &'static str> {
        check_sha256(&self.sha256)?;
        let version = |v: &str| {
            !v.is_empty()
                && v.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b".+~-:_".contains(&b))
        };
        if !is_name(&self.suite) || !is_name(&self.package) || !version(&self.version) {
            return Err("suite, package and version are Debian names: letters, digits and '.+~-'");
        }
        if !version(&self.file)
            || !crate::tarball::is_known(&self.file)
            || self.file.starts_with('.')
        {
            return Err("file is the plain name of a .tar.xz, .tar.bz2 or .tar.gz");
        }
        check_directory(self.directory.as_deref())
    }
}

impl GoSource {
    /// These values become arguments and file names.
    fn check(&self) -> Result<(), &'static str> {
        if !self.module.split('/').all(is_name) || !is_name(&self.version) {
            return Err("module and version are a Go module's: letters, digits and '-_.+/'");
        }
        if !self.sum.starts_with("h1:") {
            return Err("sum is a hash as go.sum has it, beginning with h1:");
        }
        check_directory(self.directory.as_deref())
    }
}

impl CrateSource {
    /// These values become part of a manifest and of file names.
    fn check(&self) -> Result<(), &'static str> {
        check_sha256(&self.sha256)?;
        if !is_name(&self.name) || !is_name(&self.version) {
            return Err("name and version are a crate's: letters, digits and '-_.+'");
        }
        Ok(())
    }
}

fn check_directory(directory: Option<&str>) -> Result<(), &'static str> {
    match directory {
        Some(directory) if !directory.split('/').all(is_name) => {
            Err("directory is a path below the archive's top directory")
        }
        _ => Ok(()),
    }
}

fn check_sha256(text: &str) -> Result<(), &'static str> {
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err("sha256 is 64 hexadecimal digits")
}

fn read(path: &Path) -> Result<String, SeriesError> {
    fs::read_to_string(path).map_err(|e| SeriesError::io("read", path, e))
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, SeriesError> {
    toml_edit::de::from_str(text)
        .map_err(|e| config(path, text, e.span().unwrap_or(0..0), e.message().to_owned()))
}

fn config(path: &Path, text: &str, span: Range<usize>, message: String) -> SeriesError {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    SeriesError::Config {
        path: path.to_owned(),
        line,
        column,
        message,
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b))
}

fn is_git_hash(text: &str) -> bool {
    text.len() == 40
        && text
            .bytes()
            .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
}
