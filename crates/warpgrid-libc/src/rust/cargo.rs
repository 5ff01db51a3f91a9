//! Asking cargo what a project holds, and having it build one program of it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use warpgrid_pack::{Error, PackRequest, Profile, Program};

use crate::c::ending;

const INSTALL: &str = "install Rust with rustup";

/// cargo in the project's directory, so that rustup's and cargo's own
/// configuration apply as they do to the user.
pub(super) struct Cargo<'a> {
    pub(super) request: &'a PackRequest<'a>,
}

/// What `cargo metadata --no-deps --format-version 1` prints, as far as it is
/// needed here.
#[derive(Debug, Deserialize)]
pub(super) struct Workspace {
    packages: Vec<Package>,
    #[serde(default)]
    workspace_default_members: Vec<String>,
    pub(super) target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    crate_types: Vec<String>,
}

/// A program that a workspace could build: a binary, or a `cdylib`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) package: String,
    pub(super) package_id: String,
    pub(super) name: String,
    pub(super) library: bool,
}

/// What a build left.
pub(super) struct Output {
    /// The component.
    pub(super) component: PathBuf,
    /// The identities of the packages that were compiled for its target.
    pub(super) packages: BTreeSet<String>,
}

/// One line of `--message-format=json`.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        package_id: String,
        target: Target,
        filenames: Vec<PathBuf>,
    },
    #[serde(other)]
    Other,
}

impl<'a> Cargo<'a> {
    pub(super) fn new(request: &'a PackRequest<'a>) -> Self {
        Cargo { request }
    }

    pub(super) fn metadata(&self) -> Result<Workspace, Error> {
        self.describe(&["--no-deps".into()])
    }

    /// `cargo metadata` with these arguments.
    pub(super) fn describe<T: DeserializeOwned>(&self, arguments: &[OsString]) -> Result<T, Error> {
        let mut command = self.request.command("cargo");
        command
            .args(["metadata", "--format-version", "1"])
            .args(arguments)
            .stdout(Stdio::piped());
        let output = command
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| Error::spawn(Path::new("cargo"), INSTALL, &error))?;
        if !output.status.success() {
            return Err(failed("reading the project", &ending(output.status)));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| Error::Project {
            message: format!("cargo describes the project in words unknown here: {error}"),
            help: "update Rust with `rustup update stable`".to_owned(),
        })
    }

    /// Refuses early, in plain words, where the target's standard library is not
    /// there.
    pub(super) fn expect_target(&self, target: &str) -> Result<(), Error> {
        let rustc = Path::new("rustc");
        let output = self
            .request
            .command(rustc)
            .args(["--print", "target-libdir", "--target", target])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| Error::spawn(rustc, INSTALL, &error))?;
        let directory = String::from_utf8_lossy(&output.stdout);
        if output.status.success() && Path::new(directory.trim()).is_dir() {
            return Ok(());
        }
        Err(Error::Project {
            message: format!("Rust's target {target} is not installed"),
            help: format!("run `rustup target add {target}`"),
        })
    }

    /// `cargo rustc` for one program; flags for its final compilation go behind
    /// `--`.
    pub(super) fn rustc(&self, candidate: &Candidate, profile: Profile, target: &str) -> Command {
        let mut command = self.request.command("cargo");
        command.args(["rustc", "--message-format=json-render-diagnostics"]);
        command.args(["--target", target, "--package", &candidate.package]);
        if candidate.library {
            command.arg("--lib");
        } else {
            command.args(["--bin", &candidate.name]);
        }
        if profile == Profile::Release {
            command.arg("--release");
        }
        command
    }

    /// Runs a build for a target.
    pub(super) fn run(
        &self,
        mut command: Command,
        candidate: &Candidate,
        target: &str,
    ) -> Result<Output, Error> {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Error::spawn(Path::new("cargo"), INSTALL, &error))?;
        let mut built = None;
        let mut packages = BTreeSet::new();
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Build scripts may print among cargo's messages.
                let Ok(message) = serde_json::from_str(&line) else {
                    continue;
                };
                packages.extend(compiled_for(&message, target));
                built = candidate.artifact(message).or(built);
            }
        }
        let status = child
            .wait()
            .map_err(|error| Error::spawn(Path::new("cargo"), INSTALL, &error))?;
        if !status.success() {
            return Err(failed(
                &format!("building {}", candidate.name),
                &ending(status),
            ));
        }
        let component = built.ok_or_else(|| Error::Project {
            message: format!(
                "cargo built {} but names no `.wasm` file of it",
                candidate.name
            ),
            help: "leave out arguments that change what cargo builds, such as `--target`"
                .to_owned(),
        })?;
        Ok(Output {
            component,
            packages,
        })
    }
}

