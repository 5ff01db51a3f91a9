use proptest::prelude::*;

use super::*;
use crate::protocol::Tracker as _;

fn tracker(hosts: bool, database: Option<&'static str>) -> Tracker {
    Tracker::new(Arc::new(Login {
        credentials: Some(Credentials {
            user: "app".into(),
            password: "real".into(),
        }),
        hosts,
        database: database.map(Into::into),
    }))
}

fn command(words: &[&str]) -> BytesMut {
    let mut out = BytesMut::new();
    frame::put(&mut out, words);
    out
}

/// Gives all of the data to the tracker as the relay does; what reaches the
/// server, and the farewell.
fn pass(tracker: &mut Tracker, mut data: &[u8]) -> (BytesMut, Option<Bytes>) {
    let mut out = BytesMut::new();
    while !data.is_empty() {
        match protocol::Tracker::<()>::gate(tracker, data) {
            Gate::Pass(length) => {
                protocol::Tracker::<()>::sent(tracker, &data[..length]);
                out.extend_from_slice(&data[..length]);
                data = &data[length..];
            }
            Gate::Stage => {
                if let Some(farewell) = protocol::Tracker::<()>::stage(tracker, data, &mut out) {
                    return (out, Some(farewell));
                }
                data = b"";
            }
            Gate::End(farewell) => return (out, Some(farewell)),
        }
    }
    (out, None)
}

fn verdict(tracker: &Tracker) -> Verdict {
    protocol::Tracker::<()>::verdict(tracker)
}

