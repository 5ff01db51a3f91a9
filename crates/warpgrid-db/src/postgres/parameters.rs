//! The server's reported settings, kept so that the next session can be told.

use bytes::{Bytes, BytesMut};

use super::frame;

/// Far above the 14 that PostgreSQL 15 reports.
const MOST: usize = 128;
/// Far above the longest value that they take.
pub(crate) const LONGEST: u32 = 8 * 1024;

/// ParameterStatus messages, the newest per name, in the order first seen.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    /// Bodies: name, zero, value, zero.
    bodies: Vec<Box<[u8]>>,
    /// AuthenticationOk and all of them, as a session is greeted with.
    greeting: Option<Bytes>,
}

impl Parameters {
    /// Takes the body of a ParameterStatus. False where it is malformed or
    /// the server reports more than any does.
    pub(crate) fn update(&mut self, body: &[u8]) -> bool {
        let mut rest = body;
        let Some(name) = frame::c_string(&mut rest) else {
            return false;
        };
        if frame::c_string(&mut rest).is_none() || !rest.is_empty() {
            return false;
        }
        let named = &body[..=name.len()];
        let full = self.bodies.len() >= MOST;
        match self
            .bodies
            .iter_mut()
            .find(|known| known.starts_with(named))
        {
            Some(known) if **known == *body => return true,
            Some(known) => *known = body.into(),
            None if full => return false,
            None => self.bodies.push(body.into()),
        }
        self.greeting = None;
        true
    }

    /// AuthenticationOk and a ParameterStatus for each.
    pub(crate) fn greeting(&mut self) -> &Bytes {
        self.greeting.get_or_insert_with(|| {
            let mut out = BytesMut::new();
            frame::put(&mut out, b'R', &0_u32.to_be_bytes());
            self.bodies
                .iter()
                .for_each(|body| frame::put(&mut out, b'S', body));
            out.freeze()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_value_is_greeted_with() {
        let mut parameters = Parameters::default();
        assert!(parameters.update(b"TimeZone\0UTC\0"));
        assert!(parameters.update(b"Time\0x\0"));
        let before = parameters.greeting().clone();
        assert!(parameters.update(b"TimeZone\0UTC\0"));
        assert_eq!(*parameters.greeting(), before);
        assert!(parameters.update(b"TimeZone\0CET\0"));
        assert_eq!(
            parameters.greeting()[..],
            *b"R\0\0\0\x08\0\0\0\0S\0\0\0\x11TimeZone\0CET\0S\0\0\0\x0bTime\0x\0"
        );
    }

    #[test]
    fn malformed_and_endless_ones_are_refused() {
        let mut parameters = Parameters::default();
        for body in [&b""[..], b"a", b"a\0", b"a\0b", b"a\0b\0c"] {
            assert!(!parameters.update(body), "{body:?}");
        }
        for index in 0..MOST {
            assert!(parameters.update(format!("p{index}\0v\0").as_bytes()));
        }
        assert!(!parameters.update(b"one more\0v\0"));
    }
}
