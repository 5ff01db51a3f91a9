//! A guest that does not read what it has asked for.

use warpgrid_test_harness::faults::Direction;

use super::for_each_kind;
use super::guest::Kind;
use crate::mysql::wire as my;
use crate::redis::wire as re;
use crate::wire::{limits, query, until, within};

for_each_kind!(a_guest_that_does_not_read_holds_itself_alone);

/// What it asks for, in bytes.
const ASKED: u64 = 100 << 20;
/// What there may be on the way: the session's own part, which is at most 1 MiB,
/// and the system's of three connections.
const ON_THE_WAY: u64 = 32 << 20;
/// More than another session's login, questions and reset are answered with.
const OTHERS: u64 = 8 << 10;

fn asks_for_much(kind: Kind) -> Vec<u8> {
    let sql = "select repeat('x', 1024) from";
    let rows = ASKED / 1024;
    match kind {
        Kind::Postgres => query(&format!("{sql} generate_series(1, {rows})")).to_vec(),
        Kind::Mysql => my::command(my::COM_QUERY, format!("{sql} seq_1_to_{rows}")).to_vec(),
        Kind::Redis => {
            let last = (ASKED - 1).to_string();
            let set = re::command(&["SETRANGE", "much", &last, "x"]);
            [set, re::command(&["GET", "much"])].concat()
        }
    }
}

async fn a_guest_that_does_not_read_holds_itself_alone(kind: Kind) {
    let proxied = kind.proxied(limits(2));
    let mut slow = proxied.guest().await.unwrap();
    let session = slow.session();
    within(session.send(&asks_for_much(kind))).await.unwrap();
    // It has begun to read, and then stops.
    within(session.recv(1)).await.unwrap();
    let passed = || proxied.proxy.passed(Direction::ToClient);
    let before = passed();
    // Until no more comes than the others ask for.
    let mut quiet = 0;
    while quiet < 20 {
        let last = passed();
        proxied.works().await;
        quiet = if passed() - last < OTHERS {
            quiet + 1
        } else {
            0
        };
        assert!(passed() < before + ON_THE_WAY, "{}", passed());
    }
    // The place of the others was never the slow one's.
    assert_eq!(proxied.stats().live, 2);
    until("the other is back", || proxied.stats().idle == 1).await;
    assert_eq!(proxied.stats().opened, 2);
    drop(slow);
    proxied.rests_with(1).await;
    until("its connection is closed", || proxied.proxy.open() == 1).await;
    proxied.works().await;
}
