//! What changes in a project, in batches: an editor that saves a file does several
//! things to it, and one that saves all does so to many.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use warpgrid_pack::Error;

use crate::ignored::Ignored;

/// How long nothing may happen until a batch is complete.
const QUIET: Duration = Duration::from_millis(10);
/// The longest that a batch is waited for.
const LONGEST: Duration = Duration::from_millis(250);

/// A project that is watched.
pub struct Watched {
    project: PathBuf,
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<notify::Result<Event>>,
    ignored: Ignored,
    folders: BTreeSet<PathBuf>,
}

/// Files that changed together.
pub struct Batch {
    /// Absolute, at least one.
    pub paths: BTreeSet<PathBuf>,
    /// When the first of it was noticed.
    pub since: std::time::Instant,
}

impl Watched {
    /// Watches the project in a directory, which is absolute.
    ///
    /// # Errors
    /// Where the system watches no more.
    pub fn begin(project: &Path) -> Result<Self, Error> {
        let (send, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event| {
            // Nobody listens any more: then nobody is told.
            let _ = send.send(event);
        });
        let watcher = watcher.map_err(|error| refused(project, &error))?;
        let mut watched = Self {
            project: project.to_owned(),
            watcher,
            events,
            ignored: Ignored::of(project),
            folders: BTreeSet::new(),
        };
        watched.add(project)?;
        Ok(watched)
    }

    /// How many folders are watched.
    pub fn folders(&self) -> usize {
        self.folders.len()
    }

    /// Batches as they come, by a task of their own; the last is the error that ended
    /// it. Must be called inside of a tokio runtime.
    pub fn batches(mut self) -> mpsc::UnboundedReceiver<Result<Batch, Error>> {
        let (send, batches) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let batch = self.next().await;
                let last = batch.is_err();
                if send.send(batch).is_err() || last {
                    return;
                }
            }
        });
        batches
    }

    /// Waits for the next change.
    async fn next(&mut self) -> Result<Batch, Error> {
        loop {
            let mut paths = BTreeSet::new();
            let first = self.events.recv().await;
            let since = std::time::Instant::now();
            self.take(first, &mut paths)?;
            if paths.is_empty() {
                continue;
            }
            let last = Instant::now() + LONGEST;
            loop {
                let quiet = (Instant::now() + QUIET).min(last);
                match timeout_at(quiet, self.events.recv()).await {
                    Ok(event) => self.take(event, &mut paths)?,
                    Err(_) => break,
                }
                if Instant::now() >= last {
                    break;
                }
            }
            return Ok(Batch { paths, since });
        }
    }

    /// Sorts out what an event is about.
    fn take(
        &mut self,
        event: Option<notify::Result<Event>>,
        paths: &mut BTreeSet<PathBuf>,
    ) -> Result<(), Error> {
        let ended = || notify::Error::generic("the watch has ended");
        let event = event
            .unwrap_or_else(|| Err(ended()))
            .map_err(|error| refused(&self.project, &error))?;
        if event.need_rescan() {
            // Some were lost: anything may have changed.
            self.ignored.forget();
            let project = self.project.clone();
            self.add(&project)?;
            paths.insert(project);
            return Ok(());
        }
        if !changes(event.kind) {
            return Ok(());
        }
        for path in event.paths {
            if Ignored::is_rule(&path) {
                self.ignored.forget();
            }
            let is_folder = path.is_dir();
            if self.ignored.is_ignored(&path, is_folder) {
                continue;
            }
            if is_folder {
                // What is in it already was not seen when it came.
                self.add(&path)?;
                if is_empty(&path) {
                    continue;
                }
            }
            paths.insert(path);
        }
        Ok(())
    }

    /// Watches a folder and those in it, but the ignored ones: each costs the system
    /// something, and packages have thousands.
    fn add(&mut self, folder: &Path) -> Result<(), Error> {
        let mut waiting = vec![folder.to_owned()];
        while let Some(folder) = waiting.pop() {
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {}
                // It is gone again.
                Err(error) if matches!(error.kind, notify::ErrorKind::PathNotFound) => continue,
                Err(error) => return Err(refused(&folder, &error)),
            }
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let path = entry.path();
                if is_folder && !self.ignored.is_ignored(&path, true) {
                    waiting.push(path);
                }
            }
            self.folders.insert(folder);
        }
        Ok(())
    }
}

