//! Packets: three bytes of length, a sequence number, and the payload. A
//! payload of 0xffffff bytes goes on in the next packet ("Protocol Basics").

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// A packet of this length is not the last of its message.
const MORE: u32 = 0x00ff_ffff;
/// How much of a message's start is kept: enough for the status flags of an
/// OK packet, behind two integers of nine bytes at most.
const HEAD: usize = 24;

pub(super) const COM_QUIT: u8 = 0x01;
pub(super) const COM_INIT_DB: u8 = 0x02;
pub(super) const COM_QUERY: u8 = 0x03;
pub(super) const COM_PING: u8 = 0x0e;
pub(super) const COM_SET_OPTION: u8 = 0x1b;
pub(super) const COM_RESET_CONNECTION: u8 = 0x1f;

pub(super) const OK: u8 = 0x00;
pub(super) const EOF: u8 = 0xfe;
pub(super) const ERR: u8 = 0xff;

/// What cannot be a packet, or not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Malformed(pub(super) &'static str);

/// Follows messages in a stream that arrives in any pieces, and keeps their
/// start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scanner {
    header: [u8; 4],
    have: u8,
    /// How much of the present packet is still to come.
    left: u32,
    /// Another packet of the same message comes after this one.
    more: bool,
    /// In a message.
    within: bool,
    head: [u8; HEAD],
    length: u64,
}

impl Scanner {
    /// Whether the next byte begins a message.
    pub(super) fn at_boundary(&self) -> bool {
        !self.within
    }

    /// The start of the last message's payload.
    pub(super) fn head(&self) -> &[u8] {
        let length = usize::try_from(self.length).unwrap_or(HEAD);
        &self.head[..length.min(HEAD)]
    }

    /// The length of the last message's payload.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The sequence number of the last packet.
    pub(super) fn sequence(&self) -> u8 {
        self.header[3]
    }

    /// Goes on to the end of a message or of the data; how far that is.
    pub(super) fn advance(&mut self, data: &[u8]) -> usize {
        let mut at = 0;
        while at < data.len() {
            if !self.within {
                *self = Self {
                    within: true,
                    ..Self::default()
                };
            }
            if self.have < 4 {
                let have = usize::from(self.have);
                let take = (data.len() - at).min(4 - have);
                self.header[have..have + take].copy_from_slice(&data[at..at + take]);
                self.have += take as u8;
                at += take;
                if self.have < 4 {
                    break;
                }
                let [a, b, c, _] = self.header;
                self.left = u32::from_le_bytes([a, b, c, 0]);
                self.more = self.left == MORE;
            } else {
                let take = (data.len() - at).min(self.left as usize);
                self.keep(&data[at..at + take]);
                self.left -= take as u32;
                at += take;
            }
            if self.left == 0 && self.more {
                self.have = 0;
            } else if self.left == 0 {
                self.within = false;
                return at;
            }
        }
        at
    }

    fn keep(&mut self, payload: &[u8]) {
        let have = usize::try_from(self.length).unwrap_or(HEAD).min(HEAD);
        let take = payload.len().min(HEAD - have);
        self.head[have..have + take].copy_from_slice(&payload[..take]);
        self.length += payload.len() as u64;
    }
}

/// Takes a packet from the front of a buffer, with its sequence number: for
/// exchanges in which the host itself is the client.
pub(super) fn take(buffer: &mut BytesMut, most: usize) -> Result<Option<(u8, Bytes)>, Malformed> {
    let [a, b, c, sequence, ..] = buffer[..] else {
        return Ok(None);
    };
    let length = u32::from_le_bytes([a, b, c, 0]) as usize;
    if length > most {
        return Err(Malformed("a packet is longer than any that is due"));
    }
    if buffer.len() < 4 + length {
        return Ok(None);
    }
    buffer.advance(4);
    Ok(Some((sequence, buffer.split_to(length).freeze())))
}

/// Appends a packet, which must be shorter than 16 MiB.
pub(super) fn put(out: &mut BytesMut, sequence: u8, payload: &[u8]) {
    out.put_uint_le(payload.len() as u64, 3);
    out.put_u8(sequence);
    out.put_slice(payload);
}

