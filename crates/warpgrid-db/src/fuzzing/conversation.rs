//! How an input is read: the first byte is [`Options`], then come chunks. Two
//! bytes 0xf5 end a chunk, and the byte after them says who sends the next one:
//! `g` or `s`, the guest or the server; in capitals it sends it many times
//! over. So bytes can be put in and taken out anywhere, and the rest keeps its
//! meaning.

/// No protocol's text has it twice in a row.
const MARK: u8 = 0xf5;
/// How often a chunk in capitals is sent.
const TIMES: usize = 512;
/// No conversation has more bytes, so that a run takes milliseconds.
pub(super) const MOST: usize = 96 << 10;

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Guest,
    Server,
}

/// What one side sends at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) from: Side,
    pub(crate) bytes: Vec<u8>,
}

/// What the operator has configured, and what the guest chose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options(pub(crate) u8);

impl Options {
    /// In pieces of so many bytes the conversation is had once more.
    pub(crate) fn piece(self) -> usize {
        usize::from(self.0 & 0x0f) + 1
    }

    /// Whether the host has credentials.
    pub(crate) fn hosts(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// Whether the operator says which database.
    pub(crate) fn database(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// Whether the server says how the host's login goes; else it is let in.
    pub(crate) fn login(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// Whether the transport to the server counts as encrypted.
    pub(crate) fn encrypted(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// Reads an input. Nothing where there is none.
pub(crate) fn read(input: &[u8]) -> Option<(Options, Vec<Chunk>)> {
    let (&options, mut rest) = input.split_first()?;
    let mut chunks = vec![];
    let (mut from, mut times, mut left) = (Side::Guest, 1, MOST);
    loop {
        let mark = rest.windows(3).position(|part| part[..2] == [MARK, MARK]);
        let bytes = &rest[..mark.unwrap_or(rest.len())];
        if !bytes.is_empty() {
            let times = times.min(left / bytes.len());
            left -= times * bytes.len();
            let bytes = bytes.repeat(times);
            chunks.push(Chunk { from, bytes });
        }
        let Some(mark) = mark else {
            return Some((Options(options), chunks));
        };
        (from, times) = match rest[mark + 2] {
            b's' => (Side::Server, 1),
            b'S' => (Side::Server, TIMES),
            b'G' => (Side::Guest, TIMES),
            _ => (Side::Guest, 1),
        };
        rest = &rest[mark + 3..];
    }
}

/// The same conversation in pieces of at most so many bytes.
pub(crate) fn cut(chunks: &[Chunk], piece: usize) -> Vec<Chunk> {
    let pieces = chunks.iter().flat_map(|chunk| {
        chunk.bytes.chunks(piece).map(|bytes| Chunk {
            from: chunk.from,
            bytes: bytes.to_vec(),
        })
    });
    pieces.collect()
}
