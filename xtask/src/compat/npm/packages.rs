//! Which npm packages are tried and how: [`Runtime::LIST`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Deserialize;
use warpgrid_test_harness::http::Request;

use super::runtime::{Node, Runtime};
use crate::workspace;

/// What a program is asked that answers what it computed.
const ASKED: &str = "GET /";

/// A section of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    package: Option<String>,
    /// The list whose program, database and requests are taken.
    like: Option<String>,
    database: Option<String>,
    #[serde(default)]
    requests: Vec<String>,
    needs: Option<String>,
    refused: Option<String>,
    fails: Option<String>,
}

/// A package and the program that stands for it.
pub struct Package {
    /// Its name.
    pub package: String,
    /// The project that has its program.
    pub project: PathBuf,
    /// The server that the program uses.
    pub database: Option<String>,
    /// What the program is asked; [`ASKED`] where there is nothing.
    requests: Vec<String>,
    /// What the program has to add for it to work in a component.
    pub needs: Option<String>,
    /// What packing says to do instead: it cannot be in a component.
    pub refused: Option<String>,
    /// Why it fails.
    pub fails: Option<String>,
}

impl Package {
    /// # Errors
    /// Where one is not a method, a path and, perhaps, JSON.
    pub fn requests(&self) -> anyhow::Result<Vec<Request<'_>>> {
        if self.requests.is_empty() {
            return Ok(vec![request(ASKED)?]);
        }
        self.requests.iter().map(|text| request(text)).collect()
    }

    /// The version that its project pins.
    ///
    /// # Errors
    /// Where it pins none.
    pub fn version(&self) -> anyhow::Result<String> {
        #[derive(Deserialize)]
        struct Manifest {
            dependencies: BTreeMap<String, String>,
        }
        let path = self.project.join("package.json");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let mut manifest: Manifest =
            serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        let version = manifest.dependencies.remove(&self.package);
        version.with_context(|| format!("{} has no {}", path.display(), self.package))
    }
}

fn request(text: &str) -> anyhow::Result<Request<'_>> {
    let mut words = text.splitn(3, ' ');
    let method = words.next().unwrap_or_default();
    let path = words.next().unwrap_or_default();
    ensure!(
        path.starts_with('/'),
        "`{text}` is no request\nwrite it as METHOD PATH or METHOD PATH JSON"
    );
    Ok(match (method, words.next()) {
        ("GET", None) => Request::Get(path),
        (method, json) => Request::Json(method, path, json.unwrap_or_default()),
    })
}

/// The packages, by the names of their programs.
///
/// # Errors
/// With the place, where the list is not as it should be.
pub fn packages<R: Runtime>() -> anyhow::Result<BTreeMap<String, Package>> {
    let sections: BTreeMap<String, Section> = workspace::read_toml(R::LIST)?;
    let packages = sections
        .into_iter()
        .map(|(name, section)| -> anyhow::Result<_> {
            let package = package::<R>(&name, section).with_context(|| R::LIST)?;
            Ok((name, package))
        });
    packages.collect()
}

fn package<R: Runtime>(name: &str, section: Section) -> anyhow::Result<Package> {
    let root = workspace::root();
    let mut package = match (section.package, section.like.as_deref()) {
        (Some(package), None) => Package {
            package,
            project: root.join(R::PROJECT),
            database: section.database,
            requests: section.requests,
            needs: None,
            refused: section.refused,
            fails: None,
        },
        (None, Some(Node::NAME)) if R::NAME != Node::NAME => taken(name)?,
        _ => anyhow::bail!("[{name}] says neither `package` nor `like = \"npm\"`, or both"),
    };
    package.needs = section.needs;
    package.fails = section.fails;
    Ok(package)
}

/// As the list for Node has it.
fn taken(name: &str) -> anyhow::Result<Package> {
    let mut packages = packages::<Node>()?;
    let package = packages.remove(name);
    package.with_context(|| format!("{} has no [{name}]", Node::LIST))
}

/// The projects that have programs of these packages.
pub fn projects(packages: &BTreeMap<String, Package>) -> impl Iterator<Item = &Path> {
    let projects = packages.values().map(|package| package.project.as_path());
    projects
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
}

/// One of the list for Node.
#[cfg(test)]
pub fn test_package(section: &str) -> Package {
    let section = toml_edit::de::from_str(&format!("package = 'a'\n{section}")).unwrap();
    package::<Node>("a", section).unwrap()
}

#[cfg(test)]
mod tests {
    use super::super::runtime::Bun;
    use super::*;

    /// The program in a folder.
    fn main_of(folder: &Path) -> Option<PathBuf> {
        let entries = std::fs::read_dir(folder).ok()?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.find(|path| path.file_stem().is_some_and(|stem| stem == "main"))
    }

    fn every_program_imports_its_package_and_is_listed<R: Runtime>() {
        let packages = packages::<R>().unwrap();
        for (name, package) in &packages {
            let main = main_of(&package.project.join(name));
            let main = main.unwrap_or_else(|| panic!("{name} has no main.*"));
            let text = std::fs::read_to_string(&main).unwrap();
            let package_name = &package.package;
            let used = [format!("\"{package_name}\""), format!("\"{package_name}/")];
            assert!(
                used.iter().any(|import| text.contains(import)),
                "{}: none of {used:?}",
                main.display()
            );
            let version = package.version().unwrap();
            assert!(
                version.starts_with(|first: char| first.is_ascii_digit()),
                "{package_name}: `{version}` is no pinned version"
            );
            package.requests().unwrap();
        }
        let project = workspace::root().join(R::PROJECT);
        for entry in std::fs::read_dir(&project).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(
                main_of(&project.join(&name)).is_none() || packages.contains_key(&name),
                "{} has no `{name}`",
                R::LIST
            );
        }
    }

    #[test]
    fn every_program_for_node_is_listed() {
        every_program_imports_its_package_and_is_listed::<Node>();
    }

    #[test]
    fn every_program_for_bun_is_listed() {
        every_program_imports_its_package_and_is_listed::<Bun>();
    }

    #[test]
    fn a_section_names_its_package_or_takes_another_list_s() {
        let read = |text: &str| {
            let section = toml_edit::de::from_str(text).unwrap();
            package::<Bun>("hono", section)
        };
        let taken = read("like = 'npm'\nneeds = 'patience'").unwrap();
        assert_eq!(taken.package, "hono");
        assert!(taken.project.ends_with(Node::PROJECT));
        assert_eq!(taken.needs.as_deref(), Some("patience"));
        assert!(taken.requests().unwrap().len() > 1);
        let own = read("package = 'a'").unwrap();
        assert!(own.project.ends_with(Bun::PROJECT));
        for wrong in ["", "like = 'other'", "like = 'npm'\npackage = 'a'"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_request_has_a_method_a_path_and_perhaps_json() {
        let read = |text| request(text).unwrap();
        assert_eq!(read("GET /a?b=c"), Request::Get("/a?b=c"));
        assert_eq!(read("PUT /a [1, 2]"), Request::Json("PUT", "/a", "[1, 2]"));
        assert_eq!(read("DELETE /a"), Request::Json("DELETE", "/a", ""));
        for wrong in ["", "GET", "GET a"] {
            assert!(request(wrong).is_err(), "{wrong}");
        }
    }
}