/// The package of an artifact that lies in the target's directory.
fn compiled_for(message: &Message, target: &str) -> Option<String> {
    let Message::CompilerArtifact {
        package_id,
        filenames,
        ..
    } = message
    else {
        return None;
    };
    let is_for_target = |file: &PathBuf| file.iter().any(|part| part == target);
    filenames
        .iter()
        .any(is_for_target)
        .then(|| package_id.clone())
}

fn failed(action: &str, status: &str) -> Error {
    Error::ToolFailed {
        action: action.to_owned(),
        tool: "cargo".to_owned(),
        status: status.to_owned(),
        help: "mend what it reports above".to_owned(),
    }
}

impl Workspace {
    /// The one program to build. Without a package's name the package in this
    /// directory is meant, or the workspace's default members where there is
    /// none.
    pub(super) fn choose(
        &self,
        project: &Path,
        package: Option<&str>,
        program: Option<&Program>,
    ) -> Result<Candidate, Error> {
        let packages = self.packages(project, package)?;
        let all: Vec<_> = packages
            .iter()
            .flat_map(|package| package.candidates())
            .collect();
        let wanted = |candidate: &&Candidate| match program {
            Some(Program::Binary(name)) => !candidate.library && candidate.name == *name,
            Some(Program::Library) => candidate.library,
            None => true,
        };
        let found: Vec<_> = all.iter().filter(wanted).collect();
        if let [candidate] = found[..] {
            return Ok(candidate.clone());
        }
        let listed: Vec<_> = all
            .iter()
            .map(|candidate| candidate.flags(&packages))
            .collect();
        let (message, help) = match (program, all.is_empty()) {
            (_, true) => (
                "the project has no binary and no library of crate type `cdylib`".to_owned(),
                "add src/main.rs, or `crate-type = [\"cdylib\"]` under [lib]".to_owned(),
            ),
            (Some(Program::Binary(name)), _) if found.is_empty() => (
                format!("the project has no binary `{name}`"),
                listed.join(", or "),
            ),
            (Some(Program::Library), _) if found.is_empty() => (
                "the project has no library of crate type `cdylib`".to_owned(),
                listed.join(", or "),
            ),
            _ => (
                format!("the project has {} programs", found.len()),
                format!("choose one: {}", listed.join(", or ")),
            ),
        };
        Err(Error::Project { message, help })
    }

    fn packages(&self, project: &Path, name: Option<&str>) -> Result<Vec<&Package>, Error> {
        if let Some(name) = name {
            let found: Vec<_> = self.packages.iter().filter(|p| p.name == name).collect();
            if found.is_empty() {
                let names: Vec<_> = self.packages.iter().map(|p| p.name.as_str()).collect();
                return Err(Error::Project {
                    message: format!("the workspace has no package `{name}`"),
                    help: format!("packages: {}", names.join(", ")),
                });
            }
            return Ok(found);
        }
        let own = project.join("Cargo.toml");
        let own = own.canonicalize().unwrap_or(own);
        let is_own = |package: &&Package| {
            package
                .manifest_path
                .canonicalize()
                .is_ok_and(|manifest| manifest == own)
        };
        if let Some(package) = self.packages.iter().find(is_own) {
            return Ok(vec![package]);
        }
        Ok(self
            .packages
            .iter()
            .filter(|package| self.workspace_default_members.contains(&package.id))
            .collect())
    }
}

impl Package {
    fn candidates(&self) -> impl Iterator<Item = Candidate> + '_ {
        self.targets.iter().filter_map(|target| {
            let library = target.is_component_library();
            (library || target.is_binary()).then(|| Candidate {
                package: self.name.clone(),
                package_id: self.id.clone(),
                name: target.name.clone(),
                library,
            })
        })
    }
}

impl Target {
    fn is_binary(&self) -> bool {
        self.kind.iter().any(|kind| kind == "bin")
    }

    fn is_component_library(&self) -> bool {
        // Examples may be of this crate type too.
        self.crate_types.iter().any(|kind| kind == "cdylib")
            && !self.kind.iter().any(|kind| kind == "example")
    }
}

impl Candidate {
    /// The flags that choose it.
    fn flags(&self, packages: &[&Package]) -> String {
        let package = match packages {
            [_] => String::new(),
            _ => format!("--package {} ", self.package),
        };
        if self.library {
            format!("`{package}--lib`")
        } else {
            format!("`{package}--bin {}`", self.name)
        }
    }

