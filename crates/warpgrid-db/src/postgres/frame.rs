//! Message framing: a type byte, then a length that counts itself and the body.
//!
//! Source: PostgreSQL 15 documentation, 55.2 "Message Flow" and 55.7 "Message
//! Formats".

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// A message whose length cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("message of type 0x{tag:02x} claims a length of {length} bytes")]
pub(crate) struct Malformed {
    pub(crate) tag: u8,
    pub(crate) length: u32,
}

/// What a [`Scanner`] meets, in the order of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// A message begins.
    Start { tag: u8, body: u32 },
    /// Bytes of the present message's body; never empty.
    Body(&'a [u8]),
    /// The present message is complete.
    End,
}

/// Follows message boundaries in a stream that arrives in any pieces, and
/// keeps nothing of it but the header it is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanner {
    header: [u8; 5],
    /// How much of the header is there.
    have: u8,
    /// How much of the body is still to come, once the header is complete.
    left: u32,
}

impl Scanner {
    /// Whether the next byte begins a message.
    pub(crate) fn at_boundary(&self) -> bool {
        self.have == 0
    }

    /// Whether the message that the stream is in, if any, has this type.
    pub(crate) fn within(&self, tag: u8) -> bool {
        self.have > 0 && self.header[0] == tag
    }

    /// Takes the next piece apart.
    pub(crate) fn scan(
        &mut self,
        mut data: &[u8],
        mut visit: impl FnMut(Part<'_>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        while !data.is_empty() {
            if self.have < 5 {
                let have = usize::from(self.have);
                let take = data.len().min(5 - have);
                self.header[have..have + take].copy_from_slice(&data[..take]);
                self.have += take as u8;
                data = &data[take..];
                if self.have < 5 {
                    return Ok(());
                }
                let [tag, length @ ..] = self.header;
                let length = u32::from_be_bytes(length);
                if length < 4 || length > i32::MAX as u32 {
                    return Err(Malformed { tag, length });
                }
                self.left = length - 4;
                visit(Part::Start {
                    tag,
                    body: self.left,
                })?;
            } else {
                let take = data.len().min(self.left as usize);
                visit(Part::Body(&data[..take]))?;
                self.left -= take as u32;
                data = &data[take..];
            }
            if self.left == 0 {
                self.have = 0;
                visit(Part::End)?;
            }
        }
        Ok(())
    }

    /// How many bytes of the next piece come before a message of type `tag`
    /// begins; all of them if none does.
    pub(crate) fn before(mut self, tag: u8, data: &[u8]) -> usize {
        let mut at = 0;
        while at < data.len() {
            if self.have == 0 && data[at] == tag {
                return at;
            }
            if self.have < 5 {
                self.header[usize::from(self.have)] = data[at];
                self.have += 1;
                at += 1;
                if self.have < 5 {
                    continue;
                }
                let [_, length @ ..] = self.header;
                // The server answers a length that cannot be: let it see it.
                self.left = match u32::from_be_bytes(length).checked_sub(4) {
                    Some(left) if left <= i32::MAX as u32 => left,
                    _ => return data.len(),
                };
            } else {
                let take = (data.len() - at).min(self.left as usize);
                self.left -= take as u32;
                at += take;
            }
            if self.left == 0 {
                self.have = 0;
            }
        }
        data.len()
    }
}

/// Takes a whole message from the front of a buffer: for exchanges in which
/// the host itself is the client.
pub(crate) fn take(buffer: &mut BytesMut, most: u32) -> Result<Option<(u8, Bytes)>, Malformed> {
    let [tag, a, b, c, d, ..] = buffer[..] else {
        return Ok(None);
    };
    let length = u32::from_be_bytes([a, b, c, d]);
    if length < 4 || length > most {
        return Err(Malformed { tag, length });
    }
    if buffer.len() <= length as usize {
        return Ok(None);
    }
    buffer.advance(5);
    Ok(Some((tag, buffer.split_to(length as usize - 4).freeze())))
}

/// Appends a message.
pub(crate) fn put(out: &mut BytesMut, tag: u8, body: &[u8]) {
    out.reserve(5 + body.len());
    out.put_u8(tag);
    out.put_u32(4 + body.len() as u32);
    out.put_slice(body);
}

/// Splits a zero-terminated string off the front.
pub(crate) fn c_string<'a>(data: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = data.iter().position(|&byte| byte == 0)?;
    let (string, rest) = data.split_at(end);
    *data = &rest[1..];
    Some(string)
}

/// An ErrorResponse of severity FATAL.
pub(crate) fn fatal(code: &str, message: &str) -> Bytes {
    let mut body = BytesMut::new();
    for (field, value) in [
        (b'S', "FATAL"),
        (b'V', "FATAL"),
        (b'C', code),
        (b'M', message),
    ] {
        body.put_u8(field);
        body.put_slice(value.replace('\0', " ").as_bytes());
        body.put_u8(0);
    }
    body.put_u8(0);
    let mut out = BytesMut::new();
    put(&mut out, b'E', &body);
    out.freeze()
}

