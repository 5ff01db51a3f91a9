//! What one session leaves, the next does not see. As for PostgreSQL, each
//! case must be seen where the reset is taken out.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use warpgrid_db::{Endpoint, Pools, ResetPolicy};
use warpgrid_test_harness::redis::LIMITED;

use super::wire::{Wire, command, endpoint, server, single};
use crate::wire::{HANGS, limits, until};

/// What a session does before it leaves, and what the next one would see.
struct Case {
    leave: fn(&mut Wire) -> BoxFuture<'_, ()>,
    sees: fn(&mut Wire) -> BoxFuture<'_, bool>,
}

async fn seen(case: &Case, policy: ResetPolicy, endpoint: &Arc<Endpoint>) -> bool {
    let pools = Pools::with_reset_policy(policy);
    let mut first = Wire::open_as(&pools, "first", endpoint).await;
    // It has its connection before it sends what it does not wait for.
    assert_eq!(first.run(&["ECHO", "ready"]).await, "ready");
    (case.leave)(&mut first).await;
    drop(first);
    let mut next = Wire::open_as(&pools, "next", endpoint).await;
    // Where the protocol is out of step, the next session waits for ever.
    let patience = match policy {
        ResetPolicy::Never => Duration::from_secs(3),
        ResetPolicy::Reset => HANGS,
    };
    let look = tokio::time::timeout(patience, (case.sees)(&mut next)).await;
    let seen = look.unwrap_or(true);
    if policy == ResetPolicy::Reset {
        // And whatever came before, this one works and is reset itself.
        assert_eq!(next.run(&["ECHO", "fine"]).await, "fine");
        drop(next);
        let mut last = Wire::open(&pools, endpoint).await;
        assert_eq!(last.run(&["ECHO", "fine"]).await, "fine");
    }
    seen
}

async fn check(case: Case) {
    let endpoint = single();
    assert!(
        !seen(&case, ResetPolicy::Reset, &endpoint).await,
        "the next session sees it"
    );
    assert!(
        seen(&case, ResetPolicy::Never, &endpoint).await,
        "the case proves nothing"
    );
}

/// A case in commands: what is left, and one whose reply holds this text if it
/// is there.
macro_rules! left {
    ($name:ident, [$($leave:expr),+], $sees:expr, $text:literal) => {
        #[tokio::test]
        async fn $name() {
            check(Case {
                leave: |wire| Box::pin(async move { $(wire.run(&$leave).await;)+ }),
                sees: |wire| Box::pin(async move { wire.run(&$sees).await.contains($text) }),
            })
            .await;
        }
    };
}

left!(databases, [["SELECT", "7"]], ["CLIENT", "INFO"], " db=7 ");
left!(
    names,
    [["CLIENT", "SETNAME", "mine"]],
    ["CLIENT", "GETNAME"],
    "mine"
);
left!(
    transactions,
    [["MULTI"], ["SET", "isolation-t", "1"]],
    ["ECHO", "x"],
    "QUEUED"
);
left!(
    aborted_transactions,
    [["MULTI"], ["NO-SUCH-COMMAND"]],
    ["ECHO", "x"],
    "QUEUED"
);
left!(versions, [["HELLO", "3"]], ["HGETALL", "no-such"], "%[");
left!(
    tracking,
    [["HELLO", "3"], ["CLIENT", "TRACKING", "ON", "BCAST"]],
    ["CLIENT", "INFO"],
    "flags=tB"
);
left!(
    eviction,
    [["CLIENT", "NO-EVICT", "ON"]],
    ["CLIENT", "INFO"],
    "flags=e"
);

#[tokio::test]
async fn watched_keys() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                wire.run(&["WATCH", "watched"]).await;
                server().run(&["INCR", "watched"]).unwrap();
            })
        },
        sees: |wire| {
            Box::pin(async move {
                wire.run(&["MULTI"]).await;
                wire.run(&["EXEC"]).await == "(nil)"
            })
        },
    })
    .await;
}

