//! The guest's side of a session's start: its StartupMessage, and where the
//! host has no credentials its password.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::link::{Identity, code};
use super::startup::{ASK_PASSWORD, Password, Request, Startup};
use super::{BackendKey, Postgres, frame};
use crate::endpoint::{Credentials, Endpoint};
use crate::protocol::{self, Event, Failure};
use crate::secret::Secret;

pub(crate) struct Opening {
    endpoint: Arc<Endpoint>,
    stage: Stage,
    negotiation: Bytes,
    /// The guest gets no session, so it need not say its password.
    refusing: bool,
}

enum Stage {
    Startup(Startup),
    /// The guest was asked for its password.
    Asking(Request, Password),
}

impl Opening {
    pub(super) fn new(endpoint: &Arc<Endpoint>) -> Self {
        Self {
            endpoint: endpoint.clone(),
            stage: Stage::Startup(Startup::default()),
            negotiation: Bytes::new(),
            refusing: false,
        }
    }

    pub(super) fn refusing(endpoint: &Arc<Endpoint>) -> Self {
        Self {
            refusing: true,
            ..Self::new(endpoint)
        }
    }

    /// NegotiateProtocolVersion, if it is due and was not said.
    pub(super) fn negotiation(&self) -> &Bytes {
        &self.negotiation
    }

    fn identify(&mut self, request: Request) -> Event<Identity, BackendKey> {
        let negotiation = request.negotiation.clone();
        let credentials = self.endpoint.credentials.as_ref();
        if self.refusing || credentials.is_some() {
            self.negotiation = negotiation;
            let user = credentials.map(|credentials| credentials.user.as_bytes());
            let user = Bytes::copy_from_slice(user.unwrap_or_default());
            let password = credentials.and_then(Credentials::current);
            return Event::Start(self.identity(&request, user, password));
        }
        if request.user.is_none() {
            let text = "no PostgreSQL user name specified in startup packet";
            return Event::Refuse(frame::fatal("28000", text));
        }
        self.stage = Stage::Asking(request, Password::default());
        Event::Answer([&negotiation[..], ASK_PASSWORD].concat().into())
    }

    fn identity(&self, request: &Request, user: Bytes, password: Option<Secret>) -> Identity {
        // The endpoint's database, else the guest's.
        let database = self.endpoint.database.as_ref().map(String::as_bytes);
        let startup = request.upstream(&user, database.or(request.database.as_deref()));
        Identity {
            user,
            password,
            startup,
        }
    }
}

impl protocol::Opening<Postgres> for Opening {
    fn feed(&mut self, data: &mut &[u8]) -> Option<Event<Identity, BackendKey>> {
        match &mut self.stage {
            Stage::Startup(startup) => Some(match startup.feed(data)? {
                Event::Start(request) => self.identify(request),
                Event::Answer(bytes) => Event::Answer(bytes),
                Event::Cancel(key) => Event::Cancel(key),
                Event::Refuse(bytes) => Event::Refuse(bytes),
            }),
            Stage::Asking(request, password) => {
                let password = match password.feed(data)? {
                    Ok(password) => password,
                    Err(answer) => return Some(Event::Refuse(answer)),
                };
                let user = request.user.clone().unwrap_or_default();
                let Stage::Asking(request, _) = &self.stage else {
                    return None;
                };
                Some(Event::Start(self.identity(request, user, Some(password))))
            }
        }
    }

    fn refusal(&self, failure: Failure) -> Bytes {
        match failure {
            Failure::Server(message) => message,
            Failure::Own(error) => {
                let mut out = BytesMut::from(&self.negotiation[..]);
                out.extend_from_slice(&frame::fatal(code(&error), &error.to_string()));
                out.freeze()
            }
        }
    }
}
