//! TinyGo with our patches: where it is, and how it builds a module.

use std::path::{Path, PathBuf};
use std::process::Command;

use warpgrid_pack::{Error, PackRequest, Profile};
use warpgrid_store::Store;

use crate::component::World;
use crate::go::Environment;
use crate::overlay::{Overlay, pinned};

/// The program, below the folder of TinyGo.
pub const TINYGO_PROGRAM: &str = "bin/warp-tinygo";

/// The minor version of Go whose standard library TinyGo compiles.
pub(crate) const GO: &str = "go1.25";

/// How long TinyGo may run a package's initialisers while it compiles. What takes
/// longer is left to the program's start, which costs size: so the limit is one
/// for a hang, not for a busy machine.
const INITIALISERS: &str = "20m";

/// The store's root of TinyGo. It is laid out as a release of TinyGo is, as far as
/// it is needed.
pub fn tinygo_root() -> String {
    format!("tinygo/{}", env!("WARPGRID_TINYGO_RELEASE"))
}

/// The release of Go that TinyGo is built and used with, as `GOTOOLCHAIN` names
/// it.
pub fn tinygo_go() -> String {
    pinned(GO)
}

/// TinyGo in the store.
pub(crate) struct TinyGo {
    root: PathBuf,
}

impl TinyGo {
    /// Looks it up.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) fn find() -> Result<TinyGo, Error> {
        let entry = Store::open_default()
            .and_then(|store| store.root_entry(&tinygo_root()))
            .map_err(Error::of_two_lines)?;
        let entry = entry.ok_or_else(|| Error::Project {
            message: "the store has no TinyGo for this warp".to_owned(),
            help: "run `cargo xtask setup` with `go` on PATH, or pack with `--compiler go`"
                .to_owned(),
        })?;
        Ok(TinyGo { root: entry.path })
    }

    /// The command that builds a module, but for what is built.
    pub(crate) fn command(
        &self,
        request: &PackRequest<'_>,
        go: &Environment,
        overlay: &Overlay,
        world: World,
        output: &Path,
    ) -> Command {
        let mut command = request.command(self.root.join(TINYGO_PROGRAM));
        command
            .env("TINYGOROOT", &self.root)
            .env("TINYGO_OVERLAY", &overlay.file)
            .env("GOROOT", &go.goroot)
            .env("PATH", path(request, &go.goroot.join("bin")))
            .env_remove("GOOS")
            .env_remove("GOARCH")
            .args(["build", "-target", "warpgrid"])
            .args(["-interp-timeout", INITIALISERS])
            .arg("-o")
            .arg(output);
        if world == World::Handler {
            command.args(["-buildmode", "c-shared"]);
        }
        match request.profile {
            // Debug information that is not made need not be left out.
            Profile::Release => command.args(["-no-debug", "-internal-nodwarf"]),
            Profile::Debug => command.args(["-opt", "1"]),
        };
        command
    }
}

/// PATH with one more directory, ahead of the others.
fn path(request: &PackRequest<'_>, first: &Path) -> std::ffi::OsString {
    let rest = request.variable("PATH").unwrap_or_default();
    let all = std::iter::once(first.to_owned()).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).unwrap_or(rest)
}
