use proptest::prelude::*;

use std::sync::Arc;

use super::*;
use crate::endpoint::Tenant;
use crate::mysql::kill::Threads;
use crate::protocol::Tracker as _;

const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];
/// OK with SERVER_MORE_RESULTS_EXISTS.
const OK_MORE: &[u8] = &[0, 0, 0, 10, 0, 0, 0];
const ERR: &[u8] = b"\xff\x28\x04#42000no";
const EOF: &[u8] = &[0xfe, 0, 0, 2, 0];
const EOF_MORE: &[u8] = &[0xfe, 0, 0, 10, 0];
/// EOF with SERVER_STATUS_CURSOR_EXISTS.
const EOF_CURSOR: &[u8] = &[0xfe, 0, 0, 0x42, 0];
/// OK in the place of EOF.
const END: &[u8] = &[0xfe, 0, 0, 2, 0, 0, 0];
const COLUMN: &[u8] = b"\x03def-and-so-on";
const ROW: &[u8] = b"\x0142";
const QUERY: &[u8] = b"\x03select 1";
const PREPARE: &[u8] = b"\x16select ?";
const EXECUTE: &[u8] = b"\x17\x01\0\0\0\0\x01\0\0\0";

fn packets(payloads: &[&[u8]]) -> BytesMut {
    let mut out = BytesMut::new();
    for (index, payload) in payloads.iter().enumerate() {
        frame::put(&mut out, (index + 1) as u8, payload);
    }
    out
}

fn command(payload: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    frame::put(&mut out, 0, payload);
    out
}

fn prepared(columns: u8, parameters: u8) -> [u8; 12] {
    [0, 1, 0, 0, 0, columns, 0, parameters, 0, 0, 0, 0]
}

/// The tracker does not look at what it is not told of the server.
fn received(tracker: &mut Tracker, data: &[u8]) -> Result<(), Unfit> {
    tracker.follow(data)
}

/// Gives all of the data to the tracker as the relay does; what reaches the
/// server, and the farewell.
fn pass(tracker: &mut Tracker, mut data: &[u8]) -> (BytesMut, Option<Bytes>) {
    let mut out = BytesMut::new();
    while !data.is_empty() {
        match tracker.gate(data) {
            Gate::Pass(length) => {
                tracker.sent(&data[..length]);
                out.extend_from_slice(&data[..length]);
                data = &data[length..];
            }
            Gate::Stage => {
                if let Some(farewell) = tracker.stage(data, &mut out) {
                    return (out, Some(farewell));
                }
                data = b"";
            }
            Gate::End(farewell) => return (out, Some(farewell)),
        }
    }
    (out, None)
}

#[test]
fn a_kill_names_the_servers_thread_however_it_arrives() {
    let threads = Arc::new(Threads::default());
    let registered = threads.register(3_000_000_000, &Tenant::new("t"), 7);
    let mut sent = BytesMut::new();
    sent.extend_from_slice(&command(QUERY));
    sent.extend_from_slice(&command(b"\x03kill query 3000000000"));
    sent.extend_from_slice(&command(b"\x03kill query 4000000000"));
    sent.extend_from_slice(&command(b"\x0c\x00\x5e\xd0\xb2"));
    let mut expected = BytesMut::new();
    expected.extend_from_slice(&command(QUERY));
    expected.extend_from_slice(&command(b"\x03kill query 7"));
    expected.extend_from_slice(&command(b"\x03kill query 4000000000"));
    expected.extend_from_slice(&command(b"\x0c\x07\0\0\0"));
    for size in [1, 3, 7, sent.len()] {
        let mut tracker = Tracker::new(false, registered.reach());
        let mut out = BytesMut::new();
        for piece in sent.chunks(size) {
            out.extend_from_slice(&pass(&mut tracker, piece).0);
        }
        assert_eq!(out, expected, "in pieces of {size}");
        received(&mut tracker, &packets(&[OK, OK, OK])).unwrap();
        assert!(matches!(tracker.verdict(), Verdict::Kill { .. }));
        received(&mut tracker, &packets(&[OK])).unwrap();
        assert_eq!(tracker.verdict(), Verdict::Reset);
    }
}

/// One command with its whole answer leaves nothing, and any less of it kills.
#[track_caller]
fn whole(deprecate_eof: bool, request: &[u8], answer: &[&[u8]]) {
    for count in 0..=answer.len() {
        let mut tracker = Tracker::new(deprecate_eof, Reach::default());
        let request = command(request);
        assert_eq!(pass(&mut tracker, &request).0, request);
        received(&mut tracker, &packets(&answer[..count])).unwrap();
        let done = tracker.verdict() == Verdict::Reset;
        assert_eq!(done, count == answer.len(), "{count} of {answer:?}");
    }
}

#[track_caller]
fn kills(tracker: &Tracker, wanted: &str) {
    match tracker.verdict() {
        Verdict::Kill { why, .. } => assert_eq!(why, wanted),
        other => panic!("{other:?}"),
    }
}

