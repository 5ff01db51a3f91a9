//! A rebase in the work tree: its state, its stops and its end.

use std::fs;
use std::path::PathBuf;

use super::engine::{Engine, Step};
use super::folder::{Folder, sources_to_drop};
use super::merge::{Merge, is_marker};
use super::resolution::Conflicted;
use super::versions::Version;
use super::{RebaseReport, RebaseState, RebaseStep, RebasedPatch, Stop};
use crate::apply::apply_all;
use crate::edit::unmerged;
use crate::export::{Naming, mails, name_patches};
use crate::import::reference;
use crate::process::Cancel;
use crate::state::{EXPORTED, Operation, UPSTREAM, WorkTree, commits};
use crate::{Place, Programs, Series, SeriesError};

/// A rebase under way. Whoever holds it holds the lock.
pub(crate) struct Rebasing<'a> {
    work: WorkTree<'a>,
    bare: PathBuf,
    state: RebaseState,
}

impl<'a> Rebasing<'a> {
    /// Writes down that it begins; nothing else is touched yet.
    pub(crate) fn begin(
        work: WorkTree<'a>,
        place: &Place,
        version: Version,
    ) -> Result<Self, SeriesError> {
        let series = work.series;
        let patches = series.patches()?;
        let pending = patches.iter().map(|p| RebasedPatch::pending(&p.file));
        let pristine = work.git.text(&["rev-parse", UPSTREAM])?;
        let state = RebaseState {
            report: RebaseReport {
                upstream: series.upstream.name.clone(),
                from: series.upstream.version.clone(),
                to: version.name.clone(),
                patches: pending.collect(),
            },
            pristine,
            before: work.head()?,
            applied: fs::read_to_string(work.applied_path()).ok(),
            folder: Folder::read(series, &open(&work)?)?,
            dropped: sources_to_drop(series, &version),
            commits: Vec::new(),
            onto: version.pristine.clone(),
            stop: None,
            writing: None,
            version,
        };
        let bare = place.upstream_dir(&series.upstream.name);
        let rebasing = Rebasing { work, bare, state };
        rebasing.save()?;
        Ok(rebasing)
    }

    /// The one that is written down.
    pub(crate) fn under_way(
        series: &'a Series,
        place: &Place,
        programs: &'a Programs,
    ) -> Result<Self, SeriesError> {
        let work = WorkTree::at(series, place, programs);
        let operation = if work.exists() {
            work.operation()?
        } else {
            None
        };
        let Some(Operation::Rebase(state)) = operation else {
            return Err(SeriesError::NotUnderWay {
                name: series.name.clone(),
                verb: "rebase",
            });
        };
        let bare = place.upstream_dir(&series.upstream.name);
        let state = *state;
        Ok(Rebasing { work, bare, state })
    }

    /// Goes on to the next patch that needs a hand, or to the end.
    pub(crate) fn run(&mut self, cancel: &Cancel) -> Result<RebaseStep, SeriesError> {
        if self.state.commits.is_empty() {
            self.work.restore(&self.state.before)?;
            apply_all(&self.work, &self.work.series.patches()?, cancel)?;
            self.state.commits = self.work.commits()?;
            self.save()?;
        }
        let engine = self.engine()?;
        while let Some(next) = self.state.report.next() {
            if cancel.is_cancelled() {
                return Err(SeriesError::Interrupted);
            }
            let file = &self.state.report.patches[next].file;
            match engine.step(file, &self.state.commits[next], &self.state.onto)? {
                Step::Done { patch, onto } => self.done(next, patch, onto)?,
                Step::Stopped { patch, merge, key } => {
                    self.show(&merge)?;
                    self.state.report.patches[next] = patch;
                    self.state.stop = Some(Stop {
                        tree: merge.tree,
                        key,
                    });
                    self.save()?;
                    return Ok(RebaseStep::Stopped(self.state.report.clone()));
                }
            }
        }
        self.finish()
    }

    /// Takes what the maintainer made of the conflict, if it stands at one.
    pub(crate) fn resolve(&mut self) -> Result<(), SeriesError> {
        let (Some(at), Some(stop)) = (self.state.report.next(), self.state.stop.take()) else {
            return Ok(());
        };
        if !self.stands_on(&self.state.onto)? {
            // An abort was killed, or HEAD was moved by hand: show it again.
            return self.work.require_clean();
        }
        let mut patch = self.state.report.patches[at].clone();
        self.require_resolved(&patch, &stop)?;
        self.work.git.run(&["add", "--all"])?;
        let tree = self.work.git.text(&["write-tree"])?;
        let (engine, commit) = (self.engine()?, &self.state.commits[at]);
        if let Some(key) = &stop.key {
            let conflicted = Conflicted {
                key,
                tree: &stop.tree,
                subject: &self.work.git.text(&["show", "-s", "--format=%s", commit])?,
                conflicts: &patch.conflicts,
            };
            let kept = engine
                .resolutions
                .remember(&self.work.git, &conflicted, &tree)?;
            patch.resolution = Some(kept);
        }
        let (patch, onto) = engine.resolved(patch, commit, &self.state.onto, &tree)?;
        self.done(at, patch, onto)
    }

