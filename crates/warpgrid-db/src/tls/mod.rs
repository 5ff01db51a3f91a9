//! TLS to a server: what an operator asks for, and the handshake.
//!
//! The modes mean what PostgreSQL's documentation says of libpq's `sslmode`
//! (34.19.1 "Client Verification of Server Certificates", 34.19.3 "Protection
//! Provided in Different Modes"), for every protocol.

mod binding;
mod explain;
mod files;
mod transport;
mod verify;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub(crate) use binding::end_point;
pub(crate) use explain::explain;
pub use files::TlsError;
pub(crate) use transport::Encrypted;

use crate::endpoint::Endpoint;
use crate::error::Error;
use verify::{Trust, Verifier};

/// How much TLS a connection must have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsMode {
    /// None.
    #[default]
    Disable,
    /// TLS where the server has it, else none. Whoever is between can take it
    /// away.
    Prefer,
    /// TLS, with whoever answers; where there is a file of CAs, as
    /// [`TlsMode::VerifyCa`].
    Require,
    /// TLS, with a server whose certificate a known CA has signed.
    VerifyCa,
    /// TLS, with a server whose certificate a known CA has signed for its name.
    VerifyFull,
}

impl fmt::Display for TlsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        })
    }
}

/// What an operator says of the TLS to one server.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// How much of it there must be.
    pub mode: TlsMode,
    /// A PEM file of the CAs that are trusted. Absent: those of the system,
    /// where the mode verifies at all.
    pub ca: Option<PathBuf>,
    /// A PEM file of the certificate that the server is shown, and those that
    /// lead from it to a CA.
    pub certificate: Option<PathBuf>,
    /// A PEM file of that certificate's private key, not encrypted.
    pub key: Option<PathBuf>,
    /// The name that the server's certificate must have, and that the server is
    /// asked for. Absent: the host of the endpoint.
    pub server_name: Option<String>,
}

/// The TLS to one server, its files read. Two are equal where mode, name and
/// the contents of the files are. Clones share everything.
#[derive(Clone, Default)]
pub struct Tls {
    mode: TlsMode,
    server_name: Option<String>,
    /// Of the contents of all files.
    digest: [u8; 32],
    /// Nothing where the mode is to have none.
    config: Option<Arc<ClientConfig>>,
}

impl Tls {
    /// Reads the files that are named.
    ///
    /// # Errors
    /// Names the file or the setting, what is wrong with it, and the remedy.
    pub fn new(settings: &TlsSettings) -> Result<Self, TlsError> {
        if settings.mode == TlsMode::Disable {
            return Ok(Self::default());
        }
        if let Some(name) = &settings.server_name
            && ServerName::try_from(name.as_str()).is_err()
        {
            return Err(TlsError::name(name));
        }
        let files = files::read(settings)?;
        let provider = Arc::new(ring::default_provider());
        let trust = match (settings.mode, files.roots) {
            (TlsMode::VerifyFull, Some(roots)) => Trust::Named(roots),
            (_, Some(roots)) => Trust::Signed(roots),
            (_, None) => Trust::Anybody,
        };
        let verifier = Verifier::new(trust, provider.signature_verification_algorithms);
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::provider)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match files.identity {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| TlsError::identity(settings, &error))?,
            None => builder.with_no_client_auth(),
        };
        // Connections are pooled, so handshakes are few, and each verifies.
        config.resumption = Resumption::disabled();
        Ok(Self {
            mode: settings.mode,
            server_name: settings.server_name.clone(),
            digest: files.digest,
            config: Some(Arc::new(config)),
        })
    }

    /// The same for a server of this name, where the settings have given none:
    /// the endpoint's host may be an address that stands for it.
    #[must_use]
    pub fn or_named(mut self, host: &str) -> Self {
        if self.is_wanted() {
            self.server_name.get_or_insert_with(|| host.to_owned());
        }
        self
    }

    /// How much of it there must be.
    #[must_use]
    pub fn mode(&self) -> TlsMode {
        self.mode
    }

    /// Whether to try it at all.
    pub(crate) fn is_wanted(&self) -> bool {
        self.config.is_some()
    }

    /// Whether a connection may be without it.
    pub(crate) fn is_optional(&self) -> bool {
        matches!(self.mode, TlsMode::Disable | TlsMode::Prefer)
    }

    /// The handshake, on a transport on which the server expects it next.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        endpoint: &Endpoint,
    ) -> Result<Encrypted, Error> {
        let name = self.server_name.as_ref().unwrap_or(&endpoint.host);
        let failed = |what: String, remedy: &str| Error::Tls {
            endpoint: endpoint.to_string(),
            what,
            remedy: remedy.into(),
        };
        let Some(config) = &self.config else {
            let what = "the connection is to have no TLS".into();
            return Err(failed(what, "set tls = \"require\""));
        };
        let name = ServerName::try_from(name.clone()).map_err(|_| {
            let what = format!("\"{name}\" is no name that a certificate can have");
            failed(what, "set tls-server-name")
        })?;
        let connector = TlsConnector::from(config.clone());
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|error| {
            explain(endpoint, &error).unwrap_or_else(|| {
                let what = format!("the TLS handshake was not finished: {error}");
                failed(what, "look into the server's log for its reason")
            })
        })?;
        Ok(Encrypted::new(stream))
    }
}

impl PartialEq for Tls {
    fn eq(&self, other: &Self) -> bool {
        self.mode == other.mode
            && self.server_name == other.server_name
            && self.digest == other.digest
    }
}

impl Eq for Tls {}

impl Hash for Tls {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.mode, &self.server_name, self.digest).hash(state);
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("mode", &self.mode)
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}
