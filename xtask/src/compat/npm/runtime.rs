//! What runs the programs natively, and what packs them.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::process::Command;

use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::Bounds;

use crate::workspace;

/// A matrix of npm packages.
pub trait Runtime: Debug + Clone + PartialEq + Eq {
    /// How the verb is told to run it.
    const NAME: &str;
    /// As people call it.
    const TITLE: &str;
    /// The project with a folder for each program, and [`Runtime::LIST`].
    const PROJECT: &str;
    /// Which packages are tried and how.
    const LIST: &str;
    /// What `warp pack` is told.
    const LANG: &str;
    /// Where the data stand in the repository.
    const DATA: &str;
    /// Where the page does.
    const PAGE: &str;
    /// What the page begins with.
    const HEAD: &str;

    /// What serves the program in a folder natively, at the address in `LISTEN`.
    ///
    /// # Errors
    /// Where it cannot be had.
    fn serve(program: &Path, bounds: &Bounds) -> anyhow::Result<Command>;

    /// Lets `warp pack` find what it packs by.
    ///
    /// # Errors
    /// Where it cannot be had.
    fn equip(pack: &mut Command, bounds: &Bounds) -> anyhow::Result<()>;
}

/// Node, beside the packer `ts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {}

/// Bun, beside the packer `bun`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bun {}

/// What serves a program, in the project of its runtime.
fn script(project: &str, name: &str) -> PathBuf {
    workspace::root().join(project).join(name)
}

impl Runtime for Node {
    const NAME: &str = "npm";
    const TITLE: &str = "Node";
    const PROJECT: &str = "xtask/compat/npm";
    const LIST: &str = "xtask/compat/npm/npm.toml";
    const LANG: &str = "ts";
    const DATA: &str = "compat/npm.json";
    const PAGE: &str = "docs/domains/npm-packages.md";
    const HEAD: &str = "# npm packages\n\n\
        Written by `cargo xtask compat npm`.\n\n\
        A program for each package, in `xtask/compat/npm`, uses it as services do: queries \
        with parameters and transactions, routes and middleware, schemas, tokens that are \
        signed and verified. It runs under Node, and as the component that `warp pack` makes \
        of it, against real servers where it needs one. What it answers to a fixed list of \
        requests must be the same: status, content type and body, byte for byte. The sizes \
        are those of the components, of which the engine is some twelve.\n\n";

    fn serve(program: &Path, _bounds: &Bounds) -> anyhow::Result<Command> {
        let mut node = Command::new("node");
        node.arg(script(Self::PROJECT, "serve.mjs")).arg(program);
        Ok(node)
    }

    fn equip(_pack: &mut Command, _bounds: &Bounds) -> anyhow::Result<()> {
        Ok(())
    }
}

impl Runtime for Bun {
    const NAME: &str = "bun";
    const TITLE: &str = "Bun";
    const PROJECT: &str = "xtask/compat/bun";
    const LIST: &str = "xtask/compat/bun/bun.toml";
    const LANG: &str = "bun";
    const DATA: &str = "compat/bun.json";
    const PAGE: &str = "docs/domains/bun-packages.md";
    const HEAD: &str = "# npm packages under Bun\n\n\
        Written by `cargo xtask compat bun`.\n\n\
        A program for each package, in `xtask/compat/bun` or, where Node's is taken, in \
        `xtask/compat/npm`, uses it as services do. It runs under Bun, and as the component \
        that `warp pack --lang bun` makes of it, against real servers where it needs one. What \
        it answers to a fixed list of requests must be the same: status, content type and \
        body, byte for byte. Of packages that are machine code, packing must say what to use \
        instead.\n\n";

    fn serve(program: &Path, bounds: &Bounds) -> anyhow::Result<Command> {
        let mut bun = Command::new(npm::bun(&workspace::root(), bounds)?);
        bun.arg(script(Self::PROJECT, "serve.ts")).arg(program);
        Ok(bun)
    }

    fn equip(pack: &mut Command, bounds: &Bounds) -> anyhow::Result<()> {
        pack.env(
            "PATH",
            npm::path_with(&npm::bun(&workspace::root(), bounds)?)?,
        );
        Ok(())
    }
}
