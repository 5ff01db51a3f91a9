//! Which crates a program is made of, as cargo resolves them.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use warpgrid_pack::Error;

use super::cargo::{Candidate, Cargo};

/// Arguments of `cargo rustc` that decide what is resolved, without a value
/// and with one.
const PLAIN: &[&str] = &[
    "--locked",
    "--offline",
    "--frozen",
    "--all-features",
    "--no-default-features",
];
const VALUED: &[&str] = &["--features", "-F", "--config", "-Z"];

/// What `cargo metadata --format-version 1` prints, as far as it is needed
/// here.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Crate>,
    resolve: Resolve,
}

/// One crate of a program.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Crate {
    id: String,
    pub(super) name: String,
    pub(super) version: String,
    /// Where cargo has it from; a directory of the user's where absent.
    source: Option<String>,
    manifest_path: PathBuf,
    /// The library of other languages that it links.
    #[serde(default)]
    pub(super) links: Option<String>,
    targets: Vec<Target>,
}

#[derive(Debug, Clone, Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Debug, Deserialize)]
struct DependencyKind {
    /// `dev` or `build`; none for what is linked.
    kind: Option<String>,
}

impl Crate {
    /// The directory of its sources.
    pub(super) fn directory(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("/"))
    }

    /// Whether its sources are a registry's, which nobody edits.
    pub(super) fn is_from_registry(&self) -> bool {
        self.source
            .as_deref()
            .is_some_and(|source| source.starts_with("registry+") || source.starts_with("sparse+"))
    }

    /// Whether it is a directory of the user's.
    pub(super) fn is_own(&self) -> bool {
        self.source.is_none()
    }

    /// Whether a program of its own runs before it is compiled.
    pub(super) fn has_build_script(&self) -> bool {
        let mut kinds = self.targets.iter().flat_map(|target| &target.kind);
        kinds.any(|kind| kind == "custom-build")
    }

    /// Runs in the compiler, and so is built for the machine itself.
    fn is_macro(&self) -> bool {
        let mut kinds = self.targets.iter().flat_map(|target| &target.kind);
        kinds.any(|kind| kind == "proc-macro")
    }
}

impl Cargo<'_> {
    /// The crates that are linked into a program for the target.
    pub(super) fn crates(
        &self,
        candidate: &Candidate,
        target: &str,
        features: &[String],
    ) -> Result<Vec<Crate>, Error> {
        let mut arguments: Vec<OsString> = vec!["--filter-platform".into(), target.into()];
        if !features.is_empty() {
            arguments.extend(["--features".into(), features.join(",").into()]);
        }
        arguments.extend(resolving(&self.request.arguments));
        let metadata = self.describe(&arguments)?;
        Ok(linked(metadata, &candidate.package_id))
    }
}

/// The user's arguments that decide what is resolved.
fn resolving(arguments: &[OsString]) -> Vec<OsString> {
    let mut chosen = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy();
        if PLAIN.contains(&&*text) {
            chosen.push(argument.clone());
        } else if VALUED.contains(&&*text) {
            chosen.push(argument.clone());
            chosen.extend(rest.next().cloned());
        } else if VALUED.iter().any(|name| is_with_value(&text, name)) {
            chosen.push(argument.clone());
        }
    }
    chosen
}

/// `--name=value` or `-Nvalue`.
fn is_with_value(argument: &str, name: &str) -> bool {
    argument
        .strip_prefix(name)
        .is_some_and(|value| !name.starts_with("--") || value.starts_with('='))
}

/// What a package links, itself included: not what only its build scripts,
/// tests or macros use.
fn linked(metadata: Metadata, root: &str) -> Vec<Crate> {
    let nodes: HashMap<_, _> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node))
        .collect();
    let macros: HashSet<_> = metadata
        .packages
        .iter()
        .filter(|package| package.is_macro())
        .map(|package| package.id.as_str())
        .collect();
    let mut found = HashSet::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if macros.contains(id) || !found.insert(id) {
            continue;
        }
        let dependencies = nodes.get(id).map_or(&[][..], |node| &node.deps);
        let is_linked =
            |dependency: &&Dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none());
        let linked = dependencies.iter().filter(is_linked);
        open.extend(linked.map(|dependency| dependency.pkg.as_str()));
    }
    let mut crates: Vec<_> = metadata
        .packages
        .iter()
        .filter(|package| found.contains(package.id.as_str()))
        .cloned()
        .collect();
    crates.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    crates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_machine_runs_is_not_linked() {
        let package = |name: &str, kind: &str| {
            format!(
                r#"{{"id": "{name}", "name": "{name}", "version": "1.0.0",
                "source": "registry+x", "manifest_path": "/r/{name}/Cargo.toml",
                "targets": [{{"kind": ["{kind}"]}}]}}"#
            )
        };
        let node = |name: &str, deps: &[(&str, &str)]| {
            let deps: Vec<_> = deps
                .iter()
                .map(|(to, kind)| {
                    format!(r#"{{"pkg": "{to}", "dep_kinds": [{{"kind": {kind}}}]}}"#)
                })
                .collect();
            format!(r#"{{"id": "{name}", "deps": [{}]}}"#, deps.join(","))
        };
        let packages = [
            package("app", "bin"),
            package("lib", "lib"),
            package("deep", "lib"),
            package("derive", "proc-macro"),
            package("parser", "lib"),
            package("cc", "lib"),
            package("other", "bin"),
        ];
        let nodes = [
            node(
                "app",
                &[("lib", "null"), ("derive", "null"), ("cc", "\"build\"")],
            ),
            node("lib", &[("deep", "null"), ("app", "\"dev\"")]),
            node("deep", &[]),
            node("derive", &[("parser", "null")]),
            node("other", &[("parser", "null")]),
        ];
        let text = format!(
            r#"{{"packages": [{}], "resolve": {{"nodes": [{}]}}}}"#,
            packages.join(","),
            nodes.join(",")
        );
        let crates = linked(serde_json::from_str(&text).unwrap(), "app");
        let names: Vec<_> = crates.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["app", "deep", "lib"]);
        assert_eq!(crates[1].directory(), Path::new("/r/deep"));
    }

    #[test]
    fn the_users_arguments_decide_what_is_resolved() {
        let arguments: Vec<OsString> = [
            "--locked",
            "--jobs",
            "1",
            "-F",
            "a",
            "-Fc",
            "--features=b",
            "--config-x",
            "--config",
            "x=1",
        ]
        .map(Into::into)
        .into();
        let expected = [
            "--locked",
            "-F",
            "a",
            "-Fc",
            "--features=b",
            "--config",
            "x=1",
        ];
        assert_eq!(resolving(&arguments), expected);
    }
}
