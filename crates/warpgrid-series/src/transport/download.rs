//! Files that a transport downloads: checked once, then kept in the store.

use std::path::PathBuf;

use sha2::{Digest, Sha256};
use warpgrid_store::{Check, Key};

use crate::{Fetch, SeriesError};

/// The path in the store of the file with this checksum, downloaded if need be.
pub(super) fn kept(
    fetch: &Fetch<'_>,
    file: &str,
    sha256: &str,
    download: impl FnOnce() -> Result<Vec<u8>, SeriesError>,
) -> Result<PathBuf, SeriesError> {
    let store = fetch.place.store();
    let key = Key::new("download")
        .field("sha256", sha256.to_ascii_lowercase())
        .finish();
    if let Some(damage) = store.damage(&key, Check::Full)? {
        tracing::warn!("the stored download {file} is damaged and is fetched again: {damage}");
        store.remove(&key)?;
    }
    let path = match store.get(&key, Check::Quick)? {
        Some(entry) => entry.path,
        None => {
            let bytes = download()?;
            verify(file, sha256, &bytes)?;
            store.put_blob(&key, &bytes)?
        }
    };
    store.set_root(&format!("download/{file}"), &key)?;
    Ok(path)
}

fn verify(file: &str, sha256: &str, bytes: &[u8]) -> Result<(), SeriesError> {
    let found: String = Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    if found.eq_ignore_ascii_case(sha256) {
        return Ok(());
    }
    Err(SeriesError::Checksum {
        file: file.to_owned(),
        expected: sha256.to_owned(),
        found,
    })
}