#[test]
fn queries_end_where_they_say() {
    whole(false, QUERY, &[OK]);
    whole(false, QUERY, &[ERR]);
    whole(false, QUERY, &[&[1], COLUMN, EOF, ROW, ROW, EOF]);
    whole(false, QUERY, &[&[2], COLUMN, COLUMN, EOF, EOF]);
    whole(false, QUERY, &[&[1], COLUMN, EOF, ROW, ERR]);
    whole(
        false,
        QUERY,
        &[OK_MORE, &[1], COLUMN, EOF, ROW, EOF_MORE, OK],
    );
    whole(false, QUERY, &[OK_MORE, ERR]);
    whole(true, QUERY, &[&[1], COLUMN, ROW, END]);
    whole(true, QUERY, &[&[1], COLUMN, END]);
    // 300 columns.
    let many = [
        &[&[0xfc, 0x2c, 1][..]][..],
        &[COLUMN; 300],
        &[EOF, ROW, EOF],
    ]
    .concat();
    whole(false, QUERY, &many);
}

#[test]
fn statements_end_where_they_say() {
    whole(false, PREPARE, &[&prepared(0, 0)]);
    whole(false, PREPARE, &[&prepared(2, 0), COLUMN, COLUMN, EOF]);
    whole(false, PREPARE, &[&prepared(1, 1), COLUMN, EOF, COLUMN, EOF]);
    whole(true, PREPARE, &[&prepared(1, 2), COLUMN, COLUMN, COLUMN]);
    whole(false, PREPARE, &[ERR]);
    whole(false, EXECUTE, &[&[1], COLUMN, EOF, &[0, 0, 1], EOF]);
    // With a cursor the rows are fetched.
    whole(false, EXECUTE, &[&[1], COLUMN, EOF_CURSOR]);
    whole(false, b"\x1c\x01\0\0\0\x02\0\0\0", &[&[0, 0, 1], EOF]);
    whole(false, b"\x04table\0", &[COLUMN, COLUMN, EOF]);
    whole(false, b"\x09", &[b"Uptime: 1"]);
    whole(false, b"\x0e", &[OK]);
}

#[test]
fn some_commands_have_no_answer() {
    let mut tracker = Tracker::new(false, Reach::default());
    pass(&mut tracker, &command(b"\x18\x01\0\0\0\0\0data"));
    pass(&mut tracker, &command(b"\x19\x01\0\0\0"));
    assert_eq!(tracker.verdict(), Verdict::Reset);
}

#[test]
fn a_long_row_is_no_end() {
    // Its first column is longer than 16 MiB.
    let mut tracker = Tracker::new(true, Reach::default());
    pass(&mut tracker, &command(QUERY));
    received(&mut tracker, &packets(&[&[1], COLUMN])).unwrap();
    let mut row = vec![0; 0x00ff_ffff];
    row[0] = 0xfe;
    received(&mut tracker, &packets(&[&row, b"rest"])).unwrap();
    kills(&tracker, "a command is not answered");
    received(&mut tracker, &packets(&[END])).unwrap();
    assert_eq!(tracker.verdict(), Verdict::Reset);
}

#[test]
fn half_of_anything_kills() {
    let mut tracker = Tracker::new(false, Reach::default());
    pass(&mut tracker, b"\x09\0\0");
    kills(&tracker, "a command is not complete");
    let mut tracker = Tracker::new(false, Reach::default());
    pass(&mut tracker, b"\x09\0\0\0\x03sel");
    kills(&tracker, "a command is not complete");
    let mut tracker = Tracker::new(false, Reach::default());
    received(&mut tracker, b"\x01").unwrap();
    kills(&tracker, "an answer is not complete");
}

#[test]
fn what_makes_no_sense_kills() {
    let mut tracker = Tracker::new(false, Reach::default());
    received(&mut tracker, &packets(&[ERR])).unwrap();
    kills(&tracker, "the server spoke unasked");
    let mut tracker = Tracker::new(false, Reach::default());
    pass(&mut tracker, &command(QUERY));
    received(&mut tracker, &packets(&[b"\xfb/etc/passwd"])).unwrap();
    kills(&tracker, "the server asked for a file");
    let mut tracker = Tracker::new(false, Reach::default());
    pass(&mut tracker, &command(b""));
    kills(&tracker, "an empty command");
    for answer in [&b""[..], b"\xfc\x01", b"\0\0", &[1]] {
        let mut tracker = Tracker::new(false, Reach::default());
        pass(&mut tracker, &command(QUERY));
        let answer = packets(&[answer, COLUMN, ROW]);
        assert!(received(&mut tracker, &answer).is_err(), "{answer:?}");
        kills(&tracker, "an answer that cannot be");
    }
    let mut tracker = Tracker::new(false, Reach::default());
    let flood = command(b"\x0e").repeat(20_000);
    pass(&mut tracker, &flood);
    kills(&tracker, "too many commands without an answer");
}

