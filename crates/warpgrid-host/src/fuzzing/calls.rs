//! How an input is read as calls: a byte for which, then its arguments. Where
//! the input ends, the rest of the arguments are zero.

/// Names, addresses and paths that mean something to the configuration, and
/// some that are almost such.
pub(super) const WORDS: &[&str] = &[
    "",
    ".",
    "..",
    "\0",
    "localhost",
    "a.localhost.",
    "cache.warp.local",
    "CACHE.warp.local.",
    "cache",
    "other.warp.local",
    "api.example.com",
    "db.warp.local",
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "0x7f.1",
    "10.0.0.6",
    "/",
    "//",
    "/etc/hosts",
    "/etc/../etc/hosts",
    "/etc/hosts\0",
    "/etc/resolv.conf",
    "/etc/app.conf",
    "/dev/urandom",
    "/proc/self/environ",
    "/proc/self/status",
    "/usr/share/zoneinfo/Europe/Berlin",
    "\u{e4}\u{301}.example",
    "xn--a.example",
];

/// Numbers at the edges of what an argument can be.
const EDGES: [u64; 12] = [
    0,
    1,
    2,
    0x7f,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0001,
    u64::MAX >> 1,
    u64::MAX,
];

/// The rest of an input.
pub(super) struct Calls<'a>(pub(super) &'a [u8]);

impl Calls<'_> {
    /// The next byte, while there is one.
    pub(super) fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.next().unwrap_or_default()
    }

    pub(super) fn flag(&mut self) -> bool {
        self.byte() & 1 != 0
    }

    /// At an edge, or any.
    pub(super) fn number(&mut self) -> u64 {
        let kind = self.byte();
        match EDGES.get(usize::from(kind)) {
            Some(edge) => *edge,
            None => {
                let bytes = [(); 8].map(|()| if kind < 0x80 { 0 } else { self.byte() });
                u64::from_le_bytes(bytes) | u64::from(kind)
            }
        }
    }

    pub(super) fn bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes.to_vec()
    }

    /// A known word, a piece of text, or a very long one.
    pub(super) fn text(&mut self) -> String {
        match self.byte() {
            kind @ 0..0x80 => match WORDS.get(usize::from(kind)) {
                Some(word) => (*word).to_owned(),
                None => String::from_utf8_lossy(&self.bytes()).into_owned(),
            },
            0x80..0xf0 => {
                let [first, second] = [self.byte(), self.byte()].map(usize::from);
                let word = |at: usize| WORDS[at % WORDS.len()];
                format!("{}{}", word(first), word(second))
            }
            _ => String::from_utf8_lossy(&self.bytes()).repeat(300),
        }
    }
}
