//! Commands: an array of bulk strings, or a line of words ("inline").
//!
//! Lines are followed as the server follows them: it ends a line at the first
//! carriage return and passes over one byte after it, and over two bytes after
//! a bulk string, whatever they are.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use memchr::memchr;

/// The server's bound on a line (`PROTO_INLINE_MAX_SIZE`).
pub(super) const LONGEST_LINE: usize = 64 << 10;
/// The digits of an `i64`, with its sign.
const DIGITS: usize = 20;
/// No command whose name matters has a longer one.
const LONGEST_NAME: usize = 16;

/// What cannot be a command. Its text is what the server says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Protocol error: {0}")]
pub(super) struct Malformed(pub(super) &'static str);

/// The first words of a command, in capitals and cut to what matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    bytes: [u8; LONGEST_NAME],
    length: u64,
}

impl Word {
    /// The word, or nothing where it is longer than any that matters.
    pub(super) fn get(&self) -> &[u8] {
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        self.bytes.get(..length).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) {
        let have = usize::try_from(self.length)
            .unwrap_or(LONGEST_NAME)
            .min(LONGEST_NAME);
        for (own, byte) in self.bytes[have..].iter_mut().zip(bytes) {
            *own = byte.to_ascii_uppercase();
        }
        self.length += bytes.len() as u64;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before a command.
    Boundary,
    /// In the line that says how many arguments there are.
    Count(Number),
    /// Before an argument.
    Argument,
    /// In the line that says how long an argument is.
    Length(Number),
    /// In an argument, or in the two bytes after it.
    Body { left: u64 },
}

/// The number of a line that is still being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Number {
    digits: [u8; DIGITS],
    length: u8,
    /// The carriage return was there.
    ended: bool,
}

impl Number {
    /// Takes the next byte; the number, once the line is over.
    fn push(&mut self, byte: u8) -> Result<Option<i64>, ()> {
        if self.ended {
            return self.value().map(Some);
        }
        if byte == b'\r' {
            self.ended = true;
            return Ok(None);
        }
        *self.digits.get_mut(usize::from(self.length)).ok_or(())? = byte;
        self.length += 1;
        Ok(None)
    }

    /// As `string2ll` has it: no plus sign, no leading zero, no space.
    fn value(&self) -> Result<i64, ()> {
        let digits = &self.digits[..usize::from(self.length)];
        let canonical = match digits {
            b"0" => true,
            [b'-', rest @ ..] | rest => matches!(rest, [b'1'..=b'9', ..]),
        };
        let text = str::from_utf8(digits).map_err(drop)?;
        if canonical {
            text.parse().map_err(drop)
        } else {
            Err(())
        }
    }
}

/// Follows commands in a stream that arrives in any pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scanner {
    at: At,
    /// Arguments still to come.
    left: i64,
    /// Arguments seen.
    seen: u8,
    words: [Word; 2],
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            at: At::Boundary,
            left: 0,
            seen: 0,
            words: [Word::default(); 2],
        }
    }
}

impl Scanner {
    /// Whether the next byte begins a command.
    pub(super) fn at_boundary(&self) -> bool {
        self.at == At::Boundary
    }

    /// The present command's name and the word after it, as far as they were
    /// seen; the last command's at a boundary.
    pub(super) fn words(&self) -> [&[u8]; 2] {
        [self.words[0].get(), self.words[1].get()]
    }

    /// Whether the command that just ended was one: an empty array is none.
    pub(super) fn any(&self) -> bool {
        self.seen > 0
    }

    /// Whether the present command's name is complete.
    fn named(&self) -> bool {
        self.seen > 1 || (self.seen == 1 && matches!(self.at, At::Body { left: 0..=2 }))
    }