    /// Puts everything back; also what a killed end has written already.
    pub(crate) fn abort(&self) -> Result<(), SeriesError> {
        let state = &self.state;
        if let Some(writing) = &state.writing {
            let repository = open(&self.work)?;
            state
                .folder
                .write(&self.work.series.dir, &repository, writing)?;
            self.point(UPSTREAM, &state.pristine)?;
            self.point(EXPORTED, &state.before)?;
            if let Some(applied) = &state.applied {
                let path = self.work.applied_path();
                fs::write(&path, applied).map_err(|e| SeriesError::io("write", &path, e))?;
            }
        }
        self.work.restore(&state.before)?;
        self.work.end()
    }

    fn done(&mut self, at: usize, patch: RebasedPatch, onto: String) -> Result<(), SeriesError> {
        self.state.report.patches[at] = patch;
        self.state.onto = onto;
        self.state.stop = None;
        self.save()
    }

    /// The merge in the work tree, as git itself would leave it: files with
    /// markers, and an index that knows which ones conflict.
    fn show(&self, merge: &Merge) -> Result<(), SeriesError> {
        self.work.restore(&self.state.onto)?;
        let git = &self.work.git;
        git.run(&["read-tree", "--reset", "-u", &merge.tree])?;
        if merge.index.is_empty() {
            return Ok(());
        }
        for path in merge.paths() {
            git.run(&["update-index", "--force-remove", "--", path])?;
        }
        git.run_with(&["update-index", "-z", "--index-info"], &merge.index)
            .map(drop)
    }

    /// No markers may be left; and files that conflict without any, as one that
    /// upstream removed, must have been changed, or added to the index.
    fn require_resolved(&self, patch: &RebasedPatch, stop: &Stop) -> Result<(), SeriesError> {
        let marked = |path: &String| {
            let text = fs::read(self.work.dir.join(path)).unwrap_or_default();
            text.split(|b| *b == b'\n').any(is_marker)
        };
        let mut files: Vec<String> = patch.conflicts.iter().map(|c| c.path.clone()).collect();
        files.dedup();
        files.retain(marked);
        let unmerged = unmerged(&self.work)?;
        if files.is_empty() && !unmerged.is_empty() && self.is_untouched(stop)? {
            files = unmerged;
        }
        if files.is_empty() {
            return Ok(());
        }
        Err(SeriesError::Unresolved {
            work: self.work.dir.clone(),
            files,
        })
    }

    fn stands_on(&self, commit: &str) -> Result<bool, SeriesError> {
        let args = ["merge-base", "--is-ancestor", commit, "HEAD"];
        Ok(self.work.git.output(&args)?.status.success())
    }

    fn is_untouched(&self, stop: &Stop) -> Result<bool, SeriesError> {
        let index = self.work.git.with_own_index()?;
        index.run(&["read-tree", &stop.tree])?;
        index.run(&["add", "--all"])?;
        Ok(index.text(&["write-tree"])? == stop.tree)
    }

    /// Writes patches and pin, then says that the work tree is the same.
    fn finish(&mut self) -> Result<RebaseStep, SeriesError> {
        let series = self.work.series;
        let repository = open(&self.work)?;
        let new = match self.state.writing.clone() {
            Some(new) => new,
            None => {
                let new = self.rebased_folder(&repository)?;
                self.state.writing = Some(new.clone());
                self.save()?;
                new
            }
        };
        new.write(&series.dir, &repository, &self.state.folder)?;
        let version = &self.state.version;
        self.work.git.at(&self.bare).run(&[
            "update-ref",
            &reference(&version.tree),
            &version.pristine,
        ])?;
        self.work.restore(&self.state.onto)?;
        self.point(UPSTREAM, &version.pristine)?;
        self.work.mark_same_as(&series.patches()?)?;
        self.work.end()?;
        Ok(RebaseStep::Done {
            report: self.state.report.clone(),
            dropped: self.state.dropped.clone(),
        })
    }

    fn rebased_folder(&self, repository: &git2::Repository) -> Result<Folder, SeriesError> {
        let series = self.work.series;
        if Folder::read(series, repository)? != self.state.folder {
            return Err(SeriesError::SeriesChanged {
                name: series.name.clone(),
            });
        }
        let version = &self.state.version;
        let commits = commits(&self.work.git, &version.pristine, &self.state.onto)?;
        let mails = mails(&self.work.git, &commits)?;
        let patches = name_patches(mails, &series.patches()?, &Naming::default());
        Folder::rebased(series, repository, &patches, version)
    }

    fn engine(&self) -> Result<Engine, SeriesError> {
        Engine::open(
            &self.work.git,
            &self.bare,
            &self.work.series.dir,
            self.state.version.history.clone(),
            &self.state.pristine,
        )
    }

    fn point(&self, reference: &str, commit: &str) -> Result<(), SeriesError> {
        self.work
            .git
            .run(&["update-ref", reference, commit])
            .map(drop)
    }

    fn save(&self) -> Result<(), SeriesError> {
        let state = Box::new(self.state.clone());
        self.work.begin(&Operation::Rebase(state))
    }
}

fn open(work: &WorkTree<'_>) -> Result<git2::Repository, SeriesError> {
    git2::Repository::open(&work.dir).map_err(|e| SeriesError::repository(&work.dir, &e))
}