/// The text of a whole ErrorResponse (documentation 55.8, field `M`).
pub(crate) fn error_text(message: &[u8]) -> String {
    error_field(message, b"M")
}

/// The SQLSTATE of a whole ErrorResponse (field `C`).
pub(crate) fn error_code(message: &[u8]) -> String {
    error_field(message, b"C")
}

fn error_field(message: &[u8], name: &[u8; 1]) -> String {
    let fields = message
        .get(5..)
        .unwrap_or_default()
        .split(|&byte| byte == 0);
    let mut texts = fields.filter_map(|field| field.strip_prefix(name));
    String::from_utf8_lossy(texts.next().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_error_gives_its_text() {
        assert_eq!(error_text(&fatal("28P01", "no entry")), "no entry");
        assert_eq!(error_code(&fatal("28P01", "no entry")), "28P01");
        assert_eq!(error_text(b"E\0"), "");
    }

    fn visit(scanner: &mut Scanner, data: &[u8]) -> Result<Vec<(u8, Vec<u8>)>, Malformed> {
        let mut messages = vec![];
        scanner.scan(data, |part| {
            match part {
                Part::Start { tag, .. } => messages.push((tag, vec![])),
                Part::Body(bytes) => {
                    messages
                        .last_mut()
                        .unwrap_or(&mut (0, vec![]))
                        .1
                        .extend_from_slice(bytes);
                }
                Part::End => {}
            }
            Ok(())
        })?;
        Ok(messages)
    }

    #[test]
    fn messages_are_taken_apart() {
        let mut scanner = Scanner::default();
        let seen = visit(&mut scanner, b"Z\0\0\0\x05IS\0\0\0\x04T\0\0\0\x06ab").unwrap();
        assert_eq!(
            seen,
            [
                (b'Z', b"I".to_vec()),
                (b'S', vec![]),
                (b'T', b"ab".to_vec())
            ]
        );
        assert!(scanner.at_boundary());
    }

    #[test]
    fn a_length_below_four_is_malformed_and_so_is_a_negative_one() {
        for length in [0_u32, 3, 0x8000_0000, u32::MAX] {
            let mut data = vec![b'D'];
            data.extend(length.to_be_bytes());
            let error = Scanner::default().scan(&data, |_| Ok(())).unwrap_err();
            assert_eq!(error, Malformed { tag: b'D', length });
            let mut buffer = BytesMut::from(&data[..]);
            assert_eq!(take(&mut buffer, 100), Err(Malformed { tag: b'D', length }));
        }
    }

    #[test]
    fn take_waits_for_the_whole_message() {
        let mut buffer = BytesMut::from(&b"Z\0\0\0\x05"[..]);
        assert_eq!(take(&mut buffer, 100), Ok(None));
        buffer.put_u8(b'I');
        assert_eq!(
            take(&mut buffer, 100),
            Ok(Some((b'Z', Bytes::from_static(b"I"))))
        );
        assert!(buffer.is_empty());
    }

    fn stream() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
        let message = (
            prop::sample::select(b"QXPS".to_vec()),
            prop::collection::vec(any::<u8>(), 0..20),
        );
        prop::collection::vec(message, 0..12)
    }

    fn encode(messages: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut out = BytesMut::new();
        messages
            .iter()
            .for_each(|(tag, body)| put(&mut out, *tag, body));
        out.to_vec()
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(messages in stream(), cuts in prop::collection::vec(1..9_usize, 0..200)) {
            let data = encode(&messages);
            let (mut whole, mut pieces) = (Scanner::default(), Scanner::default());
            let expected = visit(&mut whole, &data).unwrap();
            prop_assert_eq!(&expected, &messages);
            let mut rest = &data[..];
            for cut in cuts.into_iter().chain(std::iter::repeat(7)) {
                if rest.is_empty() { break; }
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.scan(piece, |_| Ok(())).unwrap();
                rest = after;
            }
            prop_assert_eq!(whole, pieces);
        }

        #[test]
        fn before_finds_the_first_of_its_type(messages in stream(), split in 0..300_usize) {
            let data = encode(&messages);
            let first = messages.iter().position(|(tag, _)| *tag == b'X');
            let expected = first.map_or(data.len(), |first| encode(&messages[..first]).len());
            prop_assert_eq!(Scanner::default().before(b'X', &data), expected);
            // The same with the stream in two pieces.
            let split = split.min(expected);
            let mut scanner = Scanner::default();
            scanner.scan(&data[..split], |_| Ok(())).unwrap();
            prop_assert_eq!(split + scanner.before(b'X', &data[split..]), expected);
        }
    }
}
