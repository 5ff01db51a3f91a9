//! The host's login to the server, message by message.
//!
//! Source: PostgreSQL 15 documentation, 55.2.1 "Start-up" and 55.3 "SASL
//! Authentication". The digests are postgres-protocol's, which also bounds
//! the work that a server may ask for.

use bytes::{Buf, Bytes, BytesMut};
use postgres_protocol::authentication;
use postgres_protocol::authentication::sasl::{self, ChannelBinding};
use postgres_protocol::message::frontend;

use super::parameters::Parameters;
use super::{BackendKey, frame};
use crate::secret::Secret;

/// Where a login stands after a message.
#[derive(Debug)]
pub(crate) enum Step {
    /// Read the next message.
    Read,
    /// Write this, then read on.
    Send(Bytes),
    /// Logged in.
    Done(Parameters, Option<BackendKey>),
}

/// Why a login failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The server's ErrorResponse, whole.
    Server(Bytes),
    /// The server asks for what the host has not got or cannot do.
    Login(String),
    /// The server breaks the protocol.
    Protocol(String),
}

/// What a login goes over.
#[derive(Debug)]
pub(crate) enum Channel {
    Clear,
    /// TLS, and what binds the login to it, if there is anything.
    Encrypted(Option<Vec<u8>>),
}

enum Stage {
    /// The server has not let us in yet.
    Authenticating,
    ScramFirst(Box<sasl::ScramSha256>),
    ScramFinal(Box<sasl::ScramSha256>),
    /// The server has proved that it knows the password, too.
    Verified,
    /// What is left is settings and the key.
    Admitted,
}

/// One login.
pub(crate) struct Login {
    user: Bytes,
    password: Option<Secret>,
    channel: Channel,
    /// The server has asked for a proof, or for none.
    begun: bool,
    stage: Stage,
    parameters: Parameters,
    key: Option<BackendKey>,
}

impl Login {
    pub(crate) fn new(user: Bytes, password: Option<Secret>, channel: Channel) -> Self {
        Self {
            user,
            password,
            channel,
            begun: false,
            stage: Stage::Authenticating,
            parameters: Parameters::default(),
            key: None,
        }
    }

    /// Whether the server has let it come to a proof of who logs in.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether the next message makes this compute for milliseconds.
    pub(crate) fn is_costly(&self, tag: u8) -> bool {
        tag == b'R' && matches!(self.stage, Stage::ScramFirst(_))
    }

    /// Takes the server's next message.
    pub(crate) fn message(&mut self, tag: u8, mut body: Bytes) -> Result<Step, Refusal> {
        match (tag, &self.stage) {
            (b'E', _) => {
                let mut whole = BytesMut::new();
                frame::put(&mut whole, b'E', &body);
                Err(Refusal::Server(whole.freeze()))
            }
            (b'N', _) => Ok(Step::Read),
            (b'S', Stage::Admitted) => match self.parameters.update(&body) {
                true => Ok(Step::Read),
                false => Err(protocol("the server reports a malformed setting")),
            },
            (b'K', Stage::Admitted) if body.len() == 8 => {
                self.key = Some(BackendKey {
                    process: body.get_i32(),
                    secret: body.get_i32(),
                });
                Ok(Step::Read)
            }
            (b'Z', Stage::Admitted) if body[..] == *b"I" => {
                Ok(Step::Done(std::mem::take(&mut self.parameters), self.key))
            }
            (b'R', _) if body.len() >= 4 => {
                let kind = body.get_u32();
                self.authentication(kind, body)
            }
            (b'v', _) => Err(protocol("the server does not speak version 3.0")),
            _ => Err(protocol(format!(
                "message 0x{tag:02x} has no place in a login"
            ))),
        }
    }

    fn authentication(&mut self, kind: u32, body: Bytes) -> Result<Step, Refusal> {
        self.begun = true;
        match (
            kind,
            std::mem::replace(&mut self.stage, Stage::Authenticating),
        ) {
            (0, Stage::Authenticating | Stage::Verified) => {
                self.stage = Stage::Admitted;
                Ok(Step::Read)
            }
            (3, Stage::Authenticating) => {
                let password = self.password("in clear")?;
                send(|out| frontend::password_message(password, out))
            }
            (5, Stage::Authenticating) => {
                let salt = <[u8; 4]>::try_from(&body[..])
                    .map_err(|_| protocol("the server's MD5 salt is malformed"))?;
                let digest = authentication::md5_hash(&self.user, self.password("by MD5")?, salt);
                send(|out| frontend::password_message(digest.as_bytes(), out))
            }
            (10, Stage::Authenticating) => self.scram(&body),
            (11, Stage::ScramFirst(mut scram)) => {
                scram
                    .update(&body)
                    .map_err(|error| protocol(format!("SCRAM: {error}")))?;
                let step = send(|out| frontend::sasl_response(scram.message(), out));
                self.stage = Stage::ScramFinal(scram);
                step
            }
            (12, Stage::ScramFinal(mut scram)) => {
                scram
                    .finish(&body)
                    .map_err(|error| protocol(format!("SCRAM: {error}")))?;
                self.stage = Stage::Verified;
                Ok(Step::Read)
            }
            (0 | 3 | 5 | 10 | 11 | 12, _) => Err(protocol("the login is out of order")),
            (other, _) => Err(Refusal::Login(format!(
                "the server asks for authentication method {other}, and only trust, password, md5 and scram-sha-256 are supported"
            ))),
        }
    }

