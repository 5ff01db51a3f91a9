//! Passwords: where they come from, and how they are kept.

mod contents;
mod file;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};
use zeroize::Zeroize;

pub(crate) use contents::read_file;
use file::PasswordFile;

/// A password: never printed, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes a password, as the server expects it: any bytes but zero.
    #[must_use]
    pub fn new(password: impl Into<Vec<u8>>) -> Self {
        Self(password.into())
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Keyed, so that what stays in memory says nothing about the password.
    pub(crate) fn digest(&self) -> [u8; 32] {
        static SALT: LazyLock<[u8; 32]> = LazyLock::new(rand::random);
        Sha256::new()
            .chain_update(*SALT)
            .chain_update(&self.0)
            .finalize()
            .into()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl From<&str> for Secret {
    fn from(password: &str) -> Self {
        Self::new(password)
    }
}

/// The host's own password for a database, and where it comes from. Equal are
/// those that are the same, and those that come from the same file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Password(Source);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    Fixed(Secret),
    File(Arc<PasswordFile>),
}

impl Password {
    /// The contents of a file, but for a newline at its end. The file is read
    /// again when it changes: then the next login uses it, and connections that
    /// are logged in by what it was go to no other session. While it cannot be
    /// read, what it last was goes on being used.
    ///
    /// # Errors
    /// Where it cannot be read, is empty, or is no regular file of at most
    /// 64 KiB.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = PasswordFile::read(path.as_ref())?;
        Ok(Self(Source::File(Arc::new(file))))
    }

    /// The password as it is now.
    pub(crate) fn current(&self) -> Secret {
        match &self.0 {
            Source::Fixed(secret) => secret.clone(),
            Source::File(file) => file.current().0,
        }
    }

    /// The password as it is now, and a number that grows when it changes;
    /// nothing of one that cannot change.
    pub(crate) fn changing(&self) -> Option<(Secret, u64)> {
        match &self.0 {
            Source::Fixed(_) => None,
            Source::File(file) => Some(file.current()),
        }
    }
}

impl From<Secret> for Password {
    fn from(password: Secret) -> Self {
        Self(Source::Fixed(password))
    }
}

impl From<&str> for Password {
    fn from(password: &str) -> Self {
        Secret::from(password).into()
    }
}

#[cfg(test)]
mod tests;
