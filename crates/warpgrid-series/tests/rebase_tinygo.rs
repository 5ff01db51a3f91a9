//! Rebase on real releases of an upstream: tinygo-patches, from the version before
//! the pinned one to that.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
#[path = "fixture/rebasing.rs"]
mod rebasing;

use rebasing::{Copied, Ground, begin, done, statuses};
use warpgrid_series::rebase::RebaseStatus::Applied;

/// The release that the series was written on first.
const BEFORE: &str = "v0.38.0";

/// Back to the version before, and on from there: every patch merges by itself,
/// and what comes out is what the repository holds.
#[test]
fn the_series_goes_from_release_to_release() {
    let copy = Copied::of("tinygo-patches");
    copy.apply();
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
