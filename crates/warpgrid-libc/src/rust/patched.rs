//! Crates of a registry, compiled from patched copies.
//!
//! cargo's `[patch]` would rewrite the user's Cargo.lock and fail under
//! `--locked`. Here cargo resolves and builds the very versions that the lock
//! file names; a compiler wrapper ([`super::wrapper`]) points rustc to a
//! patched copy of their sources. The copies lie in the store.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;
use warpgrid_pack::{Error, PackRequest};
use warpgrid_series::{SeriesError, patch_directory};
use warpgrid_store::{BuildError, Key, KeyBuilder, Staging, Store};

use super::graph::Crate;
use super::series::{CrateSeries, SERIES};
use super::wrapper::{self, Replacement};

/// The patched crates of one program.
#[derive(Debug, Default)]
pub(super) struct PatchedCrates {
    /// Names and versions of those that the user was told of, patched or not.
    told: Vec<(String, String)>,
    replacements: Vec<Replacement>,
    digest: String,
}

impl PatchedCrates {
    /// Makes the patched copies that the program needs, and says which they
    /// are. `unpatched` names crates that the user wants as they are.
    ///
    /// # Errors
    /// When a patch does not apply to the version in use.
    pub(super) fn prepare(
        request: &PackRequest<'_>,
        crates: &[Crate],
        unpatched: &[String],
    ) -> Result<Self, Error> {
        expect_series(unpatched)?;
        let mut patched = Self::default();
        let mut digest = Key::new("patched-crates");
        for (found, series) in with_series(crates) {
            let label = format!("{} {}", found.name, found.version);
            let note = if unpatched.contains(&found.name) {
                format!("{label} is built as it is, as warp.toml says")
            } else if found.is_from_registry() {
                patched.replacements.push(Replacement {
                    from: found.directory().to_owned(),
                    to: copy(found, series)?,
                });
                digest = series_fields(digest, series);
                format!("{label} is built with {} for WASI", series.label())
            } else {
                let place = found.directory().display();
                format!(
                    "{label} is built as it is: only a registry's sources are patched for WASI, \
                     and it is from {place}"
                )
            };
            request.progress.note(&note);
            let told = (found.name.clone(), found.version.clone());
            patched.told.push(told);
        }
        patched.digest = digest.finish().to_hex();
        Ok(patched)
    }

    /// Flags that make cargo build anew when other patches are in force.
    pub(super) fn flags(&self) -> Vec<String> {
        if self.replacements.is_empty() {
            return Vec::new();
        }
        vec![
            "--cfg".to_owned(),
            format!("warpgrid_patches=\"{}\"", &self.digest[..16]),
        ]
    }

    /// Has cargo compile the copies.
    pub(super) fn compile_by(
        &self,
        cargo: &mut Command,
        request: &PackRequest<'_>,
    ) -> Result<(), Error> {
        if self.replacements.is_empty() {
            return Ok(());
        }
        wrapper::install(cargo, request, &self.replacements)
    }

    /// That nothing was built from stock sources without a word: `packages` are
    /// what cargo says it compiled.
    ///
    /// # Errors
    /// When cargo compiled a crate that it had not said it would.
    pub(super) fn expect_all(&self, packages: &BTreeSet<String>) -> Result<(), Error> {
        let is_told = |name: &str, version: &str| {
            let mut told = self.told.iter();
            told.any(|(known, of)| known == name && of == version)
        };
        for package in packages {
            // `SOURCE#NAME@VERSION`; a directory's may lack the name.
            let Some((name, version)) = package
                .rsplit_once('#')
                .and_then(|(_, package)| package.split_once('@'))
            else {
                continue;
            };
            if CrateSeries::of(name).is_some() && !is_told(name, version) {
                return Err(Error::Project {
                    message: format!("cargo built {name} {version} without its patches for WASI"),
                    help: "give arguments that choose features in warp.toml (`features` under \
                           [package])"
                        .to_owned(),
                });
            }
        }
        Ok(())
    }
}

fn with_series(crates: &[Crate]) -> impl Iterator<Item = (&Crate, &'static CrateSeries)> {
    crates
        .iter()
        .filter_map(|found| Some((found, CrateSeries::of(&found.name)?)))
}

