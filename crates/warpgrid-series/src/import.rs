//! Import: the pinned tree as one commit of a local repository, and a work
//! tree that stands on it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::git::{COMMIT_TIME, COMMITTER, Git};
use crate::process::Cancel;
use crate::state::{EXPORTED, UPSTREAM, WorkTree};
use crate::{Fetch, Place, Programs, Series, SeriesError};

/// An imported upstream.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// The commit that holds the pristine tree; the same on every machine.
    pub commit: String,
    /// The tree, equal to the pin.
    pub tree: String,
    /// Where it came from now; none if it was there already.
    pub from: Option<String>,
    /// Transports that were tried before and failed, one line each.
    pub failed: Vec<String>,
    /// The bare repository.
    pub repository: PathBuf,
}

/// Attributes of the work trees: file contents are bytes, whatever upstream's
/// own `.gitattributes` say, so that the tree hash depends on nothing else.
const ATTRIBUTES: &str =
    "* -text !eol -ident !filter !working-tree-encoding !diff !merge !export-subst !whitespace\n";

/// Fetches the pinned tree into the bare repository of its upstream, unless it
/// is there, and gives its commit.
///
/// # Errors
/// [`SeriesError`]; with [`SeriesError::NoTransport`] when no source could be
/// reached. A source that answers with something else than what is pinned is
/// an error at once, and no other source is tried.
pub fn import_upstream(
    series: &Series,
    place: &Place,
    programs: &Programs,
    cancel: &Cancel,
) -> Result<Imported, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    import_locked(series, place, programs, cancel)
}

/// [`import_upstream`], then makes the work tree or moves it to the pinned
/// version.
///
/// # Errors
/// As [`import_upstream`]; also [`SeriesError::Dirty`],
/// [`SeriesError::Unexported`] and [`SeriesError::UnderWay`] when moving an
/// existing work tree to another version would lose work.
pub fn import(
    series: &Series,
    place: &Place,
    programs: &Programs,
    cancel: &Cancel,
) -> Result<Imported, SeriesError> {
    let _lock = place.lock(&series.upstream.name)?;
    let imported = import_locked(series, place, programs, cancel)?;
    let work = WorkTree::at(series, place, programs);
    if !work.exists() {
        create_work_tree(&work, &imported)?;
    } else if work.git.resolve(UPSTREAM)?.as_deref() != Some(imported.commit.as_str()) {
        work.require_nothing_under_way()?;
        work.require_clean()?;
        work.require_exported()?;
        point_at(&work.git, &imported.commit)?;
    }
    Ok(imported)
}

/// What says that a tree is imported, and as which commit.
pub(crate) fn reference(tree: &str) -> String {
    format!("refs/warpgrid/trees/{tree}")
}

pub(crate) fn import_locked(
    series: &Series,
    place: &Place,
    programs: &Programs,
    cancel: &Cancel,
) -> Result<Imported, SeriesError> {
    let dir = place.upstream_dir(&series.upstream.name);
    let damaged = |e: git2::Error| SeriesError::repository(&dir, &e);
    let repository = git2::Repository::init_bare(&dir).map_err(damaged)?;
    let reference = reference(&series.upstream.tree);
    let imported = |commit: git2::Oid, from, failed| Imported {
        commit: commit.to_string(),
        tree: series.upstream.tree.clone(),
        from,
        failed,
        repository: dir.clone(),
    };
    if let Ok(commit) = repository
        .find_reference(&reference)
        .and_then(|r| r.peel_to_commit())
    {
        return Ok(imported(commit.id(), None, Vec::new()));
    }
    let mut failed = Vec::new();
    let fetch = Fetch {
        place,
        programs,
        cancel,
    };
    for source in &series.sources.0 {
        let transport = source.transport();
        let tree = match transport.fetch(&repository, &fetch) {
            Ok(tree) => tree,
            Err(e) if is_final(&e) => return Err(e),
            Err(e) => {
                failed.push(format!("{}: {}", transport.describe(), first_line(&e)));
                continue;
            }
        };
        if tree.to_string() != series.upstream.tree {
            return Err(SeriesError::Tree {
                upstream: series.label(),
                transport: transport.describe(),
                expected: series.upstream.tree.clone(),
                found: tree.to_string(),
            });
        }
        let commit = pristine(&repository, tree, &series.label()).map_err(damaged)?;
        repository
            .reference(&reference, commit, true, "import")
            .map_err(damaged)?;
        return Ok(imported(commit, Some(transport.describe()), failed));
    }
    let tried = failed.iter().map(|line| format!("  {line}")).collect();
    Err(SeriesError::NoTransport {
        upstream: series.label(),
        tried,
    })
}

/// Errors that another transport must not cover up.
fn is_final(error: &SeriesError) -> bool {
    matches!(
        error,
        SeriesError::Checksum { .. }
            | SeriesError::Archive { .. }
            | SeriesError::Interrupted
            | SeriesError::Store(_)
            | SeriesError::Repository { .. }
    )
}

fn first_line(error: &SeriesError) -> String {
    error
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The tree as the one commit that stands for `label`, upstream's name and
/// version.
pub(crate) fn pristine(
    repository: &git2::Repository,
    tree: git2::Oid,
    label: &str,
) -> Result<git2::Oid, git2::Error> {
    let who = git2::Signature::new(COMMITTER.0, COMMITTER.1, &git2::Time::new(COMMIT_TIME, 0))?;
    let message = format!("{label}\n");
    repository.commit(
        None,
        &who,
        &who,
        &message,
        &repository.find_tree(tree)?,
        &[],
    )
}

fn create_work_tree(work: &WorkTree<'_>, imported: &Imported) -> Result<(), SeriesError> {
    let parent = work.dir.parent().unwrap_or(Path::new("/"));
    let failed = |e| SeriesError::io("create", &work.dir, e);
    fs::create_dir_all(parent).map_err(failed)?;
    let temporary = tempfile::Builder::new()
        .prefix(".import-")
        .tempdir_in(parent)
        .map_err(failed)?;
    let git = Git::new(&work.programs.git, temporary.path());
    init(&git, temporary.path(), &imported.repository)?;
    point_at(&git, &imported.commit)?;
    fs::rename(temporary.path(), &work.dir).map_err(failed)?;
    let _ = temporary.keep();
    Ok(())
}

/// A repository in `dir` that borrows the objects of the bare one.
pub(crate) fn init(git: &Git, dir: &Path, objects_of: &Path) -> Result<(), SeriesError> {
    git.run(&["init", "--quiet", "--template=", "--initial-branch=series"])?;
    let write = |path: PathBuf, text: String| {
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text))
            .map_err(|e| SeriesError::io("write", &path, e))
    };
    let objects = objects_of.join("objects");
    write(
        dir.join(".git/objects/info/alternates"),
        format!("{}\n", objects.display()),
    )?;
    write(dir.join(".git/info/attributes"), ATTRIBUTES.to_owned())
}

/// Puts branch, index and files on the upstream commit. The reference that
/// says so comes last: until then the tree counts as not moved.
fn point_at(git: &Git, commit: &str) -> Result<(), SeriesError> {
    git.run(&["checkout", "--quiet", "--force", "-B", "series", commit])?;
    git.run(&["update-ref", EXPORTED, commit])?;
    git.run(&["update-ref", UPSTREAM, commit]).map(drop)
}