/// Whether the answer to a command is anything but the answer to that command.
fn out_of_step(wire: &mut Wire) -> BoxFuture<'_, bool> {
    Box::pin(async move { wire.run(&["ECHO", "mine"]).await != "mine" })
}

/// A case that sends these bytes and leaves at once.
macro_rules! sent {
    ($name:ident, $data:expr) => {
        #[tokio::test]
        async fn $name() {
            check(Case {
                leave: |wire| Box::pin(async move { wire.send(&$data[..]).await }),
                sees: out_of_step,
            })
            .await;
        }
    };
}

sent!(
    replies_that_were_not_read,
    command(&["ECHO", "old"]).repeat(100)
);
sent!(half_a_command, b"*2\r\n$4\r\nECHO\r\n$30\r\nstolen");
sent!(blocking_commands, command(&["BLPOP", "no-such-list", "1"]));
sent!(subscriptions, command(&["SUBSCRIBE", "isolation-channel"]));
sent!(monitors, command(&["MONITOR"]));
sent!(switched_off_replies, command(&["CLIENT", "REPLY", "OFF"]));

#[tokio::test]
async fn messages_for_the_last_session_do_not_come() {
    let pools = Pools::new();
    let endpoint = single();
    let mut first = Wire::open(&pools, &endpoint).await;
    assert_eq!(
        first.run(&["SUBSCRIBE", "news"]).await,
        "*[subscribe news 1]"
    );
    server().run(&["PUBLISH", "news", "old"]).unwrap();
    assert_eq!(first.next().await.unwrap(), "*[message news old]");
    drop(first);
    let mut next = Wire::open(&pools, &endpoint).await;
    server().run(&["PUBLISH", "news", "new"]).unwrap();
    assert_eq!(next.run(&["ECHO", "mine"]).await, "mine");
    assert_eq!(pools.stats()[0].opened, 2);
}

#[tokio::test]
async fn a_clean_session_keeps_its_connection_for_any_tenant() {
    let pools = Pools::new();
    let endpoint = single();
    let mut first = Wire::open_as(&pools, "first", &endpoint).await;
    let id = first.id().await;
    first.run(&["MULTI"]).await;
    drop(first);
    let mut next = Wire::open_as(&pools, "next", &endpoint).await;
    assert_eq!(next.id().await, id);
    assert_eq!(next.run(&["ACL", "WHOAMI"]).await, "app");
    // By the guest's own leave, too.
    assert_eq!(next.run(&["QUIT"]).await, "OK");
    assert_eq!(next.next().await, None);
    let mut last = Wire::open_as(&pools, "last", &endpoint).await;
    assert_eq!(last.id().await, id);
}

#[tokio::test]
async fn a_user_that_may_do_little_may_still_be_reset() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), LIMITED, limits(1));
    for _ in 0..3 {
        let mut wire = Wire::open(&pools, &endpoint).await;
        assert_eq!(wire.run(&["GET", "no-such"]).await, "(nil)");
        assert!(wire.run(&["SET", "k", "v"]).await.starts_with("-NOPERM"));
    }
    assert_eq!(pools.stats()[0].opened, 1);
}

#[tokio::test]
async fn a_blocked_guest_that_is_gone_frees_its_place_and_the_server() {
    let pools = Pools::new();
    let endpoint = single();
    let mut first = Wire::open(&pools, &endpoint).await;
    let id = first.id().await;
    first.send(&command(&["BLPOP", "no-such-list", "0"])).await;
    let runs = || server().run(&["CLIENT", "LIST", "ID", &id]).unwrap();
    until("it blocks", || runs().contains("cmd=blpop")).await;
    drop(first);
    assert_ne!(Wire::open(&pools, &endpoint).await.id().await, id);
    until("the server lets it go", || runs().is_empty()).await;
}
