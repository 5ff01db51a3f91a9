//! What one session leaves, the next does not see. Each case is run a second
//! time with the reset taken out, and must then be seen: a case that cannot
//! fail proves nothing.

use std::time::Duration;

use futures::future::BoxFuture;
use warpgrid_db::{Pools, ResetPolicy};
use warpgrid_test_harness::postgres::DATABASE;

use crate::wire::{HANGS, Wire, message, query, server, single, until};

/// What a session does before it leaves, and what the next one would see.
struct Case {
    leave: fn(&mut Wire) -> BoxFuture<'_, ()>,
    sees: fn(&mut Wire) -> BoxFuture<'_, bool>,
    terminates: bool,
}

async fn seen(case: &Case, policy: ResetPolicy) -> bool {
    let pools = Pools::with_reset_policy(policy);
    let endpoint = single();
    let mut first = Wire::open_as(&pools, "first", &endpoint).await;
    (case.leave)(&mut first).await;
    if case.terminates {
        first.terminate().await;
    } else {
        drop(first);
    }
    let mut next = Wire::open_as(&pools, "next", &endpoint).await;
    // Where the protocol is out of step, the next session waits for ever.
    let patience = match policy {
        ResetPolicy::Never => Duration::from_secs(5),
        ResetPolicy::Reset => HANGS,
    };
    let look = tokio::time::timeout(patience, (case.sees)(&mut next)).await;
    let seen = look.unwrap_or(true);
    if policy == ResetPolicy::Reset {
        // And whatever came before, this one works and is reset itself.
        assert_eq!(next.rows("select 'fine'").await, ["fine"]);
        next.terminate().await;
        assert_eq!(
            Wire::open(&pools, &endpoint).await.rows("select 1").await,
            ["1"]
        );
    }
    seen
}

async fn check(case: Case) {
    assert!(
        !seen(&case, ResetPolicy::Reset).await,
        "the next session sees it"
    );
    assert!(
        seen(&case, ResetPolicy::Never).await,
        "the case proves nothing"
    );
}

/// A case in SQL: what is left, and a query that gives `t` if it is there.
macro_rules! left {
    ($name:ident, [$($leave:literal),+], $sees:literal) => {
        #[tokio::test]
        async fn $name() {
            for terminates in [true, false] {
                check(Case {
                    leave: |wire| Box::pin(async move { $(wire.query($leave).await;)+ }),
                    sees: |wire| Box::pin(async move { wire.rows($sees).await == ["t"] }),
                    terminates,
                })
                .await;
            }
        }
    };
}

left!(
    settings,
    ["set work_mem = '77MB'"],
    "select current_setting('work_mem') = '77MB'"
);
left!(
    temporary_tables,
    ["create temp table mine as select 1"],
    "select to_regclass('pg_temp.mine') is not null"
);
left!(
    prepared_statements,
    ["prepare mine as select 1"],
    "select count(*) > 0 from pg_prepared_statements"
);
left!(
    advisory_locks,
    ["select pg_advisory_lock(pg_backend_pid())"],
    "select count(*) > 0 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
);
left!(
    channels,
    ["listen mine"],
    "select count(*) > 0 from pg_listening_channels()"
);
left!(
    held_cursors,
    ["begin; declare mine cursor with hold for select 1; commit"],
    "select count(*) > 0 from pg_cursors where name = 'mine'"
);
left!(
    time_zones,
    ["set timezone = 'Asia/Tokyo'"],
    "select current_setting('timezone') = 'Asia/Tokyo'"
);

#[tokio::test]
async fn reported_settings_are_told_as_they_are_again() {
    let pools = Pools::new();
    let endpoint = single();
    let mut wire = Wire::open(&pools, &endpoint).await;
    wire.query("set application_name = 'mine'").await;
    wire.terminate().await;
    let session = pools
        .connect(&crate::wire::tenant("t"), &endpoint)
        .await
        .unwrap();
    let greeting = Wire::over(session).start(&[("user", "guest")]).await;
    let told = greeting
        .iter()
        .find(|m| m.body.starts_with(b"application_name\0"))
        .unwrap();
    assert_eq!(told.body, &b"application_name\0\0"[..]);
}

fn status(answer: &[crate::wire::Message]) -> Option<u8> {
    answer
        .last()
        .filter(|last| last.tag == b'Z')
        .map(|last| last.body[0])
}

