//! What a component imports, compared with what it is given.

use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::config::Shims;
use crate::error::Error;

/// The shims that are linked, by the interfaces that they define.
pub(crate) fn interfaces(shims: Shims) -> [(&'static str, &'static str, bool); 7] {
    [
        (
            "warpgrid:shim/filesystem@0.1.0",
            "filesystem",
            shims.filesystem,
        ),
        ("warpgrid:shim/dns@0.1.0", "dns", shims.dns),
        ("warpgrid:shim/dns-reverse@0.1.0", "dns", shims.dns),
        (
            "warpgrid:shim/database-proxy@0.1.0",
            "database-proxy",
            shims.database_proxy,
        ),
        (
            "warpgrid:shim/sockets@0.1.0",
            "database-proxy",
            shims.database_proxy,
        ),
        ("warpgrid:shim/signals@0.1.0", "signals", shims.signals),
        (
            "warpgrid:shim/threading@0.1.0",
            "threading",
            shims.threading,
        ),
    ]
}

/// Refuses a component that asks for what it will not get, in words that say
/// which line of `warp.toml` or which build step is at fault.
pub(crate) fn check(
    engine: &Engine,
    component: &Component,
    path: &Path,
    shims: Shims,
) -> Result<(), Error> {
    let of = component.component_type();
    check_imports(path, of.imports(engine).map(|(name, _)| name), shims)
}

/// The same of what a program imports, wherever it will run.
///
/// # Errors
/// Names the import, and what would give it.
pub fn check_imports<'a>(
    path: &Path,
    imports: impl Iterator<Item = &'a str>,
    shims: Shims,
) -> Result<(), Error> {
    let known = interfaces(shims);
    for name in imports {
        if name.starts_with("wasi:") {
            continue;
        }
        let (reason, remedy) = match known.iter().find(|(interface, ..)| *interface == name) {
            Some((_, _, true)) => continue,
            Some((_, shim, false)) => (
                format!("is turned off by [shims] {shim} = false"),
                format!("set {shim} = true in the [shims] section of warp.toml, or build the program without it"),
            ),
            None if name.starts_with("warpgrid:shim/") => (
                "this version of the host does not have".to_owned(),
                "use the host and the toolchain of the same release".to_owned(),
            ),
            None => (
                "this host does not provide".to_owned(),
                "compose the component with one that exports it, or build it without that dependency".to_owned(),
            ),
        };
        return Err(Error::Import {
            path: path.to_owned(),
            import: name.to_owned(),
            reason,
            remedy,
        });
    }
    Ok(())
}
