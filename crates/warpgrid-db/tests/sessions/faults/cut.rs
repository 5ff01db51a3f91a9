//! Connections that end where nothing may.

use warpgrid_test_harness::faults::{At, Direction, End, Fault};

use super::for_each_kind;
use super::guest::{Guest, Kind};
use crate::wire::{Failed, limits, until};

for_each_kind!(
    a_cut_within_a_message_ends_the_session_and_its_connection,
    a_cut_within_a_login_is_an_error_or_goes_unnoticed,
    a_cut_within_a_reset_closes_the_connection,
    a_cut_of_idle_connections_goes_unnoticed,
    a_server_that_refuses_is_said_to_and_needed_no_more,
);

const CUTS: [(Direction, u64, End); 6] = [
    // Within the first message's header, within it, and before its last byte.
    (Direction::ToClient, 2, End::Close),
    (Direction::ToClient, 9, End::Reset),
    (Direction::ToClient, 19, End::Close),
    (Direction::ToServer, 1, End::Close),
    (Direction::ToServer, 6, End::Reset),
    (Direction::ToServer, 11, End::Close),
];

async fn a_cut_within_a_message_ends_the_session_and_its_connection(kind: Kind) {
    let proxied = kind.proxied(limits(1));
    for (round, (direction, bytes, end)) in (1_u64..).zip(CUTS) {
        let mut guest = proxied.guest().await.unwrap();
        let case = format!("{direction:?} {bytes} {end:?}");
        assert_eq!(guest.ask("before").await.unwrap(), "before", "{case}");
        proxied
            .proxy
            .at(direction, At::Byte(bytes), Fault::End(end));
        // Longer than where it is cut.
        let failed = guest.ask("0123456789abcdefghij").await.unwrap_err();
        assert!(
            matches!(failed, Failed::Session(_) | Failed::Ended),
            "{case}: {failed:?}"
        );
        proxied.proxy.pass();
        // Nor is there more where that came from.
        assert!(guest.ask("after").await.is_err(), "{case}");
        drop(guest);
        proxied.rests_with(0).await;
        proxied.works().await;
        proxied.rests_with(1).await;
        assert_eq!(proxied.stats().opened, round + 1, "{case}");
    }
}

async fn a_cut_within_a_login_is_an_error_or_goes_unnoticed(kind: Kind) {
    let proxied = kind.proxied(limits(1));
    for bytes in [0, 1, 5, 20, 60] {
        for (direction, end) in [
            (Direction::ToClient, End::Close),
            (Direction::ToServer, End::Reset),
        ] {
            proxied
                .proxy
                .at(direction, At::Byte(bytes), Fault::End(end));
            if let Ok(mut guest) = proxied.guest().await {
                // A shorter login, or the second attempt.
                let answer = guest.ask("right").await;
                assert!(answer.is_err() || answer.unwrap() == "right");
            }
            proxied.proxy.pass();
            proxied.proxy.end_all(End::Close);
            proxied.works().await;
            proxied.proxy.end_all(End::Close);
        }
    }
}

async fn a_cut_within_a_reset_closes_the_connection(kind: Kind) {
    let proxied = kind.proxied(limits(1));
    for direction in [Direction::ToServer, Direction::ToClient] {
        let mut guest = proxied.guest().await.unwrap();
        assert_eq!(guest.ask("before").await.unwrap(), "before");
        let returned = proxied.stats().returned;
        let struck = proxied.proxy.struck();
        let fault = Fault::End(End::Close);
        proxied.proxy.at(direction, At::Byte(3), fault);
        drop(guest);
        proxied.rests_with(0).await;
        assert_eq!(proxied.proxy.struck(), struck + 1);
        assert_eq!(proxied.stats().returned, returned);
        proxied.proxy.pass();
        proxied.works().await;
        proxied.rests_with(1).await;
    }
}

async fn a_cut_of_idle_connections_goes_unnoticed(kind: Kind) {
    let proxied = kind.proxied(limits(3));
    for end in [End::Close, End::Reset] {
        let mut guests = vec![];
        for _ in 0..3 {
            guests.push(proxied.guest().await.unwrap());
        }
        drop(guests);
        proxied.rests_with(3).await;
        proxied.proxy.end_all(end);
        let mut guests: Vec<Guest> = vec![];
        for _ in 0..3 {
            let mut guest = proxied.guest().await.unwrap();
            assert_eq!(guest.ask("alive").await.unwrap(), "alive", "{end:?}");
            guests.push(guest);
        }
    }
    assert_eq!(proxied.stats().opened, 9);
}

async fn a_server_that_refuses_is_said_to_and_needed_no_more(kind: Kind) {
    let proxied = kind.proxied(limits(2));
    let mut early = proxied.guest().await.unwrap();
    assert_eq!(early.ask("early").await.unwrap(), "early");
    proxied.proxy.refuse();
    let failed = proxied.guest().await.err().unwrap();
    let text = format!("{failed:?}");
    assert!(
        text.contains("refuse") || text.contains("Refused"),
        "{text}"
    );
    // Who has a connection goes on, and so does who gets it next.
    assert_eq!(early.ask("still").await.unwrap(), "still");
    drop(early);
    until("it is back", || proxied.stats().idle == 1).await;
    proxied.works().await;
    proxied.proxy.pass();
    let _both = [
        proxied.guest().await.unwrap(),
        proxied.guest().await.unwrap(),
    ];
}
