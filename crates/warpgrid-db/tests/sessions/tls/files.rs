//! Certificates on disk, and settings that name them.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use tempfile::TempDir;
use warpgrid_db::{Endpoint, Tls, TlsMode, TlsSettings};
use warpgrid_test_harness::tls::{Authority, Pair};

pub const MODES: [TlsMode; 5] = [
    TlsMode::Disable,
    TlsMode::Prefer,
    TlsMode::Require,
    TlsMode::VerifyCa,
    TlsMode::VerifyFull,
];

/// Where the servers of all tests are.
pub const HERE: &str = "127.0.0.1";

/// The CA that has signed the certificates of all servers but strange ones.
pub fn authority() -> &'static Authority {
    static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new("ours").unwrap());
    &AUTHORITY
}

/// Another, which nobody trusts.
pub fn stranger() -> &'static Authority {
    static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new("strange").unwrap());
    &AUTHORITY
}

/// A file in the folder of this test program.
pub fn file(text: &str) -> PathBuf {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().unwrap());
    let (_, path) = tempfile::NamedTempFile::new_in(FOLDER.path())
        .unwrap()
        .keep()
        .unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

/// A mode that knows [`authority`].
pub fn knowing(mode: TlsMode) -> TlsSettings {
    TlsSettings {
        mode,
        ca: Some(file(&authority().certificate())),
        ..TlsSettings::default()
    }
}

/// A mode that knows nobody.
pub fn blind(mode: TlsMode) -> TlsSettings {
    TlsSettings {
        mode,
        ..TlsSettings::default()
    }
}

/// The settings with a client's certificate.
pub fn showing(pair: &Pair, settings: TlsSettings) -> TlsSettings {
    TlsSettings {
        certificate: Some(file(&pair.certificate)),
        key: Some(file(&pair.key)),
        ..settings
    }
}

/// The endpoint with TLS.
pub fn with(endpoint: &Endpoint, settings: &TlsSettings) -> Arc<Endpoint> {
    Arc::new(Endpoint {
        tls: Tls::new(settings).unwrap(),
        ..endpoint.clone()
    })
}
