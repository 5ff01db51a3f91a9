//! `sources.toml`: where the upstream's tree can be had.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_spanned::Spanned;

use crate::SeriesError;
use crate::pin::{config, is_name, parse, read};

/// By which transports the tree can be had, in the order to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources(pub Vec<Source>);

/// One transport's coordinates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A commit of a git remote.
    Git(GitSource),
    /// The original tarball of a Debian source package.
    Debian(DebianSource),
    /// A crate of cargo's registry.
    Crate(CrateSource),
    /// A Go module.
    Go(GoSource),
    /// A package of npm's registry.
    Npm(NpmSource),
}

/// A commit of a git remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitSource {
    /// Anything git fetches from: https, ssh, file.
    pub url: String,
    /// A full commit id or a tag.
    pub rev: String,
}

/// The original tarball of a Debian source package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrateSource {
    /// The crate.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// Its archive's sha256, in hexadecimal, as every `Cargo.lock` has it.
    pub sha256: String,
}

/// A version of a Go module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoSource {
    /// The module's path.
    pub module: String,
    /// Its exact version, as `v0.39.0`.
    pub version: String,
    /// The directory of it that is the upstream, where it holds others, too.
    pub directory: Option<String>,
    /// Its hash, `h1:` and base64, as every `go.sum` has it.
    pub sum: String,
}

/// A package of npm's registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NpmSource {
    /// The package, with its scope.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// Its archive's hash, `sha512-` and base64, as every `package-lock.json`
    /// has it.
    pub integrity: String,
}

impl Sources {
    /// Reads a `sources.toml`: tables `[[git]]`, `[[debian]]`, `[[crate]]`,
    /// `[[go]]` and `[[npm]]`, tried in the order in which they stand.
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
            #[serde(default)]
            npm: Vec<Spanned<NpmSource>>,
        }
        let text = read(path)?;
        let file: File = parse(path, &text)?;
        let mut sources: Vec<(usize, Source)> = Vec::new();
        let entries = entries(file.git, GitSource::check, Source::Git)
            .chain(entries(file.debian, DebianSource::check, Source::Debian))
            .chain(entries(file.crates, CrateSource::check, Source::Crate))
            .chain(entries(file.go, GoSource::check, Source::Go))
            .chain(entries(file.npm, NpmSource::check, Source::Npm));
        for (span, checked, source) in entries {
            checked.map_err(|message| config(path, &text, span.clone(), message.to_owned()))?;
            sources.push((span.start, source));
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

/// The entries of a table: where each stands, what is wrong with it, and it.
fn entries<T>(
    table: Vec<Spanned<T>>,
    check: fn(&T) -> Result<(), &'static str>,
    source: fn(T) -> Source,
) -> impl Iterator<Item = (Range<usize>, Result<(), &'static str>, Source)> {
    table.into_iter().map(move |entry| {
        let (span, checked) = (entry.span(), check(entry.get_ref()));
        (span, checked, source(entry.into_inner()))
    })
}

impl GitSource {
    /// These values become arguments.
    fn check(&self) -> Result<(), &'static str> {
        if self.url.starts_with('-') || self.rev.starts_with('-') {
            return Err("a URL or revision does not start with '-'");
        }
        Ok(())
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

impl GoSource {
    /// These values become an argument.
    fn check(&self) -> Result<(), &'static str> {
        let element = |e: &str| is_name(&e.replace('~', "_"));
        if !self.module.split('/').all(element) || !is_name(&self.version) {
            return Err("module and version are a Go module's: letters, digits and '-_.~+/'");
        }
        check_hash(&self.sum, "h1:", 44, "sum is h1: and 44 digits of base64")?;
        check_directory(self.directory.as_deref())
    }
}

impl NpmSource {
    /// These values become an argument.
    fn check(&self) -> Result<(), &'static str> {
        let name = self.name.strip_prefix('@').unwrap_or(&self.name);
        if !name.split('/').all(is_name) || !is_name(&self.version) {
            return Err("name and version are an npm package's: letters, digits and '-_.+@/'");
        }
        let wrong = "integrity is sha512- and 88 digits of base64";
        check_hash(&self.integrity, "sha512-", 88, wrong)
    }
}

fn check_directory(directory: Option<&str>) -> Result<(), &'static str> {
    if directory.is_none_or(|directory| directory.split('/').all(is_name)) {
        return Ok(());
    }
    Err("directory is a path below the archive's top directory")
}

fn check_hash(
    text: &str,
    prefix: &str,
    digits: usize,
    wrong: &'static str,
) -> Result<(), &'static str> {
    let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
    match text.strip_prefix(prefix) {
        Some(hash) if hash.len() == digits && hash.bytes().all(base64) => Ok(()),
        _ => Err(wrong),
    }
}

fn check_sha256(text: &str) -> Result<(), &'static str> {
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err("sha256 is 64 hexadecimal digits")
}
