//! Has a conversation as a session has it, without io: the guest's login, the
//! host's, what is passed on and followed, the verdict, and the reset.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::conversation::{cut, read};
use super::{Chunk, Model, Options, Relayed, Side};
use crate::endpoint::{Credentials, Endpoint, PoolLimits};
use crate::protocol::{
    Event, Exchange as _, Failure, Gate, Opening as _, Protocol, Tracker as _, Verdict,
};
use crate::tls::Tls;

/// In nothing that a guest reads.
pub(crate) const PASSWORD: &str = "not for guests";
/// As much as a session stages at a time, in bytes.
const STAGE: usize = 16 << 10;
/// No answer of the host's own is longer, in bytes: it may have the text of a
/// server's refusal.
const LONGEST_ANSWER: usize = 72 << 10;
/// About so many pieces are enough to see whether they matter.
const MOST_PIECES: usize = 4096;
/// No request becomes so many times longer on its way.
const MOST_GROWTH: usize = 64;

/// A protocol as the driver needs it beside [`Protocol`].
pub(crate) trait Subject: Protocol {
    /// No tracker keeps more, in bytes.
    const MOST_HELD: usize;

    /// The host's login to the server.
    type Login: Login<Self>;

    /// Begins a session; [`None`] while the server must speak first.
    fn begin(
        endpoint: &Arc<Endpoint>,
        options: Options,
        server: &mut BytesMut,
    ) -> Result<Option<Self::Opening>, ()>;

    /// What is known of a server that has let the host in.
    fn logged_in(identity: Self::Identity, options: Options) -> Self::Server;

    fn registration(endpoint: &Arc<Endpoint>) -> Self::Registration;

    /// How many bytes a tracker keeps.
    fn held(tracker: &Self::Tracker) -> usize;

    /// What may become of the connection.
    fn model(server: &Self::Server, relayed: &Relayed) -> Model;
}

/// The host's login, message by message.
pub(crate) trait Login<P: Subject>: Sized {
    fn begin(identity: P::Identity, options: Options) -> Result<Self, Failure>;

    /// Takes what the server has sent; what is known of it, once it is done.
    fn answer(&mut self, buffer: &mut BytesMut) -> Result<Option<P::Server>, Failure>;
}

enum State<P: Subject> {
    /// The server has not greeted the host.
    Silent,
    Opening(P::Opening),
    LoggingIn(P::Opening, P::Login),
    Relaying(P::Server, P::Tracker),
    /// The guest is gone.
    Resetting(P::Server, P::Exchange),
    Ended,
}

/// What came of a conversation.
pub(crate) struct Outcome {
    /// What the host itself said to the guest.
    pub(crate) answers: Vec<u8>,
    pub(crate) relayed: Vec<(Side, Vec<u8>)>,
    /// Of the connection, if the guest had one.
    pub(crate) verdict: Option<Verdict>,
    /// As the model has it.
    pub(crate) model: Option<Model>,
}

struct Run<P: Subject> {
    endpoint: Arc<Endpoint>,
    options: Options,
    state: State<P>,
    /// From the guest, which has to wait.
    waiting: Vec<u8>,
    /// From the server, not yet understood.
    buffer: BytesMut,
    outcome: Outcome,
}

/// Runs a target on one input.
pub(super) fn check<P: Subject>(input: &[u8]) {
    let Some((options, chunks)) = read(input) else {
        return;
    };
    let whole = converse::<P>(options, &chunks);
    let all: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    let piece = options.piece().max(all / MOST_PIECES);
    let pieces = converse::<P>(options, &cut(&chunks, piece));
    // Where a login ends, it does matter whether the server goes on at once.
    if !options.login() {
        compare(&whole, &pieces);
    }
}

/// Has a conversation, and sees that the rules hold.
pub(crate) fn converse<P: Subject>(options: Options, chunks: &[Chunk]) -> Outcome {
    let mut run = Run::<P>::new(options);
    let (mut said, mut leaked) = (0, false);
    for chunk in chunks {
        leaked |= holds_password(&chunk.bytes);
        match chunk.from {
            Side::Guest => {
                said += chunk.bytes.len();
                run.guest(&chunk.bytes);
            }
            Side::Server => run.server(&chunk.bytes),
        }
        run.settle();
    }
    run.leave();
    let outcome = run.outcome;
    assert!(
        leaked || !holds_password(&outcome.answers),
        "the guest reads the password"
    );
    let most = LONGEST_ANSWER + said;
    assert!(outcome.answers.len() <= most, "the guest reads too much");
    let sent = outcome
        .relayed
        .iter()
        .filter(|(from, _)| *from == Side::Guest);
    let sent: usize = sent.map(|(_, bytes)| bytes.len()).sum();
    assert!(sent <= MOST_GROWTH * said, "{said} bytes became {sent}");
    outcome
}