fn expect_series(names: &[String]) -> Result<(), Error> {
    match names.iter().find(|name| CrateSeries::of(name).is_none()) {
        None => Ok(()),
        Some(name) => {
            let known: Vec<_> = SERIES.iter().map(|series| series.name).collect();
            Err(Error::Project {
                message: format!("`unpatched` names {name}, which has no patches"),
                help: format!("crates with patches: {}", known.join(", ")),
            })
        }
    }
}

fn series_fields(mut key: KeyBuilder, series: &CrateSeries) -> KeyBuilder {
    key = key.field("crate", series.name);
    for (file, text) in series.texts() {
        key = key.field(file, text);
    }
    key
}

/// The patched copy in the store. Its name is a digest of the sources as cargo
/// has them, which cargo itself checked against the lock file.
fn copy(found: &Crate, series: &CrateSeries) -> Result<PathBuf, Error> {
    let store = Store::open_default().map_err(Error::of_two_lines)?;
    let sources = sources(found.directory())?;
    let mut key = series_fields(Key::new("patched-crate"), series).field("version", &found.version);
    for (name, path) in &sources {
        let bytes = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
        key = key.field(&name.to_string_lossy(), bytes);
    }
    let key = key.finish();
    let entry = store
        .get_or_build(&key, |staging| write_copy(staging, &sources, found, series))
        .map_err(|error| match error {
            BuildError::Build(error) => error,
            BuildError::Store(error) => Error::of_two_lines(error),
        })?;
    let root = format!("patched-crate/{}-{}", found.name, found.version);
    store.set_root(&root, &key).map_err(Error::of_two_lines)?;
    Ok(entry.path)
}

/// The files of a crate: their names in it and their paths.
fn sources(directory: &Path) -> Result<Vec<(PathBuf, PathBuf)>, Error> {
    let mut files = Vec::new();
    for entry in WalkDir::new(directory).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(directory).to_owned();
            Error::file("read", path, &error.into())
        })?;
        if !entry.file_type().is_dir() {
            let path = entry.into_path();
            let name = path.strip_prefix(directory).unwrap_or(&path).to_owned();
            files.push((name, path));
        }
    }
    Ok(files)
}

fn write_copy(
    staging: &Staging,
    sources: &[(PathBuf, PathBuf)],
    found: &Crate,
    series: &CrateSeries,
) -> Result<(), Error> {
    let directory = staging.content();
    for (name, path) in sources {
        let to = directory.join(name);
        to.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::copy(path, &to).map(drop))
            .map_err(|error| Error::file("write", &to, &error))?;
    }
    patch_directory(&directory, &series.patches()?).map_err(|error| refused(found, series, &error))
}

fn refused(found: &Crate, series: &CrateSeries, error: &SeriesError) -> Error {
    let SeriesError::Conflict(conflict) = error else {
        return Error::of_two_lines(error);
    };
    let (name, version) = (&found.name, &found.version);
    let file = conflict.file.as_deref().unwrap_or("a file");
    let why = &conflict.message;
    Error::Project {
        message: format!(
            "{name} {version} cannot be built for WASI: rust-patches/{name}/{} does not apply to \
             {file} ({why})",
            conflict.patch
        ),
        help: format!(
            "run `cargo update -p {name}@{version} --precise {}`; or build the crate as it is, \
             with `unpatched = [\"{name}\"]` under [package] in warp.toml",
            series.version()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_built_from_stock_sources_without_a_word() {
        let patched = PatchedCrates {
            told: vec![("tokio".to_owned(), "1.54.1".to_owned())],
            ..PatchedCrates::default()
        };
        let expect = |package: &str| patched.expect_all(&BTreeSet::from([package.to_owned()]));
        expect("registry+https://registry.invalid/index#tokio@1.54.1").unwrap();
        expect("registry+https://registry.invalid/index#serde@1.0.0").unwrap();
        expect("path+file:///p/tokio#1.0.0").unwrap();
        let error = expect("registry+https://registry.invalid/index#tokio@1.53.0").unwrap_err();
        assert!(
            error.to_string().contains("tokio 1.53.0 without"),
            "{error}"
        );
    }
}
