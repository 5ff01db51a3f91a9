//! Stack traces in what a guest writes to standard error: places in a bundle become
//! places in the sources that it was made of, by the source map (ECMA-426) that its
//! component carries in a custom section.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use memchr::{memchr, memmem, memrchr};
use sourcemap::SourceMap;
use tokio::io::AsyncWrite;
use wasmparser::{Parser, Payload};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// The section that `warp pack` adds to a component.
const SECTION: &str = "warpgrid:source-map";

/// What a bundle is called in stack traces.
const BUNDLE: &str = "program.js:";

/// The longest line that is kept back until it is whole, in bytes.
const LONGEST: usize = 16 << 10;

/// The longest name of a source that is shown, in bytes: a guest may ask for it as
/// often as it likes.
const LONGEST_NAME: usize = 1 << 10;

/// What the stream says it takes at once, in bytes.
const PERMIT: usize = 64 << 10;

/// The source map of one component, read when it is needed first.
pub(crate) struct StackTraces {
    component: PathBuf,
    map: OnceLock<Option<SourceMap>>,
}

impl StackTraces {
    pub(crate) fn of(component: &Path) -> Self {
        Self {
            component: component.to_owned(),
            map: OnceLock::new(),
        }
    }

    /// By a source map that the component does not hold.
    pub(crate) fn by(map: &[u8]) -> Self {
        Self {
            component: PathBuf::new(),
            map: OnceLock::from(SourceMap::from_slice(map).ok()),
        }
    }

    fn map(&self) -> Option<&SourceMap> {
        let read = || source_map(&fs::read(&self.component).ok()?);
        self.map.get_or_init(read).as_ref()
    }

    /// The text with the bundle's places replaced.
    fn mapped(&self, text: &[u8]) -> Vec<u8> {
        let Some(map) = self.map() else {
            return text.to_vec();
        };
        let mut rest = text;
        let mut out = Vec::with_capacity(text.len());
        while let Some(at) = find(rest) {
            let place = &rest[at + BUNDLE.len()..];
            let (source, length) = match place_of(place) {
                Some((line, column, length)) => (source(map, line, column), length),
                None => (None, 0),
            };
            match source {
                Some(source) => {
                    out.extend_from_slice(&rest[..at]);
                    out.extend_from_slice(source.as_bytes());
                }
                None => out.extend_from_slice(&rest[..at + BUNDLE.len() + length]),
            }
            rest = &place[length..];
        }
        out.extend_from_slice(rest);
        out
    }
}

fn source_map(component: &[u8]) -> Option<SourceMap> {
    let sections = Parser::new(0).parse_all(component).map_while(Result::ok);
    let mut custom = sections.filter_map(|section| match section {
        Payload::CustomSection(section) if section.name() == SECTION => Some(section.data()),
        _ => None,
    });
    SourceMap::from_slice(custom.next()?).ok()
}

fn find(text: &[u8]) -> Option<usize> {
    memmem::find(text, BUNDLE.as_bytes())
}

/// The line and the column that a text begins with, from 1, and their length.
fn place_of(text: &[u8]) -> Option<(u32, u32, usize)> {
    let (line, length) = number(text)?;
    let rest = text[length..].strip_prefix(b":")?;
    let (column, more) = number(rest)?;
    Some((line, column, length + 1 + more))
}

fn number(text: &[u8]) -> Option<(u32, usize)> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = std::str::from_utf8(&text[..length]).ok()?;
    Some((digits.parse().ok()?, length))
}

/// `src/main.ts:3:10`
fn source(map: &SourceMap, line: u32, column: u32) -> Option<String> {
    let token = map.lookup_token(line.checked_sub(1)?, column.saturating_sub(1))?;
    let source = token.get_source()?;
    if source.len() > LONGEST_NAME {
        return None;
    }
    let (line, column) = (token.get_src_line() + 1, token.get_src_col() + 1);
    Some(format!("{source}:{line}:{column}"))
}

/// The host's standard error, as a guest writes to it.
#[derive(Clone)]
pub(crate) struct GuestErrors(pub(crate) Arc<StackTraces>);

impl IsTerminal for GuestErrors {
    fn is_terminal(&self) -> bool {
        std::io::IsTerminal::is_terminal(&io::stderr())
    }
}

impl StdoutStream for GuestErrors {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.stream(io::stderr()))
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.stream(io::stderr()))
    }
}

