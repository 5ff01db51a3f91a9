use bytes::BytesMut;
use proptest::prelude::*;

use super::*;
use crate::postgres::frame;

/// One line of a transcript: what went which way.
#[derive(Clone, Debug)]
enum Line {
    Guest(u8, &'static [u8]),
    Server(u8, &'static [u8]),
}
use Line::{Guest, Server};

const READY: Line = Server(b'Z', b"I");
const IN_TRANSACTION: Line = Server(b'Z', b"T");
const FAILED: Line = Server(b'Z', b"E");
const QUERY: Line = Guest(b'Q', b"select\0");
const SYNC: Line = Guest(b'S', b"");
const EXECUTE: Line = Guest(b'E', b"\0\0\0\0\0");
const COMPLETE: Line = Server(b'C', b"SELECT 1\0");
const ERROR: Line = Server(b'E', b"\0");
const COPY_IN: Line = Server(b'G', b"\0\0\0");
const DATA: Line = Guest(b'd', b"1\n");
const DONE: Line = Guest(b'c', b"");

fn encode(tag: u8, body: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    frame::put(&mut out, tag, body);
    out
}

fn run(lines: &[Line]) -> (Tracker, Parameters) {
    let (mut tracker, mut parameters) = (Tracker::default(), Parameters::default());
    for line in lines {
        match line {
            Guest(tag, body) => tracker.sent(&encode(*tag, body)),
            Server(tag, body) => tracker
                .received(&encode(*tag, body), &mut parameters)
                .unwrap(),
        }
    }
    (tracker, parameters)
}

fn verdict(lines: &[Line]) -> Verdict {
    run(lines).0.verdict()
}

#[track_caller]
fn kills(lines: &[Line], expected_running: bool) {
    match verdict(lines) {
        Verdict::Kill { running, .. } => assert_eq!(running, expected_running, "{lines:?}"),
        other => panic!("{other:?} after {lines:?}"),
    }
}

#[test]
fn answered_requests_leave_a_clean_session() {
    assert_eq!(verdict(&[]), Verdict::Reset);
    assert_eq!(verdict(&[QUERY, COMPLETE, READY]), Verdict::Reset);
    assert_eq!(verdict(&[EXECUTE, SYNC, COMPLETE, READY]), Verdict::Reset);
    assert_eq!(
        verdict(&[Guest(b'F', b""), Server(b'V', b""), READY]),
        Verdict::Reset
    );
    // An error in a pipeline, skipped up to each Sync.
    assert_eq!(
        verdict(&[EXECUTE, SYNC, EXECUTE, SYNC, ERROR, READY, ERROR, READY]),
        Verdict::Reset
    );
    // What the server says of itself at any time.
    let unasked = [
        Server(b'A', b"\0\0\0\x01c\0p\0"),
        Server(b'N', b"\0"),
        Server(b'S', b"a\0b\0"),
    ];
    assert_eq!(verdict(&unasked), Verdict::Reset);
}

#[test]
fn the_last_status_decides() {
    assert_eq!(
        verdict(&[QUERY, COMPLETE, IN_TRANSACTION]),
        Verdict::RollBack
    );
    assert_eq!(verdict(&[QUERY, COMPLETE, FAILED]), Verdict::RollBack);
    assert_eq!(
        verdict(&[QUERY, IN_TRANSACTION, QUERY, READY]),
        Verdict::Reset
    );
}

#[test]
fn what_is_not_finished_kills() {
    kills(&[QUERY], true);
    kills(&[QUERY, COMPLETE], true);
    kills(&[QUERY, QUERY, COMPLETE, READY], true);
    kills(&[EXECUTE], true);
    kills(&[EXECUTE, SYNC, READY, EXECUTE], true);
    kills(
        &[QUERY, Server(b'H', b"\0\0\0"), Server(b'd', b"1\n")],
        true,
    );
}

#[test]
fn half_a_message_kills() {
    let mut tracker = Tracker::default();
    tracker.sent(b"Q\0\0");
    assert_eq!(
        tracker.verdict(),
        Verdict::Kill {
            running: false,
            why: "a message is not complete"
        }
    );
    let mut tracker = Tracker::default();
    tracker
        .received(b"N\0\0\0\x09", &mut Parameters::default())
        .unwrap();
    assert_eq!(
        tracker.verdict(),
        Verdict::Kill {
            running: false,
            why: "a message is not complete"
        }
    );
}

#[test]
fn what_makes_no_sense_kills() {
    kills(&[READY], false);
    kills(&[Server(b'D', b"\0\0")], false);
    // A fatal error while idle: the server is about to close.
    kills(&[ERROR], false);
    kills(&[QUERY, Server(b'?', b""), READY], false);
    kills(&[Guest(b'?', b"")], false);
    kills(&[QUERY, Server(b'W', b"\0\0\0"), READY], false);
}

#[test]
fn copy_by_a_simple_query() {
    assert_eq!(
        verdict(&[QUERY, COPY_IN, DATA, DONE, COMPLETE, READY]),
        Verdict::Reset
    );
    // The server ignores a Sync in between.
    assert_eq!(
        verdict(&[QUERY, COPY_IN, DATA, SYNC, DONE, COMPLETE, READY]),
        Verdict::Reset
    );
    // It fails, and the guest goes on for a while.
    assert_eq!(
        verdict(&[QUERY, COPY_IN, DATA, ERROR, READY, DATA, DONE]),
        Verdict::Reset
    );
    kills(&[QUERY, COPY_IN], true);
    kills(&[QUERY, COPY_IN, DATA], true);
    kills(&[QUERY, COPY_IN, DATA, DONE], true);
    kills(&[QUERY, COPY_IN, QUERY], true);
}

#[test]
fn copy_by_an_execute() {
    let begun = [EXECUTE, SYNC, COPY_IN, DATA];
    kills(&begun, true);
    let ended = [EXECUTE, SYNC, COPY_IN, DATA, DONE];
    kills(&ended, true);
    let synced = [EXECUTE, SYNC, COPY_IN, DATA, DONE, SYNC];
    kills(&synced, true);
    let all = [EXECUTE, SYNC, COPY_IN, DATA, DONE, SYNC, COMPLETE, READY];
    assert_eq!(verdict(&all), Verdict::Reset);
    // With Flush instead of the first Sync.
    let flushed = [
        EXECUTE,
        Guest(b'H', b""),
        COPY_IN,
        DATA,
        DONE,
        SYNC,
        COMPLETE,
        READY,
    ];
    assert_eq!(verdict(&flushed), Verdict::Reset);
}

#[test]
fn copy_whose_syncs_cannot_be_counted_kills() {
    // Did the server read the first Sync before it failed?
    kills(
        &[EXECUTE, SYNC, COPY_IN, ERROR, DATA, DONE, SYNC, READY],
        false,
    );
    kills(&[QUERY, COPY_IN, SYNC, ERROR, READY], false);
    // In a pipeline.
    kills(&[QUERY, QUERY, COPY_IN, DONE, READY, READY], false);
    kills(&[QUERY, DATA, DONE, COPY_IN, COMPLETE, READY], false);
}

#[test]
fn terminate_is_found_only_where_a_message_begins() {
    let mut tracker = Tracker::default();
    let mut data = encode(b'Q', b"XXXX\0").to_vec();
    let length = data.len();
    data.extend(b"X\0\0\0\x04Q");
    assert_eq!(tracker.before_terminate(&data), length);
    tracker.sent(&data[..7]);
    assert_eq!(tracker.before_terminate(&data[7..]), length - 7);
}

#[test]
fn settings_are_kept_across_pieces() {
    let (mut tracker, mut parameters) = (Tracker::default(), Parameters::default());
    let data = [
        encode(b'S', b"TimeZone\0UTC\0"),
        encode(b'S', b"TimeZone\0CET\0"),
    ]
    .concat();
    for byte in &data {
        tracker
            .received(std::slice::from_ref(byte), &mut parameters)
            .unwrap();
    }
    assert!(parameters.greeting().ends_with(b"TimeZone\0CET\0"));
    assert_eq!(tracker.verdict(), Verdict::Reset);
}

#[test]
fn malformed_answers_are_errors_and_kill() {
    for data in [
        &b"Z\0\0\0\x06II"[..],
        b"Z\0\0\0\x05?",
        b"D\0\0\0\x03",
        b"D\xff\xff\xff\xff",
        b"S\0\0\xff\xff",
        b"S\0\0\0\x05a",
    ] {
        let mut tracker = Tracker::default();
        tracker.sent(&encode(b'Q', b"\0"));
        assert!(
            tracker.received(data, &mut Parameters::default()).is_err(),
            "{data:?}"
        );
        assert!(matches!(tracker.verdict(), Verdict::Kill { .. }));
    }
}

#[test]
fn malformed_requests_are_for_the_server_to_refuse() {
    let mut tracker = Tracker::default();
    tracker.sent(b"Q\0\0\0\x01");
    tracker.sent(b"anything");
    assert!(matches!(tracker.verdict(), Verdict::Kill { .. }));
}

fn line() -> impl Strategy<Value = Line> {
    prop::sample::select(vec![
        READY,
        IN_TRANSACTION,
        FAILED,
        QUERY,
        SYNC,
        EXECUTE,
        COMPLETE,
        ERROR,
        COPY_IN,
        DATA,
        DONE,
        Server(b'S', b"a\0b\0"),
        Server(b'S', b"a\0c\0"),
        Server(b'D', b"Z\0\0\0\x05I"),
        Server(b'A', b"\0\0\0\x01c\0p\0"),
        Guest(b'd', b"S\0\0\0\x04"),
        Guest(b'H', b""),
    ])
}

/// The server's side, as its main loop is written: what it does with each
/// request in turn. Requests are given in the order it reads them.
#[derive(Default)]
struct Model {
    /// Skips to the next Sync after an error in an extended query.
    skipping: bool,
    extended: bool,
}

/// One request of a guest that waits for each answer or does not.
#[derive(Clone, Copy, Debug)]
enum Step {
    Query { fails: bool, begins: bool },
    Execute { fails: bool },
    Sync,
}

impl Model {
    /// The answer to a request, and whether the server is done with all it
    /// was asked for.
    fn answer(&mut self, step: Step, open: &mut bool) -> Vec<Line> {
        let ready = |open: bool| if open { IN_TRANSACTION } else { READY };
        match step {
            Step::Sync => {
                self.skipping = false;
                self.extended = false;
                vec![ready(*open)]
            }
            _ if self.skipping => vec![],
            Step::Query { fails: true, .. } => {
                self.extended = false;
                vec![ERROR, if *open { FAILED } else { READY }]
            }
            Step::Query { begins, .. } => {
                self.extended = false;
                *open |= begins;
                vec![COMPLETE, ready(*open)]
            }
            Step::Execute { fails } => {
                self.skipping = fails;
                self.extended = true;
                vec![if fails { ERROR } else { COMPLETE }]
            }
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<bool>(), any::<bool>()).prop_map(|(fails, begins)| Step::Query { fails, begins }),
        any::<bool>().prop_map(|fails| Step::Execute { fails }),
        Just(Step::Sync),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn pieces_do_not_matter(
        lines in prop::collection::vec(line(), 0..40),
        cuts in prop::collection::vec(1..12_usize, 1..40),
    ) {
        let (whole, mut expected) = run(&lines);
        let (mut tracker, mut parameters) = (Tracker::default(), Parameters::default());
        let mut cuts = cuts.iter().cycle();
        for line in &lines {
            let (Guest(tag, body) | Server(tag, body)) = line;
            let data = encode(*tag, body);
            let mut rest = &data[..];
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                match line {
                    Guest(..) => tracker.sent(piece),
                    Server(..) => tracker.received(piece, &mut parameters).unwrap(),
                }
                rest = after;
            }
        }
        prop_assert_eq!(tracker.verdict(), whole.verdict());
        prop_assert_eq!(tracker, whole);
        prop_assert_eq!(parameters.greeting(), expected.greeting());
    }

    #[test]
    fn no_bytes_make_it_panic(guest in prop::collection::vec(any::<u8>(), 0..200), server in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut tracker = Tracker::default();
        tracker.before_terminate(&guest);
        tracker.sent(&guest);
        let _ = tracker.received(&server, &mut Parameters::default());
        let _ = tracker.verdict();
    }

    /// Never gives a connection back while the server owes an answer, has one
    /// under way, or waits for a Sync; however far behind its answers are.
    #[test]
    fn only_a_server_that_owes_nothing_goes_back(
        steps in prop::collection::vec(step(), 0..20),
        lag in 0..6_usize,
        unread in 0..3_usize,
    ) {
        let (mut tracker, mut parameters) = (Tracker::default(), Parameters::default());
        let (mut model, mut open) = (Model::default(), false);
        let mut answers = std::collections::VecDeque::new();
        for step in &steps {
            let (tag, body): (u8, &[u8]) = match step {
                Step::Query { .. } => (b'Q', b"\0"),
                Step::Execute { .. } => (b'E', b"\0"),
                Step::Sync => (b'S', b""),
            };
            tracker.sent(&encode(tag, body));
            answers.extend(model.answer(*step, &mut open));
            while answers.len() > lag {
                let Some(Server(tag, body)) = answers.pop_front() else { unreachable!() };
                tracker.received(&encode(tag, body), &mut parameters).unwrap();
            }
        }
        while answers.len() > unread {
            let Some(Server(tag, body)) = answers.pop_front() else { unreachable!() };
            tracker.received(&encode(tag, body), &mut parameters).unwrap();
        }
        let settled = answers.is_empty() && !model.skipping && !model.extended;
        if !matches!(tracker.verdict(), Verdict::Kill { .. }) {
            prop_assert!(settled, "{:?} of {:?}", tracker, steps);
        }
        // The other way round: a guest that ends with Sync and reads all its
        // answers must not lose the connection, unless a Query was skipped.
        let plain = !steps.windows(2).any(|pair| {
            matches!(pair, [Step::Execute { .. }, Step::Query { .. }])
        });
        if settled && plain {
            prop_assert!(!matches!(tracker.verdict(), Verdict::Kill { .. }), "{:?}", steps);
        }
    }
}
