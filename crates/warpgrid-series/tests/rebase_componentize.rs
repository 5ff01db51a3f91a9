//! Rebase on real releases of an npm package: componentize-patches, from the version
//! before the pinned one to that.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
#[path = "fixture/rebasing.rs"]
mod rebasing;

use std::fs;
use std::path::{Path, PathBuf};

use rebasing::{Copied, Ground, begin, done, statuses};
use warpgrid_series::rebase::RebaseStatus::Applied;
use warpgrid_series::{Series, Source, materialize, patch_directory};

/// The release that the series was written on first.
const BEFORE: &str = "0.22.0";

/// Every patch merges by itself, and the series that is written makes the tree that
/// the merge did.
fn goes_to(copy: &Copied, version: &str) {
    let (report, dropped) = done(begin(copy, version));
    assert!(dropped.is_empty(), "{dropped:?}");
    assert_eq!(report.patches.len(), copy.series().patches().unwrap().len());
    assert!(
        statuses(&report).iter().all(|s| *s == Applied),
        "{report:#?}"
    );
    let Source::Npm(npm) = &copy.series().sources.0[0] else {
        panic!("{:?}", copy.series().sources)
    };
    assert_eq!(npm.version, version);
    assert_eq!(copy.series().upstream.version, version);
    let merged = copy.tree();
    copy.apply();
    assert_eq!(copy.tree(), merged);
}

/// Back to the version before, and on from there: series and tree are what they were.
#[test]
fn the_series_goes_from_release_to_release() {
    let copy = Copied::of("componentize-patches");
    copy.apply();
    let pinned = copy.series().upstream.version;
    let (files, tree) = (copy.files(), copy.tree());
    goes_to(&copy, BEFORE);
    assert_ne!(copy.tree(), tree, "the releases are the same");
    goes_to(&copy, &pinned);
    assert_eq!(copy.tree(), tree);
    assert!(
        copy.files() == files,
        "the series is not the one of the repository"
    );
}

/// `warp` applies the series to what npm installs by the lock file.
#[test]
fn the_pinned_version_is_the_one_of_the_lock_file() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let series = Series::open(&checkout.join("componentize-patches")).unwrap();
    let Source::Npm(npm) = &series.sources.0[0] else {
        panic!("{:?}", series.sources)
    };
    let lock = fs::read(checkout.join("package-lock.json")).unwrap();
    let lock: serde_json::Value = serde_json::from_slice(&lock).unwrap();
    let installed = &lock["packages"][format!("node_modules/{}", npm.name)];
    assert_eq!(installed["version"], npm.version);
    assert_eq!(installed["integrity"], npm.integrity);
}

fn content(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = walkdir::WalkDir::new(dir).sort_by_file_name();
    files
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(dir).unwrap().to_owned();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The package as npm installs it, patched without git, has the files that git's
/// tree has.
#[test]
fn a_plain_directory_gets_the_same_files() {
    let copy = Copied::of("componentize-patches");
    let patches = copy.series().patches().unwrap();
    let [plain, by_git] = ["plain", "by-git"].map(|name| copy.dir.path().join(name));
    materialize(&copy.imported, &[], &copy.programs, &plain).unwrap();
    let stock = content(&plain);
    patch_directory(&plain, &patches).unwrap();
    materialize(&copy.imported, &patches, &copy.programs, &by_git).unwrap();
    let patched = content(&plain);
    assert!(patched.len() > stock.len(), "no file was added");
    assert!(patched == content(&by_git), "other files");
}
