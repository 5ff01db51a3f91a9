//! The host's login to the server, packet by packet ("Connection Phase"). What
//! each plugin computes is mysql_common's.

use bytes::Bytes;
use mysql_common::auth::plugins::{AuthProc, ChallengeResponsePlugin, Context, Response};
use mysql_common::packets::AuthPlugin;

use super::handshake::SCRAMBLE;
use super::{frame, key};

/// A login never takes more packets.
const MOST_STEPS: u8 = 8;

/// Where a login stands after a packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Read the next packet.
    Read,
    /// Write this payload, then read on.
    Send(Vec<u8>),
    /// Logged in.
    Done,
}

/// Why a login failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The payload of the server's ERR packet.
    Server(Bytes),
    /// The server asks for what the host has not got or will not do.
    Login(String),
    /// The server breaks the protocol.
    Protocol(String),
}

/// One login.
pub(super) struct Login {
    password: Vec<u8>,
    scramble: Bytes,
    /// Whether the connection is, so that a password may go over it.
    encrypted: bool,
    process: Option<AuthProc>,
    steps: u8,
}

impl Login {
    pub(super) fn new(password: &[u8], scramble: Bytes, encrypted: bool) -> Self {
        Self {
            password: password.to_vec(),
            scramble,
            encrypted,
            process: None,
            steps: 0,
        }
    }

    /// The plugin to name, and its answer to the server's first packet. One
    /// that the host does not know is for the server to switch from.
    pub(super) fn first(&mut self, plugin: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Refusal> {
        let plugin = match known(plugin) {
            Some(plugin) => plugin,
            None => AuthPlugin::MysqlNativePassword,
        };
        let challenge = self.scramble.clone();
        // MariaDB's has a challenge of its own, which comes with the switch.
        if plugin == AuthPlugin::Ed25519 {
            return Ok((plugin.as_bytes().to_vec(), vec![]));
        }
        match self.begin(plugin.clone(), &challenge)? {
            Step::Send(answer) => Ok((plugin.as_bytes().to_vec(), answer)),
            _ => Ok((plugin.as_bytes().to_vec(), vec![])),
        }
    }

    /// Takes the server's next packet.
    pub(super) fn packet(&mut self, payload: &Bytes) -> Result<Step, Refusal> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(Refusal::Protocol("the login does not end".into()));
        }
        match payload.split_first() {
            Some((&frame::OK, _)) => Ok(Step::Done),
            Some((&frame::ERR, _)) => Err(Refusal::Server(payload.clone())),
            Some((&frame::EOF, rest)) => self.switch(rest),
            // AuthMoreData: one byte of how it goes on, or the server's key.
            Some((1, key)) if key.len() > 1 && !key::is_sound(key) => {
                Err(Refusal::Protocol("the server's key is not one".into()))
            }
            Some((1, challenge)) => self.run(challenge),
            _ => Err(Refusal::Protocol("a packet has no place in a login".into())),
        }
    }

    /// AuthSwitchRequest.
    fn switch(&mut self, mut rest: &[u8]) -> Result<Step, Refusal> {
        let Some(name) = frame::c_string(&mut rest) else {
            let what = "the server asks for the authentication of MySQL 4.0";
            return Err(Refusal::Login(what.into()));
        };
        let Some(plugin) = known(name) else {
            let name = String::from_utf8_lossy(name);
            return Err(Refusal::Login(format!(
                "the server asks for authentication by {name}, and only mysql_native_password, caching_sha2_password, sha256_password and ed25519 are supported"
            )));
        };
        let challenge = match rest {
            [challenge @ .., 0] if matches!(challenge.len(), SCRAMBLE | 32) => challenge,
            all => all,
        };
        self.scramble = Bytes::copy_from_slice(challenge);
        self.begin(plugin, challenge)
    }

    fn begin(&mut self, plugin: AuthPlugin<'_>, challenge: &[u8]) -> Result<Step, Refusal> {
        let process = AuthProc::init(&plugin).map_err(|error| Refusal::Login(error.to_string()))?;
        self.process = Some(process);
        self.run(challenge)
    }

    fn run(&mut self, challenge: &[u8]) -> Result<Step, Refusal> {
        let Some(mut process) = self.process.take() else {
            return Err(Refusal::Protocol("the login is out of order".into()));
        };
        let response = process.run(&*self, challenge);
        self.process = Some(process);
        let response = response.map_err(|error| Refusal::Protocol(error.to_string()))?;
        let (Response::Next { packet } | Response::Last { packet }) = response;
        Ok(packet.map_or(Step::Read, Step::Send))
    }
}