fn holds_password(bytes: &[u8]) -> bool {
    let password = PASSWORD.as_bytes();
    bytes.windows(password.len()).any(|part| part == password)
}

/// Pieces make no difference, but that more of a request that cannot be is on
/// its way before that shows.
fn compare(whole: &Outcome, pieces: &Outcome) {
    let goes_back =
        |outcome: &Outcome| matches!(outcome.verdict, Some(Verdict::Reset | Verdict::RollBack));
    if !goes_back(whole) && !goes_back(pieces) {
        return;
    }
    assert_eq!(whole.verdict, pieces.verdict);
    let all = |outcome: &Outcome, side| {
        let passed = outcome.relayed.iter().filter(|(from, _)| *from == side);
        passed
            .flat_map(|(_, bytes)| bytes.clone())
            .collect::<Vec<_>>()
    };
    for side in [Side::Guest, Side::Server] {
        assert_eq!(all(whole, side), all(pieces, side), "{side:?}");
    }
}

fn endpoint(options: Options) -> Arc<Endpoint> {
    Arc::new(Endpoint {
        protocol: crate::endpoint::Protocol::Postgres,
        host: "192.0.2.1".into(),
        port: 1,
        database: options.database().then(|| "7".into()),
        credentials: options.hosts().then(|| Credentials {
            user: "app".into(),
            password: Some(PASSWORD.into()),
        }),
        tls: Tls::default(),
        limits: PoolLimits::default(),
    })
}

impl<P: Subject> Run<P> {
    fn new(options: Options) -> Self {
        let mut run = Self {
            endpoint: endpoint(options),
            options,
            state: State::Silent,
            waiting: vec![],
            buffer: BytesMut::new(),
            outcome: Outcome {
                answers: vec![],
                relayed: vec![],
                verdict: None,
                model: None,
            },
        };
        run.greet();
        run
    }

    fn greet(&mut self) {
        self.state = match P::begin(&self.endpoint, self.options, &mut self.buffer) {
            Ok(None) => State::Silent,
            Ok(Some(opening)) => {
                self.answer(&opening.greeting());
                State::Opening(opening)
            }
            Err(()) => State::Ended,
        };
    }

    fn answer(&mut self, bytes: &[u8]) {
        self.outcome.answers.extend_from_slice(bytes);
    }

    /// Gives the guest's bytes on, as far as they are due.
    fn guest(&mut self, data: &[u8]) {
        let mut rest = data;
        while !rest.is_empty() {
            match &mut self.state {
                State::Silent | State::LoggingIn(..) => {
                    self.waiting.extend_from_slice(rest);
                    return;
                }
                State::Opening(opening) => match opening.feed(&mut rest) {
                    Some(event) => self.opened(event),
                    None => assert!(rest.is_empty(), "no progress"),
                },
                State::Relaying(..) => rest = self.relay(rest),
                State::Resetting(..) | State::Ended => return,
            }
        }
    }

    fn opened(&mut self, event: Event<P::Identity, P::Cancel>) {
        let identity = match event {
            Event::Answer(bytes) => return self.answer(&bytes),
            Event::Cancel(_) => return self.state = State::Ended,
            Event::Refuse(bytes) => {
                self.answer(&bytes);
                return self.state = State::Ended;
            }
            Event::Start(identity) => identity,
        };
        let State::Opening(opening) = std::mem::replace(&mut self.state, State::Ended) else {
            return;
        };
        if !self.options.login() {
            let server = P::logged_in(identity, self.options);
            return self.adopt(opening, server);
        }
        match P::Login::begin(identity, self.options) {
            Ok(login) => self.state = State::LoggingIn(opening, login),
            Err(failure) => self.answer(&opening.refusal(failure)),
        }
    }

    fn adopt(&mut self, mut opening: P::Opening, mut server: P::Server) {
        let registration = P::registration(&self.endpoint);
        let mut welcome = BytesMut::new();
        P::welcome(&opening, &registration, &mut server, &mut welcome);
        self.answer(&welcome);
        let mut tracker = P::tracker(&server, &registration);
        let early = opening.early();
        let mut out = BytesMut::new();
        let farewell = match early.is_empty() {
            true => None,
            false => tracker.stage(&early, &mut out),
        };
        self.pass(Side::Guest, &out);
        self.state = State::Relaying(server, tracker);
        if let Some(farewell) = farewell {
            self.part(&farewell);
        }
    }