#[test]
fn a_guest_that_quits_leaves_its_connection_clean() {
    let quit = command(&[frame::COM_QUIT]);
    let mut tracker = Tracker::new(false, Reach::default());
    let both = [command(b"\x0e"), quit.clone()].concat();
    let (out, farewell) = pass(&mut tracker, &both);
    assert_eq!((out, farewell), (command(b"\x0e"), Some(Bytes::new())));
    kills(&tracker, "a command is not answered");
    let mut tracker = Tracker::new(false, Reach::default());
    for byte in &quit[..4] {
        assert_eq!(pass(&mut tracker, &[*byte]), (BytesMut::new(), None));
    }
    assert_eq!(pass(&mut tracker, &quit[4..]).1, Some(Bytes::new()));
    assert_eq!(tracker.verdict(), Verdict::Reset);
}

#[test]
fn what_is_refused_is_sent_as_what_no_server_knows() {
    for refused in [0x11, 0x12, 0x15, 0x1e, 0xfe] {
        let data = [
            command(&[refused, b'r', b'o', b'o', b't', 0]),
            command(QUERY),
        ]
        .concat();
        let wanted = [command(&[UNKNOWN]), command(QUERY)].concat();
        for size in 1..data.len() + 1 {
            let mut tracker = Tracker::new(false, Reach::default());
            let mut out = BytesMut::new();
            for piece in data.chunks(size) {
                out.extend_from_slice(&pass(&mut tracker, piece).0);
            }
            assert_eq!(out, wanted, "{refused:x} in pieces of {size}");
            received(&mut tracker, &packets(&[ERR, OK])).unwrap();
            assert_eq!(tracker.verdict(), Verdict::Reset);
        }
    }
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::sample::select(vec![
            OK,
            OK_MORE,
            ERR,
            EOF,
            EOF_MORE,
            END,
            COLUMN,
            ROW,
            &[1]
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..30),
    ]
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::sample::select(vec![
            QUERY,
            PREPARE,
            EXECUTE,
            b"\x11root",
            b"\x19\x01\0\0\0",
            b"\x0e"
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(2..40_u8, 1..30),
    ]
}

/// An answer to a query, and how many packets it has.
fn answer() -> impl Strategy<Value = Vec<&'static [u8]>> {
    prop_oneof![
        Just(vec![OK]),
        Just(vec![ERR]),
        (0..4_usize)
            .prop_map(|rows| [&[&[1][..], COLUMN, EOF][..], &vec![ROW; rows], &[EOF]].concat()),
        (0..4_usize).prop_map(|rows| {
            [
                &[OK_MORE, &[1][..], COLUMN, EOF][..],
                &vec![ROW; rows],
                &[EOF_MORE, ERR],
            ]
            .concat()
        }),
    ]
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(guest in prop::collection::vec(any::<u8>(), 0..200), server in prop::collection::vec(any::<u8>(), 0..200), deprecate: bool) {
        let mut tracker = Tracker::new(deprecate, Reach::default());
        pass(&mut tracker, &guest);
        let _ = received(&mut tracker, &server);
        tracker.verdict();
        tracker.farewell();
    }

    #[test]
    fn pieces_do_not_matter(
        requests in prop::collection::vec(request(), 0..6),
        answers in prop::collection::vec(payload(), 0..10),
        cuts in prop::collection::vec(1..20_usize, 1..30),
    ) {
        let guest: Vec<u8> = requests.iter().flat_map(|request| command(request)).collect();
        let answers: Vec<&[u8]> = answers.iter().map(|answer| &answer[..]).collect();
        let server = packets(&answers);
        let (mut whole, mut pieces) = (Tracker::new(false, Reach::default()), Tracker::new(false, Reach::default()));
        let expected = pass(&mut whole, &guest);
        let accepted = received(&mut whole, &server).is_ok();
        let (mut out, mut cuts) = (BytesMut::new(), cuts.iter().cycle());
        let mut rest = &guest[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            out.extend_from_slice(&pass(&mut pieces, piece).0);
            rest = after;
        }
        prop_assert_eq!(out, expected.0);
        let (mut rest, mut taken) = (&server[..], true);
        while !rest.is_empty() && taken {
            let (piece, after) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            taken = received(&mut pieces, piece).is_ok();
            rest = after;
        }
        prop_assert_eq!(taken, accepted);
        prop_assert_eq!(pieces.verdict(), whole.verdict());
    }

    /// Gives a connection back exactly when every answer is there as a whole.
    #[test]
    fn only_a_server_that_owes_nothing_goes_back(answers in prop::collection::vec(answer(), 0..8), missing in 0..4_usize) {
        let mut tracker = Tracker::new(false, Reach::default());
        answers.iter().for_each(|_| _ = pass(&mut tracker, &command(QUERY)));
        let all: Vec<&[u8]> = answers.concat();
        let some = &all[..all.len().saturating_sub(missing)];
        received(&mut tracker, &packets(some)).unwrap();
        prop_assert_eq!(tracker.verdict() == Verdict::Reset, some.len() == all.len());
    }
}
