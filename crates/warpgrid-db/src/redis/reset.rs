//! The host's own exchanges on a pooled connection.
//!
//! Source: redis.io, "RESET", which lists what it gives back: MULTI, WATCH,
//! CLIENT TRACKING, SELECT, CLIENT REPLY, HELLO, CLIENT SETNAME, subscriptions,
//! MONITOR, and the login.

use bytes::{Buf, Bytes, BytesMut};

use super::auth::Login;
use super::frame;
use crate::link::Unfit;
use crate::protocol;

/// Requests, and the one answer to each that will do.
#[derive(Debug)]
pub(crate) struct Exchange {
    due: &'static [&'static [u8]],
}

impl Exchange {
    /// Gives back all session state, and logs in again.
    pub(super) fn reset(login: &Login) -> (Self, Bytes) {
        const ALL: &[&[u8]] = &[b"+RESET\r\n", b"+OK\r\n", b"+OK\r\n"];
        let mut out = BytesMut::new();
        frame::put(&mut out, &["RESET"]);
        let due = &ALL[..1 + login.put(&mut out)];
        (Self { due }, out.freeze())
    }

    /// Asks for a sign of life.
    pub(super) fn ping() -> (Self, Bytes) {
        let mut out = BytesMut::new();
        frame::put(&mut out, &["PING"]);
        const PONG: &[&[u8]] = &[b"+PONG\r\n"];
        (Self { due: PONG }, out.freeze())
    }
}

impl<S> protocol::Exchange<S> for Exchange {
    fn answer(&mut self, buffer: &mut BytesMut, _: &mut S) -> Result<bool, Unfit> {
        while let Some(due) = self.due.first() {
            if buffer.len() < due.len() && due.starts_with(buffer) {
                return Ok(false);
            }
            if !buffer.starts_with(due) {
                let line = buffer[..].split(|&byte| byte == b'\r').next();
                let line = String::from_utf8_lossy(line.unwrap_or_default());
                let line: String = line.chars().take(200).collect();
                return Err(Unfit(format!("the server answers {line:?}")));
            }
            buffer.advance(due.len());
            self.due = &self.due[1..];
        }
        match buffer.is_empty() {
            true => Ok(true),
            false => Err(Unfit("the server went on speaking after its answer".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Exchange as _;

    fn login(database: Option<&'static str>) -> Login {
        Login {
            credentials: Some(super::super::auth::Credentials {
                user: "app".into(),
                password: "secret".into(),
            }),
            hosts: true,
            database: database.map(Into::into),
        }
    }

    fn answer(login: &Login, data: &[u8]) -> Option<bool> {
        let (mut exchange, _) = Exchange::reset(login);
        exchange.answer(&mut BytesMut::from(data), &mut ()).ok()
    }

    #[test]
    fn reset_logs_in_again_and_selects_the_endpoints_database() {
        let (_, out) = Exchange::reset(&login(Some("3")));
        assert_eq!(
            out[..],
            *b"*1\r\n$5\r\nRESET\r\n*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$6\r\nsecret\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n"
        );
        let (_, out) = Exchange::reset(&Login {
            credentials: None,
            hosts: false,
            database: None,
        });
        assert_eq!(out[..], *b"*1\r\n$5\r\nRESET\r\n");
    }

    #[test]
    fn the_right_answer_in_any_pieces_will_do_and_nothing_else() {
        let login = login(None);
        let right = b"+RESET\r\n+OK\r\n";
        let (mut exchange, _) = Exchange::reset(&login);
        let mut buffer = BytesMut::new();
        for (index, byte) in right.iter().enumerate() {
            buffer.extend_from_slice(&[*byte]);
            let done = exchange.answer(&mut buffer, &mut ()).ok();
            assert_eq!(done, Some(index + 1 == right.len()));
        }
        for wrong in [
            &b"+OK\r\n+RESET\r\n"[..],
            b"-NOPERM this user has no permissions\r\n",
            b"+RESET\r\n-WRONGPASS\r\n",
            b"+RESET\r\n+OK\r\n+OK\r\n",
            b">2\r\n+invalidate\r\n_\r\n+RESET\r\n+OK\r\n",
        ] {
            assert_eq!(answer(&login, wrong), None, "{wrong:?}");
        }
    }
}
