//! Which file of a project is the program.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use warpgrid_pack::{Error, Manifest, PackRequest};

/// What npm reads of a project.
pub(crate) const PACKAGE: &str = "package.json";

/// Where people put a program that nothing names, in this order.
const FOLDERS: &[&str] = &["src", "."];
const NAMES: &[&str] = &["index", "main", "server", "app"];
const ENDINGS: &[&str] = &["ts", "mts", "tsx", "js", "mjs", "jsx", "cjs", "cts"];

/// The keys of [`PACKAGE`] that may name a source file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PackageJson {
    source: Option<String>,
    module: Option<String>,
    main: Option<String>,
}

/// The program's file: the one that `warp.toml` names, else `package.json`, else
/// one with a usual name.
///
/// # Errors
/// When what is named does not exist, or nothing is found.
pub(crate) fn entry(
    request: &PackRequest<'_>,
    named: Option<&serde_spanned::Spanned<String>>,
) -> Result<PathBuf, Error> {
    let project = &request.project;
    if let (Some(named), Some(manifest)) = (named, &request.manifest) {
        return of_manifest(project, named, manifest);
    }
    let found = of_package(project)?.or_else(|| usual(project));
    found.ok_or_else(|| Error::Project {
        message: format!(
            "nothing in {} says which file is the program",
            project.display()
        ),
        help: "write `entry = \"src/main.ts\"` under [package] in warp.toml".to_owned(),
    })
}

fn of_manifest(
    project: &Path,
    named: &serde_spanned::Spanned<String>,
    manifest: &Manifest,
) -> Result<PathBuf, Error> {
    let path = project.join(named.get_ref());
    if path.is_file() {
        return Ok(path);
    }
    Err(manifest.error_at(
        named.span(),
        format!("there is no file {}", path.display()),
        "name the file that exports the handler, from the project's directory".to_owned(),
    ))
}

/// A file that is there: of what is built only later, nothing is known.
fn of_package(project: &Path) -> Result<Option<PathBuf>, Error> {
    let path = project.join(PACKAGE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file("read", path, &error)),
    };
    let package: PackageJson = serde_json::from_str(&text).map_err(|error| Error::Project {
        message: format!("{}: {error}", path.display()),
        help: "mend it: npm refuses it, too".to_owned(),
    })?;
    let named = [package.source, package.module, package.main];
    let mut paths = named.into_iter().flatten().map(|name| project.join(name));
    Ok(paths.find(|path| path.is_file()))
}

fn usual(project: &Path) -> Option<PathBuf> {
    let names = FOLDERS.iter().flat_map(|folder| {
        let of_folder = move |name| ENDINGS.iter().map(move |ending| (*folder, name, *ending));
        NAMES.iter().flat_map(of_folder)
    });
    names
        .map(|(folder, name, ending)| project.join(folder).join(format!("{name}.{ending}")))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    #[test]
    fn package_json_names_it_where_the_file_is_there() {
        let files = [
            (PACKAGE, r#"{ "main": "lib/serve.ts" }"#),
            ("lib/serve.ts", ""),
            ("src/index.ts", ""),
        ];
        let with = project(&files);
        let found = of_package(with.path()).unwrap().unwrap();
        assert_eq!(found, with.path().join("lib/serve.ts"));
        let without = project(&[(PACKAGE, r#"{ "main": "dist/index.js" }"#)]);
        assert_eq!(of_package(without.path()).unwrap(), None);
    }

    #[test]
    fn usual_names_are_looked_for_in_their_order() {
        let directory = project(&[("src/server.ts", ""), ("index.js", "")]);
        let found = usual(directory.path()).unwrap();
        assert_eq!(found, directory.path().join("src/server.ts"));
        assert_eq!(usual(project(&[]).path()), None);
    }

    #[test]
    fn a_broken_package_json_is_an_error() {
        let directory = project(&[(PACKAGE, "{ main: 1 }")]);
        let error = of_package(directory.path()).unwrap_err();
        assert!(error.to_string().contains("package.json: "), "{error}");
    }
}