    /// Goes on to the end of a command or of the data; how far that is.
    pub(super) fn advance(&mut self, data: &[u8]) -> Result<usize, Malformed> {
        let mut at = 0;
        while at < data.len() {
            match &mut self.at {
                At::Boundary => {
                    if data[at] != b'*' {
                        return Err(Malformed("expected '*'"));
                    }
                    *self = Self {
                        at: At::Count(Number::default()),
                        ..Self::default()
                    };
                    at += 1;
                }
                At::Count(number) => {
                    let count = number
                        .push(data[at])
                        .map_err(|()| Malformed("invalid multibulk length"))?;
                    at += 1;
                    if let Some(count) = count {
                        self.left = count;
                        self.at = At::Argument;
                        if self.left <= 0 {
                            self.at = At::Boundary;
                            return Ok(at);
                        }
                    }
                }
                At::Argument => {
                    if data[at] != b'$' {
                        return Err(Malformed("expected '$'"));
                    }
                    self.at = At::Length(Number::default());
                    at += 1;
                }
                At::Length(number) => {
                    let invalid = Malformed("invalid bulk length");
                    let length = number.push(data[at]).map_err(|()| invalid)?;
                    at += 1;
                    if let Some(length) = length {
                        let length = u64::try_from(length).map_err(|_| invalid)?;
                        self.at = At::Body { left: length + 2 };
                        self.seen = self.seen.saturating_add(1);
                    }
                }
                At::Body { left } => {
                    let here = (data.len() - at) as u64;
                    let take = here.min(*left);
                    if let Some(word) = self.words.get_mut(usize::from(self.seen) - 1) {
                        let text = take.min(left.saturating_sub(2)) as usize;
                        word.push(&data[at..at + text]);
                    }
                    *left -= take;
                    at += take as usize;
                    if *left == 0 {
                        self.left -= 1;
                        self.at = At::Argument;
                        if self.left == 0 {
                            self.at = At::Boundary;
                            return Ok(at);
                        }
                    }
                }
            }
        }
        Ok(at)
    }
}

/// What the data at a boundary begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// A line of words.
    Inline,
    /// An array, whose first word is not all there.
    Unnamed,
    /// An array with this first word, empty where it is too long to matter.
    Named(Word),
}

/// Looks at the start of a command.
pub(super) fn head(data: &[u8]) -> Result<Head, Malformed> {
    if data.first().is_some_and(|&first| first != b'*') {
        return Ok(Head::Inline);
    }
    let mut scanner = Scanner::default();
    // Enough for two numbers and a name.
    let start = &data[..data.len().min(2 * (DIGITS + 3) + LONGEST_NAME + 2)];
    scanner.advance(start)?;
    let known = scanner.named() || scanner.at_boundary() || start.len() < data.len();
    Ok(if known && !data.is_empty() {
        Head::Named(scanner.words[0])
    } else {
        Head::Unnamed
    })
}

/// Takes a whole array of at most `most` bytes apart. Nothing if it is not all
/// there.
pub(super) fn take(data: &mut BytesMut, most: usize) -> Result<Option<Vec<Bytes>>, Malformed> {
    let length = whole(data, most)?;
    Ok(length.map(|length| arguments(data.split_to(length).freeze())))
}

/// How many bytes at the front are a whole array, of at most `most` bytes.
pub(super) fn whole(data: &[u8], most: usize) -> Result<Option<usize>, Malformed> {
    let mut scanner = Scanner::default();
    let length = scanner.advance(data)?;
    if length > most || (!scanner.at_boundary() && data.len() > most) {
        return Err(Malformed("too big a request"));
    }
    Ok(Some(length).filter(|length| *length > 0 && scanner.at_boundary()))
}

/// The elements of a whole array.
pub(super) fn arguments(mut command: Bytes) -> Vec<Bytes> {
    let mut arguments = Vec::new();
    line(&mut command);
    while let Some(length) = line(&mut command)
        && length + 2 <= command.len()
    {
        arguments.push(command.split_to(length));
        command.advance(2);
    }
    arguments
}

