//! Certificates for tests, made when they are asked for, and what a server
//! needs of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, date_time_ymd,
};

use crate::process::report;

/// How a CA signs.
#[derive(Clone, Copy, Debug)]
pub enum Signature {
    /// ECDSA with SHA-256.
    Sha256,
    /// ECDSA with SHA-384.
    Sha384,
    /// Ed25519, which has no digest of its own.
    Ed25519,
}

/// A CA of a test's own.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its private key, both PEM.
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

/// The TLS of a server.
pub struct ServerTls<'a> {
    /// What it shows.
    pub pair: &'a Pair,
    /// The CA whose certificates it demands of its clients; nothing where it
    /// demands none.
    pub clients: Option<&'a Authority>,
}

impl Authority {
    /// Makes a CA with a name.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn new(name: &str) -> Result<Self> {
        Self::signing_by(name, Signature::Sha256)
    }

    /// Makes a CA that signs in some way.
    ///
    /// # Errors
    /// As [`Authority::new`].
    pub fn signing_by(name: &str, signature: Signature) -> Result<Self> {
        let algorithm = match signature {
            Signature::Sha256 => &PKCS_ECDSA_P256_SHA256,
            Signature::Sha384 => &PKCS_ECDSA_P384_SHA384,
            Signature::Ed25519 => &PKCS_ED25519,
        };
        let mut params = named(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self(CertifiedIssuer::self_signed(
            params,
            KeyPair::generate_for(algorithm)?,
        )?))
    }

    /// Its certificate, PEM.
    #[must_use]
    pub fn certificate(&self) -> String {
        self.0.pem()
    }

    /// Signs a server's certificate for DNS names and addresses.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn server(&self, names: &[&str]) -> Result<Pair> {
        self.sign(named("server", names)?, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// The same, as it was good until the year 2001.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn expired(&self, names: &[&str]) -> Result<Pair> {
        let mut params = named("server", names)?;
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2001, 1, 1);
        self.sign(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Signs a client's certificate.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn client(&self, name: &str) -> Result<Pair> {
        self.sign(named(name, &[])?, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, mut params: CertificateParams, usage: ExtendedKeyUsagePurpose) -> Result<Pair> {
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate()?;
        Ok(Pair {
            certificate: params.signed_by(&key, &self.0)?.pem(),
            key: key.serialize_pem(),
        })
    }
}

impl Pair {
    /// A certificate that nobody but its owner has signed.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn self_signed(names: &[&str]) -> Result<Self> {
        let mut params = named("server", names)?;
        // As `openssl req -x509` makes them.
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        Ok(Self {
            certificate: params.self_signed(&key)?.pem(),
            key: key.serialize_pem(),
        })
    }
}

impl Pair {
    /// A certificate of version 1, without any name but the subject's: what
    /// `openssl x509 -req` makes where it is told nothing else.
    ///
    /// # Errors
    /// Where `openssl` is missing, or makes another.
    pub fn version_one() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let key = KeyPair::generate()?;
        let request = named("server", &[])?.serialize_request(&key)?.pem()?;
        fs::write(folder.path().join("request"), request)?;
        fs::write(folder.path().join("key"), key.serialize_pem())?;
        let output = Command::new("openssl")
            .args(["x509", "-req", "-in", "request", "-signkey", "key", "-text"])
            .current_dir(folder.path())
            .output()
            .context("cannot run openssl: install the Debian package `openssl`")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(text.contains("Version: 1 (0x0)"), "{}", report(&output));
        let begin = text.find("-----BEGIN").context("no certificate")?;
        Ok(Self {
            certificate: text[begin..].to_owned(),
            key: key.serialize_pem(),
        })
    }
}

fn named(name: &str, names: &[&str]) -> Result<CertificateParams> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

/// The names of the files that [`ServerTls::write`] writes.
pub(crate) const CERTIFICATE: &str = "tls.crt";
pub(crate) const KEY: &str = "tls.key";
pub(crate) const CLIENTS: &str = "tls-clients.crt";

impl ServerTls<'_> {
    /// Writes what a server reads into a directory.
    pub(crate) fn write(&self, directory: &Path) -> Result<()> {
        let clients = self.clients.map(Authority::certificate);
        let files = [
            (CERTIFICATE, Some(&self.pair.certificate)),
            (KEY, Some(&self.pair.key)),
            (CLIENTS, clients.as_ref()),
        ];
        for (name, text) in files {
            if let Some(text) = text {
                let path = directory.join(name);
                fs::write(&path, text).with_context(|| format!("cannot write {name}"))?;
            }
        }
        Ok(())
    }
}