    fn scram(&mut self, mut mechanisms: &[u8]) -> Result<Step, Refusal> {
        let (mut plain, mut plus) = (false, false);
        while let Some(name) = frame::c_string(&mut mechanisms) {
            plain |= name == sasl::SCRAM_SHA_256.as_bytes();
            plus |= name == sasl::SCRAM_SHA_256_PLUS.as_bytes();
        }
        let (mechanism, binding) = match &self.channel {
            Channel::Encrypted(Some(end_point)) if plus => {
                let binding = ChannelBinding::tls_server_end_point(end_point.clone());
                (sasl::SCRAM_SHA_256_PLUS, binding)
            }
            _ if !plain => {
                let what = "the server does not offer scram-sha-256";
                return Err(Refusal::Login(what.into()));
            }
            // RFC 5802, section 6: a server that can do it, and is told that
            // its client could as well, knows that somebody took it from the
            // offer.
            Channel::Encrypted(Some(_)) => (sasl::SCRAM_SHA_256, ChannelBinding::unrequested()),
            // Over TLS alone the mechanism exists.
            Channel::Clear if plus => {
                let what = "the server offers SCRAM-SHA-256-PLUS without TLS";
                return Err(Refusal::Protocol(what.into()));
            }
            _ => (sasl::SCRAM_SHA_256, ChannelBinding::unsupported()),
        };
        let scram = sasl::ScramSha256::new(self.password("by SCRAM")?, binding);
        let step = send(|out| frontend::sasl_initial_response(mechanism, scram.message(), out));
        self.stage = Stage::ScramFirst(Box::new(scram));
        step
    }

    fn password(&self, how: &str) -> Result<&[u8], Refusal> {
        let password = self.password.as_ref().map(Secret::expose);
        // An empty one is none: the server refuses it, and so does libpq.
        password
            .filter(|password| !password.is_empty())
            .ok_or_else(|| {
                let user = String::from_utf8_lossy(&self.user);
                Refusal::Login(format!(
                    "the server asks for the password of \"{user}\" {how}, and there is none"
                ))
            })
    }
}

fn send(encode: impl FnOnce(&mut BytesMut) -> std::io::Result<()>) -> Result<Step, Refusal> {
    let mut out = BytesMut::new();
    // It fails for a zero byte inside of a string only.
    encode(&mut out).map_err(|_| Refusal::Login("the password contains a zero byte".into()))?;
    Ok(Step::Send(out.freeze()))
}

