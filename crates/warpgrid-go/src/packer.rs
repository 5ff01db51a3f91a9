//! The packer for Go.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use warpgrid_pack::{Built, Error, Key, Manifest, PackRequest, Packed, Packer, Program};

use crate::build::{Build, Compiler};
use crate::component::World;
use crate::go;
use crate::survey::Survey;
use crate::tinygo::{TinyGo, tinygo_go};

/// Packs Go modules with our overlay on Go's standard library: by the user's own
/// Go, or by our TinyGo.
#[derive(Debug, Default)]
pub struct GoPacker;

/// What `[package]` may say of a Go project.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct GoKeys {
    package: Option<String>,
    tags: Vec<String>,
    world: Option<serde_spanned::Spanned<String>>,
    compiler: Option<serde_spanned::Spanned<String>>,
}

const COMPILERS: &[&str] = &["go", "tinygo"];

const KEYS: &[Key] = &[
    Key {
        name: "package",
        what: "The package with `main`.",
        example: "package = \"./cmd/server\"",
    },
    Key {
        name: "tags",
        what: "Build tags.",
        example: "tags = [\"postgres\"]",
    },
    Key {
        name: "world",
        what: "What is made: `handler` answers requests, `command` runs by itself.",
        example: "world = \"command\"",
    },
    Key {
        name: "compiler",
        what: "Which compiler builds it.",
        example: "compiler = \"tinygo\"",
    },
];

impl Packer for GoPacker {
    fn name(&self) -> &'static str {
        "go"
    }

    fn keys(&self) -> &'static [Key] {
        KEYS
    }

    fn detect(&self, project: &Path) -> Option<String> {
        ["go.mod", "go.work"]
            .into_iter()
            .find(|name| project.join(name).is_file())
            .map(str::to_owned)
    }

    fn compilers(&self) -> &'static [&'static str] {
        COMPILERS
    }

    fn native(&self, request: &PackRequest<'_>) -> Result<Command, Error> {
        let keys: GoKeys = request.keys(KEYS)?;
        let mut command = request.command("go");
        command.arg("run").arg(keys.package(request)?);
        Ok(command)
    }

    fn pack(&self, request: &PackRequest<'_>) -> Result<Packed, Error> {
        let keys: GoKeys = request.keys(KEYS)?;
        let world = keys.world(request.manifest.as_ref())?;
        let mut request = request.clone();
        let build = build(keys, &mut request)?;
        build.expect_module()?;
        build.expect_version()?;
        build.expect_program()?;
        let (file, symbols) = build.component(world)?;
        let built = Built {
            name: request.name(),
            file,
            symbols,
        };
        request.finish(self.name(), &built)
    }
}

/// What a program is made of, and where it asks for what a component cannot have.
/// Nothing is built.
///
/// # Errors
/// Where there is no program, or no Go.
pub fn survey(request: &PackRequest<'_>) -> Result<Survey, Error> {
    let keys: GoKeys = request.keys(KEYS)?;
    let mut request = request.clone();
    let build = build(keys, &mut request)?;
    build.expect_module()?;
    build.expect_version()?;
    build.survey()
}

fn build<'a>(keys: GoKeys, request: &'a mut PackRequest<'_>) -> Result<Build<'a>, Error> {
    let package = keys.package(request)?;
    let compiler = match keys.compiler(request)? {
        "tinygo" => {
            let toolchain = ("GOTOOLCHAIN".into(), tinygo_go().into());
            request.environment.push(toolchain);
            Compiler::TinyGo(TinyGo::find()?)
        }
        _ => Compiler::Go,
    };
    Ok(Build {
        go: go::environment(request)?,
        request,
        compiler,
        package,
        tags: keys.tags,
    })
}

impl GoKeys {
    /// The package with `main`, as `go build` names it.
    fn package(&self, request: &PackRequest<'_>) -> Result<String, Error> {
        if let Some(package) = request.package.as_ref().or(self.package.as_ref()) {
            return Ok(package.clone());
        }
        match &request.program {
            None => Ok(".".to_owned()),
            Some(Program::Binary(name)) => Ok(format!("./cmd/{name}")),
            Some(Program::Library) => Err(Error::Project {
                message: "a Go library is no component".to_owned(),
                help: "name a package with a `main` by `--package ./cmd/NAME`".to_owned(),
            }),
        }
    }

    /// The compiler that is asked for: one of [`COMPILERS`].
    fn compiler<'a>(&'a self, request: &'a PackRequest<'_>) -> Result<&'a str, Error> {
        if let Some(name) = &request.compiler {
            return Ok(name);
        }
        let (Some(compiler), Some(manifest)) = (&self.compiler, &request.manifest) else {
            return Ok("go");
        };
        let name = compiler.get_ref();
        if COMPILERS.contains(&name.as_str()) {
            return Ok(name);
        }
        Err(manifest.error_at(
            compiler.span(),
            format!("`{name}` is no compiler of Go"),
            format!("compilers: {}", COMPILERS.join(", ")),
        ))
    }

    /// The world that the manifest asks for.
    fn world(&self, manifest: Option<&Manifest>) -> Result<Option<World>, Error> {
        let (Some(world), Some(manifest)) = (&self.world, manifest) else {
            return Ok(None);
        };
        match world.get_ref().as_str() {
            "command" => Ok(Some(World::Command)),
            "handler" => Ok(Some(World::Handler)),
            other => Err(manifest.error_at(
                world.span(),
                format!("`{other}` is no world of a Go program"),
                "write \"handler\" for one that the host calls for each request, or \"command\" \
                 for one that runs from main to its end"
                    .to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_their_examples_agree() {
        for key in KEYS {
            let text = format!("[package]\n{}\n", key.example);
            let manifest = Manifest::parse("warp.toml", text).unwrap();
            let keys: GoKeys = manifest.package(KEYS).unwrap();
            keys.world(Some(&manifest)).unwrap();
        }
    }

    #[test]
    fn an_unknown_world_is_an_error_with_its_place() {
        let text = "[package]\nworld = \"server\"\n".to_owned();
        let manifest = Manifest::parse("warp.toml", text).unwrap();
        let keys: GoKeys = manifest.package(KEYS).unwrap();
        let Err(Error::Manifest(error)) = keys.world(Some(&manifest)) else {
            panic!("a world of that name")
        };
        assert_eq!(error.message, "`server` is no world of a Go program");
    }
}
