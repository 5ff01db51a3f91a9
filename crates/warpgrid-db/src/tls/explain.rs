//! What a TLS error means for the operator, and which key mends it.

use std::io;

use rustls::{AlertDescription, CertificateError, Error as Rustls};

use crate::endpoint::Endpoint;
use crate::error::Error;

/// The error behind an error of a stream's, if it is one of TLS.
pub(crate) fn explain(endpoint: &Endpoint, error: &io::Error) -> Option<Error> {
    let error = error.get_ref()?.downcast_ref::<Rustls>()?;
    let (what, remedy) = match error {
        Rustls::InvalidCertificate(error) => certificate(error),
        Rustls::AlertReceived(alert) => alert_received(*alert),
        Rustls::InvalidMessage(_) => (
            "the server does not answer with TLS".into(),
            "check that the port is the one for TLS, or set tls = \"disable\"",
        ),
        Rustls::PeerIncompatible(why) => (
            format!("the server has no version or cipher of TLS that the host has: {why:?}"),
            "turn on TLS 1.2 or 1.3 at the server",
        ),
        other => (
            format!("TLS failed: {other}"),
            "check what stands between the host and the server",
        ),
    };
    Some(Error::Tls {
        endpoint: endpoint.to_string(),
        what,
        remedy: remedy.into(),
    })
}

fn certificate(error: &CertificateError) -> (String, &'static str) {
    use CertificateError as E;
    match error {
        E::Expired | E::ExpiredContext { .. } => (
            "the server's certificate has expired".into(),
            "renew it at the server",
        ),
        E::NotValidYet | E::NotValidYetContext { .. } => (
            "the server's certificate is not valid yet".into(),
            "set the clock of this machine or of the one that made it",
        ),
        E::UnknownIssuer => (
            "the server's certificate is signed by an unknown issuer".into(),
            "name the file of the CA that has signed it as tls-ca",
        ),
        E::NotValidForNameContext {
            expected,
            presented,
        } => {
            let presented = match &presented[..] {
                [] => "no name, for that stands in subjectAltName alone".to_owned(),
                names => names.join(", "),
            };
            (
                format!(
                    "the server's certificate is not for \"{}\": it has {presented}",
                    expected.to_str()
                ),
                "set tls-server-name to a name that it has",
            )
        }
        E::NotValidForName => (
            "the server's certificate is for another name".into(),
            "set tls-server-name to a name that it has",
        ),
        other => (
            format!("the server's certificate will not do: {other}"),
            "renew it at the server, as version 3 and for a server, or name it itself as tls-ca",
        ),
    }
}

fn alert_received(alert: AlertDescription) -> (String, &'static str) {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired | A::NoCertificate => (
            "the server demands a client certificate".into(),
            "name one, and its key, as tls-cert and tls-key",
        ),
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::DecryptError
        | A::AccessDenied => (
            format!("the server refuses the client certificate: {alert:?}"),
            "name one as tls-cert that a CA of the server's has signed",
        ),
        A::UnrecognisedName => (
            "the server has no certificate for the name it is asked for".into(),
            "set tls-server-name to a name that it has",
        ),
        other => (
            format!("the server refuses the TLS handshake: {other:?}"),
            "look into the server's log for its reason",
        ),
    }
}
