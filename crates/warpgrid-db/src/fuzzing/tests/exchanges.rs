//! Requests of each protocol, with what servers answer.

use bytes::{BufMut, BytesMut};
use proptest::prelude::*;

use crate::protocol::Verdict;

/// A request, the answer to it, and what may become of the connection after
/// it; nothing where it may not be used again.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) request: Vec<u8>,
    pub(super) answer: Vec<u8>,
    pub(super) leaves: Option<Verdict>,
}

pub(super) mod postgres {
    use super::*;

    pub(in super::super) const STARTUP: &[u8] = b"\0\0\0\x10\0\x03\0\0user\0u\0\0";

    fn messages(parts: &[(u8, &[u8])]) -> Vec<u8> {
        let encode = |(tag, body): &(u8, &[u8])| {
            let length = (body.len() as u32 + 4).to_be_bytes();
            [&[*tag][..], &length, body].concat()
        };
        parts.iter().flat_map(encode).collect()
    }

    pub(in super::super) fn exchange() -> impl Strategy<Value = Exchange> {
        let ready = prop::sample::select(vec![
            (&b"I"[..], Verdict::Reset),
            (b"T", Verdict::RollBack),
            (b"E", Verdict::RollBack),
        ]);
        let row = prop::collection::vec(any::<u8>(), 0..30);
        (0..6_u8, ready, row).prop_map(|(kind, (status, verdict), row)| {
            let ready = (b'Z', status);
            let execute = [
                (b'P', &b"\0select 1\0\0\0"[..]),
                (b'B', b"\0\0\0\0\0\0\0\0"),
                (b'E', b"\0\0\0\0\0"),
                (b'S', b""),
            ];
            let (request, answer) = match kind {
                0 => (
                    messages(&[(b'Q', &row)]),
                    messages(&[(b'T', b"\0\0"), (b'D', &row), (b'C', b"SELECT 1\0"), ready]),
                ),
                1 => (
                    messages(&[(b'Q', b"x\0")]),
                    messages(&[(b'E', &row), ready]),
                ),
                2 => (
                    messages(&execute),
                    messages(&[
                        (b'1', b""),
                        (b'2', b""),
                        (b'D', &row),
                        (b'C', b"SELECT 1\0"),
                        ready,
                    ]),
                ),
                // It fails, and the rest up to Sync is passed over.
                3 => (
                    messages(&execute),
                    messages(&[(b'1', b""), (b'E', &row), ready]),
                ),
                4 => (
                    messages(&[(b'F', &row)]),
                    messages(&[(b'N', &row), (b'V', &row), ready]),
                ),
                _ => (
                    messages(&[(b'Q', b"copy t to stdout\0")]),
                    messages(&[
                        (b'H', b"\0\0\0"),
                        (b'd', &row),
                        (b'c', b""),
                        (b'S', b"a\0b\0"),
                        (b'C', b"COPY 1\0"),
                        ready,
                    ]),
                ),
            };
            Exchange {
                request,
                answer,
                leaves: Some(verdict),
            }
        })
    }
}

pub(super) mod mysql {
    use super::*;

    fn packets(first: u8, payloads: &[&[u8]]) -> Vec<u8> {
        let mut out = BytesMut::new();
        for (at, payload) in payloads.iter().enumerate() {
            out.put_uint_le(payload.len() as u64, 3);
            out.put_u8(first.wrapping_add(at as u8));
            out.put_slice(payload);
        }
        out.to_vec()
    }

    /// HandshakeResponse41, with CLIENT_DEPRECATE_EOF or without.
    pub(in super::super) fn startup(deprecate_eof: bool) -> Vec<u8> {
        // CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION, CLIENT_MULTI_RESULTS.
        let flags = 0x0002_8200_u32 | u32::from(deprecate_eof) << 24;
        let head = [&flags.to_le_bytes()[..], &[0, 0, 0, 1, 45], &[0; 23]].concat();
        packets(1, &[&[&head[..], b"u\0\0"].concat()])
    }

