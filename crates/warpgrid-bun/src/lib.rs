//! Programs that are written for Bun, as components: the packer.
//!
//! Bun itself does the work: `js/` bundles a program by `Bun.build`, with
//! `packages/bun-polyfills` in place of Bun's own interfaces, and gives it to what
//! makes components of TypeScript ([`warpgrid_js::pack`]). Bun fetches the packages
//! of npm that packing needs, too, so that Node need not be there.

#![forbid(unsafe_code)]

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use warpgrid_js::{Installer, Runtime, TypeScriptPacker};
use warpgrid_pack::{Bundler, Bundling, Error, Key, NATIVE_LISTEN, PackRequest, Packed, Packer};

/// Packs programs for Bun by its bundler and componentize-js.
#[derive(Debug, Default)]
pub struct BunPacker;

/// What Bun leaves in a project, or reads there.
const FILES: &[&str] = &["bun.lock", "bun.lockb", "bunfig.toml"];

const INSTALL: &str = "install Bun 1.4 or newer, and put `bun` on PATH; or pack with `--lang ts`, \
                       by Node, what needs nothing of Bun's";

/// The user's Bun. `--no-install`: it would fetch what a script does not find.
pub const BUN: Runtime = Runtime {
    language: "bun",
    spoken: "TypeScript for Bun",
    program: "bun",
    oldest: &[1, 4],
    install: INSTALL,
    arguments: &["--no-install"],
    script: "crates/warpgrid-bun/js/build.mjs",
    serve: "crates/warpgrid-bun/js/serve.mjs",
    survey: "crates/warpgrid-bun/js/survey.mjs",
    // The project's `bunfig.toml` and `.env` are the program's, not the packer's.
    aside: true,
    installer: Installer {
        program: "bun",
        // Copies: the series is applied to what is installed, and what is linked
        // is Bun's cache.
        arguments: &[
            "install",
            "--production",
            "--frozen-lockfile",
            "--ignore-scripts",
            "--linker=hoisted",
            "--backend=copyfile",
        ],
        install: INSTALL,
    },
};

impl Packer for BunPacker {
    fn name(&self) -> &'static str {
        BUN.language
    }

    fn keys(&self) -> &'static [Key] {
        TypeScriptPacker.keys()
    }

    fn detect(&self, project: &Path) -> Option<String> {
        let found = FILES.iter().find(|file| project.join(file).is_file());
        found.map(|file| (*file).to_owned())
    }

    fn native(&self, request: &PackRequest<'_>) -> Result<Command, Error> {
        let program = warpgrid_js::program(request)?;
        BUN.expect(&|name| request.command(name))?;
        let mut command = request.command(BUN.program);
        command.arg("run").arg(program);
        // Where Bun serves what names no port.
        let listen = request
            .environment
            .iter()
            .find(|(name, _)| name == NATIVE_LISTEN);
        let address = listen.and_then(|(_, value)| value.to_str()?.parse::<SocketAddr>().ok());
        if let Some(address) = address {
            command.env("BUN_PORT", address.port().to_string());
        }
        Ok(command)
    }

    fn bundler(&self) -> Option<&dyn Bundler> {
        Some(self)
    }

    fn pack(&self, request: &PackRequest<'_>) -> Result<Packed, Error> {
        warpgrid_js::pack(request, &BUN)
    }
}

impl Bundler for BunPacker {
    fn begin(&self, request: &PackRequest<'_>) -> Result<Box<dyn Bundling>, Error> {
        warpgrid_js::begin(request, &BUN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buns_own_files_say_that_a_project_is_for_it() {
        let project = tempfile::tempdir().unwrap();
        std::fs::write(project.path().join("package.json"), "{}").unwrap();
        assert_eq!(BunPacker.detect(project.path()), None);
        for file in FILES {
            let path = project.path().join(file);
            std::fs::write(&path, "").unwrap();
            assert_eq!(BunPacker.detect(project.path()), Some((*file).to_owned()));
            std::fs::remove_file(path).unwrap();
        }
    }
}
