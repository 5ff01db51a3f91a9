//! The host's own exchanges on a pooled connection: to reset it between two
//! sessions, and to see whether it still answers.

use bytes::{BufMut, Bytes, BytesMut};

use super::frame::{self, Malformed};
use super::link::Server;
use super::parameters::{self, Parameters};
use crate::link::Unfit;
use crate::protocol;

/// Why a connection may not be used again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Dirty {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("the server answered with message 0x{0:02x} where {1} was due")]
    Unexpected(u8, &'static str),
    #[error("the server went on speaking after its answer")]
    Trailing,
}

/// Simple queries and the one answer to each that will do.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// CommandComplete's tag for each query still to be answered; empty for
    /// an empty query.
    due: &'static [&'static str],
    /// The present query's command is complete: ReadyForQuery is due.
    complete: bool,
}

impl Exchange {
    /// Gives back all session state; ends an open transaction first.
    pub(crate) fn reset(roll_back: bool) -> (Self, Bytes) {
        const BOTH: &[&str] = &["ROLLBACK", "DISCARD ALL"];
        Self::of(if roll_back { BOTH } else { &BOTH[1..] })
    }

    /// Asks for a sign of life.
    pub(crate) fn ping() -> (Self, Bytes) {
        Self::of(&[""])
    }

    fn of(queries: &'static [&'static str]) -> (Self, Bytes) {
        let mut out = BytesMut::new();
        for query in queries {
            out.put_u8(b'Q');
            out.put_u32(query.len() as u32 + 5);
            out.put_slice(query.as_bytes());
            out.put_u8(0);
        }
        (
            Self {
                due: queries,
                complete: false,
            },
            out.freeze(),
        )
    }

    /// Takes what the server sent, off the front of the buffer. True once all
    /// is answered as it must be, with nothing after it.
    pub(crate) fn answer(
        &mut self,
        buffer: &mut BytesMut,
        parameters: &mut Parameters,
    ) -> Result<bool, Dirty> {
        while let Some((tag, body)) = frame::take(buffer, parameters::LONGEST + 4)? {
            let Some(query) = self.due.first() else {
                return Err(Dirty::Trailing);
            };
            match tag {
                b'N' | b'A' => {}
                b'S' if parameters.update(&body) => {}
                b'C' if !self.complete && !query.is_empty() && is_tag(&body, query) => {
                    self.complete = true;
                }
                b'I' if !self.complete && query.is_empty() => self.complete = true,
                b'Z' if self.complete && body[..] == *b"I" => {
                    self.complete = false;
                    self.due = &self.due[1..];
                }
                _ if self.complete => return Err(Dirty::Unexpected(tag, "ReadyForQuery")),
                _ => return Err(Dirty::Unexpected(tag, "the end of the command")),
            }
        }
        match self.due {
            [] if buffer.is_empty() => Ok(true),
            [] => Err(Dirty::Trailing),
            _ => Ok(false),
        }
    }
}

impl protocol::Exchange<Server> for Exchange {
    fn answer(&mut self, buffer: &mut BytesMut, server: &mut Server) -> Result<bool, Unfit> {
        Exchange::answer(self, buffer, &mut server.parameters)
            .map_err(|dirty| Unfit(dirty.to_string()))
    }
}

fn is_tag(body: &[u8], tag: &str) -> bool {
    body.strip_suffix(b"\0") == Some(tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISCARDED: &[u8] = b"C\0\0\0\x10DISCARD ALL\0";
    const ROLLED_BACK: &[u8] = b"C\0\0\0\x0dROLLBACK\0";
    const READY: &[u8] = b"Z\0\0\0\x05I";

    fn answer(roll_back: bool, parts: &[&[u8]]) -> Result<bool, Dirty> {
        let (mut exchange, _) = Exchange::reset(roll_back);
        let mut buffer = BytesMut::from(&parts.concat()[..]);
        exchange.answer(&mut buffer, &mut Parameters::default())
    }

    #[test]
    fn the_queries() {
        assert_eq!(Exchange::reset(false).1[..], *b"Q\0\0\0\x10DISCARD ALL\0");
        assert_eq!(
            Exchange::reset(true).1[..],
            *b"Q\0\0\0\x0dROLLBACK\0Q\0\0\0\x10DISCARD ALL\0"
        );
        assert_eq!(Exchange::ping().1[..], *b"Q\0\0\0\x05\0");
    }

    #[test]
    fn the_right_answer_will_do_whatever_is_said_beside_it() {
        assert_eq!(answer(false, &[DISCARDED, READY]), Ok(true));
        let notice = b"N\0\0\0\x05\0";
        let setting = b"S\0\0\0\x08a\0b\0";
        let notification = b"A\0\0\0\x0c\0\0\0\x01c\0p\0";
        assert_eq!(
            answer(false, &[notice, setting, DISCARDED, notification, READY]),
            Ok(true)
        );
        assert_eq!(
            answer(true, &[notice, ROLLED_BACK, READY, DISCARDED, READY]),
            Ok(true)
        );
    }

    #[test]
    fn it_may_come_in_pieces() {
        let data = [ROLLED_BACK, READY, DISCARDED, READY].concat();
        let (mut exchange, _) = Exchange::reset(true);
        let mut buffer = BytesMut::new();
        for (index, byte) in data.iter().enumerate() {
            buffer.put_u8(*byte);
            let done = exchange.answer(&mut buffer, &mut Parameters::default());
            assert_eq!(done, Ok(index + 1 == data.len()));
        }
    }

    #[test]
    fn anything_else_will_not_do() {
        let cases: [&[&[u8]]; 9] = [
            &[READY],
            &[READY, DISCARDED, READY],
            &[DISCARDED, b"Z\0\0\0\x05T"],
            &[DISCARDED, DISCARDED, READY],
            &[ROLLED_BACK, READY],
            &[b"E\0\0\0\x05\0", READY],
            &[DISCARDED, READY, b"A"],
            &[DISCARDED, READY, READY],
            &[b"C\0\0\0\x03"],
        ];
        for case in cases {
            assert!(answer(false, case).is_err(), "{case:?}");
        }
        assert!(answer(true, &[DISCARDED, READY]).is_err());
        assert_eq!(answer(true, &[ROLLED_BACK, READY]), Ok(false));
    }

    #[test]
    fn a_sign_of_life_is_an_empty_answer() {
        let (mut exchange, _) = Exchange::ping();
        let mut buffer = BytesMut::from(&b"I\0\0\0\x04Z\0\0\0\x05I"[..]);
        assert_eq!(
            exchange.answer(&mut buffer, &mut Parameters::default()),
            Ok(true)
        );
    }
}
