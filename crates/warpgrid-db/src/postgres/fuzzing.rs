//! PostgreSQL under the fuzz targets, and what a connection's state must be by
//! the messages alone: documentation 55.2, read without regard to the tracker.

use std::sync::Arc;

use bytes::BytesMut;

use super::auth::{self, Channel, Refusal, Step};
use super::link::{Identity, Peer, Server};
use super::parameters::Parameters;
use super::{BackendKey, Postgres, cancel, frame, opening, parameters, tracker};
use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::fuzzing::{Model, Options, Relayed, Side, Stream, Subject};
use crate::protocol::{Failure, Verdict};

const PEER: Peer = Peer {
    address: std::net::SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1),
    encrypted: false,
};

impl Subject for Postgres {
    const MOST_HELD: usize = parameters::LONGEST as usize;

    type Login = Login;

    fn begin(
        endpoint: &Arc<Endpoint>,
        _: Options,
        _: &mut BytesMut,
    ) -> Result<Option<opening::Opening>, ()> {
        Ok(Some(opening::Opening::new(endpoint)))
    }

    fn logged_in(_: Identity, _: Options) -> Server {
        Server {
            peer: PEER,
            parameters: Parameters::default(),
            key: None,
        }
    }

    fn registration(endpoint: &Arc<Endpoint>) -> cancel::Registration {
        let key = BackendKey {
            process: 7,
            secret: 8,
        };
        let target = cancel::Target::new(Tenant::new("t"), endpoint.clone(), PEER, Some(key));
        Arc::<cancel::Cancels>::default().register(target)
    }

    fn held(tracker: &tracker::Tracker) -> usize {
        tracker.held()
    }

    fn model(_: &Server, relayed: &Relayed) -> Model {
        model(relayed)
    }
}

/// As [`super::link::log_in`] does it.
pub(crate) struct Login(auth::Login);

impl crate::fuzzing::Login<Postgres> for Login {
    fn begin(identity: Identity, options: Options) -> Result<Self, Failure> {
        let channel = match options.encrypted() {
            true => Channel::Encrypted(Some(vec![7; 32])),
            false => Channel::Clear,
        };
        Ok(Self(auth::Login::new(
            identity.user,
            identity.password,
            channel,
        )))
    }

    fn answer(&mut self, buffer: &mut BytesMut) -> Result<Option<Server>, Failure> {
        let ended = || Failure::Own(Error::Closed);
        while let Some((tag, body)) = frame::take(buffer, 64 << 10).map_err(|_| ended())? {
            match self.0.message(tag, body) {
                Ok(Step::Read | Step::Send(_)) => {}
                Ok(Step::Done(parameters, key)) if buffer.is_empty() => {
                    return Ok(Some(Server {
                        peer: PEER,
                        parameters,
                        key,
                    }));
                }
                Err(Refusal::Server(message)) => return Err(Failure::Server(message)),
                _ => return Err(ended()),
            }
        }
        Ok(None)
    }
}

struct Message<'a> {
    tag: u8,
    body: &'a [u8],
    /// When its header had passed.
    passed: usize,
}

/// All messages of one side; nothing where the last is not whole.
fn messages(stream: &Stream) -> Option<Vec<Message<'_>>> {
    let (all, mut at, mut messages) = (stream.bytes(), 0, vec![]);
    while at < all.len() {
        let header = all.get(at..at + 5)?;
        let length = u32::from_be_bytes(header[1..].try_into().ok()?) as usize;
        let end = at + 1 + length;
        messages.push(Message {
            tag: header[0],
            body: all.get(at + 5..end)?,
            passed: stream.passed(at + 5),
        });
        at = end;
    }
    Some(messages)
}

fn model(relayed: &Relayed) -> Model {
    let [guest, server] = [Side::Guest, Side::Server].map(|side| Stream::of(relayed, side));
    let (Some(requests), Some(answers)) = (messages(&guest), messages(&server)) else {
        return Model::Dirty("a message is not whole");
    };
    let points: Vec<_> = requests
        .iter()
        .filter(|m| b"QFS".contains(&m.tag))
        .collect();
    // What may come at any time says nothing.
    let answers: Vec<_> = answers
        .iter()
        .filter(|m| !b"NSA".contains(&m.tag))
        .collect();
    let ready: Vec<_> = answers.iter().filter(|m| m.tag == b'Z').collect();
    if answers.last().is_some_and(|last| last.tag != b'Z') {
        return Model::Dirty("the server's last word is not that it is ready");
    }
    let synced = requests
        .iter()
        .rposition(|m| m.tag == b'S')
        .map_or(0, |at| at + 1);
    if requests[synced..]
        .iter()
        .any(|m| b"PBDECH".contains(&m.tag))
    {
        return Model::Dirty("an extended query without its Sync");
    }
    let copies = answers.iter().any(|m| b"GW".contains(&m.tag));
    if ready.len() > points.len() || (ready.len() < points.len() && !copies) {
        return Model::Dirty("as many requests as answers there are not");
    }
    if copies && points.last().map(|m| m.passed) > ready.last().map(|m| m.passed) {
        return Model::Dirty("a request after the last answer");
    }
    if ready
        .iter()
        .zip(&points)
        .any(|(ready, point)| ready.passed < point.passed)
    {
        return Model::Dirty("an answer before its request");
    }
    match ready.last().map(|m| m.body) {
        None | Some(b"I") => Model::Clean(Verdict::Reset),
        Some(b"T" | b"E") => Model::Clean(Verdict::RollBack),
        Some(_) => Model::Dirty("a status that cannot be"),
    }
}
