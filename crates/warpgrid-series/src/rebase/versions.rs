//! The versions of an upstream that a series can be rebased to.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::history::History;
use crate::git::Git;
use crate::import::pristine;
use crate::transport::Registry;
use crate::transport::git::without_submodules;
use crate::{Fetch, GitSource, Series, SeriesError, Source};

/// References to what was fetched last.
const REMOTE: &str = "refs/warpgrid/remote";
/// Digits of an abbreviated commit in a version's name.
const ABBREVIATED: usize = 12;

/// A version of an upstream, fetched into the bare repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// As people call it: a tag, or a branch or commit with its hash.
    pub name: String,
    /// Upstream's commit, where upstream is a git repository.
    pub commit: Option<String>,
    /// The git hash of the normalised tree.
    pub tree: String,
    /// The commit that holds that tree and nothing else.
    pub pristine: String,
    /// The commits that led to it, where upstream has a history.
    pub history: Option<History>,
    /// Where it can be had from a registry, if it comes from one.
    pub source: Option<Source>,
}

/// Where versions come from.
pub trait Versions {
    /// Fetches what `wanted` names.
    ///
    /// # Errors
    /// [`SeriesError::UnknownVersion`], or why it could not be fetched.
    fn version(&self, wanted: &str) -> Result<Version, SeriesError>;

    /// The names of the released versions after the pinned one, oldest first.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn newer(&self) -> Result<Vec<String>, SeriesError>;
}

/// The tags, branches and commits of a git repository.
pub(crate) struct GitVersions<'a> {
    source: GitSource,
    series: &'a Series,
    repository: &'a git2::Repository,
    git: Git,
    fetch: Fetch<'a>,
}

/// The versions of a series' upstream: those of the git repository `git` where
/// one is given, a path or anything git fetches from; else those of its own git
/// repository or registry, whichever stands first in `sources.toml`.
pub(crate) fn available<'a>(
    series: &'a Series,
    git: Option<&str>,
    repository: &'a git2::Repository,
    fetch: Fetch<'a>,
) -> Result<Box<dyn Versions + 'a>, SeriesError> {
    if let Some(git) = git {
        let url = absolute(git)?;
        return Ok(Box::new(GitVersions::open(url, series, repository, fetch)?));
    }
    for source in &series.sources.0 {
        if let Source::Git(git) = source {
            let url = absolute(&git.url)?;
            return Ok(Box::new(GitVersions::open(url, series, repository, fetch)?));
        }
        if let Some(registry) = source.registry() {
            return Ok(Box::new(RegistryVersions {
                registry,
                series,
                repository,
                fetch,
            }));
        }
    }
    Err(SeriesError::NoVersions {
        name: series.name.clone(),
        sources: series.dir.join("sources.toml"),
    })
}

fn absolute(url: &str) -> Result<String, SeriesError> {
    let path = Path::new(url);
    if !path.exists() {
        return Ok(url.to_owned());
    }
    let absolute = path.canonicalize();
    let absolute = absolute.map_err(|e| SeriesError::io("open", path, e))?;
    Ok(absolute.to_string_lossy().into_owned())
}

/// The versions of a package that a registry has.
struct RegistryVersions<'a> {
    registry: &'a dyn Registry,
    series: &'a Series,
    repository: &'a git2::Repository,
    fetch: Fetch<'a>,
}

impl Versions for RegistryVersions<'_> {
    fn version(&self, wanted: &str) -> Result<Version, SeriesError> {
        if wanted.starts_with('-') {
            return Err(SeriesError::UnknownVersion {
                wanted: wanted.to_owned(),
                upstream: self.series.upstream.name.clone(),
                near: Vec::new(),
            });
        }
        let source = self.registry.at(wanted, &self.fetch)?;
        let tree = source.transport().fetch(self.repository, &self.fetch)?;
        let label = format!("{} {wanted}", self.series.upstream.name);
        let pristine = pristine(self.repository, tree, &label)
            .map_err(|e| SeriesError::repository(self.repository.path(), &e))?;
        Ok(Version {
            name: wanted.to_owned(),
            commit: None,
            tree: tree.to_string(),
            pristine: pristine.to_string(),
            history: None,
            source: Some(source),
        })
    }

    fn newer(&self) -> Result<Vec<String>, SeriesError> {
        let mut versions = self.registry.versions(&self.fetch)?;
        let pinned = versions.iter().position(|v| v == self.registry.version());
        versions.drain(..pinned.map_or(0, |at| at + 1));
        Ok(versions)
    }
}

impl<'a> GitVersions<'a> {
    /// Fetches the tags and branches of `url`.
    pub(crate) fn open(
        url: String,
        series: &'a Series,
        repository: &'a git2::Repository,
        fetch: Fetch<'a>,
    ) -> Result<Self, SeriesError> {
        let git = Git::new(&fetch.programs.git, repository.path());
        let source = GitSource {
            url,
            rev: "HEAD".to_owned(),
        };
        source.fetch_history(&git, &fetch, repository.is_shallow(), REMOTE)?;
        Ok(GitVersions {
            source,
            series,
            repository,
            git,
            fetch,
        })
    }

