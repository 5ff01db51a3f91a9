//! `password`, `password-env`, `password-file`: where the host's password for
//! a database comes from.

use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_spanned::Spanned;
use warpgrid_db::{Password, Secret};
use warpgrid_store::describe_io;

use super::super::diagnostic::Problem;

/// A password as it stands in `warp.toml`.
#[derive(Debug, Clone)]
pub struct Literal(Secret);

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What serde would say shows what stands there.
        String::deserialize(deserializer)
            .map(|text| Self(Secret::new(text)))
            .map_err(|_| D::Error::custom("a password is text: put it in quotes"))
    }
}

/// The three keys, of which one may be there.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources<'a> {
    pub(super) literal: Option<&'a Spanned<Literal>>,
    pub(super) variable: Option<&'a Spanned<String>>,
    pub(super) file: Option<&'a Spanned<PathBuf>>,
}

impl Sources<'_> {
    /// Where the first of them stands.
    pub(super) fn span(&self) -> Option<std::ops::Range<usize>> {
        let literal = self.literal.map(Spanned::span);
        let variable = self.variable.map(Spanned::span);
        literal
            .or(variable)
            .or_else(|| self.file.map(Spanned::span))
    }

    /// Reads the password. Relative paths are relative to the folder.
    pub(super) fn read(&self, folder: &Path) -> Result<Option<Password>, Problem> {
        match (self.literal, self.variable, self.file) {
            (None, None, None) => Ok(None),
            (Some(literal), None, None) => Ok(Some(literal.as_ref().0.clone().into())),
            (None, Some(variable), None) => from_environment(variable).map(Some),
            (None, None, Some(file)) => from_file(file, folder).map(Some),
            _ => Err(Problem::new(
                self.span().unwrap_or_default(),
                "a database has one password".to_owned(),
                "keep one of password, password-env and password-file",
            )),
        }
    }
}

fn from_environment(variable: &Spanned<String>) -> Result<Password, Problem> {
    let name = variable.as_ref();
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| {
        Problem::new(
            variable.span(),
            format!("the environment variable `{name}` is not set"),
            format!("set {name} to the password before you start the host"),
        )
    })?;
    Ok(Secret::new(value.into_vec()).into())
}

fn from_file(file: &Spanned<PathBuf>, folder: &Path) -> Result<Password, Problem> {
    let path = folder.join(file.as_ref());
    Password::file(&path).map_err(|error| {
        Problem::new(
            file.span(),
            format!("cannot read {}: {}", path.display(), describe_io(&error)),
            "name a readable file that holds the password, relative to the folder of warp.toml",
        )
    })
}