    pub(in super::super) fn exchange(deprecate_eof: bool) -> impl Strategy<Value = Exchange> {
        let row = prop::collection::vec(1..0xfb_u8, 1..30);
        (0..10_u8, row, 0..3_usize).prop_map(move |(kind, row, rows)| {
            const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];
            const MORE: &[u8] = &[0, 0, 0, 10, 0, 0, 0];
            const ERR: &[u8] = b"\xff\x28\x04#42000no";
            const COLUMN: &[u8] = b"\x03def";
            let eof: &[&[u8]] = if deprecate_eof {
                &[]
            } else {
                &[&[0xfe, 0, 0, 2, 0]]
            };
            let end: &[u8] = if deprecate_eof {
                &[0xfe, 0, 0, 2, 0, 0, 0]
            } else {
                &[0xfe, 0, 0, 2, 0]
            };
            let table = [&[&[1][..], COLUMN], eof, &vec![&row[..]; rows], &[end]].concat();
            let failed = [&[&[1][..], COLUMN], eof, &vec![&row[..]; rows], &[ERR]].concat();
            let several = [&[MORE], &table[..], &[]].concat();
            let prepared = [
                &[&[0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0][..], COLUMN, COLUMN],
                eof,
                &[COLUMN],
                eof,
            ]
            .concat();
            let mut leaves = Some(Verdict::Reset);
            let (request, answer): (&[u8], Vec<&[u8]>) = match kind {
                0 => (b"\x03set a = 1", vec![OK]),
                1 => (b"\x03nonsense", vec![ERR]),
                2 => (b"\x03select 1", table),
                3 => (b"\x03select 1", failed),
                4 => (b"\x17\x01\0\0\0\0\x01\0\0\0", table),
                5 => (b"\x16select ?", prepared),
                // COM_STMT_CLOSE, COM_STMT_SEND_LONG_DATA.
                6 => (b"\x19\x01\0\0\0", vec![]),
                7 => (b"\x18\x01\0\0\0\0\0data", vec![]),
                // COM_CHANGE_USER, which does not reach the server.
                8 => (b"\x11root\0", vec![ERR]),
                _ => {
                    leaves = None;
                    (
                        b"\x03load data local infile 'x' into table t",
                        vec![b"\xfb/etc/passwd"],
                    )
                }
            };
            let answer = if kind == 2 && rows == 2 {
                several.clone()
            } else {
                answer
            };
            Exchange {
                request: packets(0, &[request]),
                answer: packets(1, &answer),
                leaves,
            }
        })
    }
}

pub(super) mod redis {
    use super::*;

    fn command(words: &[&[u8]]) -> Vec<u8> {
        let mut out = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            out.extend(format!("${}\r\n", word.len()).into_bytes());
            out.extend_from_slice(word);
            out.extend_from_slice(b"\r\n");
        }
        out
    }

    pub(in super::super) fn exchange() -> impl Strategy<Value = Exchange> {
        let word = prop::collection::vec(any::<u8>(), 0..30);
        let reply = prop::sample::select(vec![
            &b"+OK\r\n"[..],
            b"-ERR no\r\n",
            b":1\r\n",
            b"$-1\r\n",
            b"$5\r\n\r\n+\r\n\r\n",
            b"*2\r\n$1\r\nk\r\n*1\r\n:1\r\n",
            b"%1\r\n+k\r\n~1\r\n:1\r\n",
            b">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n+OK\r\n",
            b"|1\r\n+ttl\r\n:1\r\n_\r\n",
        ]);
        (0..13_u8, word, reply).prop_map(|(kind, word, reply)| {
            let mut leaves = Some(Verdict::Reset);
            let request = match kind {
                0 => command(&[b"SET", b"k", &word]),
                1 => command(&[b"MULTI"]),
                2 => command(&[b"get", &word]),
                // The host's login stands in its place.
                3 => command(&[b"AUTH", &word]),
                4 => command(&[b"HELLO", b"3", b"AUTH", b"u", &word]),
                // Refused, in a way that the server answers.
                5 => command(&[b"reset"]),
                6 => command(&[b"SELECT", &word]),
                7 => b"set k 'a b'\r\n".to_vec(),
                8 => command(&[b"CLIENT", b"GETNAME"]),
                _ => {
                    leaves = None;
                    match kind {
                        9 => command(&[b"Subscribe", &word]),
                        10 => command(&[b"MONITOR"]),
                        11 => command(&[b"client", b"reply", b"off"]),
                        _ => command(&[b"PSYNC", &word, b"-1"]),
                    }
                }
            };
            Exchange {
                request,
                answer: reply.to_vec(),
                leaves,
            }
        })
    }
}
