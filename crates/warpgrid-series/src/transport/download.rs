//! Files that a transport downloads: checked once, then kept in the store.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha512};
use warpgrid_store::{Check, Key};

use crate::{Fetch, SeriesError, tarball};

/// What a checksum in the form of npm begins with.
const SHA512: &str = "sha512-";

/// An archive that is pinned.
pub(super) struct Archive<'a> {
    /// Its name.
    pub(super) file: &'a str,
    /// Sha256 in hexadecimal, or sha512 in the form of npm.
    pub(super) checksum: &'a str,
    /// The directory of it that is wanted, where that is not all.
    pub(super) directory: Option<&'a str>,
}

/// Imports an archive, downloaded if need be.
pub(super) fn import(
    repository: &git2::Repository,
    fetch: &Fetch<'_>,
    archive: &Archive<'_>,
    download: impl FnOnce() -> Result<Vec<u8>, SeriesError>,
) -> Result<git2::Oid, SeriesError> {
    let path = kept(fetch, archive.file, archive.checksum, download)?;
    tarball::import(
        repository,
        &path,
        archive.file,
        archive.directory,
        fetch.cancel,
    )
}

/// The path in the store of the file with this checksum.
fn kept(
    fetch: &Fetch<'_>,
    file: &str,
    checksum: &str,
    download: impl FnOnce() -> Result<Vec<u8>, SeriesError>,
) -> Result<PathBuf, SeriesError> {
    let store = fetch.place.store();
    let key = match checksum.strip_prefix(SHA512) {
        Some(hash) => Key::new("download").field("sha512", hash),
        None => Key::new("download").field("sha256", checksum.to_ascii_lowercase()),
    };
    let key = key.finish();
    if let Some(damage) = store.damage(&key, Check::Full)? {
        tracing::warn!("the stored download {file} is damaged and is fetched again: {damage}");
        store.remove(&key)?;
    }
    let path = match store.get(&key, Check::Quick)? {
        Some(entry) => entry.path,
        None => {
            let bytes = download()?;
            verify(file, checksum, &bytes)?;
            store.put_blob(&key, &bytes)?
        }
    };
    store.set_root(&format!("download/{file}"), &key)?;
    Ok(path)
}

fn verify(file: &str, expected: &str, bytes: &[u8]) -> Result<(), SeriesError> {
    let (found, same) = if expected.starts_with(SHA512) {
        let found = format!("{SHA512}{}", STANDARD.encode(Sha512::digest(bytes)));
        let same = found == expected;
        (found, same)
    } else {
        let digits = Sha256::digest(bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect::<String>();
        let same = digits.eq_ignore_ascii_case(expected);
        (digits, same)
    };
    if same {
        return Ok(());
    }
    Err(SeriesError::Checksum {
        file: file.to_owned(),
        expected: expected.to_owned(),
        found,
    })
}
