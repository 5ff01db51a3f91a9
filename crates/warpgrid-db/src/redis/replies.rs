//! Replies, followed by their lengths alone.

use super::frame::Malformed;

/// What the part of a reply that is being read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the type byte of an element.
    Type,
    /// In a line whose text does not matter.
    Line,
    /// In the line that says how long or how many.
    Number {
        kind: u8,
        value: u64,
        digits: u8,
        null: bool,
    },
    /// In a bulk string, or in the line end after it.
    Body { left: u64 },
}

/// Follows replies in a stream that arrives in any pieces. Aggregates are not
/// nested here: what counts is how many elements are still due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Replies {
    at: At,
    /// Elements of the present reply still to come.
    due: u64,
    /// It is a push, which answers no command.
    push: bool,
}

impl Default for Replies {
    fn default() -> Self {
        Self {
            at: At::Type,
            due: 0,
            push: false,
        }
    }
}

impl Replies {
    /// Whether the next byte begins a reply.
    pub(super) fn at_boundary(&self) -> bool {
        self.due == 0
    }

    /// Follows the next piece; how many replies ended in it, pushes apart.
    pub(super) fn scan(&mut self, mut data: &[u8]) -> Result<u64, Malformed> {
        let mut ended = 0;
        while let [first, rest @ ..] = data {
            match &mut self.at {
                At::Type => {
                    data = rest;
                    if self.due == 0 {
                        self.due = 1;
                        self.push = *first == b'>';
                    }
                    self.at = match first {
                        b'+' | b'-' | b':' | b',' | b'#' | b'(' | b'_' => At::Line,
                        b'$' | b'=' | b'!' | b'*' | b'~' | b'>' | b'%' | b'|' => At::Number {
                            kind: *first,
                            value: 0,
                            digits: 0,
                            null: false,
                        },
                        _ => return Err(Malformed("unknown type of reply")),
                    };
                    continue;
                }
                At::Line => match data.iter().position(|&byte| byte == b'\n') {
                    Some(end) => data = &data[end + 1..],
                    None => return Ok(ended),
                },
                At::Number {
                    kind,
                    value,
                    digits,
                    null,
                } => {
                    data = rest;
                    match first {
                        b'0'..=b'9' if *digits < 19 => {
                            *value = *value * 10 + u64::from(first - b'0');
                            *digits += 1;
                            continue;
                        }
                        b'-' if *digits == 0 && !*null => {
                            *null = true;
                            continue;
                        }
                        b'\r' if *digits > 0 => continue,
                        b'\n' if *digits > 0 => {}
                        _ => return Err(Malformed("invalid length in a reply")),
                    }
                    let (kind, value) = (*kind, if *null { 0 } else { *value });
                    let bulk = matches!(kind, b'$' | b'=' | b'!');
                    if bulk && !*null {
                        self.at = At::Body { left: value + 2 };
                        continue;
                    }
                    let pairs = if matches!(kind, b'%' | b'|') { 2 } else { 1 };
                    let more = if bulk { 0 } else { value.saturating_mul(pairs) };
                    self.due = self.due.saturating_add(more);
                    if kind == b'|' {
                        // Attributes come before the element they describe.
                        self.at = At::Type;
                        continue;
                    }
                }
                At::Body { left } => {
                    let take = (data.len() as u64).min(*left);
                    *left -= take;
                    data = &data[take as usize..];
                    if *left > 0 {
                        return Ok(ended);
                    }
                }
            }
            // An element has ended.
            self.at = At::Type;
            self.due -= 1;
            if self.due == 0 && !self.push {
                ended += 1;
            }
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(data: &[u8]) -> (u64, bool) {
        let mut replies = Replies::default();
        let ended = replies.scan(data).unwrap();
        (ended, replies.at_boundary())
    }

    #[test]
    fn every_type_is_one_reply() {
        for reply in [
            &b"+OK\r\n"[..],
            b"-ERR no\r\n",
            b":1\r\n",
            b"$3\r\nabc\r\n",
            b"$0\r\n\r\n",
            b"$-1\r\n",
            b"*-1\r\n",
            b"*0\r\n",
            b"*2\r\n:1\r\n*2\r\n$1\r\n+\r\n:2\r\n",
            b"_\r\n",
            b",1.5\r\n",
            b"#t\r\n",
            b"(123\r\n",
            b"!3\r\nERR\r\n",
            b"=7\r\ntxt:abc\r\n",
            b"%1\r\n+k\r\n~1\r\n:1\r\n",
            b"%0\r\n",
            b"|1\r\n+ttl\r\n:1\r\n*1\r\n+v\r\n",
        ] {
            assert_eq!(count(reply), (1, true), "{reply:?}");
            assert_eq!(count(&reply.repeat(3)), (3, true), "{reply:?}");
            let (ended, boundary) = count(&reply[..reply.len() - 1]);
            assert!(ended == 0 && !boundary, "{reply:?}");
        }
    }

    #[test]
    fn pushes_answer_nothing() {
        let push = b">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n";
        assert_eq!(count(push), (0, true));
        assert_eq!(count(&[push, &b"+OK\r\n"[..], push].concat()), (1, true));
    }

    #[test]
    fn what_is_no_reply_is_malformed() {
        for data in [
            &b"HTTP/1.1"[..],
            b"$x\r\n",
            b"$\r\n",
            b"*?\r\n",
            b"$--1\r\n",
            b"*99999999999999999999\r\n",
        ] {
            assert!(Replies::default().scan(data).is_err(), "{data:?}");
        }
    }

    #[test]
    fn lengths_at_the_edge_do_not_overflow() {
        let mut replies = Replies::default();
        let nested = b"%9999999999999999999\r\n".repeat(4);
        assert_eq!(replies.scan(&nested), Ok(0));
        let mut replies = Replies::default();
        assert_eq!(replies.scan(b"$9999999999999999999\r\nx"), Ok(0));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(data in prop::collection::vec(any::<u8>(), 0..80), cuts in prop::collection::vec(1..9_usize, 1..40)) {
            // Mostly bytes that have a meaning.
            let text = b"*$%|>~+:-_#\r\n0123a";
            let data: Vec<u8> = data.iter().map(|byte| text[usize::from(*byte) % text.len()]).collect();
            let mut whole = Replies::default();
            let expected = whole.scan(&data);
            let (mut pieces, mut rest, mut ended) = (Replies::default(), &data[..], Ok(0));
            for cut in cuts.iter().cycle() {
                let (piece, after) = rest.split_at(rest.len().min(*cut));
                ended = ended.and_then(|before: u64| pieces.scan(piece).map(|more| before + more));
                rest = after;
                if rest.is_empty() || ended.is_err() { break; }
            }
            prop_assert_eq!(&ended, &expected);
            if expected.is_ok() { prop_assert_eq!(pieces, whole); }
        }
    }
}
