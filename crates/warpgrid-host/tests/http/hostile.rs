//! A guest that calls the shims as no well-meaning program does.

use std::sync::LazyLock;

use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, SCRAM};

use crate::support::{deploy, text};

/// One database behind a pool of four, which a guest calls `db.warp.local`.
fn configuration() -> String {
    static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start().unwrap());
    format!(
        "[[database]]\nprotocol = 'postgres'\nhost = 'db.warp.local'\nport = 5432\n\
         upstream = '127.0.0.1:{}'\ndatabase = '{DATABASE}'\nuser = '{SCRAM}'\n\
         password = '{PASSWORD}'\npool-size = 4\n\
         [limits]\nconnections = 8\nhandles = 1000\nmemory = '64 MiB'\n",
        SERVER.port()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_answered_as_it_must_be() {
    let deployment = deploy(&configuration());
    for what in [
        "stale-handles",
        "lengths",
        "one-byte-sends",
        "flood",
        "never-read",
        "never-close",
        "other-endpoints",
        "paths",
        "names",
    ] {
        let said = text(&deployment, &format!("/hostile/{what}")).await;
        assert_eq!(said, "as it must", "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_of_another_instance_is_none() {
    // Kept for the next request, and with it what it has open.
    let owner = deploy(&format!("{}reuse = 1000\n", configuration()));
    let handle = text(&owner, "/hostile/open").await;
    let other = deploy(&configuration());
    let said = text(&other, &format!("/hostile/use/{handle}")).await;
    assert_eq!(said, "as it must", "{handle}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_guests_together_open_no_more_connections_than_they_may() {
    let deployment = deploy(&format!("{}total-connections = 2\n", configuration()));
    assert_eq!(text(&deployment, "/hostile/flood").await, "as it must");
    // What the first had is given back.
    assert_eq!(
        text(&deployment, "/hostile/one-byte-sends").await,
        "as it must"
    );
}
