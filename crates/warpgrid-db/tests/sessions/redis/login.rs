//! Who a session is at the server.

use std::sync::Arc;
use std::time::Duration;

use warpgrid_db::{Credentials, Endpoint, PoolLimits, Pools};
use warpgrid_test_harness::redis::{DEFAULT, LIMITED, PASSWORD, USER};

use super::wire::{Wire, command, endpoint, server, single, without_credentials};
use crate::wire::{limits, until};

#[tokio::test]
async fn the_host_logs_in_and_the_guest_need_not() {
    for user in [USER, DEFAULT, LIMITED] {
        let endpoint = endpoint(server().port(), user, limits(1));
        let mut wire = Wire::open(&Pools::new(), &endpoint).await;
        assert_eq!(wire.run(&["ACL", "WHOAMI"]).await, user);
    }
}

#[tokio::test]
async fn whatever_a_guest_logs_in_with_is_the_hosts() {
    let mut wire = Wire::open(&Pools::new(), &single()).await;
    assert_eq!(wire.run(&["AUTH", "guess"]).await, "OK");
    assert_eq!(wire.run(&["AUTH", "default", "secret"]).await, "OK");
    assert_eq!(wire.run(&["ACL", "WHOAMI"]).await, USER);
    let hello = wire
        .run(&["HELLO", "3", "AUTH", "x", "y", "SETNAME", "n"])
        .await;
    assert!(hello.contains("proto 3"), "{hello}");
    assert_eq!(wire.run(&["ACL", "WHOAMI"]).await, USER);
    assert_eq!(wire.run(&["CLIENT", "GETNAME"]).await, "n");
    // A transaction that logs in is counted right.
    wire.run(&["MULTI"]).await;
    assert_eq!(wire.run(&["AUTH", "guess"]).await, "QUEUED");
    assert_eq!(wire.run(&["EXEC"]).await, "*[OK]");
    let refused = wire.run(&["RESET"]).await;
    assert!(refused.contains("RESET (refused"), "{refused}");
    assert_eq!(wire.run(&["ACL", "WHOAMI"]).await, USER);
}

#[tokio::test]
async fn without_credentials_the_guests_own_count() {
    let pools = Pools::new();
    let endpoint = without_credentials();
    let mut first = Wire::open(&pools, &endpoint).await;
    assert_eq!(first.run(&["AUTH", USER, PASSWORD]).await, "OK");
    assert_eq!(first.run(&["ACL", "WHOAMI"]).await, USER);
    let id = first.id().await;
    drop(first);
    until("it is back", || pools.stats()[0].idle == 1).await;
    // It is idle now, and not for everybody.
    let mut guess = Wire::open(&pools, &endpoint).await;
    let answer = guess.run(&["AUTH", USER, "guessed"]).await;
    assert!(answer.starts_with("-WRONGPASS"), "{answer}");
    assert_eq!(guess.next().await, None);
    let mut nobody = Wire::open(&pools, &endpoint).await;
    let answer = nobody.run(&["GET", "x"]).await;
    assert!(answer.starts_with("-NOAUTH"), "{answer}");
    drop(nobody);
    let mut first = Wire::open(&pools, &endpoint).await;
    assert_eq!(first.run(&["AUTH", USER, PASSWORD]).await, "OK");
    let again = first.id().await;
    drop(first);
    let mut hello = Wire::open(&pools, &endpoint).await;
    let answer = hello.run(&["HELLO", "2", "AUTH", USER, PASSWORD]).await;
    assert!(answer.contains("proto 2"), "{answer}");
    assert_eq!(hello.id().await, again);
    // Pools of one: others made room for it.
    assert_ne!(again, id);
}

#[tokio::test]
async fn a_guest_that_becomes_another_user_keeps_its_connection_to_itself() {
    let pools = Pools::new();
    let endpoint = without_credentials();
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.run(&["AUTH", PASSWORD]).await, "OK");
    assert_eq!(wire.run(&["AUTH", USER, PASSWORD]).await, "OK");
    let id = wire.id().await;
    drop(wire);
    let mut next = Wire::open(&pools, &endpoint).await;
    assert_eq!(next.run(&["AUTH", PASSWORD]).await, "OK");
    assert_ne!(next.id().await, id);
    assert_eq!(next.run(&["ACL", "WHOAMI"]).await, DEFAULT);
}

#[tokio::test]
async fn the_endpoints_database_is_the_guests() {
    let pools = Pools::new();
    let endpoint = Arc::new(Endpoint {
        database: Some("5".into()),
        ..Endpoint::clone(&single())
    });
    for _ in 0..2 {
        let mut wire = Wire::open(&pools, &endpoint).await;
        assert!(wire.run(&["CLIENT", "INFO"]).await.contains(" db=5 "));
        assert_eq!(wire.run(&["SELECT", "5"]).await, "OK");
        wire.run(&["MULTI"]).await;
        let refused = wire.run(&["SELECT", "0"]).await;
        assert!(refused.contains("SELECT (refused"), "{refused}");
        // As any other error, it aborts the transaction.
        assert!(wire.run(&["EXEC"]).await.starts_with("-EXECABORT"));
    }
    assert_eq!(pools.stats()[0].opened, 1);
}

#[tokio::test]
async fn wrong_credentials_give_the_servers_own_error() {
    let mut endpoint = Endpoint::clone(&single());
    endpoint.credentials = Some(Credentials {
        user: USER.into(),
        password: Some("hunter2".into()),
    });
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &Arc::new(endpoint)).await;
    let answer = wire.run(&["PING"]).await;
    assert!(answer.starts_with("-WRONGPASS"), "{answer}");
    assert_eq!(wire.next().await, None);
    assert_eq!(pools.stats()[0].live, 0);
}

#[tokio::test]
async fn lines_of_words_log_in_and_run() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &without_credentials()).await;
    wire.send(
        format!("auth {USER} \"{PASSWORD}\"\r\nset lines 'a b'\n\r\nget lines\r\n").as_bytes(),
    )
    .await;
    for wanted in ["OK", "OK", "a b"] {
        assert_eq!(wire.next().await.unwrap(), wanted);
    }
    drop(wire);
    until("it is back", || pools.stats()[0].idle == 1).await;
}

#[tokio::test]
async fn a_pipeline_may_begin_with_the_login() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &without_credentials()).await;
    let data = [
        command(&["HELLO", "3", "AUTH", USER, PASSWORD]),
        command(&["ECHO", "early"]),
    ]
    .concat();
    // Whatever the pieces.
    for byte in data {
        wire.send(&[byte]).await;
    }
    assert!(wire.next().await.unwrap().contains("proto 3"));
    assert_eq!(wire.next().await.unwrap(), "early");
}

#[tokio::test]
async fn a_guest_may_be_silent_but_not_stop_within_its_login() {
    let startup_timeout = Duration::from_millis(50);
    let endpoint = Arc::new(Endpoint {
        limits: PoolLimits {
            startup_timeout,
            ..limits(1)
        },
        ..Endpoint::clone(&without_credentials())
    });
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &endpoint).await;
    let silent = tokio::time::timeout(3 * startup_timeout, wire.session.readable());
    assert!(silent.await.is_err());
    assert_eq!(wire.run(&["AUTH", USER, PASSWORD]).await, "OK");
    let mut wire = Wire::open(&pools, &endpoint).await;
    tokio::time::sleep(3 * startup_timeout).await;
    wire.send(b"*3\r\n$4\r\nAUTH\r\n$3\r\n").await;
    let told = wire.next().await.unwrap();
    assert!(told.contains("waiting for the guest to log in"), "{told}");
}