impl GuestErrors {
    fn stream<W: Write>(&self, to: W) -> Stream<W> {
        Stream {
            traces: Arc::clone(&self.0),
            held: Vec::new(),
            to,
        }
    }
}

struct Stream<W: Write> {
    traces: Arc<StackTraces>,
    /// A line that names a place, and whose end has not come.
    held: Vec<u8>,
    to: W,
}

impl<W: Write> Stream<W> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.held.is_empty() && find(bytes).is_none() {
            return self.to.write_all(bytes);
        }
        self.held.extend_from_slice(bytes);
        let ends = memchr(b'\n', bytes).is_some();
        if !ends && self.held.len() <= LONGEST {
            return Ok(());
        }
        let whole = memrchr(b'\n', &self.held).map_or(0, |end| end + 1);
        let tail = &self.held[whole..];
        let keeps = tail.len() <= LONGEST && find(tail).is_some();
        let whole = if keeps { whole } else { self.held.len() };
        let text: Vec<u8> = self.held.drain(..whole).collect();
        self.to.write_all(&self.traces.mapped(&text))
    }
}

impl<W: Write> Drop for Stream<W> {
    fn drop(&mut self) {
        let rest = self.traces.mapped(&self.held);
        // Nobody is left to be told.
        let _ = self.to.write_all(&rest);
    }
}

impl<W: Write + Send + 'static> OutputStream for Stream<W> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.put(&bytes).map_err(failed)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.to.flush().map_err(failed)
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

#[wasmtime_wasi::async_trait]
impl<W: Write + Send + 'static> Pollable for Stream<W> {
    async fn ready(&mut self) {}
}

impl<W: Write + Unpin> AsyncWrite for Stream<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.put(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.to.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn failed(error: io::Error) -> StreamError {
    match error.kind() {
        io::ErrorKind::BrokenPipe => StreamError::Closed,
        _ => StreamError::LastOperationFailed(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bundle's line 2 is line 1 of the source.
    fn traces() -> Arc<StackTraces> {
        let map = br#"{"version":3,"file":"program.js","sources":["src/a.ts"],"names":[],"mappings":";AAAA,IAAI"}"#;
        let traces = StackTraces::of(Path::new("/nowhere"));
        traces.map.get_or_init(|| SourceMap::from_slice(map).ok());
        Arc::new(traces)
    }

    fn written(parts: &[&str]) -> String {
        let mut out = Vec::new();
        let errors = GuestErrors(traces());
        let mut stream = errors.stream(&mut out);
        for part in parts {
            stream.put(part.as_bytes()).unwrap();
        }
        drop(stream);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn places_in_the_bundle_become_places_in_sources() {
        assert_eq!(
            written(&["at f (program.js:2:6)\nat program.js:2:1\n"]),
            "at f (src/a.ts:1:5)\nat src/a.ts:1:1\n"
        );
        // In parts, and without an end.
        assert_eq!(
            written(&["a\nat program.js:2", ":6 b\nprogram.js:2:1"]),
            "a\nat src/a.ts:1:5 b\nsrc/a.ts:1:1"
        );
    }

    #[test]
    fn what_names_no_place_stays() {
        for text in [
            "program.js",
            "program.js:x",
            "program.js:2",
            "program.js:9999999999:1",
        ] {
            assert_eq!(written(&[text]), text);
        }
    }

    #[test]
    fn a_name_that_is_too_long_is_not_shown() {
        let map = |name: &str| {
            let map = format!(
                r#"{{"version":3,"file":"program.js","sources":["{name}"],"names":[],"mappings":"AAAA"}}"#
            );
            SourceMap::from_slice(map.as_bytes()).unwrap()
        };
        assert_eq!(source(&map("a.ts"), 1, 1).as_deref(), Some("a.ts:1:1"));
        assert_eq!(source(&map(&"a".repeat(LONGEST_NAME + 1)), 1, 1), None);
    }

    #[test]
    fn a_line_without_end_is_not_kept_without_bound() {
        let mut out = Vec::new();
        let mut stream = GuestErrors(traces()).stream(&mut out);
        stream.put(b"program.js:").unwrap();
        for _ in 0..64 {
            stream.put(&[b'x'; 1024]).unwrap();
        }
        assert!(stream.held.len() <= LONGEST + 1024);
    }
}
