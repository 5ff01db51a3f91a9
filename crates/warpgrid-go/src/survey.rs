//! What a program is made of, for who wants to know before it is built.

use std::path::PathBuf;

use warpgrid_pack::Error;

use crate::build::Build;
use crate::go::{self, Package};
use crate::program::Refused;

/// A program, package by package.
#[derive(Debug)]
pub struct Survey {
    /// Those of the standard library left out.
    pub packages: Vec<SurveyedPackage>,
}

/// A package that the program is built of.
#[derive(Debug)]
pub struct SurveyedPackage {
    /// As programs import it.
    pub import_path: String,
    /// Where its files are.
    pub directory: PathBuf,
    /// Its files for the component's target.
    pub files: Vec<String>,
    /// The module that it is of, by its path and version; none where that is the
    /// user's own.
    pub module: Option<(String, String)>,
    /// Whether some of its files are in C, which a component is built without.
    pub has_cgo: bool,
    /// Where it asks for what a component cannot have. In a package of the user's
    /// own, `warp pack` refuses it.
    pub refused: Vec<Refused>,
    /// Why go cannot build it, with the place.
    pub error: Option<(String, String)>,
}

impl Build<'_> {
    pub(crate) fn survey(&self) -> Result<Survey, Error> {
        let packages = go::packages(self.request, &self.list_arguments(), &self.package)
            .map_err(|error| self.explained(error))?;
        let packages = packages.iter().filter(|package| !package.standard);
        Ok(Survey {
            packages: packages.map(|package| self.surveyed(package)).collect(),
        })
    }

    fn surveyed(&self, package: &Package) -> SurveyedPackage {
        let others = package.module.as_ref().filter(|module| !module.main);
        SurveyedPackage {
            import_path: package.import_path.clone(),
            directory: package.dir.clone(),
            files: package.go_files.clone(),
            module: others.map(|module| (module.path.clone(), module.version.clone())),
            has_cgo: !package.cgo_files.is_empty(),
            refused: self.refused(package).collect(),
            error: package
                .error
                .as_ref()
                .map(|error| (error.pos.clone(), error.err.clone())),
        }
    }
}
