//! What one session leaves, the next does not see. As for PostgreSQL, each
//! case must be seen where the reset is taken out.

use std::time::Duration;

use futures::future::BoxFuture;
use warpgrid_db::{Pools, ResetPolicy};

use super::wire::{
    COM_INIT_DB, FLAGS, Hello, MULTI_STATEMENTS, Wire, command, server, single, without_credentials,
};
use crate::wire::HANGS;

/// What a session does before it leaves, and what the next one would see.
pub struct Case {
    pub leave: fn(&mut Wire) -> BoxFuture<'_, ()>,
    pub sees: fn(&mut Wire) -> BoxFuture<'_, bool>,
    pub quits: bool,
}

async fn seen(case: &Case, policy: ResetPolicy) -> bool {
    let pools = Pools::with_reset_policy(policy);
    let endpoint = single();
    let mut first = Wire::open_as(&pools, "first", &endpoint).await;
    (case.leave)(&mut first).await;
    if case.quits {
        first.quit().await;
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
        next.quit().await;
        let mut last = Wire::open(&pools, &endpoint).await;
        assert_eq!(last.rows("select 1").await, ["1"]);
    }
    seen
}

pub async fn check(case: Case) {
    assert!(
        !seen(&case, ResetPolicy::Reset).await,
        "the next session sees it"
    );
    assert!(
        seen(&case, ResetPolicy::Never).await,
        "the case proves nothing"
    );
}

/// A case in SQL: what is left, and a query that gives `1` if it is there.
macro_rules! left {
    ($name:ident, [$($leave:literal),+], $sees:literal) => {
        #[tokio::test]
        async fn $name() {
            for quits in [true, false] {
                check(Case {
                    leave: |wire| Box::pin(async move { $(_ = wire.query($leave).await;)+ }),
                    sees: |wire| Box::pin(async move { wire.query($sees).await == Ok(vec!["1".into()]) }),
                    quits,
                })
                .await;
            }
        }
    };
}

left!(
    session_variables,
    ["set sort_buffer_size = 77824"],
    "select @@sort_buffer_size = 77824"
);
left!(user_variables, ["set @mine = 7"], "select @mine = 7");
left!(
    autocommit,
    ["set autocommit = 0"],
    "select @@autocommit = 0"
);
left!(
    temporary_tables,
    ["create temporary table mine select 1 as there"],
    "select there from mine"
);
left!(
    prepared_statements,
    ["prepare mine from 'select 1'"],
    "execute mine"
);
left!(
    named_locks,
    ["select get_lock('isolation', 0)"],
    "select is_used_lock('isolation') = connection_id()"
);
left!(
    character_sets,
    ["set names latin1"],
    "select @@character_set_client = 'latin1'"
);
left!(databases, ["use other"], "select database() = 'other'");
left!(
    roles,
    ["set role app_role"],
    "select current_role() = 'app_role'"
);
left!(
    insert_ids,
    [
        "create temporary table mine (id int auto_increment primary key)",
        "insert into mine values (), ()"
    ],
    "select last_insert_id() > 0"
);
left!(
    time_zones,
    ["set time_zone = '+09:00'"],
    "select @@time_zone = '+09:00'"
);
left!(
    isolation_levels,
    ["set session transaction isolation level serializable"],
    "select @@tx_isolation = 'SERIALIZABLE'"
);
left!(
    found_rows,
    ["select sql_calc_found_rows 1 union select 2 union select 3"],
    "select found_rows() = 3"
);

#[tokio::test]
async fn databases_by_their_own_command() {
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                wire.send(&command(COM_INIT_DB, "other")).await;
                wire.results().await.unwrap();
            })
        },
        sees: |wire| Box::pin(async move { wire.rows("select database()").await == ["other"] }),
        quits: true,
    })
    .await;
}

#[tokio::test]
async fn open_transactions() {
    server()
        .sql("create or replace table app.transactions (n int)")
        .unwrap();
    for (failed, quits) in [(false, true), (true, true), (false, false)] {
        let leave: fn(&mut Wire) -> BoxFuture<'_, ()> = if failed {
            |wire| {
                Box::pin(async move {
                    wire.rows("start transaction; insert into transactions values (1)")
                        .await;
                    wire.query("select no_such_column").await.unwrap_err();
                })
            }
        } else {
            |wire| {
                Box::pin(async move {
                    wire.rows("start transaction; insert into transactions values (1)")
                        .await;
                })
            }
        };
        check(Case {
            leave,
            sees: |wire| {
                Box::pin(async move {
                    wire.rows("select @@in_transaction and count(*) > 0 from transactions")
                        .await
                        == ["1"]
                })
            },
            quits,
        })
        .await;
    }
    assert_eq!(
        server()
            .sql("select count(*) from app.transactions")
            .unwrap(),
        "0"
    );
}

