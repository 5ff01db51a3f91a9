//! Channel binding: what ties a login to the TLS connection that it is on.

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::ObjectIdentifier;

/// `tls-server-end-point` (RFC 5929, section 4.1): a digest of the server's
/// certificate, by the function of the certificate's own signature; by SHA-256
/// where that is MD5 or SHA-1. Nothing where the signature has no function of
/// its own (Ed25519), or chooses it by a parameter (RSASSA-PSS).
pub(crate) fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let algorithm = Certificate::from_der(certificate)
        .ok()?
        .signature_algorithm()
        .oid;
    let is = |names: &[&str]| {
        let mut names = names.iter();
        names.any(|name| ObjectIdentifier::new(name).is_ok_and(|known| known == algorithm))
    };
    // RFC 8017, appendix A.2.4, and RFC 5758, section 3.2: RSA, then ECDSA.
    const MD5_SHA1_SHA256: &[&str] = &[
        "1.2.840.113549.1.1.4",
        "1.2.840.113549.1.1.5",
        "1.2.840.10045.4.1",
        "1.2.840.113549.1.1.11",
        "1.2.840.10045.4.3.2",
    ];
    const SHA384: &[&str] = &["1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3"];
    const SHA512: &[&str] = &["1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4"];
    if is(MD5_SHA1_SHA256) {
        Some(Sha256::digest(certificate).to_vec())
    } else if is(SHA384) {
        Some(Sha384::digest(certificate).to_vec())
    } else if is(SHA512) {
        Some(Sha512::digest(certificate).to_vec())
    } else {
        None
    }
}
