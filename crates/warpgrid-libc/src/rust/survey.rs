//! What a program is made of, for who wants to know before it is built.

use std::path::PathBuf;

use warpgrid_pack::{Error, PackRequest};

use super::cargo::Cargo;
use super::series::CrateSeries;
use super::{KEYS, RustKeys, map_file};
use crate::LIBWARPGRID_TARGET;

/// A program, crate by crate.
#[derive(Debug)]
pub struct Survey {
    /// Its name.
    pub name: String,
    /// The package that it is of.
    pub package: String,
    /// What is linked into it, itself included.
    pub crates: Vec<SurveyedCrate>,
    /// Where `warp pack` leaves the linker's map of it.
    pub link_map: PathBuf,
}

/// A crate that is linked into a program.
#[derive(Debug)]
pub struct SurveyedCrate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The directory of its sources.
    pub directory: PathBuf,
    /// Whether that is a directory of the user's.
    pub is_own: bool,
    /// The library of another language that it links.
    pub links: Option<String>,
    /// Whether it runs a program of its own before it is compiled.
    pub has_build_script: bool,
    /// The patches that it is built with: "2 patches (rust-patches/tokio)".
    pub patches: Option<String>,
}

/// Asks cargo what the program is made of. Nothing is built.
///
/// # Errors
/// Where there is no cargo, no such program, or no target.
pub fn survey(request: &PackRequest<'_>) -> Result<Survey, Error> {
    let keys: RustKeys = request.keys(KEYS)?;
    let cargo = Cargo::new(request);
    let workspace = cargo.metadata()?;
    let candidate = keys.candidate(request, &workspace)?;
    cargo.expect_target(LIBWARPGRID_TARGET)?;
    let crates = cargo.crates(&candidate, LIBWARPGRID_TARGET, &keys.features)?;
    let patches = |name: &str| {
        let series = CrateSeries::of(name)?;
        (!keys.unpatched.iter().any(|unpatched| unpatched == name)).then(|| series.label())
    };
    Ok(Survey {
        link_map: map_file(&workspace.target_directory, &candidate, request.profile)?,
        crates: crates
            .into_iter()
            .map(|found| SurveyedCrate {
                patches: patches(&found.name).filter(|_| found.is_from_registry()),
                directory: found.directory().to_owned(),
                is_own: found.is_own(),
                has_build_script: found.has_build_script(),
                links: found.links,
                name: found.name,
                version: found.version,
            })
            .collect(),
        package: candidate.package,
        name: candidate.name,
    })
}