    /// As the relay does it.
    fn relay<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let State::Relaying(_, tracker) = &mut self.state else {
            return &[];
        };
        match tracker.gate(data) {
            Gate::Pass(ours) => {
                assert!(ours > 0, "no progress");
                tracker.sent(&data[..ours]);
                self.pass(Side::Guest, &data[..ours]);
                &data[ours..]
            }
            Gate::Stage => {
                let (staged, rest) = data.split_at(data.len().min(STAGE));
                let mut out = BytesMut::new();
                let farewell = tracker.stage(staged, &mut out);
                self.pass(Side::Guest, &out);
                if let Some(farewell) = farewell {
                    self.part(&farewell);
                }
                rest
            }
            Gate::End(farewell) => {
                self.part(&farewell);
                &[]
            }
        }
    }

    fn pass(&mut self, from: Side, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.outcome.relayed.push((from, bytes.to_vec()));
        }
    }

    fn server(&mut self, data: &[u8]) {
        match &mut self.state {
            State::Silent => {
                self.buffer.extend_from_slice(data);
                self.greet();
            }
            State::LoggingIn(_, login) => {
                self.buffer.extend_from_slice(data);
                match login.answer(&mut self.buffer) {
                    Ok(None) => {}
                    Ok(Some(server)) => {
                        let before = std::mem::replace(&mut self.state, State::Ended);
                        if let State::LoggingIn(opening, _) = before {
                            self.adopt(opening, server);
                        }
                    }
                    Err(failure) => {
                        let before = std::mem::replace(&mut self.state, State::Ended);
                        if let State::LoggingIn(opening, _) = before {
                            self.answer(&opening.refusal(failure));
                        }
                    }
                }
            }
            State::Relaying(server, tracker) => {
                let followed = tracker.received(data, server);
                self.pass(Side::Server, data);
                if followed.is_err() {
                    self.part(&Bytes::new());
                    let killed = matches!(self.outcome.verdict, Some(Verdict::Kill { .. }));
                    assert!(killed, "what cannot be followed goes back");
                }
            }
            State::Resetting(server, exchange) => {
                self.buffer.extend_from_slice(data);
                match exchange.answer(&mut self.buffer, server) {
                    Ok(false) => {}
                    Ok(true) => {
                        assert!(self.buffer.is_empty(), "something is left");
                        self.state = State::Ended;
                    }
                    Err(_) => self.state = State::Ended,
                }
            }
            // Nobody reads from it.
            State::Opening(_) | State::Ended => {}
        }
    }

    /// Gives the guest what it has waited for, and sees what is kept.
    fn settle(&mut self) {
        let waits = matches!(self.state, State::Silent | State::LoggingIn(..));
        if !waits && !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            self.guest(&waiting);
        }
        if let State::Relaying(_, tracker) = &self.state {
            let held = P::held(tracker);
            assert!(held <= P::MOST_HELD, "{held} bytes are held");
        }
        // The longest message that is due, and what was read with it.
        assert!(
            self.buffer.len() <= LONGEST_ANSWER + super::conversation::MOST,
            "too much is kept"
        );
    }

    /// The guest takes its leave: what becomes of its connection?
    fn part(&mut self, farewell: &[u8]) {
        self.answer(farewell);
        let before = std::mem::replace(&mut self.state, State::Ended);
        let State::Relaying(server, tracker) = before else {
            return;
        };
        let verdict = tracker.verdict();
        let model = P::model(&server, &self.outcome.relayed);
        self.outcome.verdict = Some(verdict);
        self.outcome.model = Some(model);
        if matches!(verdict, Verdict::Kill { .. }) {
            return;
        }
        assert!(
            matches!(model, Model::Unknown) || model == Model::Clean(verdict),
            "{verdict:?}, but {model:?}"
        );
        let (exchange, _) = P::reset(&server, verdict == Verdict::RollBack);
        self.buffer.clear();
        self.state = State::Resetting(server, exchange);
    }

    /// The conversation is over.
    fn leave(&mut self) {
        let farewell = match &self.state {
            State::Relaying(_, tracker) => tracker.farewell(),
            _ => Bytes::new(),
        };
        self.part(&farewell);
    }
}
