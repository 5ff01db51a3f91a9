//! Every input that was kept runs again.

use warpgrid_test_harness::corpus::replay;

#[test]
fn shims() {
    replay("shims", super::shims);
}

#[test]
fn config() {
    replay("config", super::config);
}