fn protocol(what: impl Into<String>) -> Refusal {
    Refusal::Protocol(what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(password: Option<&str>) -> Login {
        over(Channel::Clear, password)
    }

    fn over(channel: Channel, password: Option<&str>) -> Login {
        let user = Bytes::from_static(b"app");
        Login::new(user, password.map(Secret::from), channel)
    }

    fn ask(login: &mut Login, kind: u32, rest: &[u8]) -> Result<Step, Refusal> {
        login.message(b'R', [&kind.to_be_bytes()[..], rest].concat().into())
    }

    fn sent(step: Result<Step, Refusal>) -> Bytes {
        match step {
            Ok(Step::Send(bytes)) => bytes,
            other => panic!("{other:?}"),
        }
    }

    fn finish(login: &mut Login) -> (Parameters, Option<BackendKey>) {
        assert!(matches!(ask(login, 0, b""), Ok(Step::Read)));
        let status = Bytes::from_static(b"TimeZone\0UTC\0");
        assert!(matches!(login.message(b'S', status), Ok(Step::Read)));
        let key = Bytes::from_static(&[0, 0, 0, 1, 0, 0, 0, 2]);
        assert!(matches!(login.message(b'K', key), Ok(Step::Read)));
        match login.message(b'Z', Bytes::from_static(b"I")) {
            Ok(Step::Done(parameters, key)) => (parameters, key),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn trust() {
        let (mut parameters, key) = finish(&mut login(None));
        assert!(parameters.greeting().ends_with(b"TimeZone\0UTC\0"));
        assert_eq!(
            key,
            Some(BackendKey {
                process: 1,
                secret: 2
            })
        );
    }

    #[test]
    fn cleartext() {
        let mut login = login(Some("secret"));
        assert_eq!(sent(ask(&mut login, 3, b""))[..], *b"p\0\0\0\x0bsecret\0");
        finish(&mut login);
    }

    #[test]
    fn md5() {
        let mut login = login(Some("secret"));
        let answer = sent(ask(&mut login, 5, &[1, 2, 3, 4]));
        // md5(md5("secretapp") || 01020304), worked out by md5sum.
        assert_eq!(
            answer[..],
            *b"p\0\0\0\x28md5911f527656472583a006e7727877b33e\0"
        );
        finish(&mut login);
        assert!(matches!(
            ask(&mut super::tests::login(Some("x")), 5, &[1]),
            Err(Refusal::Protocol(_))
        ));
    }

    #[test]
    fn scram_needs_the_servers_proof() {
        let mut login = login(Some("secret"));
        let first = sent(ask(&mut login, 10, b"SCRAM-SHA-256\0\0"));
        assert!(first.starts_with(b"p") && first[5..].starts_with(b"SCRAM-SHA-256\0"));
        // A server that lets us in without proving itself is not ours.
        assert!(matches!(ask(&mut login, 0, b""), Err(Refusal::Protocol(_))));
    }

    #[test]
    fn scram_is_bound_to_the_channel_where_both_can() {
        let both = b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0";
        let plus = b"SCRAM-SHA-256-PLUS\0\0";
        let plain = b"SCRAM-SHA-256\0\0";
        let bound = || Channel::Encrypted(Some(vec![7; 32]));
        let unbound = || Channel::Encrypted(None);
        for (channel, offer, chosen) in [
            (
                bound(),
                &both[..],
                Some(("SCRAM-SHA-256-PLUS\0", "p=tls-server-end-point,,")),
            ),
            (
                bound(),
                plus,
                Some(("SCRAM-SHA-256-PLUS\0", "p=tls-server-end-point,,")),
            ),
            // It is told that the offer was short.
            (bound(), plain, Some(("SCRAM-SHA-256\0", "y,,"))),
            (unbound(), both, Some(("SCRAM-SHA-256\0", "n,,"))),
            (unbound(), plus, None),
            (Channel::Clear, plain, Some(("SCRAM-SHA-256\0", "n,,"))),
            // Nobody honest offers it there.
            (Channel::Clear, both, None),
        ] {
            let said = format!("{channel:?} {}", String::from_utf8_lossy(offer));
            let answer = ask(&mut over(channel, Some("secret")), 10, offer);
            match chosen {
                Some((mechanism, header)) => {
                    let answer = sent(answer);
                    let rest = answer[5..].strip_prefix(mechanism.as_bytes()).expect(&said);
                    assert!(rest[4..].starts_with(header.as_bytes()), "{said}");
                }
                None => assert!(answer.is_err(), "{said}"),
            }
        }
    }

    #[test]
    fn scram_with_a_foreign_nonce_or_endless_work_is_refused() {
        for answer in [&b"r=other,s=AAAA,i=4096"[..], b"", b"\xff", b"r=,s=,i="] {
            let mut login = login(Some("secret"));
            sent(ask(&mut login, 10, b"SCRAM-SHA-256\0\0"));
            assert!(login.is_costly(b'R'));
            assert!(matches!(
                ask(&mut login, 11, answer),
                Err(Refusal::Protocol(_))
            ));
        }
        let mut login = login(Some("secret"));
        let first = sent(ask(&mut login, 10, b"SCRAM-SHA-256\0\0"));
        let text = String::from_utf8(first.to_vec()).unwrap();
        let nonce = text.split_once("r=").unwrap().1;
        let answer = format!("r={nonce}server,s=AAAA,i=2000000000");
        assert!(matches!(
            ask(&mut login, 11, answer.as_bytes()),
            Err(Refusal::Protocol(_))
        ));
    }

    #[test]
    fn a_missing_password_is_named_and_a_wrong_one_is_not() {
        for kind in [3, 5] {
            match ask(&mut login(None), kind, &[0; 4]) {
                Err(Refusal::Login(what)) => assert!(what.contains("\"app\""), "{what}"),
                other => panic!("{other:?}"),
            }
        }
        match ask(&mut login(Some("pass\0word")), 3, b"") {
            Err(Refusal::Login(what)) => assert!(!what.contains("pass\0"), "{what}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_servers_own_error_is_passed_on_whole() {
        let error = login(None)
            .message(b'E', Bytes::from_static(b"C28P01\0\0"))
            .unwrap_err();
        assert_eq!(
            error,
            Refusal::Server(Bytes::from_static(b"E\0\0\0\x0cC28P01\0\0"))
        );
    }

    #[test]
    fn what_has_no_place_in_a_login_is_refused() {
        let cases: [(u8, &[u8]); 8] = [
            (b'Z', b"I"),
            (b'S', b"a\0b\0"),
            (b'K', &[0; 8]),
            (b'R', b""),
            (b'R', &[0, 0, 0, 12]),
            (b'D', b""),
            (b'v', b""),
            (b'R', &[0, 0, 0, 11]),
        ];
        for (tag, body) in cases {
            let answer = login(Some("x")).message(tag, Bytes::copy_from_slice(body));
            assert!(
                matches!(answer, Err(Refusal::Protocol(_))),
                "{tag} {answer:?}"
            );
        }
        assert!(matches!(
            ask(&mut login(None), 7, b""),
            Err(Refusal::Login(_))
        ));
    }
}