#[tokio::test]
async fn open_transactions() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                assert_eq!(status(&wire.query("begin").await), Some(b'T'));
            })
        },
        sees: |wire| Box::pin(async move { status(&wire.query("select 1").await) != Some(b'I') }),
        terminates: true,
    })
    .await;
}

#[tokio::test]
async fn failed_transactions() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                assert_eq!(status(&wire.query("begin; select 1/0").await), Some(b'E'));
            })
        },
        sees: |wire| Box::pin(async move { wire.query("select 1").await[0].tag == b'E' }),
        terminates: true,
    })
    .await;
}

/// Whether an answer to a query is anything but the answer to that query.
fn out_of_step(wire: &mut Wire) -> BoxFuture<'_, bool> {
    Box::pin(async move {
        let answer = wire.query("select 42").await;
        let rows: Vec<_> = answer
            .iter()
            .filter(|m| m.tag == b'D')
            .map(|m| m.row())
            .collect();
        rows != [["42"]]
    })
}

#[tokio::test]
async fn results_that_were_not_read() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                wire.send(&query(
                    "select repeat('x', 100) from generate_series(1, 200000)",
                ))
                .await;
                assert_eq!(wire.message().await.unwrap().tag, b'T');
            })
        },
        sees: out_of_step,
        terminates: false,
    })
    .await;
}

#[tokio::test]
async fn copies_that_were_not_finished() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                wire.query("create temp table half (n int)").await;
                wire.send(&query("copy half from stdin")).await;
                assert_eq!(wire.message().await.unwrap().tag, b'G');
                wire.send(&message(b'd', b"1\n")).await;
            })
        },
        sees: out_of_step,
        terminates: false,
    })
    .await;
}

#[tokio::test]
async fn queries_that_still_run() {
    check(Case {
        leave: |wire| Box::pin(async move { wire.send(&query("select pg_sleep(1), 'old'")).await }),
        sees: out_of_step,
        terminates: false,
    })
    .await;
}

#[tokio::test]
async fn extended_queries_without_a_sync() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                wire.send(&message(b'P', b"mine\0select 1\0\0\0")).await;
                wire.send(&message(b'H', b"")).await;
                assert_eq!(wire.message().await.unwrap().tag, b'1');
            })
        },
        sees: |wire| {
            Box::pin(async move {
                wire.rows("select count(*) > 0 from pg_prepared_statements")
                    .await
                    == ["t"]
            })
        },
        terminates: true,
    })
    .await;
}

#[tokio::test]
async fn half_a_message() {
    check(Case {
        leave: |wire| Box::pin(async move { wire.send(b"Q\0\0\0\x20select 'stolen' || ").await }),
        sees: out_of_step,
        terminates: false,
    })
    .await;
}

#[tokio::test]
async fn notifications_of_the_last_session_do_not_come() {
    let pools = Pools::new();
    let endpoint = single();
    for _ in 0..20 {
        let mut first = Wire::open(&pools, &endpoint).await;
        first.rows("listen mine").await;
        // Its own, which it does not wait for.
        first.rows("notify mine, 'old'").await;
        drop(first);
        let mut next = Wire::open(&pools, &endpoint).await;
        server().sql("notify mine, 'new'").unwrap();
        let answer = next.query("select 1").await;
        assert!(
            answer.iter().all(|message| message.tag != b'A'),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn what_a_gone_guest_asked_for_is_cancelled() {
    let pools = Pools::new();
    let endpoint = single();
    let mut wire = Wire::open(&pools, &endpoint).await;
    let pid = wire.backend().await;
    wire.send(&query("select pg_sleep(1000)")).await;
    let runs = format!(
        "select count(*) from pg_stat_activity where pid = {pid} and state = 'active' and datname = '{DATABASE}'"
    );
    let active = |expected: &str| server().sql(&runs).unwrap() == expected;
    until("the query runs", || active("1")).await;
    drop(wire);
    // Its place is free at once.
    assert_ne!(Wire::open(&pools, &endpoint).await.backend().await, pid);
    until("the query ends", || active("0")).await;
}

#[tokio::test]
async fn a_clean_session_keeps_its_connection_for_any_tenant() {
    let pools = Pools::new();
    let endpoint = single();
    let mut first = Wire::open_as(&pools, "first", &endpoint).await;
    let pid = first.backend().await;
    first.rows("begin").await;
    first.terminate().await;
    let mut next = Wire::open_as(&pools, "next", &endpoint).await;
    assert_eq!(next.backend().await, pid);
    assert_eq!(pools.stats()[0].opened, 1);
}