/// Takes a line off the front, and gives the number after its first byte.
fn line(data: &mut Bytes) -> Option<usize> {
    let end = data.iter().position(|&byte| byte == b'\r')?;
    let line = data.split_to(end);
    data.advance(2.min(data.len()));
    str::from_utf8(line.get(1..)?).ok()?.parse().ok()
}

/// Takes a line of words off the front, as [`inline`] takes it apart.
pub(super) fn take_inline(data: &mut BytesMut) -> Result<Option<Vec<Bytes>>, Malformed> {
    let Some((length, words)) = inline(data)? else {
        return Ok(None);
    };
    data.advance(length);
    Ok(Some(words))
}

/// Takes a line of words apart, as `sdssplitargs` does; with its length.
/// Nothing if it is not all there.
pub(super) fn inline(data: &[u8]) -> Result<Option<(usize, Vec<Bytes>)>, Malformed> {
    // A guest may send it byte by byte, and each time this looks for its end.
    let Some(end) = memchr(b'\n', &data[..data.len().min(LONGEST_LINE)]) else {
        return match data.len() {
            0..LONGEST_LINE => Ok(None),
            _ => Err(Malformed("too big inline request")),
        };
    };
    let line = data[..end].strip_suffix(b"\r").unwrap_or(&data[..end]);
    let words = words(line).ok_or(Malformed("unbalanced quotes in request"))?;
    Ok(Some((end + 1, words)))
}

fn words(mut line: &[u8]) -> Option<Vec<Bytes>> {
    let mut words = Vec::new();
    loop {
        line = line.trim_ascii_start();
        if line.is_empty() {
            return Some(words);
        }
        let mut word = BytesMut::new();
        let mut quote = None;
        loop {
            match (quote, line) {
                (None, [] | [b' ' | b'\n' | b'\r' | b'\t' | 0, ..]) => break,
                (None, [mark @ (b'"' | b'\''), rest @ ..]) => {
                    quote = Some(*mark);
                    line = rest;
                }
                (Some(b'"'), [b'\\', b'x', high, low, rest @ ..])
                    if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
                {
                    word.put_u8(hex(*high) << 4 | hex(*low));
                    line = rest;
                }
                (Some(b'"'), [b'\\', escaped, rest @ ..]) => {
                    word.put_u8(match escaped {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'b' => 8,
                        b'a' => 7,
                        other => *other,
                    });
                    line = rest;
                }
                (Some(b'\''), [b'\\', b'\'', rest @ ..]) => {
                    word.put_u8(b'\'');
                    line = rest;
                }
                (Some(mark), [byte, rest @ ..]) if *byte == mark => {
                    // A closing quote ends the word.
                    if !matches!(rest, [] | [b' ' | b'\n' | b'\r' | b'\t' | 0x0b | 0x0c, ..]) {
                        return None;
                    }
                    line = rest;
                    break;
                }
                (_, [byte, rest @ ..]) => {
                    word.put_u8(*byte);
                    line = rest;
                }
                (Some(_), []) => return None,
            }
        }
        words.push(word.freeze());
        if let [0, rest @ ..] = line {
            line = rest;
        }
    }
}

fn hex(digit: u8) -> u8 {
    (digit as char).to_digit(16).unwrap_or_default() as u8
}

/// Appends a command.
pub(super) fn put(out: &mut BytesMut, arguments: &[impl AsRef<[u8]>]) {
    out.put_slice(format!("*{}\r\n", arguments.len()).as_bytes());
    for argument in arguments {
        let argument = argument.as_ref();
        out.put_slice(format!("${}\r\n", argument.len()).as_bytes());
        out.put_slice(argument);
        out.put_slice(b"\r\n");
    }
}

/// A simple error.
pub(super) fn error(text: &str) -> Bytes {
    let text = text.replace(['\r', '\n'], " ");
    format!("-ERR {text}\r\n").into()
}
