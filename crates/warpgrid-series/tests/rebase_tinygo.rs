//! Rebase on real releases of an upstream: tinygo-patches, from the version before
//! the pinned one to that.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
#[path = "fixture/rebasing.rs"]
mod rebasing;

use std::fs;
use std::path::Path;

use rebasing::{Ground, begin, done, statuses};
use warpgrid_series::process::Cancel;
use warpgrid_series::rebase::RebaseStatus::Applied;
use warpgrid_series::{Place, Programs, Series, apply, import, import_upstream};

/// The release that the series was written on first.
const BEFORE: &str = "v0.38.0";

/// A copy of the series, with a cache of its own.
struct Copy {
    folder: tempfile::TempDir,
    place: Place,
    programs: Programs,
    cancel: Cancel,
}

impl Ground for Copy {
    fn series(&self) -> Series {
        Series::open(self.folder.path()).unwrap()
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn programs(&self) -> &Programs {
        &self.programs
    }

    fn cancel(&self) -> &Cancel {
        &self.cancel
    }
}

impl Copy {
    /// What is in the user's cache already is not fetched again.
    fn of(series: &Path) -> Self {
        let (programs, cancel) = (Programs::default(), Cancel::default());
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(series).unwrap().flatten() {
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
            }
        }
        let place = Place::open(&folder.path().join("cache")).unwrap();
        let copy = Copy {
            folder,
            place,
            programs,
            cancel,
        };
        let user = Place::open_default().unwrap();
        let series = copy.series();
        import_upstream(&series, &user, &copy.programs, &copy.cancel).unwrap();
        let upstream = &series.upstream.name;
        for entry in walkdir::WalkDir::new(user.upstream_dir(upstream)) {
            let entry = entry.unwrap();
            let name = entry
                .path()
                .strip_prefix(user.upstream_dir(upstream))
                .unwrap();
            let to = copy.place.upstream_dir(upstream).join(name);
            if entry.file_type().is_dir() {
                fs::create_dir_all(to).unwrap();
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
        import(&series, &copy.place, &copy.programs, &copy.cancel).unwrap();
        apply(&series, &copy.place, &copy.programs, &copy.cancel).unwrap();
        copy
    }

    /// The files of the series, by name.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .flatten()
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    }
}

/// Back to the version before, and on from there: every patch merges by itself,
/// and what comes out is what the repository holds.
#[test]
fn the_series_goes_from_release_to_release() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let copy = Copy::of(&checkout.join("tinygo-patches"));
    let (pinned, files) = (copy.series().upstream.version, copy.files());
    let (report, dropped) = done(begin(&copy, BEFORE));
    assert!(dropped.is_empty(), "{dropped:?}");
    assert!(
        statuses(&report).iter().all(|s| *s == Applied),
        "{report:#?}"
    );
    let before = copy.files();
    assert_ne!(before, files, "no line moved between the releases");
    assert_eq!(copy.series().upstream.version, BEFORE);
    let (report, dropped) = done(begin(&copy, &pinned));
    assert!(dropped.is_empty(), "{dropped:?}");
    assert!(
        statuses(&report).iter().all(|s| *s == Applied),
        "{report:#?}"
    );
    assert!(
        copy.files() == files,
        "the series is not the one of the repository"
    );
}