    /// The component, where a message says that this program was built.
    fn artifact(&self, message: Message) -> Option<PathBuf> {
        let Message::CompilerArtifact {
            package_id,
            target,
            filenames,
        } = message
        else {
            return None;
        };
        let same = package_id == self.package_id
            && target.name == self.name
            && target.is_component_library() == self.library
            && (self.library || target.is_binary());
        let is_wasm = |file: &PathBuf| file.extension().is_some_and(|end| end == "wasm");
        if same {
            filenames.into_iter().find(is_wasm)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use miette::Diagnostic;

    use super::*;

    const WORKSPACE: &str = r#"{
        "target_directory": "/p/target",
        "workspace_default_members": ["id-a", "id-b"],
        "packages": [
            {"id": "id-a", "name": "a", "manifest_path": "/p/a/Cargo.toml", "targets": [
                {"name": "a", "kind": ["lib"], "crate_types": ["lib"]},
                {"name": "server", "kind": ["bin"], "crate_types": ["bin"]},
                {"name": "demo", "kind": ["example"], "crate_types": ["cdylib"]},
                {"name": "build-script-build", "kind": ["custom-build"], "crate_types": ["bin"]}]},
            {"id": "id-b", "name": "b", "manifest_path": "/p/b/Cargo.toml", "targets": [
                {"name": "b_lib", "kind": ["cdylib", "rlib"], "crate_types": ["cdylib", "rlib"]},
                {"name": "b", "kind": ["bin"], "crate_types": ["bin"]}]},
            {"id": "id-c", "name": "c", "manifest_path": "/p/c/Cargo.toml", "targets": [
                {"name": "c", "kind": ["lib"], "crate_types": ["lib"]}]}]}"#;

    fn choose(package: Option<&str>, program: Option<Program>) -> Result<Candidate, Error> {
        let workspace: Workspace = serde_json::from_str(WORKSPACE).unwrap();
        workspace.choose(Path::new("/p"), package, program.as_ref())
    }

    fn failure(package: Option<&str>, program: Option<Program>) -> (String, String) {
        let error = choose(package, program).unwrap_err();
        (error.to_string(), error.help().unwrap().to_string())
    }

    #[test]
    fn the_only_program_needs_no_flag() {
        let chosen = choose(Some("a"), None).unwrap();
        assert_eq!((chosen.name.as_str(), chosen.library), ("server", false));
        let chosen = choose(None, Some(Program::Library)).unwrap();
        assert_eq!((chosen.name.as_str(), chosen.library), ("b_lib", true));
        let chosen = choose(None, Some(Program::Binary("b".to_owned()))).unwrap();
        assert_eq!((chosen.package.as_str(), chosen.library), ("b", false));
    }

    #[test]
    fn several_programs_are_listed_with_their_flags() {
        let (message, help) = failure(None, None);
        assert_eq!(message, "the project has 3 programs");
        assert_eq!(
            help,
            "choose one: `--package a --bin server`, or `--package b --lib`, or `--package b --bin b`"
        );
        let (message, help) = failure(Some("b"), Some(Program::Binary("x".to_owned())));
        assert_eq!(message, "the project has no binary `x`");
        assert_eq!(help, "`--lib`, or `--bin b`");
    }

    #[test]
    fn what_is_not_there_is_named() {
        assert_eq!(failure(Some("x"), None).1, "packages: a, b, c");
        assert!(
            failure(Some("c"), None)
                .0
                .contains("no binary and no library")
        );
        assert!(
            failure(Some("a"), Some(Program::Library))
                .0
                .contains("no library")
        );
    }

    #[test]
    fn the_artifact_is_the_chosen_programs() {
        let chosen = choose(Some("b"), Some(Program::Library)).unwrap();
        let message = |name: &str, kind: &str| {
            let text = format!(
                r#"{{"reason": "compiler-artifact", "package_id": "id-b", "target":
                {{"name": "{name}", "kind": ["{kind}"], "crate_types": ["{kind}"]}},
                "filenames": ["/p/x.rlib", "/p/x.wasm"]}}"#
            );
            serde_json::from_str::<Message>(&text).unwrap()
        };
        assert_eq!(
            chosen.artifact(message("b_lib", "cdylib")),
            Some("/p/x.wasm".into())
        );
        assert_eq!(chosen.artifact(message("b", "bin")), None);
        let finished = serde_json::from_str(r#"{"reason": "build-finished", "success": true}"#);
        assert_eq!(chosen.artifact(finished.unwrap()), None);
    }
}
