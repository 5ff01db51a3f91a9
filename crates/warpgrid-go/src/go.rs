//! The user's `go`: where it is, and what it says of a project.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use warpgrid_pack::{Error, PackRequest};

const INSTALL: &str = "install Go 1.26 or newer, and put its `bin` on PATH";

/// The program.
pub(crate) const PROGRAM: &str = "go";

/// `go env`, as far as it matters here.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) struct Environment {
    /// Where Go stands.
    pub(crate) goroot: PathBuf,
    /// `go1.26.8`
    pub(crate) goversion: String,
    /// The module's `go.mod`; empty or the null device without one.
    pub(crate) gomod: PathBuf,
    /// The workspace's `go.work`; empty or `off` without one.
    pub(crate) gowork: PathBuf,
    /// Where modules are kept that go fetched, its own releases among them.
    pub(crate) gomodcache: PathBuf,
}

impl Environment {
    /// The same Go by a path that is not below the module cache, where go lets no
    /// file be replaced: a link in the folder, where there is need of one.
    ///
    /// # Errors
    /// When the link cannot be made.
    pub(crate) fn outside_cache(&self, folder: &Path) -> Result<Environment, Error> {
        let mut go = self.clone();
        if self.is_fetched() {
            go.goroot = folder.join("goroot");
            link(&self.goroot, &go.goroot)
                .map_err(|error| Error::file("link", &go.goroot, &error))?;
        }
        Ok(go)
    }

    /// Whether go fetched this release itself.
    fn is_fetched(&self) -> bool {
        !self.gomodcache.as_os_str().is_empty() && self.goroot.starts_with(&self.gomodcache)
    }

    /// A `go` command of this release, which `origin` found.
    pub(crate) fn command(&self, origin: &Environment, request: &PackRequest<'_>) -> Command {
        if self.goroot == origin.goroot {
            return command(request);
        }
        let mut command = guest(request.command(self.goroot.join("bin").join(PROGRAM)));
        command
            .env("GOROOT", &self.goroot)
            .env("GOTOOLCHAIN", "local");
        command
    }
}

/// Makes a link, or leaves the one that is there.
fn link(to: &Path, at: &Path) -> io::Result<()> {
    if fs::read_link(at).is_ok_and(|there| there == to) {
        return Ok(());
    }
    if let Some(folder) = at.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::remove_file(at) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::os::unix::fs::symlink(to, at)
}

/// A package that the program is built of.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Package {
    pub(crate) dir: PathBuf,
    pub(crate) import_path: String,
    pub(crate) name: String,
    pub(crate) dep_only: bool,
    /// Whether it is of Go's standard library.
    pub(crate) standard: bool,
    pub(crate) module: Option<Module>,
    pub(crate) go_files: Vec<String>,
    pub(crate) cgo_files: Vec<String>,
    pub(crate) error: Option<PackageError>,
}

/// The module that a package is of.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Module {
    pub(crate) path: String,
    /// Empty where it is the user's own.
    pub(crate) version: String,
    /// Whether it is the user's own.
    pub(crate) main: bool,
}

/// Why a package cannot be built.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct PackageError {
    pub(crate) pos: String,
    pub(crate) err: String,
}

/// A `go` command in the project, for the guest's target.
pub(crate) fn command(request: &PackRequest<'_>) -> Command {
    guest(request.command(PROGRAM))
}

fn guest(mut command: Command) -> Command {
    command
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .env("CGO_ENABLED", "0");
    command
}

/// Asks go where and what it is.
///
/// # Errors
/// When there is no go, or it fails.
pub(crate) fn environment(request: &PackRequest<'_>) -> Result<Environment, Error> {
    let mut command = command(request);
    command.args(["env", "-json"]);
    command.args(["GOROOT", "GOVERSION", "GOMOD", "GOWORK", "GOMODCACHE"]);
    let mut found: Vec<Environment> = objects(command, "asking go for its environment")?;
    found.pop().ok_or_else(|| unreadable("go env"))
}

/// The packages of a program, with the files that would be built if there were
/// cgo.
///
/// # Errors
/// When go fails otherwise than over a package.
pub(crate) fn packages(
    request: &PackRequest<'_>,
    arguments: &[OsString],
    package: &str,
) -> Result<Vec<Package>, Error> {
    const FIELDS: &str = "-json=Dir,ImportPath,Name,DepOnly,Standard,Module,GoFiles,CgoFiles,Error";
    let mut command = command(request);
    command.env("CGO_ENABLED", "1");
    command.args(["list", "-e", "-deps", FIELDS]);
    command.args(arguments).arg("--").arg(package);
    objects(command, "listing the program's packages")
}

/// The JSON objects that a command prints.
fn objects<T: DeserializeOwned>(mut command: Command, action: &str) -> Result<Vec<T>, Error> {
    let output = command
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Error::spawn(Path::new(PROGRAM), INSTALL, &error))?;
    if !output.status.success() {
        return Err(failed(action, &output.status.to_string()));
    }
    serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable(action))
}

/// go's own messages went to standard error.
pub(crate) fn failed(action: &str, status: &str) -> Error {
    Error::ToolFailed {
        action: action.to_owned(),
        tool: PROGRAM.to_owned(),
        status: status.to_owned(),
        help: "mend what go says above".to_owned(),
    }
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be run or fails.
pub(crate) fn run(mut command: Command, action: &str) -> Result<(), Error> {
    let status = command
        .status()
        .map_err(|error| Error::spawn(Path::new(PROGRAM), INSTALL, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(failed(action, &status.to_string()))
}

fn unreadable(action: &str) -> Error {
    Error::Project {
        message: format!("{action}: go's answer is not what was asked for"),
        help: "use Go 1.26 or newer".to_owned(),
    }
}
