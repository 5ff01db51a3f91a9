//! The host's own exchanges on a pooled connection.
//!
//! COM_RESET_CONNECTION ends transactions, releases locks, closes temporary
//! tables, prepared statements and handlers, and gives session variables their
//! global values; it keeps the database, which COM_INIT_DB brings back, and
//! what COM_SET_OPTION chose. What a server does beyond or short of that shows
//! when it is asked for its state.

use bytes::{BufMut, Bytes, BytesMut};
use mysql_common::constants::CapabilityFlags as Flags;

use super::frame::{self, COM_INIT_DB, COM_PING, COM_QUERY, COM_RESET_CONNECTION, COM_SET_OPTION};
use super::link::Server;
use super::responses::{Kind, Responses, Seen};
use crate::link::Unfit;
use crate::protocol;

/// No packet of these answers is longer.
const LONGEST: usize = 64 * 1024;

/// Commands that must succeed, the last perhaps with rows.
pub(crate) struct Exchange {
    responses: Responses,
    /// The rows that came.
    rows: BytesMut,
    then: Then,
}

/// What the rows must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Nothing,
    /// They are the state of a new connection.
    Learn,
    /// They are the same again.
    Compare,
}

impl Exchange {
    /// Asks a new connection for its state.
    pub(super) fn learn(server: &Server) -> (Self, Bytes) {
        let mut out = BytesMut::new();
        put_command(&mut out, COM_QUERY, state_query(&server.version));
        (
            Self::of(server, &[Kind::Results], Then::Learn),
            out.freeze(),
        )
    }

    /// Gives back all session state.
    pub(super) fn reset(server: &Server) -> (Self, Bytes) {
        let identity = &server.identity;
        let mut out = BytesMut::new();
        put_command(&mut out, COM_RESET_CONNECTION, b"");
        // MYSQL_OPTION_MULTI_STATEMENTS_ON and _OFF.
        let several = identity.flags.contains(Flags::CLIENT_MULTI_STATEMENTS);
        put_command(&mut out, COM_SET_OPTION, &[u8::from(!several), 0]);
        let mut kinds = vec![Kind::Single, Kind::Single];
        if let Some(database) = &identity.database {
            put_command(&mut out, COM_INIT_DB, database);
            kinds.push(Kind::Single);
        }
        put_command(&mut out, COM_QUERY, state_query(&server.version));
        kinds.push(Kind::Results);
        (Self::of(server, &kinds, Then::Compare), out.freeze())
    }

    /// Asks for a sign of life.
    pub(super) fn ping(server: &Server) -> (Self, Bytes) {
        let mut out = BytesMut::new();
        put_command(&mut out, COM_PING, b"");
        (
            Self::of(server, &[Kind::Single], Then::Nothing),
            out.freeze(),
        )
    }

    fn of(server: &Server, kinds: &[Kind], then: Then) -> Self {
        let mut responses = Responses::new(server.deprecate_eof());
        kinds.iter().for_each(|kind| _ = responses.owe(*kind));
        Self {
            responses,
            rows: BytesMut::new(),
            then,
        }
    }
}

impl protocol::Exchange<Server> for Exchange {
    fn answer(&mut self, buffer: &mut BytesMut, server: &mut Server) -> Result<bool, Unfit> {
        let unfit = |error: frame::Malformed| Unfit(error.to_string());
        while let Some((_, payload)) = frame::take(buffer, LONGEST).map_err(unfit)? {
            let head = &payload[..payload.len().min(24)];
            match self
                .responses
                .message(head, payload.len() as u64)
                .map_err(unfit)?
            {
                Seen::Ok | Seen::Other => {}
                Seen::Row if self.rows.len() < LONGEST => self.rows.put_slice(&payload),
                Seen::Err => return Err(Unfit(frame::error_text(&payload))),
                Seen::Row | Seen::Unasked | Seen::LocalInfile => {
                    return Err(Unfit("the server answers something else".into()));
                }
            }
        }
        if !self.responses.is_done() {
            return Ok(false);
        }
        if !buffer.is_empty() {
            return Err(Unfit("the server went on speaking after its answer".into()));
        }
        let state = self.rows.split().freeze();
        match self.then {
            Then::Compare if state != server.state => Err(Unfit(
                "the connection is not as it was after its login".into(),
            )),
            Then::Learn => {
                server.state = state;
                Ok(true)
            }
            _ => Ok(true),
        }
    }
}

/// What of a session's state might outlast a reset: the database, the role,
/// and the character sets, which are the client's choice and not the server's.
pub(super) fn state_query(version: &[u8]) -> &'static [u8] {
    // MySQL has roles since 8.0, and MariaDB calls itself 5.5.5 first.
    let maria = version.windows(7).any(|part| part == b"MariaDB");
    if !maria && version.starts_with(b"5.") {
        b"SELECT DATABASE(),@@character_set_client,@@character_set_results,@@collation_connection"
    } else {
        b"SELECT DATABASE(),CURRENT_ROLE(),@@character_set_client,@@character_set_results,@@collation_connection"
    }
}

/// Appends a command.
pub(super) fn put_command(out: &mut BytesMut, command: u8, rest: &[u8]) {
    frame::put(out, 0, &[&[command], rest].concat());
}
