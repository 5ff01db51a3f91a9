//! Bits that flip on the way. Without TLS nothing tells a wrong byte in a value
//! from a right one; what can be told is whether the protocol still makes sense.

use std::time::Duration;

use futures::StreamExt;
use warpgrid_db::PoolLimits;
use warpgrid_test_harness::faults::{At, Direction, End, Fault};

use super::for_each_kind;
use super::guest::Kind;
use crate::wire::{limits, until, within};

for_each_kind!(
    a_login_that_is_corrupted_harms_nobody_after_it,
    an_answer_that_makes_no_sense_ends_its_connection,
);

/// How many logins are corrupted in each direction.
const CASES: u64 = 24;
/// How many of them at a time.
const AT_ONCE: usize = 8;
/// How long a guest waits for an answer that may never be whole.
const PATIENCE: Duration = Duration::from_millis(500);

async fn a_login_that_is_corrupted_harms_nobody_after_it(kind: Kind) {
    let healthy = &kind.proxied(limits(1));
    let _guest = healthy.guest().await.unwrap();
    // A guest of Redis has its connection once its first command is answered.
    let own = match kind {
        Kind::Redis => [b"+PONG\r\n".len(), b"*1\r\n$4\r\nPING\r\n".len()],
        _ => [0, 0],
    };
    let directions = [Direction::ToClient, Direction::ToServer];
    let cases = (0..CASES).flat_map(|case| {
        (0..2).map(move |way| {
            let length = healthy.proxy.passed(directions[way]) - own[way] as u64;
            (directions[way], case * length / CASES, 1 << (case % 8))
        })
    });
    let cases: Vec<_> = cases.collect();
    let logins = cases
        .into_iter()
        .map(|(direction, at, bits)| corrupted_login(kind, direction, at, bits));
    let mut outcomes = futures::stream::iter(logins).buffer_unordered(AT_ONCE);
    let mut failed = 0;
    while let Some(outcome) = within(outcomes.next()).await {
        failed += usize::from(outcome);
    }
    assert!(failed > 0, "no fault has told");
}

/// Whether it fails. If it does not, the answer after it is right.
async fn corrupted_login(kind: Kind, direction: Direction, at: u64, bits: u8) -> bool {
    let limits = PoolLimits {
        // What a length says that is too large is waited for.
        connect_timeout: Duration::from_millis(500),
        ..limits(1)
    };
    let proxied = kind.proxied(limits);
    proxied.proxy.at(direction, At::Byte(at), Fault::Flip(bits));
    let guest = within(proxied.guest()).await;
    // Only the login is to be wrong.
    proxied.proxy.pass();
    let answer = match guest {
        Err(_) => None,
        Ok(mut guest) => {
            // Sides that have agreed on different things may leave it in the
            // dark; then it goes away.
            let answer = tokio::time::timeout(PATIENCE, guest.ask("right")).await;
            answer.ok().and_then(Result::ok)
        }
    };
    let case = format!("{direction:?} {at} {bits}");
    assert!(
        answer.as_deref().is_none_or(|answer| answer == "right"),
        "{case}: {answer:?}"
    );
    proxied.proxy.end_all(End::Close);
    proxied.recovers().await;
    answer.is_none()
}

/// Where an answer's first message says what it is or how long, and a bit there
/// that makes it what no server says.
fn nonsense(kind: Kind) -> &'static [(u64, u8)] {
    match kind {
        // The tag; the length, which is negative then, or beyond what is left.
        Kind::Postgres => &[(0, 0x80), (1, 0x80), (1, 0x01)],
        // The length, beyond what is left; how many columns there are.
        Kind::Mysql => &[(2, 0x01), (4, 0x80)],
        // The type; how long it is.
        Kind::Redis => &[(0, 0x80), (1, 0x40)],
    }
}

async fn an_answer_that_makes_no_sense_ends_its_connection(kind: Kind) {
    let proxied = kind.proxied(limits(1));
    for &(at, bits) in nonsense(kind) {
        let case = format!("{at} {bits}");
        let mut guest = proxied.guest().await.unwrap();
        assert_eq!(guest.ask("before").await.unwrap(), "before", "{case}");
        let (opened, struck) = (proxied.stats().opened, proxied.proxy.struck());
        let fault = Fault::Flip(bits);
        proxied.proxy.at(Direction::ToClient, At::Byte(at), fault);
        let session = guest.session();
        within(session.send(&kind.asks_for("corrupted")))
            .await
            .unwrap();
        // What the guest makes of these bytes is its own affair.
        let rest = async {
            while session
                .recv(usize::MAX)
                .await
                .is_ok_and(|more| !more.is_empty())
            {}
        };
        let _ = tokio::time::timeout(PATIENCE, rest).await;
        assert_eq!(proxied.proxy.struck(), struck + 1, "{case}");
        drop(guest);
        proxied.rests_with(0).await;
        proxied.proxy.pass();
        proxied.works().await;
        assert!(proxied.stats().opened > opened, "{case}");
        until("it is back", || proxied.stats().idle == 1).await;
    }
}
