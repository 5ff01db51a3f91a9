//! A C program through its Makefile, with `warp` in the compiler's place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use warpgrid_pack::{Built, Error, LinkMap, PackRequest, Packed, Program, Symbols};

use super::driver::{DRIVER_NAME, LINKS, LinkRecord};
use super::{CKeys, create, ending};
use crate::Toolchain;

pub(super) fn pack(
    request: &PackRequest<'_>,
    keys: &CKeys,
    toolchain: &Toolchain,
) -> Result<Packed, Error> {
    refuse_flags(keys)?;
    let links = request.target().join("links");
    create(&links)?;
    let compiler = install_driver(request, DRIVER_NAME)?;
    request.progress.step("Running make");
    let mut make = request.command("make");
    make.env(LINKS, &links);
    for (variable, program) in [
        ("CC", compiler),
        ("AR", toolchain.tools.ar.clone()),
        ("RANLIB", toolchain.tools.ranlib.clone()),
        ("NM", toolchain.tools.nm.clone()),
    ] {
        let mut assignment = OsString::from(format!("{variable}="));
        assignment.push(program);
        make.arg(assignment);
    }
    let status = make
        .args(&request.arguments)
        .status()
        .map_err(|error| Error::spawn(Path::new("make"), "run `apt-get install make`", &error))?;
    if !status.success() {
        return Err(Error::ToolFailed {
            action: format!("building {}", request.name()),
            tool: "make".to_owned(),
            status: ending(status),
            help: "mend what it reports above".to_owned(),
        });
    }
    let link = choose(request, keys, LinkRecord::all(&links)?)?;
    let name = request
        .manifest
        .as_ref()
        .and_then(|manifest| manifest.name());
    let name = name.map_or_else(|| stem(&link.output), str::to_owned);
    let map = if link.map.is_file() {
        Some(LinkMap::read(&link.map)?)
    } else {
        None
    };
    let symbols = Symbols {
        map,
        sysroot: Some(toolchain.sysroot.clone()),
        ..Symbols::default()
    };
    request.finish(
        "c",
        &Built {
            name,
            file: link.output,
            symbols,
        },
    )
}

/// A Makefile has its own flags; silently ignoring ours would mislead.
fn refuse_flags(keys: &CKeys) -> Result<(), Error> {
    let given = [
        ("include", &keys.include),
        ("cflags", &keys.cflags),
        ("libs", &keys.libs),
        ("ldflags", &keys.ldflags),
    ];
    match given.iter().find(|(_, values)| !values.is_empty()) {
        None => Ok(()),
        Some((key, _)) => Err(Error::Project {
            message: format!("`{key}` of [package] has no effect on a Makefile"),
            help: "set it in the Makefile, or name the `sources` to build without it".to_owned(),
        }),
    }
}

/// `warp` under another name, at a path without spaces or arguments of its own:
/// Makefiles and what they call take `CC` for one program, cargo its wrapper.
pub(crate) fn install_driver(request: &PackRequest<'_>, name: &str) -> Result<PathBuf, Error> {
    let directory = request.target().join("bin");
    create(&directory)?;
    let driver = directory.join(name);
    if std::fs::read_link(&driver).is_ok_and(|target| target == request.warp) {
        return Ok(driver);
    }
    let failed = |error: &std::io::Error| Error::file("write", &driver, error);
    match std::fs::remove_file(&driver) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(&error)),
        _ => {}
    }
    link_program(&request.warp, &driver).map_err(|error| failed(&error))?;
    Ok(driver)
}

#[cfg(unix)]
fn link_program(program: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(program, link)
}

#[cfg(not(unix))]
fn link_program(program: &Path, link: &Path) -> std::io::Result<()> {
    std::fs::copy(program, link).map(drop)
}

/// The one program that the Makefile linked, or the one that was asked for.
fn choose(
    request: &PackRequest<'_>,
    keys: &CKeys,
    mut links: Vec<LinkRecord>,
) -> Result<LinkRecord, Error> {
    let project = |path: &Path| {
        path.strip_prefix(&request.project)
            .unwrap_or(path)
            .to_owned()
    };
    let listed: Vec<_> = links
        .iter()
        .map(|link| project(&link.output).display().to_string())
        .collect();
    let wanted = match (&request.program, &keys.artifact) {
        (Some(Program::Binary(name)), _) => {
            links.retain(|link| stem(&link.output) == *name);
            Some(name)
        }
        (_, Some(artifact)) => {
            links.retain(|link| project(&link.output) == Path::new(artifact));
            Some(artifact)
        }
        _ => None,
    };
    if links.len() == 1
        && let Some(link) = links.pop()
    {
        return Ok(link);
    }
    let (message, help) = match (wanted, listed.is_empty()) {
        (_, true) => (
            "the Makefile linked no program with the compiler it was given".to_owned(),
            "link with `$(CC)`; if it is up to date already, run `make clean` first".to_owned(),
        ),
        (Some(wanted), false) => (
            format!("the Makefile linked no program `{wanted}`"),
            format!("it linked: {}", listed.join(", ")),
        ),
        (None, false) => (
            format!("the Makefile linked {} programs", listed.len()),
            format!(
                "choose one with `artifact` in [package]: {}",
                listed.join(", ")
            ),
        ),
    };
    Err(Error::Project { message, help })
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