#[track_caller]
fn kills(tracker: &Tracker, wanted: &str) {
    match verdict(tracker) {
        Verdict::Kill { why, .. } => assert_eq!(why, wanted),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_answered_goes_back() {
    let mut tracker = tracker(true, None);
    let data = [command(&["SET", "k", "v"]), command(&["get", "k"])].concat();
    assert_eq!(pass(&mut tracker, &data).0, data);
    kills(&tracker, "a command has no reply");
    tracker.received(b"+OK\r\n$1\r", &mut ()).unwrap();
    kills(&tracker, "a command has no reply");
    tracker.received(b"\nv\r", &mut ()).unwrap();
    tracker.received(b"\n", &mut ()).unwrap();
    assert_eq!(verdict(&tracker), Verdict::Reset);
    // And not what is answered too often.
    tracker.received(b"+OK\r\n", &mut ()).unwrap();
    kills(&tracker, "the server spoke unasked");
}

#[test]
fn an_open_transaction_is_the_resets_to_end() {
    let mut tracker = tracker(true, None);
    pass(&mut tracker, &command(&["WATCH", "k"]));
    pass(&mut tracker, &command(&["MULTI"]));
    tracker.received(b"+OK\r\n+OK\r\n", &mut ()).unwrap();
    assert_eq!(verdict(&tracker), Verdict::Reset);
}

#[test]
fn what_cannot_be_counted_or_taken_back_kills() {
    for (words, why) in [
        (&["subscribe", "c"][..], "the guest subscribed"),
        (&["PSUBSCRIBE", "c"], "the guest subscribed"),
        (&["SSUBSCRIBE", "c"], "the guest subscribed"),
        (&["UNSUBSCRIBE"], "the guest subscribed"),
        (&["Monitor"], "the guest monitors"),
        (&["PSYNC", "?", "-1"], "replication"),
        (&["CLIENT", "reply", "OFF"], "replies were switched"),
        (&["client", "NO-EVICT", "on"], "eviction was switched"),
    ] {
        let mut tracker = tracker(true, None);
        pass(&mut tracker, &command(words));
        tracker.received(b"+OK\r\n", &mut ()).unwrap();
        kills(&tracker, why);
    }
}

#[test]
fn half_a_command_or_half_a_reply_kills() {
    for half in [&b"*1"[..], b"*2\r\n$3\r\nGET\r\n$1\r\n", b"PIN"] {
        let mut tracker = tracker(true, None);
        pass(&mut tracker, half);
        kills(&tracker, "a command is not complete");
    }
    let mut tracker = tracker(true, None);
    tracker.received(b">2\r\n", &mut ()).unwrap();
    kills(&tracker, "a reply is not complete");
}

#[test]
fn a_guests_login_becomes_the_hosts() {
    let host = command(&["AUTH", "app", "real"]);
    for words in [&["AUTH", "x"][..], &["auth", "me", "x"]] {
        let mut tracker = tracker(true, None);
        assert_eq!(pass(&mut tracker, &command(words)).0, host);
    }
    let mut tracker = tracker(true, None);
    let hello = command(&["HELLO", "3", "SETNAME", "n", "AUTH", "me", "x"]);
    let wanted = command(&["HELLO", "3", "SETNAME", "n", "AUTH", "app", "real"]);
    assert_eq!(pass(&mut tracker, &hello).0, wanted);
    let plain = command(&["HELLO", "3"]);
    assert_eq!(pass(&mut tracker, &plain).0, plain);
    // In a line, too.
    assert_eq!(pass(&mut tracker, b"auth \"me\" 'x'\r\n").0, host);
    // Where it makes no sense, the server says so.
    let wrong = command(&["AUTH"]);
    assert_eq!(pass(&mut tracker, &wrong).0, wrong);
}

#[test]
fn a_guests_other_login_is_its_own_and_kills() {
    let mut tracker = tracker(false, None);
    let own = command(&["AUTH", "app", "real"]);
    assert_eq!(pass(&mut tracker, &own).0, own);
    tracker.received(b"+OK\r\n", &mut ()).unwrap();
    assert_eq!(verdict(&tracker), Verdict::Reset);
    let other = command(&["AUTH", "app", "other"]);
    assert_eq!(pass(&mut tracker, &other).0, other);
    kills(&tracker, "the guest logged in as another user");
}

#[test]
fn what_is_refused_is_sent_as_what_no_server_knows() {
    let mut hosts = tracker(true, Some("3"));
    for (words, text) in [(&["RESET"][..], NO_RESET), (&["select", "4"], NO_SELECT)] {
        assert_eq!(pass(&mut hosts, &command(words)).0, command(&[text]));
    }
    for words in [&["SELECT", "3"][..], &["SELECT"]] {
        let own = command(words);
        assert_eq!(pass(&mut hosts, &own).0, own);
    }
    let mut own = tracker(false, None);
    for words in [&["RESET"][..], &["SELECT", "4"]] {
        assert_eq!(pass(&mut own, &command(words)).0, command(words));
    }
}

#[test]
fn a_guest_that_quits_leaves_its_connection_clean() {
    let mut tracker = tracker(true, None);
    let quit = command(&["QUIT"]);
    let (out, farewell) = pass(&mut tracker, &quit);
    assert_eq!(
        (&out[..], farewell.as_deref()),
        (&b""[..], Some(&b"+OK\r\n"[..]))
    );
    assert_eq!(verdict(&tracker), Verdict::Reset);
    // With replies on their way the server must say it, at their end.
    let both = [command(&["PING"]), quit].concat();
    let (out, farewell) = pass(&mut tracker, &both);
    assert_eq!((&out[..], farewell), (&both[..], None));
    kills(&tracker, "the guest quit");
}

#[test]
fn what_cannot_be_a_command_ends_the_session() {
    for (data, text) in [
        (&b"*1\r\n#"[..], "expected '$'"),
        (b"*x\r\n", "invalid multibulk length"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*1\r\n$01\r\n", "invalid bulk length"),
        (b"*999999999999999999999", "invalid multibulk length"),
        (b"GET \"x\r\n", "unbalanced quotes in request"),
    ] {
        let mut tracker = tracker(true, None);
        let (out, farewell) = pass(&mut tracker, data);
        assert_eq!(out, "", "{data:?}");
        let wanted = format!("-ERR Protocol error: {text}\r\n");
        assert_eq!(farewell.as_deref(), Some(wanted.as_bytes()), "{data:?}");
        kills(&tracker, "a command that cannot be");
    }
    let mut endless = tracker(true, None);
    let line = vec![b'a'; frame::LONGEST_LINE];
    assert!(pass(&mut endless, &line).1.is_some());
    let mut endless = tracker(true, None);
    let login = [&b"*2\r\n$4\r\nAUTH\r\n$99999999\r\n"[..], &line].concat();
    assert!(pass(&mut endless, &login).1.is_some());
}

#[test]
fn lines_become_arrays_and_nothing_is_no_command() {
    let mut tracker = tracker(true, None);
    let data = b"\r\n*0\r\n*-1\r\nset k 'a b'\r\n\nping\n";
    let (out, _) = pass(&mut tracker, data);
    let wanted = [
        &b"*0\r\n*-1\r\n"[..],
        &command(&["set", "k", "a b"]),
        &command(&["ping"]),
    ]
    .concat();
    assert_eq!(out, wanted);
    assert_eq!(tracker.owed, 2);
}

fn words() -> impl Strategy<Value = Vec<String>> {
    let name = prop::sample::select(vec![
        "GET",
        "AUTH",
        "HELLO",
        "RESET",
        "QUIT",
        "SELECT",
        "SUBSCRIBE",
        "CLIENT",
        "MULTI",
        "x",
        "a-name-longer-than-any-that-matters",
        "",
    ]);
    let word = prop_oneof![name.prop_map(str::to_owned), "[ -~]{0,30}"];
    prop::collection::vec(word, 0..5)
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..200), reply in prop::collection::vec(any::<u8>(), 0..100), hosts: bool) {
        let mut tracker = tracker(hosts, Some("1"));
        pass(&mut tracker, &data);
        let _ = tracker.received(&reply, &mut ());
        verdict(&tracker);
    }

    /// What reaches the server does not depend on the pieces it came in, and
    /// never holds what must not reach it.
    #[test]
    fn pieces_do_not_matter(commands in prop::collection::vec(words(), 0..6), cuts in prop::collection::vec(1..20_usize, 1..30)) {
        let mut data = BytesMut::new();
        commands.iter().for_each(|words| frame::put(&mut data, words));
        // An unanswered command decides what becomes of QUIT.
        let mut whole = tracker(true, Some("1"));
        whole.owed = 1;
        let expected = pass(&mut whole, &data);
        let mut pieces = tracker(true, Some("1"));
        pieces.owed = 1;
        let (mut out, mut farewell, mut rest) = (BytesMut::new(), None, &data[..]);
        for cut in cuts.iter().cycle() {
            let (piece, after) = rest.split_at(rest.len().min(*cut));
            let (more, end) = pass(&mut pieces, piece);
            out.extend_from_slice(&more);
            (farewell, rest) = (end, after);
            if rest.is_empty() || farewell.is_some() { break; }
        }
        prop_assert_eq!((&out, &farewell), (&expected.0, &expected.1));
        prop_assert_eq!(verdict(&pieces), verdict(&whole));
        prop_assert_eq!(pieces.owed, whole.owed);
        let mut sent = expected.0;
        while let Some(command) = frame::take(&mut sent, usize::MAX).unwrap() {
            let name = command.first().map(|name| name.to_ascii_uppercase());
            let replaced: &[Bytes] = &["AUTH".into(), "app".into(), "real".into()];
            match name.as_deref() {
                Some(b"RESET") => prop_assert!(false, "RESET came through"),
                Some(b"AUTH") if matches!(command.len(), 2 | 3) => prop_assert_eq!(&command[..], replaced),
                _ => {}
            }
        }
    }

    /// Never gives a connection back that owes a reply.
    #[test]
    fn only_a_server_that_owes_nothing_goes_back(
        commands in prop::collection::vec(prop::sample::select(vec![
            &["GET", "k"][..], &["MULTI"], &["CLIENT", "REPLY", "OFF"], &["SUBSCRIBE", "c"], &["SELECT", "1"],
        ]), 0..12),
        answered in 0..14_usize,
    ) {
        let mut tracker = tracker(true, None);
        for words in &commands {
            pass(&mut tracker, &command(words));
        }
        for _ in 0..answered.min(commands.len()) {
            tracker.received(b"*2\r\n$1\r\nk\r\n:1\r\n", &mut ()).unwrap();
        }
        let odd = commands.iter().any(|words| unruly([words[0].as_bytes(), words.get(1).map_or(b"", |word| word.as_bytes())]).is_some());
        let clean = answered >= commands.len() && !odd;
        prop_assert_eq!(verdict(&tracker) == Verdict::Reset, clean);
    }
}
