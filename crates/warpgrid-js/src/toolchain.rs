//! What packs programs, in the store: the packages of npm with the series applied, and
//! our own files beside them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use warpgrid_pack::{Error, Progress};
use warpgrid_series::{Patch, patch_directory};
use warpgrid_store::{BuildError, Entry, Key, Staging, Store};

use crate::runtime::{Installer, NPM};
use crate::tool;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Part of the keys: raise it when the way of installing changes the result.
const RECIPE: &str = "1";

/// As [`RECIPE`], of our own files.
const LAYOUT: &str = "3";

/// The store's root of what [`toolchain`] gives.
pub const TOOLCHAIN_ROOT: &str = "js-toolchain";

/// Where npm puts packages.
const MODULES: &str = "node_modules";

/// What the series is on, below [`MODULES`].
const PATCHED: &str = "@bytecodealliance/componentize-js";

/// Files that bundlers find by themselves and by our plugins, whichever comes first.
/// In the first case alone they go by the package.json and tsconfig.json above a file:
/// nearer ones say nothing, so that a bundle is always the same.
const BUNDLED: &[&str] = &["packages/bun-polyfills/src", "packages/node-compat/src"];

/// Links to the members of the workspace, below [`MODULES`]: nothing needs them.
const MEMBERS: &str = "@warpgrid";

/// The files that pack programs, laid out as in the repository.
#[derive(Debug, Clone)]
pub struct Toolchain {
    root: PathBuf,
    /// What its files are kept under.
    pub(crate) key: Key,
}

impl Toolchain {
    /// The folder with the program that Node runs.
    pub fn programs(&self) -> PathBuf {
        self.file("crates/warpgrid-js/js")
    }

    /// A file by its name in the repository.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// `@warpgrid/node-compat`
    pub fn node_compat(&self) -> PathBuf {
        self.root.join("packages/node-compat")
    }

    /// `@warpgrid/bun-polyfills`
    pub fn bun_polyfills(&self) -> PathBuf {
        self.root.join("packages/bun-polyfills")
    }

    /// Where npm's packages are.
    pub fn modules(&self) -> PathBuf {
        self.root.join(MODULES)
    }
}

/// The toolchain from the store; npm fetches its packages where they are not there
/// yet. `command` makes a command of the build's environment.
///
/// # Errors
/// When npm fails, or the series does not fit what it fetched.
pub fn toolchain(
    command: &dyn Fn(&str) -> Command,
    progress: &dyn Progress,
) -> Result<Toolchain, Error> {
    toolchain_by(&NPM, command, progress)
}

/// As [`toolchain`], with what fetches packages.
///
/// # Errors
/// As [`toolchain`].
pub fn toolchain_by(
    installer: &Installer,
    command: &dyn Fn(&str) -> Command,
    progress: &dyn Progress,
) -> Result<Toolchain, Error> {
    let store = Store::open_default().map_err(Error::of_two_lines)?;
    let packages = packages_key();
    let fetched = entry(&store, &packages, "js-packages", |staging| {
        progress.step("Fetching packages of npm, once");
        install(&staging.content(), installer, command)
    })?;
    let sources = sources_key(&packages);
    let whole = entry(&store, &sources, TOOLCHAIN_ROOT, |staging| {
        lay_out(staging, &fetched, &packages)
    })?;
    Ok(Toolchain {
        root: whole.path,
        key: sources,
    })
}

pub(crate) fn entry(
    store: &Store,
    key: &Key,
    root: &str,
    build: impl FnOnce(&Staging) -> Result<(), Error>,
) -> Result<Entry, Error> {
    let entry = store
        .get_or_build(key, build)
        .map_err(|error| match error {
            BuildError::Build(error) => error,
            BuildError::Store(error) => Error::of_two_lines(error),
        })?;
    store.set_root(root, key).map_err(Error::of_two_lines)?;
    Ok(entry)
}

fn packages_key() -> Key {
    let mut key = Key::new("js-packages").field("recipe", RECIPE);
    for (name, text) in MANIFESTS.iter().chain(PATCHES) {
        key = key.field(name, text);
    }
    key.finish()
}

fn sources_key(packages: &Key) -> Key {
    let mut key = Key::new("js-toolchain")
        .field("recipe", LAYOUT)
        .field("packages", packages.to_hex());
    for (name, text) in SOURCES {
        key = key.field(name, text);
    }
    key.finish()
}

/// The packages of the lock file, whose hashes the installer checks.
fn install(
    content: &Path,
    installer: &Installer,
    command: &dyn Fn(&str) -> Command,
) -> Result<(), Error> {
    let patches = series()?;
    for (name, text) in MANIFESTS {
        put(&content.join(name), text)?;
    }
    let mut program = command(installer.program);
    program.args(installer.arguments).current_dir(content);
    let said = tool::output(&mut program, installer.install)?;
    if !said.status.success() {
        eprint!("{}", String::from_utf8_lossy(&said.stderr));
        let name = installer.program;
        return Err(Error::ToolFailed {
            action: "fetching packages of npm".to_owned(),
            tool: name.to_owned(),
            status: said.status.to_string(),
            help: format!("mend what {name} says above; it needs npm's registry once"),
        });
    }
    let modules = content.join(MODULES);
    let members = modules.join(MEMBERS);
    fs::remove_dir_all(&members).map_err(|error| Error::file("remove", &members, &error))?;
    patch_directory(&modules.join(PATCHED), &patches).map_err(Error::of_two_lines)
}

fn series() -> Result<Vec<Patch>, Error> {
    let read = |(path, text): &(&str, &str)| {
        let file = path.rsplit('/').next().unwrap_or(path);
        Patch::from_text(file, text)
    };
    PATCHES
        .iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(Error::of_two_lines)
}

/// Our files, with a link to the packages: Node and esbuild look for packages in
/// the folders above a file.
fn lay_out(staging: &Staging, packages: &Entry, key: &Key) -> Result<(), Error> {
    let content = staging.content();
    for (name, text) in SOURCES {
        put(&content.join(name), text)?;
    }
    for folder in BUNDLED {
        for name in ["package.json", "tsconfig.json"] {
            put(&content.join(folder).join(name), "{}")?;
        }
    }
    // From one entry to the other, so that the store may be moved.
    let last = packages.path.file_name().unwrap_or_default();
    let target = Path::new("../..")
        .join(key.to_hex())
        .join(last)
        .join(MODULES);
    let link = content.join(MODULES);
    std::os::unix::fs::symlink(target, &link).map_err(|error| Error::file("link", &link, &error))
}

fn put(path: &Path, text: &str) -> Result<(), Error> {
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Error::file("write", path, &error))
}
