//! A network, or a server, that says nothing any more.

use std::time::Duration;

use warpgrid_db::{Error, PoolLimits};

use super::for_each_kind;
use super::guest::{Kind, Proxied};
use crate::wire::{Failed, limits, until, within};

for_each_kind!(
    a_stall_of_logins_is_a_timeout,
    a_stall_in_a_query_holds_its_guest_alone,
    a_stall_of_a_reset_costs_the_connection,
    a_stall_of_idle_connections_is_noticed_before_they_are_used,
    a_stall_of_a_send_ends_it,
);

/// Bounds that a test can wait for. What must succeed is tried until it does: a
/// busy machine may take longer than they allow.
fn short(size: u32) -> PoolLimits {
    PoolLimits {
        connect_timeout: Duration::from_millis(500),
        wait_timeout: Duration::from_millis(500),
        ..limits(size)
    }
}

/// Why there is no session, which must be one of the pool's own bounds.
async fn times_out(proxied: &Proxied) {
    let text = match proxied.guest().await.err().expect("there is no session") {
        Failed::Session(error) => {
            assert!(matches!(error, Error::Timeout { .. }), "{error}");
            error.to_string()
        }
        Failed::Said(text) => text,
        Failed::Ended => panic!("it is not said why"),
    };
    assert!(text.contains("took longer than 500ms"), "{text}");
}

async fn a_stall_of_logins_is_a_timeout(kind: Kind) {
    let proxied = kind.proxied(short(2));
    proxied.proxy.stall();
    for _ in 0..3 {
        times_out(&proxied).await;
    }
    assert_eq!(proxied.stats().opened, 0);
    proxied.proxy.pass();
    proxied.recovers().await;
}

async fn a_stall_in_a_query_holds_its_guest_alone(kind: Kind) {
    let proxied = kind.proxied(short(2));
    proxied.recovers().await;
    // One that was used a moment ago would be handed out unasked.
    proxied.rests_with(1).await;
    let mut guest = proxied.guest().await.unwrap();
    proxied.proxy.stall();
    let question = kind.asks_for("held");
    let sent = within(guest.session().send(&question)).await.unwrap();
    assert_eq!(sent, question.len());
    // It waits for as long as it likes, others for as long as they may.
    times_out(&proxied).await;
    assert!(guest.session().try_recv(1).unwrap().is_none());
    // Once it ends, both have what they asked for.
    proxied.proxy.pass();
    within(guest.session().readable()).await;
    drop(guest);
    proxied.recovers().await;
    until("nothing is left in use", || {
        let stats = proxied.stats();
        stats.live == stats.idle
    })
    .await;
}

async fn a_stall_of_a_reset_costs_the_connection(kind: Kind) {
    let proxied = kind.proxied(short(1));
    proxied.recovers().await;
    until("it is back", || proxied.stats().idle == 1).await;
    let mut guest = proxied.guest().await.unwrap();
    assert_eq!(guest.ask("before").await.unwrap(), "before");
    let returned = proxied.stats().returned;
    proxied.proxy.stall();
    drop(guest);
    proxied.rests_with(0).await;
    assert_eq!(proxied.stats().returned, returned);
    proxied.proxy.pass();
    proxied.recovers().await;
}

async fn a_stall_of_idle_connections_is_noticed_before_they_are_used(kind: Kind) {
    let limits = PoolLimits {
        check_after: Duration::ZERO,
        ..short(1)
    };
    let proxied = kind.proxied(limits);
    proxied.recovers().await;
    until("it is back", || proxied.stats().idle == 1).await;
    proxied.proxy.stall();
    // Neither the connection nor the one in its place answers.
    times_out(&proxied).await;
    assert_eq!(proxied.stats().live, 0);
    proxied.proxy.pass();
    proxied.recovers().await;
}

async fn a_stall_of_a_send_ends_it(kind: Kind) {
    let limits = PoolLimits {
        stall_timeout: Duration::from_millis(300),
        ..limits(1)
    };
    let proxied = kind.proxied(limits);
    let mut guest = proxied.guest().await.unwrap();
    proxied.proxy.stall();
    // More than every buffer on the way takes.
    let large = large(kind, 64 << 20);
    let mut rest = &large[..];
    let error = loop {
        match within(guest.session().send(rest)).await {
            Ok(taken) => rest = &rest[taken..],
            Err(error) => break error,
        }
        assert!(!rest.is_empty(), "something takes it all in");
    };
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert_eq!(proxied.stats().live, 0);
    proxied.proxy.pass();
    proxied.works().await;
}

/// The beginning of a request of so many bytes, or more.
fn large(kind: Kind, bytes: usize) -> Vec<u8> {
    match kind {
        Kind::Postgres => crate::wire::message(b'Q', &vec![b' '; bytes]).to_vec(),
        Kind::Mysql => {
            let longest = vec![crate::mysql::wire::COM_QUERY; 0xff_ffff];
            let packets = (0..).zip(0..bytes.div_ceil(longest.len()));
            packets
                .flat_map(|(sequence, _)| crate::mysql::wire::packet(sequence, &longest))
                .collect()
        }
        Kind::Redis => crate::redis::wire::command(&["ECHO", &" ".repeat(bytes)]),
    }
}
