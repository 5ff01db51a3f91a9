//! The series, patch by patch, on another tree. Nothing but objects is
//! written: the same steps serve the rebase and the survey.

use std::path::Path;

use super::conflict::{self, conflicts, is_contained};
use super::diff::{Diff, Hunk};
use super::history::{Blame, History};
use super::merge::{Merge, merge, transplant, tree_of};
use super::report::{RebaseConflict, RebaseStatus, RebasedPatch};
use super::resolution::{self, Resolutions};
use crate::SeriesError;
use crate::git::Git;

/// What the steps work with.
pub(crate) struct Engine {
    /// git in a repository that has the series as commits.
    pub(crate) git: Git,
    pub(crate) repository: git2::Repository,
    /// git and libgit2 in the bare repository with upstream's history.
    pub(crate) bare: (Git, git2::Repository),
    pub(crate) resolutions: Resolutions,
    pub(crate) history: Option<History>,
    /// The commit of the pinned tree.
    pub(crate) pristine: String,
}

/// What a step came to.
pub(crate) enum Step {
    /// The patch is decided; the series' tip is now `onto`.
    Done { patch: RebasedPatch, onto: String },
    /// It needs a hand.
    Stopped {
        patch: RebasedPatch,
        merge: Merge,
        /// The conflict's name; none if its resolution is not kept.
        key: Option<String>,
    },
}

impl Engine {
    /// `git` is that of a repository with a work tree.
    pub(crate) fn open(
        git: &Git,
        bare: &Path,
        series: &Path,
        history: Option<History>,
        pristine: &str,
    ) -> Result<Self, SeriesError> {
        let open = |path: &Path| {
            git2::Repository::open(path).map_err(|e| SeriesError::repository(path, &e))
        };
        Ok(Engine {
            git: git.clone(),
            repository: open(git.dir())?,
            bare: (git.at(bare), open(bare)?),
            resolutions: Resolutions::of(series),
            history,
            pristine: pristine.to_owned(),
        })
    }

    /// Puts the patch that is `commit` on `onto`.
    pub(crate) fn step(&self, file: &str, commit: &str, onto: &str) -> Result<Step, SeriesError> {
        let merge = merge(&self.git, &self.repository, commit, onto)?;
        let mut patch = RebasedPatch::pending(file);
        let upstream = tree_of(&self.git, onto)?;
        let is_in_upstream = if merge.stages.is_empty() {
            merge.tree == upstream
        } else {
            is_contained(&self.git, &self.repository, &merge, &upstream)?
        };
        if is_in_upstream {
            patch.status = RebaseStatus::Upstream;
            let onto = onto.to_owned();
            return Ok(Step::Done { patch, onto });
        }
        let key = if !merge.stages.is_empty() {
            patch.conflicts = conflicts(&self.repository, &merge, self.blame().as_ref())?;
            resolution::key(&self.repository, &merge)?
        } else {
            let new = transplant(&self.repository, commit, onto, &merge.tree)?;
            let (was, is) = (Diff::of(&self.git, commit)?, Diff::of(&self.git, &new)?);
            for hunk in is.missing_of(&was) {
                patch.conflicts.push(self.part_in_upstream(commit, hunk)?);
            }
            if patch.conflicts.is_empty() {
                patch.status = if is.same_but_for_places(&was) {
                    RebaseStatus::Applied
                } else {
                    RebaseStatus::Fuzz
                };
                return Ok(Step::Done { patch, onto: new });
            }
            Some(conflict::key_of_part(&patch.conflicts))
        };
        if let Some(key) = &key
            && let Some((tree, file)) = self.resolutions.apply(&self.git, key, &merge.tree)?
        {
            patch.resolution = Some(file);
            let (patch, onto) = self.resolved(patch, commit, onto, &tree)?;
            return Ok(Step::Done { patch, onto });
        }
        patch.status = RebaseStatus::Conflict;
        Ok(Step::Stopped { patch, merge, key })
    }

    /// What a patch becomes when the tree with its conflict resolved is `tree`:
    /// nothing, if that is upstream's.
    pub(crate) fn resolved(
        &self,
        mut patch: RebasedPatch,
        commit: &str,
        onto: &str,
        tree: &str,
    ) -> Result<(RebasedPatch, String), SeriesError> {
        if tree == tree_of(&self.git, onto)? {
            patch.status = RebaseStatus::Upstream;
            return Ok((patch, onto.to_owned()));
        }
        patch.status = RebaseStatus::Fuzz;
        Ok((patch, transplant(&self.repository, commit, onto, tree)?))
    }

    /// A hunk whose change upstream has made as well.
    fn part_in_upstream(&self, commit: &str, hunk: Hunk) -> Result<RebaseConflict, SeriesError> {
        let base = self
            .git
            .run(&["cat-file", "blob", &format!("{commit}^:{}", hunk.path)])
            .unwrap_or_default();
        let culprit = match self.blame() {
            Some(blame) => blame.broke(&hunk.path, &base, &hunk.old)?,
            None => None,
        };
        Ok(RebaseConflict {
            path: hunk.path,
            hunk: Some(hunk.header),
            culprit,
            message: "upstream has this part of the patch".to_owned(),
            upstream: hunk.changed.clone(),
            patch: hunk.changed,
        })
    }

    fn blame(&self) -> Option<Blame<'_>> {
        self.history.as_ref().map(|history| Blame {
            history,
            git: self.bare.0.clone(),
            repository: &self.bare.1,
            pristine: &self.pristine,
        })
    }
}
