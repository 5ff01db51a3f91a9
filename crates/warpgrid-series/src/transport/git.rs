//! A commit of a git remote.

use std::collections::VecDeque;
use std::time::Duration;

use crate::git::{Git, last_words};
use crate::process::{self, Ended};
use crate::{Fetch, GitSource, SeriesError, Transport};

/// A remote that does not even list its references in this time counts as not
/// reachable, and the next transport has its turn.
const REACHABLE_WITHIN: Duration = Duration::from_secs(15);
const FETCHED_WITHIN: Duration = Duration::from_secs(600);

/// A reference of our own, replaced by each fetch, keeps the objects.
const FETCHED: &str = "refs/warpgrid/fetched";

/// git's mode of a submodule entry.
const GITLINK: u32 = 0o160_000;

impl Transport for GitSource {
    fn describe(&self) -> String {
        format!("git remote {} at {}", self.url, self.rev)
    }

    fn fetch(
        &self,
        repository: &git2::Repository,
        fetch: &Fetch<'_>,
    ) -> Result<git2::Oid, SeriesError> {
        let git = Git::new(&fetch.programs.git, repository.path());
        self.reach(&git, fetch)?;
        let depth = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--depth=1",
            "--no-write-fetch-head",
        ];
        let refspec = format!("+{}:{FETCHED}", self.rev);
        let args = [&depth[..], &[&self.url, &refspec]].concat();
        self.run(&git, fetch, FETCHED_WITHIN, &args)?;
        let damaged = |e: git2::Error| SeriesError::repository(repository.path(), &e);
        let commit = repository
            .find_reference(FETCHED)
            .and_then(|reference| reference.peel_to_commit())
            .map_err(damaged)?;
        let tree = commit.tree();
        tree.and_then(|tree| without_submodules(repository, &tree))
            .map_err(damaged)
    }
}

impl GitSource {
    fn reach(&self, git: &Git, fetch: &Fetch<'_>) -> Result<(), SeriesError> {
        let args = ["ls-remote", "--quiet", &self.url, "HEAD"];
        self.run(git, fetch, REACHABLE_WITHIN, &args)
    }

    /// Fetches all tags and branches with their history to references below
    /// `to`, in place of those of an earlier fetch.
    pub(crate) fn fetch_history(
        &self,
        git: &Git,
        fetch: &Fetch<'_>,
        is_shallow: bool,
        to: &str,
    ) -> Result<(), SeriesError> {
        self.reach(git, fetch)?;
        let mut args = vec![
            "fetch",
            "--quiet",
            "--no-tags",
            "--prune",
            "--update-shallow",
        ];
        args.push("--no-write-fetch-head");
        args.extend(is_shallow.then_some("--unshallow"));
        let tags = format!("+refs/tags/*:{to}/tags/*");
        let heads = format!("+refs/heads/*:{to}/heads/*");
        args.extend([self.url.as_str(), &tags, &heads]);
        self.run(git, fetch, FETCHED_WITHIN, &args)
    }

    /// Fetches one commit with its history, which no tag or branch need have.
    pub(crate) fn fetch_commit(
        &self,
        git: &Git,
        fetch: &Fetch<'_>,
        commit: &str,
    ) -> Result<(), SeriesError> {
        let refspec = format!("+{commit}:{FETCHED}");
        let args = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"];
        let args = [&args[..], &[&self.url, &refspec]].concat();
        self.run(git, fetch, FETCHED_WITHIN, &args)
    }

    fn run(
        &self,
        git: &Git,
        fetch: &Fetch<'_>,
        limit: Duration,
        args: &[&str],
    ) -> Result<(), SeriesError> {
        let mut said = VecDeque::new();
        let ended = process::run(
            &mut git.fetch_command(args),
            Some(limit),
            fetch.cancel,
            |_, line| {
                said.push_back(line.to_owned());
                if said.len() > 20 {
                    said.pop_front();
                }
            },
        );
        let program = format!("git {}", args[0]);
        match ended.map_err(|e| git.not_started(e))? {
            Ended::Exited(status) if status.success() => Ok(()),
            Ended::Exited(_) => Err(SeriesError::Program {
                program,
                message: last_words(said.make_contiguous().join("\n").as_bytes()),
                help: format!(
                    "check that {} can be reached and has {}",
                    self.url, self.rev
                ),
            }),
            Ended::TimedOut => Err(SeriesError::TimedOut { program, limit }),
            Ended::Cancelled => Err(SeriesError::Interrupted),
        }
    }
}

/// A tarball cannot hold submodule entries, so the tree that is compared with
/// the pin has none.
pub(crate) fn without_submodules(
    repository: &git2::Repository,
    tree: &git2::Tree<'_>,
) -> Result<git2::Oid, git2::Error> {
    let mut index = git2::Index::new()?;
    index.read_tree(tree)?;
    let submodules: Vec<Vec<u8>> = index
        .iter()
        .filter(|entry| entry.mode == GITLINK)
        .map(|entry| entry.path)
        .collect();
    for path in submodules {
        use std::os::unix::ffi::OsStrExt;
        index.remove(std::path::Path::new(std::ffi::OsStr::from_bytes(&path)), 0)?;
    }
    index.write_tree_to(repository)
}