impl Context for &Login {
    fn pass(&self) -> &[u8] {
        &self.password
    }

    fn is_ipc_transport(&self) -> bool {
        false
    }

    fn is_tls_transport(&self) -> bool {
        self.encrypted
    }

    fn scramble(&self) -> &[u8] {
        &self.scramble
    }

    fn server_key_pem(&self) -> Option<&[u8]> {
        None
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.password);
    }
}

/// The plugins that do not send the password in clear, unless the connection
/// is encrypted.
fn known(name: &[u8]) -> Option<AuthPlugin<'static>> {
    let plugin = AuthPlugin::from_bytes(name).into_owned();
    matches!(
        plugin,
        AuthPlugin::MysqlNativePassword
            | AuthPlugin::CachingSha2Password
            | AuthPlugin::Sha256Password
            | AuthPlugin::Ed25519
    )
    .then_some(plugin)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRAMBLED: &[u8] = b"01234567890123456789";

    fn login() -> Login {
        Login::new(b"secret", Bytes::from_static(SCRAMBLED), false)
    }

    fn packet(login: &mut Login, payload: &[u8]) -> Result<Step, Refusal> {
        login.packet(&Bytes::copy_from_slice(payload))
    }

    #[test]
    fn the_native_password_is_scrambled_at_once() {
        let mut login = login();
        let (plugin, answer) = login.first(b"mysql_native_password").unwrap();
        assert_eq!(
            (&plugin[..], answer.len()),
            (&b"mysql_native_password"[..], 20)
        );
        assert_eq!(packet(&mut login, &[0, 0, 0, 2, 0, 0, 0]), Ok(Step::Done));
    }

    #[test]
    fn caching_sha2_is_fast_or_asks_for_the_servers_key() {
        let mut fast = login();
        let (plugin, answer) = fast.first(b"caching_sha2_password").unwrap();
        assert_eq!(
            (&plugin[..], answer.len()),
            (&b"caching_sha2_password"[..], 32)
        );
        assert_eq!(packet(&mut fast, &[1, 3]), Ok(Step::Read));
        assert_eq!(packet(&mut fast, &[0]), Ok(Step::Done));
        let mut full = login();
        full.first(b"caching_sha2_password").unwrap();
        assert_eq!(packet(&mut full, &[1, 4]), Ok(Step::Send(vec![2])));
        let key = b"\x01-----BEGIN PUBLIC KEY-----\nnonsense";
        assert!(matches!(packet(&mut full, key), Err(Refusal::Protocol(_))));
    }

    #[test]
    fn a_switch_is_followed_but_never_to_the_password_in_clear() {
        let mut login = login();
        login.first(b"unheard_of").unwrap();
        let switch = [b"\xfeclient_ed25519\0", &[7; 32][..]].concat();
        match packet(&mut login, &switch) {
            Ok(Step::Send(answer)) => assert_eq!(answer.len(), 64),
            other => panic!("{other:?}"),
        }
        for name in [
            &b"\xfemysql_clear_password\0"[..],
            b"\xfemysql_old_password\0x",
            b"\xfe",
        ] {
            let refused = packet(&mut login, name);
            assert!(matches!(refused, Err(Refusal::Login(_))), "{refused:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for payload in [&b""[..], b"\x05", b"\x01\x03"] {
            let refused = packet(&mut login(), payload);
            assert!(matches!(refused, Err(Refusal::Protocol(_))), "{payload:?}");
        }
        let mut endless = login();
        let switch = [b"\xfemysql_native_password\0", SCRAMBLED].concat();
        let ends = (0..20).any(|_| packet(&mut endless, &switch).is_err());
        assert!(ends);
        let error = Bytes::from_static(b"\xff\x15\x04#28000Access denied");
        assert_eq!(login().packet(&error), Err(Refusal::Server(error)));
    }
}
