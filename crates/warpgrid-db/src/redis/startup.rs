//! The guest's side of a session's start. Redis has no handshake: where the
//! host has credentials, whatever the guest says first begins a session. Where
//! it has none, the guest's login is its first command, or it has none either.

use std::sync::Arc;

use bytes::Bytes;
use zeroize::Zeroizing;

use super::Redis;
use super::auth::{self, Login};
use super::frame::{self, Head, Malformed};
use super::tracker::LONGEST_LOGIN;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::protocol::{self, Event, Failure};

pub(crate) struct Opening {
    endpoint: Arc<Endpoint>,
    hosts: Option<Arc<Login>>,
    /// What the guest has sent, for the server.
    early: Zeroizing<Vec<u8>>,
}

impl Opening {
    pub(super) fn new(endpoint: &Arc<Endpoint>) -> Self {
        Self {
            endpoint: endpoint.clone(),
            hosts: Login::hosts(endpoint).map(Arc::new),
            early: Zeroizing::default(),
        }
    }

    /// Who the guest is by its first command, once that is there.
    fn own(&self) -> Result<Option<Login>, Malformed> {
        let early = &self.early[..];
        let first = match frame::head(early)? {
            Head::Inline => frame::inline(early)?.map(|(_, words)| words),
            Head::Unnamed => None,
            Head::Named(name) if matches!(name.get(), b"AUTH" | b"HELLO") => {
                let length = frame::whole(early, LONGEST_LOGIN)?;
                let wiped = |length| Zeroizing::new(early[..length].to_vec());
                length.map(|length| frame::arguments(Bytes::from_owner(wiped(length))))
            }
            Head::Named(_) => Some(vec![]),
        };
        Ok(first.map(|first| {
            let login = first.first().is_some_and(|name| {
                name.eq_ignore_ascii_case(b"AUTH") || name.eq_ignore_ascii_case(b"HELLO")
            });
            let credentials = auth::credentials(&first).filter(|_| login);
            Login::guests(&self.endpoint, credentials)
        }))
    }
}

impl protocol::Opening<Redis> for Opening {
    fn may_be_silent(&self) -> bool {
        self.early.is_empty()
    }

    fn feed(&mut self, data: &mut &[u8]) -> Option<Event<Arc<Login>, ()>> {
        if data.is_empty() {
            return None;
        }
        let take = data.len().min(frame::LONGEST_LINE);
        if self.hosts.is_none() && self.early.capacity() == 0 {
            // One that grows leaves copies of a password behind.
            self.early.reserve_exact(frame::LONGEST_LINE);
        }
        self.early.extend_from_slice(&data[..take]);
        *data = &data[take..];
        if let Some(login) = &self.hosts {
            return Some(Event::Start(login.clone()));
        }
        match self.own() {
            Ok(login) => Some(Event::Start(Arc::new(login?))),
            Err(error) => Some(Event::Refuse(frame::error(&error.to_string()))),
        }
    }

    fn early(&mut self) -> Zeroizing<Vec<u8>> {
        std::mem::take(&mut self.early)
    }

    fn refusal(&self, failure: Failure) -> Bytes {
        match failure {
            Failure::Server(line) => line,
            Failure::Own(error @ Error::PoolExhausted { .. }) => {
                frame::error(&format!("max number of clients reached: {error}"))
            }
            Failure::Own(error) => frame::error(&error.to_string()),
        }
    }
}
