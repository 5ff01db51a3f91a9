//! Rebase on real releases of npm packages: the series in bun-patches, and the one on
//! preview2-shim from the version that it was written on to the pinned one.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
#[path = "fixture/rebasing.rs"]
mod rebasing;

use std::fs;
use std::path::Path;

use rebasing::{Copied, Ground, begin, done, statuses};
use warpgrid_series::rebase::RebaseStatus::Applied;
use warpgrid_series::{Series, Source};

/// The release that the series on preview2-shim was written on.
const BEFORE: &str = "0.26.0";
const SHIM: &str = "bun-patches/preview2-shim";

/// The series, and what the package is called where the lock file has it.
const ALL: &[(&str, &str)] = &[
    ("bun-patches/jco", "@bytecodealliance/jco"),
    (
        "bun-patches/jco-transpile",
        "@bytecodealliance/jco-transpile",
    ),
    (SHIM, "preview2-shim"),
];

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
    assert_eq!(copy.series().upstream.version, version);
    let merged = copy.tree();
    copy.apply();
    assert_eq!(copy.tree(), merged);
}

/// Back to the version before, and on from there: series and tree are what they were.
#[test]
fn the_series_goes_from_release_to_release() {
    let copy = Copied::of(SHIM);
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

/// `packages/bun-host` applies the series to what npm installs by the lock file.
#[test]
fn the_pinned_versions_are_those_of_the_lock_file() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let lock = fs::read(checkout.join("package-lock.json")).unwrap();
    let lock: serde_json::Value = serde_json::from_slice(&lock).unwrap();
    for (folder, called) in ALL {
        let series = Series::open(&checkout.join(folder)).unwrap();
        let Source::Npm(npm) = &series.sources.0[0] else {
            panic!("{:?}", series.sources)
        };
        let installed = &lock["packages"][format!("node_modules/{called}")];
        assert_eq!(installed["version"], npm.version, "{folder}");
        assert_eq!(installed["integrity"], npm.integrity, "{folder}");
    }
}
