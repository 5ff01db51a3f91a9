//! Sessions that leave statements, cursors, results and commands unfinished.

use std::sync::atomic::{AtomicU32, Ordering};

use futures::future::BoxFuture;
use warpgrid_db::Pools;

use super::isolation::{Case, check};
use super::wire::{COM_QUERY, Wire, command, server, single};
use crate::wire::until;

#[tokio::test]
async fn statements_and_their_long_data() {
    const COM_STMT_PREPARE: u8 = 0x16;
    const COM_STMT_SEND_LONG_DATA: u8 = 0x18;
    const COM_STMT_EXECUTE: u8 = 0x17;
    /// The statement's id; each session that leaves one is followed by its own.
    static STATEMENT: AtomicU32 = AtomicU32::new(0);
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                wire.send(&command(COM_STMT_PREPARE, "select ?")).await;
                let (_, prepared) = wire.packet().await.unwrap();
                let id: [u8; 4] = prepared[1..5].try_into().unwrap();
                STATEMENT.store(u32::from_le_bytes(id), Ordering::SeqCst);
                // One parameter, one column, and the end of each.
                for _ in 0..4 {
                    wire.packet().await.unwrap();
                }
                let long = [&id[..], &[0, 0], b"stolen"].concat();
                wire.send(&command(COM_STMT_SEND_LONG_DATA, long)).await;
            })
        },
        sees: |wire| {
            Box::pin(async move {
                let id = STATEMENT.load(Ordering::SeqCst).to_le_bytes();
                let execute = [&id[..], &[0, 1, 0, 0, 0, 0, 1, 0xfd, 0]].concat();
                wire.send(&command(COM_STMT_EXECUTE, execute)).await;
                let (_, first) = wire.packet().await.unwrap();
                // Not ER_UNKNOWN_STMT_HANDLER; then the answer has its rows.
                let there = first[0] != 0xff;
                if there {
                    for _ in 0..4 {
                        wire.packet().await.unwrap();
                    }
                }
                there
            })
        },
        quits: true,
    })
    .await;
}

#[tokio::test]
async fn cursors_that_were_not_read_to_their_end() {
    const COM_STMT_PREPARE: u8 = 0x16;
    const COM_STMT_EXECUTE: u8 = 0x17;
    const COM_STMT_FETCH: u8 = 0x1c;
    let pools = Pools::new();
    let endpoint = single();
    let mut wire = Wire::open(&pools, &endpoint).await;
    let id = wire.id().await;
    let sql = "select seq from seq_1_to_10";
    wire.send(&command(COM_STMT_PREPARE, sql)).await;
    let (_, prepared) = wire.packet().await.unwrap();
    for _ in 0..2 {
        wire.packet().await.unwrap();
    }
    // CURSOR_TYPE_READ_ONLY, then two rows of it.
    let execute = [&prepared[1..5], &[1, 1, 0, 0, 0]].concat();
    wire.send(&command(COM_STMT_EXECUTE, execute)).await;
    for _ in 0..3 {
        wire.packet().await.unwrap();
    }
    let fetch = [&prepared[1..5], &[2, 0, 0, 0]].concat();
    wire.send(&command(COM_STMT_FETCH, fetch)).await;
    for first in [0, 0, 0xfe] {
        assert_eq!(wire.packet().await.unwrap().1[0], first);
    }
    // The answers were counted right, and the reset closes the cursor.
    wire.quit().await;
    let mut next = Wire::open(&pools, &endpoint).await;
    assert_eq!(next.id().await, id);
    let fetch = [&prepared[1..5], &[2, 0, 0, 0]].concat();
    next.send(&command(COM_STMT_FETCH, fetch)).await;
    let refused = next.results().await.unwrap_err();
    // ER_UNKNOWN_STMT_HANDLER.
    assert!(refused.starts_with("1243 "), "{refused}");
}

/// Whether the answer to a query is anything but the answer to that query.
fn out_of_step(wire: &mut Wire) -> BoxFuture<'_, bool> {
    Box::pin(async move { wire.query("select 42").await != Ok(vec!["42".into()]) })
}

#[tokio::test]
async fn results_that_were_not_read() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                let sql = "select repeat('x', 100) from seq_1_to_200000";
                wire.send(&command(COM_QUERY, sql)).await;
                assert_eq!(wire.packet().await.unwrap().1[0], 1);
            })
        },
        sees: out_of_step,
        quits: false,
    })
    .await;
}

#[tokio::test]
async fn further_results_that_were_not_read() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                wire.send(&command(COM_QUERY, "do 1; select sleep(1)"))
                    .await;
                assert_eq!(wire.packet().await.unwrap().1[0], 0);
            })
        },
        sees: out_of_step,
        quits: false,
    })
    .await;
}

#[tokio::test]
async fn queries_that_still_run() {
    check(Case {
        leave: |wire| {
            Box::pin(async move { wire.send(&command(COM_QUERY, "select sleep(1)")).await })
        },
        sees: out_of_step,
        quits: false,
    })
    .await;
}

#[tokio::test]
async fn half_a_command() {
    check(Case {
        leave: |wire| Box::pin(async move { wire.send(b"\x20\0\0\0\x03select 'stolen'").await }),
        sees: out_of_step,
        quits: false,
    })
    .await;
}

#[tokio::test]
async fn what_a_gone_guest_asked_for_is_killed() {
    let pools = Pools::new();
    let endpoint = single();
    let mut wire = Wire::open(&pools, &endpoint).await;
    let id = wire.id().await;
    wire.send(&command(COM_QUERY, "select sleep(1000)")).await;
    let runs = format!("select count(*) from information_schema.processlist where id = {id}");
    let query = format!("{runs} and info like '%sleep%'");
    until("it runs", || server().sql(&query).unwrap() == "1").await;
    drop(wire);
    // Its place is free at once.
    assert_ne!(Wire::open(&pools, &endpoint).await.id().await, id);
    until("it ends", || server().sql(&runs).unwrap() == "0").await;
}
