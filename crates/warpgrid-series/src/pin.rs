//! `UPSTREAM_REF`: what is patched.

use std::fs;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_spanned::Spanned;

use crate::SeriesError;

/// What is patched: the content of `UPSTREAM_REF`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Upstream {
    /// Upstream's name, which also names its directories in the cache.
    pub name: String,
    /// Upstream's version, as people call it.
    pub version: String,
    /// Upstream's commit, where upstream is a git repository.
    pub commit: Option<String>,
    /// The git hash of the normalised tree (see the crate's documentation).
    pub tree: String,
}

impl Upstream {
    /// Reads an `UPSTREAM_REF`.
    ///
    /// # Errors
    /// [`SeriesError::Config`] with the place of what is wrong.
    pub fn read(path: &Path) -> Result<Self, SeriesError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            name: Spanned<String>,
            version: Spanned<String>,
            commit: Option<Spanned<String>>,
            tree: Spanned<String>,
        }
        let text = read(path)?;
        let file: File = parse(path, &text)?;
        let check = |value: &Spanned<String>, ok: fn(&str) -> bool, what: &str| {
            if ok(value.get_ref()) {
                return Ok(());
            }
            Err(config(path, &text, value.span(), what.to_owned()))
        };
        check(
            &file.name,
            is_name,
            "a name is letters, digits, '-', '_' and '.', starting with a letter or digit",
        )?;
        check(
            &file.version,
            |v| !v.trim().is_empty(),
            "the version is empty",
        )?;
        check(
            &file.tree,
            is_git_hash,
            "a tree is named by 40 hexadecimal digits",
        )?;
        if let Some(commit) = &file.commit {
            check(
                commit,
                is_git_hash,
                "a commit is named by 40 hexadecimal digits",
            )?;
        }
        Ok(Upstream {
            name: file.name.into_inner(),
            version: file.version.into_inner(),
            commit: file.commit.map(Spanned::into_inner),
            tree: file.tree.into_inner(),
        })
    }
}

pub(crate) fn read(path: &Path) -> Result<String, SeriesError> {
    fs::read_to_string(path).map_err(|e| SeriesError::io("read", path, e))
}

pub(crate) fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, SeriesError> {
    toml_edit::de::from_str(text)
        .map_err(|e| config(path, text, e.span().unwrap_or(0..0), e.message().to_owned()))
}

pub(crate) fn config(path: &Path, text: &str, span: Range<usize>, message: String) -> SeriesError {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    SeriesError::Config {
        path: path.to_owned(),
        line,
        column,
        message,
    }
}

pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b))
}

fn is_git_hash(text: &str) -> bool {
    text.len() == 40
        && text
            .bytes()
            .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
}
