//! The files of certificates and keys, all of them PEM (RFC 7468).

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::verify::Roots;
use super::{TlsMode, TlsSettings};
use crate::secret::read_file;

/// No file of certificates is longer: all that a system trusts are a quarter.
const LONGEST: usize = 1 << 20;

/// Why TLS cannot be had as it is asked for.
#[derive(Debug, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct TlsError {
    setting: &'static str,
    what: String,
    remedy: String,
}

impl TlsError {
    fn new(setting: &'static str, what: String, remedy: impl Into<String>) -> Self {
        let remedy = remedy.into();
        Self {
            setting,
            what,
            remedy,
        }
    }

    /// The setting that is to blame, by its name in `[[database]]`.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// What is wrong.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    pub(super) fn name(name: &str) -> Self {
        let what = format!("`{name}` is no name that a certificate can have");
        let remedy = "give the server's DNS name or its IP address";
        Self::new("tls-server-name", what, remedy)
    }

    pub(super) fn provider(error: rustls::Error) -> Self {
        let what = format!("TLS cannot be set up: {error}");
        Self::new("tls", what, "set tls = \"disable\" and report this")
    }

    pub(super) fn identity(settings: &TlsSettings, error: &rustls::Error) -> Self {
        let shown = |path: &Option<PathBuf>| {
            let path = path.as_deref().unwrap_or(Path::new(""));
            path.display().to_string()
        };
        let what = format!(
            "{} and {} do not go together: {error}",
            shown(&settings.certificate),
            shown(&settings.key)
        );
        let remedy = "name the private key that the first certificate was made with";
        Self::new("tls-key", what, remedy)
    }
}

/// What the files hold.
pub(super) struct Files {
    /// Nothing where the server is not verified.
    pub(super) roots: Option<Roots>,
    pub(super) identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    pub(super) digest: [u8; 32],
}

pub(super) fn read(settings: &TlsSettings) -> Result<Files, TlsError> {
    let mut digest = Sha256::new();
    let verifies = matches!(settings.mode, TlsMode::VerifyCa | TlsMode::VerifyFull);
    let roots = match &settings.ca {
        Some(path) => Some(authorities(path, &mut digest)?),
        None if verifies => Some(systems(&mut digest)?),
        None => None,
    };
    let identity = match (&settings.certificate, &settings.key) {
        (Some(certificate), Some(key)) => {
            let chain = certificates("tls-cert", certificate, &mut digest)?;
            Some((chain, private_key(key, &mut digest)?))
        }
        (None, None) => None,
        (Some(_), None) => {
            let what = "a client certificate without its key".into();
            return Err(TlsError::new("tls-cert", what, "add tls-key beside it"));
        }
        (None, Some(_)) => {
            let what = "a key without its client certificate".into();
            return Err(TlsError::new("tls-key", what, "add tls-cert beside it"));
        }
    };
    Ok(Files {
        roots,
        identity,
        digest: digest.finalize().into(),
    })
}

/// The CAs of a file. A certificate that is none, a server's own, is good for
/// that server.
fn authorities(path: &Path, digest: &mut Sha256) -> Result<Roots, TlsError> {
    let certificates = certificates("tls-ca", path, digest)?;
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(certificates.iter().cloned());
    Ok(Roots::new(store, certificates))
}

fn systems(digest: &mut Sha256) -> Result<Roots, TlsError> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    for certificate in &found.certs {
        update(digest, certificate);
    }
    let (added, _) = store.add_parsable_certificates(found.certs);
    if added == 0 {
        let why = found.errors.first();
        let why = why.map_or_else(String::new, |error| format!(": {error}"));
        let what = format!("the system has no file of trusted CAs{why}");
        let remedy = "install the package ca-certificates, or name a file as tls-ca";
        return Err(TlsError::new("tls", what, remedy));
    }
    Ok(Roots::new(store, vec![]))
}

fn certificates(
    setting: &'static str,
    path: &Path,
    digest: &mut Sha256,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = contents(setting, path, digest)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        other => {
            let why = other.err().map(|error| format!(": {error}"));
            let path = path.display();
            let what = format!("{path} holds no certificate{}", why.unwrap_or_default());
            let remedy = "name a PEM file, with BEGIN CERTIFICATE in it";
            Err(TlsError::new(setting, what, remedy))
        }
    }
}

fn private_key(path: &Path, digest: &mut Sha256) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = contents("tls-key", path, digest)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        let what = format!("{} holds no private key that can be read", path.display());
        let remedy = "name a PEM file, with BEGIN PRIVATE KEY in it, that is not encrypted";
        TlsError::new("tls-key", what, remedy)
    })
}

fn contents(
    setting: &'static str,
    path: &Path,
    digest: &mut Sha256,
) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let contents = read_file(path, LONGEST).map_err(|why| {
        let what = format!("cannot read {}: {why}", path.display());
        TlsError::new(setting, what, "name a readable PEM file")
    })?;
    update(digest, &contents);
    Ok(contents)
}

/// Appends to the digest so that where one part ends cannot be mistaken.
fn update(digest: &mut Sha256, part: &[u8]) {
    digest.update((part.len() as u64).to_be_bytes());
    digest.update(part);
}
