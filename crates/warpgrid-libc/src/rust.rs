//! The packer for Rust: cargo, with the patched libc and libwarpgrid in the
//! final link, and patched copies of the crates that need it.

mod cargo;
mod graph;
mod patched;
mod rustflags;
mod series;
mod survey;
mod wrapper;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use warpgrid_pack::{
    Built, Error, Key, LinkMap, Manifest, PackRequest, Packed, Packer, Profile, Program, Symbols,
};

use crate::c::current_toolchain;
use crate::{LIBWARPGRID_TARGET, Toolchain};
use cargo::{Candidate, Cargo, Workspace};
use patched::PatchedCrates;

pub use survey::{Survey, SurveyedCrate, survey};
pub use wrapper::{WRAPPER_NAME, wrapped_command};

/// Packs cargo projects with the patched toolchain that the store holds.
#[derive(Debug, Default)]
pub struct RustPacker;

/// What `[package]` may say of a Rust project.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RustKeys {
    package: Option<String>,
    bin: Option<String>,
    lib: bool,
    features: Vec<String>,
    unpatched: Vec<String>,
}

const KEYS: &[Key] = &[
    Key {
        name: "package",
        what: "The package of a workspace.",
        example: "package = \"server\"",
    },
    Key {
        name: "bin",
        what: "The program, of several.",
        example: "bin = \"server\"",
    },
    Key {
        name: "lib",
        what: "Whether the library is packed.",
        example: "lib = true",
    },
    Key {
        name: "features",
        what: "Features that are turned on.",
        example: "features = [\"postgres\"]",
    },
    Key {
        name: "unpatched",
        what: "Crates that are left as they are.",
        example: "unpatched = [\"tokio\"]",
    },
];

impl Packer for RustPacker {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn keys(&self) -> &'static [Key] {
        KEYS
    }

    fn detect(&self, project: &Path) -> Option<String> {
        project
            .join("Cargo.toml")
            .is_file()
            .then(|| "Cargo.toml".to_owned())
    }

    fn native(&self, request: &PackRequest<'_>) -> Result<Command, Error> {
        let keys: RustKeys = request.keys(KEYS)?;
        let mut command = request.command("cargo");
        command.arg("run");
        if let Some(package) = request.package.as_ref().or(keys.package.as_ref()) {
            command.args(["--package", package]);
        }
        match request.program.clone().or(keys.program()) {
            Some(Program::Binary(name)) => {
                command.args(["--bin", &name]);
            }
            Some(Program::Library) => {
                return Err(Error::Project {
                    message: "a library does not run natively".to_owned(),
                    help: "leave --native out, or name a program by --bin".to_owned(),
                });
            }
            None => {}
        }
        if !keys.features.is_empty() {
            command.args(["--features", &keys.features.join(",")]);
        }
        command.arg("--");
        Ok(command)
    }

    fn pack(&self, request: &PackRequest<'_>) -> Result<Packed, Error> {
        let keys: RustKeys = request.keys(KEYS)?;
        let cargo = Cargo::new(request);
        let workspace = cargo.metadata()?;
        let candidate = keys.candidate(request, &workspace)?;
        cargo.expect_target(LIBWARPGRID_TARGET)?;
        let toolchain = current_toolchain()?;
        let crates = cargo.crates(&candidate, LIBWARPGRID_TARGET, &keys.features)?;
        let patched = PatchedCrates::prepare(request, &crates, &keys.unpatched)?;

        let map = map_file(&workspace.target_directory, &candidate, request.profile)?;
        let mut build = cargo.rustc(&candidate, request.profile, LIBWARPGRID_TARGET);
        if !keys.features.is_empty() {
            build.arg("--features").arg(keys.features.join(","));
        }
        build
            .args(&request.arguments)
            .arg("--")
            .args(link_args(&toolchain, &map, request.strip));
        let mut flags = vec!["--cfg".to_owned(), "tokio_unstable".to_owned()];
        flags.extend(patched.flags());
        rustflags::add(&mut build, request, LIBWARPGRID_TARGET, &flags)?;
        patched.compile_by(&mut build, request)?;
        request
            .progress
            .step(&format!("Building {}", candidate.name));
        let output = cargo.run(build, &candidate, LIBWARPGRID_TARGET)?;
        patched.expect_all(&output.packages)?;

        let named = request
            .manifest
            .as_ref()
            .and_then(Manifest::name)
            .map(str::to_owned);
        let map = if map.is_file() {
            Some(LinkMap::read(&map)?)
        } else {
            None
        };
        let symbols = Symbols {
            map,
            sysroot: Some(toolchain.sysroot),
            ..Symbols::default()
        };
        let name = named.unwrap_or(candidate.name);
        request.finish(
            self.name(),
            &Built {
                name,
                file: output.component,
                symbols,
            },
        )
    }
}

impl RustKeys {
    /// The program that is asked for.
    fn candidate(
        &self,
        request: &PackRequest<'_>,
        workspace: &Workspace,
    ) -> Result<Candidate, Error> {
        let program = request.program.clone().or(self.program());
        let package = request.package.as_deref().or(self.package.as_deref());
        workspace.choose(&request.project, package, program.as_ref())
    }

    fn program(&self) -> Option<Program> {
        match &self.bin {
            Some(name) => Some(Program::Binary(name.clone())),
            None => self.lib.then_some(Program::Library),
        }
    }
}

/// Where the linker's map of a program goes. cargo does not link again what is
/// fresh, so it must stay with the build's other products.
fn map_file(
    target_directory: &Path,
    candidate: &Candidate,
    profile: Profile,
) -> Result<PathBuf, Error> {
    let directory = target_directory.join("warp").join("links");
    std::fs::create_dir_all(&directory)
        .map_err(|error| Error::file("create", &directory, &error))?;
    let kind = if candidate.library { "lib" } else { "bin" };
    let (package, name) = (&candidate.package, &candidate.name);
    Ok(directory.join(format!("{package}-{kind}-{name}-{}.map", profile.name())))
}

/// For the final link alone: in the dependencies' flags, `-l static=` would put
/// a copy of libwarpgrid into every library.
fn link_args(toolchain: &Toolchain, map: &Path, strip: bool) -> Vec<OsString> {
    let mut args = toolchain.rustc_link_args();
    let mut map_flag = OsString::from("link-arg=-Map=");
    map_flag.push(map);
    args.extend(["-C".into(), map_flag]);
    if strip {
        args.extend(["-C".into(), "strip=symbols".into()]);
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_their_examples_agree() {
        for key in KEYS {
            let text = format!("[package]\n{}\n", key.example);
            let manifest = Manifest::parse("warp.toml", text).unwrap();
            manifest.package::<RustKeys>(KEYS).unwrap();
        }
    }
}
