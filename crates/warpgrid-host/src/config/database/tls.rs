//! `tls` and the keys beside it.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_spanned::Spanned;
use warpgrid_db::{Tls, TlsSettings};

use super::super::diagnostic::Problem;
use super::{DatabaseConfig, DatabaseProtocol};

/// How much TLS the connection to a server must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// None.
    Disable,
    /// Where the server has it.
    Prefer,
    /// Always; whose certificate it is counts only where `tls-ca` is given.
    Require,
    /// Always, with a certificate that a known CA has signed.
    VerifyCa,
    /// Always, with a certificate that a known CA has signed for the server's
    /// name.
    VerifyFull,
}

impl From<TlsMode> for warpgrid_db::TlsMode {
    fn from(mode: TlsMode) -> Self {
        match mode {
            TlsMode::Disable => Self::Disable,
            TlsMode::Prefer => Self::Prefer,
            TlsMode::Require => Self::Require,
            TlsMode::VerifyCa => Self::VerifyCa,
            TlsMode::VerifyFull => Self::VerifyFull,
        }
    }
}

/// Reads the files that are named, relative to the folder.
pub(super) fn read(database: &DatabaseConfig, folder: &Path) -> Result<Tls, Problem> {
    let spans = [
        ("tls-ca", database.tls_ca.as_ref().map(Spanned::span)),
        ("tls-cert", database.tls_cert.as_ref().map(Spanned::span)),
        ("tls-key", database.tls_key.as_ref().map(Spanned::span)),
        (
            "tls-server-name",
            database.tls_server_name.as_ref().map(Spanned::span),
        ),
    ];
    let mode = database.tls.as_ref().map(|mode| *mode.as_ref());
    // Redis has TLS on a port of its own.
    let mode = mode.unwrap_or(match database.protocol {
        DatabaseProtocol::Postgres | DatabaseProtocol::Mysql => TlsMode::Prefer,
        DatabaseProtocol::Redis => TlsMode::Disable,
    });
    if mode == TlsMode::Disable {
        let given = spans
            .iter()
            .find_map(|(name, span)| span.clone().zip(Some(name)));
        return match given {
            None => Ok(Tls::default()),
            Some((span, name)) => Err(Problem::new(
                span,
                format!("{name} without TLS"),
                format!("add tls = \"verify-full\" beside it, or remove {name}"),
            )),
        };
    }
    let path = |path: &Option<Spanned<PathBuf>>| {
        let path = path.as_ref()?;
        Some(folder.join(path.as_ref()))
    };
    let name = database.tls_server_name.as_ref();
    let settings = TlsSettings {
        mode: mode.into(),
        ca: path(&database.tls_ca),
        certificate: path(&database.tls_cert),
        key: path(&database.tls_key),
        server_name: name.map(|name| name.as_ref().clone()),
    };
    let (host, _) = database.upstream();
    let tls = Tls::new(&settings).map(|tls| tls.or_named(host));
    tls.map_err(|error| {
        let named = spans.into_iter().find(|(name, _)| *name == error.setting());
        let span = named.and_then(|(_, span)| span);
        let span = span
            .or_else(|| database.tls.as_ref().map(Spanned::span))
            .unwrap_or_else(|| database.host.span());
        Problem::new(span, error.what().to_owned(), error.remedy())
    })
}