/// Splits a zero-terminated string off the front.
pub(super) fn c_string<'a>(data: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = data.iter().position(|&byte| byte == 0)?;
    let (string, rest) = data.split_at(end);
    *data = &rest[1..];
    Some(string)
}

/// Splits so many bytes off the front.
pub(super) fn bytes<'a>(data: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (bytes, rest) = data.split_at_checked(count)?;
    *data = rest;
    Some(bytes)
}

/// Splits a length-encoded integer off the front.
pub(super) fn integer(data: &mut &[u8]) -> Option<u64> {
    let first = bytes(data, 1)?[0];
    let width = match first {
        0..=0xfa => return Some(first.into()),
        0xfc => 2,
        0xfd => 3,
        0xfe => 8,
        _ => return None,
    };
    Some(bytes(data, width)?.get_uint_le(width))
}

/// The payload of an ERR packet. Its SQL state is left out before the client
/// has said that it knows of such.
pub(super) fn err(code: u16, state: Option<&str>, text: &str) -> Bytes {
    let mut out = BytesMut::new();
    out.put_u8(ERR);
    out.put_u16_le(code);
    if let Some(state) = state {
        out.put_u8(b'#');
        out.put_slice(state.as_bytes());
    }
    out.put_slice(text.as_bytes());
    out.freeze()
}

/// The text in the payload of an ERR packet.
pub(super) fn error_text(payload: &[u8]) -> String {
    let text = payload.get(3..).unwrap_or_default();
    let text = match text {
        [b'#', _, _, _, _, _, rest @ ..] => rest,
        other => other,
    };
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn integers_of_every_width() {
        for (data, value) in [
            (&[0xfa][..], Some(0xfa)),
            (&[0xfc, 1, 2], Some(0x0201)),
            (&[0xfd, 1, 2, 3], Some(0x03_0201)),
            (
                &[0xfe, 1, 0, 0, 0, 0, 0, 0, 0x80],
                Some(0x8000_0000_0000_0001),
            ),
            (&[0xfb], None),
            (&[0xff], None),
            (&[0xfc, 1], None),
            (&[], None),
        ] {
            assert_eq!(integer(&mut &*data), value, "{data:?}");
        }
    }

    #[test]
    fn an_error_gives_its_text() {
        assert_eq!(error_text(&err(1040, Some("08004"), "full")), "full");
        assert_eq!(error_text(&err(1040, None, "full")), "full");
        assert_eq!(error_text(b"\xff"), "");
    }

    #[test]
    fn a_message_of_several_packets_is_one() {
        let mut data = BytesMut::new();
        put(&mut data, 0, &vec![7; MORE as usize]);
        put(&mut data, 1, b"");
        let (mut scanner, one) = (Scanner::default(), data.len());
        put(&mut data, 0, b"next");
        assert_eq!(scanner.advance(&data[..one - 1]), one - 1);
        assert!(!scanner.at_boundary());
        assert_eq!(scanner.advance(&data[one - 1..]), 1);
        assert!(scanner.at_boundary());
        assert_eq!((scanner.length(), scanner.sequence()), (MORE.into(), 1));
        assert_eq!(scanner.advance(&data[one..]), 8);
        assert_eq!(scanner.head(), b"next");
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..10), cuts in prop::collection::vec(1..9_usize, 1..40)) {
            let mut data = BytesMut::new();
            messages.iter().for_each(|message| put(&mut data, 3, message));
            let (mut scanner, mut rest, mut seen) = (Scanner::default(), &data[..], vec![]);
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break; }
                let mut piece = &rest[..rest.len().min(*cut)];
                rest = &rest[piece.len()..];
                while !piece.is_empty() {
                    piece = &piece[scanner.advance(piece)..];
                    if scanner.at_boundary() {
                        seen.push((scanner.head().to_vec(), scanner.length()));
                    }
                }
            }
            let wanted: Vec<_> = messages.iter().map(|message| (message[..message.len().min(HEAD)].to_vec(), message.len() as u64)).collect();
            prop_assert_eq!(seen, wanted);
        }
    }
}
