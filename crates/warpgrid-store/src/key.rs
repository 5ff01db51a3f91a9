//! The name of an entry: a digest over everything it is made from.

use std::fmt;
use std::str::FromStr;

/// The blake3 digest that names an entry of the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// Starts a key for one kind of entry ("sysroot", "download",
    /// "compiled-component"). The kind keeps equal inputs of different
    /// entries apart.
    #[expect(
        clippy::new_ret_no_self,
        reason = "a key is always built from labelled inputs"
    )]
    pub fn new(kind: &str) -> KeyBuilder {
        KeyBuilder {
            hasher: blake3::Hasher::new(),
        }
        .field("kind", kind)
    }

    /// The digest in 64 hexadecimal digits, as it stands on disk.
    pub fn to_hex(&self) -> String {
        self.to_string()
    }
}

/// Collects the labelled inputs of a [`Key`].
#[derive(Clone, Debug)]
pub struct KeyBuilder {
    hasher: blake3::Hasher,
}

impl KeyBuilder {
    /// Adds one input. Labels and values carry their lengths, so no two
    /// different lists of fields give the same key.
    #[must_use]
    pub fn field(mut self, label: &str, value: impl AsRef<[u8]>) -> Self {
        for part in [label.as_bytes(), value.as_ref()] {
            self.hasher.update(&(part.len() as u64).to_le_bytes());
            self.hasher.update(part);
        }
        self
    }

    /// The key of all inputs added so far.
    pub fn finish(self) -> Key {
        Key(*self.hasher.finalize().as_bytes())
    }
}

/// A text that is not 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a store key (64 hexadecimal digits)")]
pub struct ParseKeyError(String);

impl FromStr for Key {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        blake3::Hash::from_hex(text)
            .map(|hash| Key(*hash.as_bytes()))
            .map_err(|_| ParseKeyError(text.to_owned()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let a = Key::new("k").field("ab", "c").finish();
        let b = Key::new("k").field("a", "bc").finish();
        let c = Key::new("k").field("a", "b").field("c", "").finish();
        assert!(a != b && b != c && a != c);
        assert_ne!(Key::new("k").finish(), Key::new("l").finish());
    }

    #[test]
    fn text_form_round_trips_and_rejects_others() {
        let key = Key::new("k").finish();
        assert_eq!(key.to_hex().parse::<Key>(), Ok(key));
        assert!("xyz".parse::<Key>().is_err());
        assert!(format!("{key}0").parse::<Key>().is_err());
    }
}