/// Whether an event is about a file's content, or which files there are. Builds read
/// sources, which changes nothing.
fn changes(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
        // The end of the writing is told, too.
        EventKind::Modify(ModifyKind::Data(_)) => cfg!(not(target_os = "linux")),
        _ => true,
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Why nothing is watched any more that says no reason.
pub fn ended() -> Error {
    Error::Project {
        message: "the project is watched no more".to_owned(),
        help: "start `warp dev` again".to_owned(),
    }
}

fn refused(path: &Path, error: &notify::Error) -> Error {
    Error::Project {
        message: format!("cannot watch {}: {error}", path.display()),
        help: match error.kind {
            notify::ErrorKind::MaxFilesWatch => {
                "raise fs.inotify.max_user_watches by sysctl, or let .gitignore name what is no source"
            }
            _ => "check that the directory is there and readable",
        }
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn next(watched: &mut Watched) -> Vec<String> {
        let within = Duration::from_secs(60);
        let batch = tokio::time::timeout(within, watched.next()).await;
        let project = watched.project.clone();
        let names = batch.unwrap().unwrap().paths;
        names
            .iter()
            .map(|path| path.strip_prefix(&project).unwrap().display().to_string())
            .collect()
    }

    #[tokio::test]
    async fn what_is_saved_is_noticed_and_what_is_ignored_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path().canonicalize().unwrap();
        fs::create_dir_all(project.join("target/warp")).unwrap();
        fs::create_dir_all(project.join("node_modules/p")).unwrap();
        fs::create_dir(project.join("src")).unwrap();
        fs::write(project.join(".gitignore"), "*.tmp\n").unwrap();
        let mut watched = Watched::begin(&project).unwrap();
        assert_eq!(watched.folders(), 2, "{:?}", watched.folders);
        fs::write(project.join("target/warp/x.wasm"), "").unwrap();
        fs::write(project.join("node_modules/p/x.js"), "").unwrap();
        fs::write(project.join("src/x.tmp"), "").unwrap();
        fs::write(project.join("src/main.ts"), "1").unwrap();
        assert_eq!(next(&mut watched).await, ["src/main.ts"]);
        // As editors do that never leave half a file.
        fs::write(project.join("src/new.tmp"), "2").unwrap();
        fs::rename(project.join("src/new.tmp"), project.join("src/main.ts")).unwrap();
        assert_eq!(next(&mut watched).await, ["src/main.ts"]);
        fs::remove_file(project.join("src/main.ts")).unwrap();
        assert_eq!(next(&mut watched).await, ["src/main.ts"]);
    }

    #[tokio::test]
    async fn a_folder_that_comes_later_is_watched_too() {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path().canonicalize().unwrap();
        let mut watched = Watched::begin(&project).unwrap();
        fs::create_dir_all(project.join("lib/deep")).unwrap();
        fs::write(project.join("lib/deep/a.ts"), "").unwrap();
        let mut seen = next(&mut watched).await;
        while !watched.folders.contains(&project.join("lib/deep")) {
            seen = next(&mut watched).await;
        }
        assert!(!seen.is_empty());
        // Whatever is still under way of the making of it.
        tokio::time::sleep(LONGEST).await;
        fs::write(project.join("lib/deep/b.ts"), "").unwrap();
        while !next(&mut watched)
            .await
            .contains(&"lib/deep/b.ts".to_owned())
        {}
    }

    #[tokio::test]
    async fn what_is_saved_together_is_one_batch() {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path().canonicalize().unwrap();
        let mut watched = Watched::begin(&project).unwrap();
        for name in ["a.ts", "b.ts", "c.ts"] {
            fs::write(project.join(name), "").unwrap();
        }
        assert_eq!(next(&mut watched).await, ["a.ts", "b.ts", "c.ts"]);
    }
}