    /// The commit that `wanted` names, and the version's name.
    fn resolve(&self, wanted: &str) -> Result<(String, String), SeriesError> {
        if let Some(commit) = self.commit(&format!("{REMOTE}/tags/{wanted}"))? {
            return Ok((commit, wanted.to_owned()));
        }
        if let Some(commit) = self.commit(&format!("{REMOTE}/heads/{wanted}"))? {
            let name = format!("{wanted}@{}", &commit[..ABBREVIATED]);
            return Ok((commit, name));
        }
        let is_hash =
            (7..=40).contains(&wanted.len()) && wanted.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hash {
            if wanted.len() == 40 && self.commit(wanted)?.is_none() {
                self.source.fetch_commit(&self.git, &self.fetch, wanted)?;
            }
            if let Some(commit) = self.commit(wanted)? {
                let name = commit[..ABBREVIATED].to_owned();
                return Ok((commit, name));
            }
        }
        Err(SeriesError::UnknownVersion {
            wanted: wanted.to_owned(),
            upstream: self.source.url.clone(),
            near: near(wanted, self.references(&[REMOTE])?),
        })
    }

    fn commit(&self, rev: &str) -> Result<Option<String>, SeriesError> {
        self.git.resolve(&format!("{rev}^{{commit}}"))
    }

    /// The commit of the pinned version in the history of `tip`, or the last
    /// one they have in common.
    fn base(&self, tip: &str) -> Result<Option<String>, SeriesError> {
        let pinned = self.pinned(tip)?;
        for commit in &pinned {
            let args = ["merge-base", "--is-ancestor", commit, tip];
            if self.git.output(&args)?.status.success() {
                return Ok(Some(commit.clone()));
            }
        }
        let Some(commit) = pinned.first() else {
            return Ok(None);
        };
        let common = self.git.output(&["merge-base", commit, tip])?;
        let common = String::from_utf8_lossy(&common.stdout).trim().to_owned();
        Ok((!common.is_empty()).then_some(common))
    }

    /// Commits that may be the pinned version's: the one that is pinned, those
    /// that the series' git sources name, the one with the pinned tree among
    /// what `tips` have.
    fn pinned(&self, tips: &str) -> Result<Vec<String>, SeriesError> {
        let mut commits = Vec::new();
        if let Some(commit) = &self.series.upstream.commit {
            commits.extend(self.commit(commit)?);
        }
        for source in &self.series.sources.0 {
            if let Source::Git(git) = source {
                commits.extend(self.commit(&format!("{REMOTE}/tags/{}", git.rev))?);
                commits.extend(self.commit(&git.rev)?);
            }
        }
        let log = self.git.text(&["log", "--format=%T %H", tips])?;
        let mut lines = log.lines().filter_map(|line| line.split_once(' '));
        let same_tree = lines.find(|(tree, _)| *tree == self.series.upstream.tree);
        commits.extend(same_tree.map(|(_, commit)| commit.to_owned()));
        Ok(commits)
    }

    /// Names and commits of references, by the date of their making.
    fn references(&self, which: &[&str]) -> Result<Vec<(String, String)>, SeriesError> {
        let format = "--format=%(refname:strip=4) %(*objectname) %(objectname)";
        let command = ["for-each-ref", "--sort=creatordate", format];
        let text = self.git.text(&[&command[..], which].concat())?;
        let reference = |line: &str| {
            let mut words = line.split_ascii_whitespace();
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        };
        Ok(text.lines().filter_map(reference).collect())
    }
}

impl Versions for GitVersions<'_> {
    fn version(&self, wanted: &str) -> Result<Version, SeriesError> {
        let damaged = |e: git2::Error| SeriesError::repository(self.repository.path(), &e);
        let (commit, name) = self.resolve(wanted)?;
        let tree = git2::Oid::from_str(&commit)
            .and_then(|id| self.repository.find_commit(id)?.tree())
            .and_then(|tree| without_submodules(self.repository, &tree))
            .map_err(damaged)?;
        let label = format!("{} {name}", self.series.upstream.name);
        let pristine = pristine(self.repository, tree, &label).map_err(damaged)?;
        let history = History {
            base: self.base(&commit)?,
            tip: commit.clone(),
        };
        Ok(Version {
            name,
            commit: Some(commit),
            tree: tree.to_string(),
            pristine: pristine.to_string(),
            history: Some(history),
            source: None,
        })
    }

    fn newer(&self) -> Result<Vec<String>, SeriesError> {
        let tags = format!("{REMOTE}/tags");
        for base in self.pinned(&format!("--glob={REMOTE}"))? {
            let mut tags = self.references(&["--contains", &base, &tags])?;
            tags.retain(|(_, commit)| *commit != base);
            if !tags.is_empty() {
                return Ok(tags.into_iter().map(|(tag, _)| tag).collect());
            }
        }
        Ok(Vec::new())
    }
}

/// The three names nearest to `wanted`.
fn near(wanted: &str, mut references: Vec<(String, String)>) -> Vec<String> {
    references.sort_by_key(|(name, _)| strsim::damerau_levenshtein(wanted, name));
    let names = references.into_iter().map(|(name, _)| name);
    names.take(3).collect()
}