#[tokio::test]
async fn table_locks() {
    server()
        .sql("create or replace table app.locked (n int)")
        .unwrap();
    check(Case {
        leave: |wire| Box::pin(async move { _ = wire.rows("lock tables locked read").await }),
        // ER_TABLE_NOT_LOCKED: only what is locked may be used.
        sees: |wire| {
            Box::pin(async move {
                let answer = wire
                    .query("select count(*) from transactions_of_none")
                    .await;
                answer.is_err_and(|error| error.starts_with("1100 "))
            })
        },
        quits: false,
    })
    .await;
    server().sql("insert into app.locked values (1)").unwrap();
}

#[tokio::test]
async fn handlers() {
    server()
        .sql("create or replace table app.handled select 1 as n")
        .unwrap();
    check(Case {
        leave: |wire| Box::pin(async move { _ = wire.rows("handler handled open").await }),
        sees: |wire| {
            Box::pin(async move { wire.query("handler handled read first").await.is_ok() })
        },
        quits: true,
    })
    .await;
}

#[tokio::test]
async fn multi_statements_that_were_switched() {
    const COM_SET_OPTION: u8 = 0x1b;
    check(Case {
        leave: |wire| {
            Box::pin(async move {
                // MYSQL_OPTION_MULTI_STATEMENTS_OFF, answered by EOF.
                wire.send(&command(COM_SET_OPTION, [1, 0])).await;
                assert_eq!(wire.packet().await.unwrap().1[0], 0xfe);
            })
        },
        sees: |wire| Box::pin(async move { wire.query("select 1; select 2").await.is_err() }),
        quits: true,
    })
    .await;
}

#[tokio::test]
async fn a_clean_session_keeps_its_connection_for_any_tenant() {
    let pools = Pools::new();
    let endpoint = single();
    let mut first = Wire::open_as(&pools, "first", &endpoint).await;
    let id = first.id().await;
    first.rows("start transaction").await;
    first.quit().await;
    let mut next = Wire::open_as(&pools, "next", &endpoint).await;
    assert_eq!(next.id().await, id);
    assert_eq!(pools.stats()[0].opened, 1);
}

#[tokio::test]
async fn a_database_where_there_was_none_is_not_handed_on() {
    let pools = Pools::new();
    let endpoint = without_credentials();
    let hello = Hello {
        user: "app_empty",
        answer: b"",
        ..Hello::default()
    };
    let mut first = Wire::with(&pools, "t", &endpoint, &hello).await;
    assert_eq!(first.rows("select database()").await, ["NULL"]);
    let id = first.id().await;
    first.quit().await;
    let mut next = Wire::with(&pools, "t", &endpoint, &hello).await;
    assert_eq!(next.id().await, id);
    next.rows("use other").await;
    next.quit().await;
    let mut last = Wire::with(&pools, "t", &endpoint, &hello).await;
    assert_eq!(last.rows("select database()").await, ["NULL"]);
    assert_ne!(last.id().await, id);
}

#[tokio::test]
async fn what_a_guest_chose_is_its_connections() {
    let pools = Pools::new();
    let endpoint = single();
    let query = "select @@character_set_client, @@collation_connection";
    for (flags, collation, wanted) in [
        (FLAGS, 45, "utf8mb4|utf8mb4_general_ci"),
        (FLAGS, 8, "latin1|latin1_swedish_ci"),
        (FLAGS & !MULTI_STATEMENTS, 45, "utf8mb4|utf8mb4_general_ci"),
    ] {
        let hello = Hello {
            flags,
            collation,
            ..Hello::default()
        };
        // The second is the first's connection, reset.
        for _ in 0..2 {
            let mut wire = Wire::with(&pools, "t", &endpoint, &hello).await;
            assert_eq!(wire.rows(query).await, [wanted]);
            let several = wire.query("select 1; select 2").await.is_ok();
            assert_eq!(several, flags & MULTI_STATEMENTS != 0);
            wire.rows("set names binary").await;
            wire.quit().await;
        }
    }
    assert_eq!(pools.stats()[0].opened, 3);
}
