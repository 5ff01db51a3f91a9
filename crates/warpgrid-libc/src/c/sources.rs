//! A C program from a list of sources: compile each, link once.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_spanned::Spanned;
use warpgrid_pack::{Built, Error, LinkMap, PackRequest, Packed, Profile, Symbols};

use super::{CKeys, USUAL_SOURCES, create, driver, ending};
use crate::Toolchain;

pub(super) fn pack(
    request: &PackRequest<'_>,
    keys: &CKeys,
    toolchain: &Toolchain,
) -> Result<Packed, Error> {
    if let Some(argument) = request.arguments.first() {
        return Err(Error::Project {
            message: format!("`{}` has no build tool to go to", argument.display()),
            help: "put compiler flags into `cflags` and `ldflags` of [package]".to_owned(),
        });
    }
    let sources = sources(request, keys)?;
    create(&request.target())?;
    // Objects lie where no other build sees them, and go away with this one.
    let scratch = tempfile::Builder::new()
        .prefix(".c-")
        .tempdir_in(request.target())
        .map_err(|error| Error::file("write", request.target(), &error))?;
    let name = match &request.program {
        Some(warpgrid_pack::Program::Binary(name)) => name.clone(),
        _ => request.name(),
    };
    let build = Build {
        request,
        keys,
        toolchain,
        scratch: scratch.path(),
    };
    let objects = build.compile(&sources)?;
    request.progress.step(&format!("Linking {name}"));
    let (file, map) = build.link(&name, &objects)?;
    let symbols = Symbols {
        map: Some(map),
        sysroot: Some(toolchain.sysroot.clone()),
        ..Symbols::default()
    };
    request.finish(
        "c",
        &Built {
            name,
            file,
            symbols,
        },
    )
}

/// The files of a project that match a pattern, relative to it, in order.
pub(super) fn matching(project: &Path, pattern: &str) -> Result<Vec<PathBuf>, glob::PatternError> {
    let root = glob::Pattern::escape(&project.to_string_lossy());
    let files = glob::glob(&format!("{root}/{pattern}"))?.filter_map(Result::ok);
    let relative = |file: PathBuf| {
        file.strip_prefix(project)
            .map(Path::to_owned)
            .unwrap_or(file)
    };
    let mut files: Vec<_> = files.filter(|file| file.is_file()).map(relative).collect();
    files.sort();
    Ok(files)
}

pub(super) fn sources(request: &PackRequest<'_>, keys: &CKeys) -> Result<Vec<PathBuf>, Error> {
    let mut sources = Vec::new();
    match (&keys.sources, &request.manifest) {
        (Some(patterns), Some(manifest)) => {
            for pattern in patterns {
                let found = matching(&request.project, pattern.get_ref());
                let found = found.map_err(|error| {
                    let message = format!("not a file pattern: {}", error.msg);
                    manifest.error_at(pattern.span(), message, "write it as src/*.c".to_owned())
                })?;
                if found.is_empty() {
                    return Err(no_match(request, pattern));
                }
                sources.extend(found);
            }
        }
        _ => {
            for pattern in USUAL_SOURCES {
                sources.extend(matching(&request.project, pattern).unwrap_or_default());
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    sources.retain(|source| seen.insert(source.clone()));
    if sources.is_empty() {
        return Err(Error::Project {
            message: format!("{} holds no C source", request.project.display()),
            help: "name the sources in warp.toml: sources = [\"src/*.c\"]".to_owned(),
        });
    }
    Ok(sources)
}

fn no_match(request: &PackRequest<'_>, pattern: &Spanned<String>) -> Error {
    let message = format!("no file matches `{}`", pattern.get_ref());
    let help = format!("patterns start from {}", request.project.display());
    match &request.manifest {
        Some(manifest) => manifest.error_at(pattern.span(), message, help),
        None => Error::Project { message, help },
    }
}

struct Build<'a> {
    request: &'a PackRequest<'a>,
    keys: &'a CKeys,
    toolchain: &'a Toolchain,
    scratch: &'a Path,
}

impl Build<'_> {
    /// Compiles each source, as many at a time as the machine has processors;
    /// stops at the first that fails.
    fn compile(&self, sources: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
        let progress = self.request.progress;
        progress.step(&format!("Compiling {}", count(sources.len())));
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let failure = Mutex::new(None);
        let failed = || failure.lock().is_ok_and(|failure| failure.is_some());
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..workers.min(sources.len()) {
                scope.spawn(|| {
                    while let Some((index, source)) = take(&next, sources).filter(|_| !failed()) {
                        match self.compile_one(source, &self.object(index, source)) {
                            Ok(()) => {
                                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                                progress.advance(done, sources.len());
                            }
                            Err(error) => {
                                if let Ok(mut failure) = failure.lock() {
                                    failure.get_or_insert(error);
                                }
                            }
                        }
                    }
                });
            }
        });
        match failure.into_inner() {
            Ok(Some(error)) => Err(error),
            _ => Ok(sources
                .iter()
                .enumerate()
                .map(|(index, source)| self.object(index, source))
                .collect()),
        }
    }

    /// Two sources may have the same file name.
    fn object(&self, index: usize, source: &Path) -> PathBuf {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy();
        self.scratch.join(format!("{index}-{stem}.o"))
    }

    fn compile_one(&self, source: &Path, object: &Path) -> Result<(), Error> {
        let mut command = self.clang();
        command.args(match self.request.profile {
            Profile::Release => &["-O2"][..],
            Profile::Debug => &["-O0", "-g"],
        });
        // The same project gives the same bytes wherever it lies.
        command.arg(flag("-ffile-prefix-map=", &self.request.project, "=."));
        command.args(
            self.keys
                .include
                .iter()
                .map(|directory| format!("-I{directory}")),
        );
        command
            .args(&self.keys.cflags)
            .arg("-c")
            .arg(source)
            .arg("-o")
            .arg(object);
        self.run(command, &format!("compiling {}", source.display()))
    }

    fn link(&self, name: &str, objects: &[PathBuf]) -> Result<(PathBuf, LinkMap), Error> {
        let map = self.scratch.join("link.map");
        let file = self.scratch.join(format!("{name}.wasm"));
        let mut command = self.clang();
        driver::link(&mut command, self.toolchain)?;
        command.arg(driver::map_flag(&map));
        if self.request.strip {
            command.arg("-Wl,--strip-all");
        }
        command.args(objects);
        command.args(self.keys.libs.iter().map(|library| {
            // `m` is a library to look for, `vendor/libpq.a` a file.
            let is_file = library.contains('/') || library.ends_with(".a");
            if is_file {
                library.clone()
            } else {
                format!("-l{library}")
            }
        }));
        command.args(&self.keys.ldflags).arg("-o").arg(&file);
        self.run(command, &format!("linking {name}"))?;
        Ok((file, LinkMap::read(&map)?))
    }

    fn clang(&self) -> Command {
        let mut command = self.request.command(&self.toolchain.tools.clang);
        command.args(self.toolchain.clang_args());
        if std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
            command.arg("-fcolor-diagnostics");
        }
        command
    }

    /// Runs clang; what it says comes out in one piece, whatever runs beside it.
    fn run(&self, mut command: Command, action: &str) -> Result<(), Error> {
        let clang = &self.toolchain.tools.clang;
        let output = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .map_err(|error| Error::spawn(clang, "run `cargo xtask setup`", &error))?;
        // Nobody is left to be told where standard error is closed.
        let _ = std::io::stderr().write_all(&output.stderr);
        if output.status.success() {
            return Ok(());
        }
        Err(Error::ToolFailed {
            action: action.to_owned(),
            tool: clang
                .file_name()
                .unwrap_or(clang.as_os_str())
                .to_string_lossy()
                .into_owned(),
            status: ending(output.status),
            help: "mend what it reports above".to_owned(),
        })
    }
}

fn take<'s>(next: &AtomicUsize, sources: &'s [PathBuf]) -> Option<(usize, &'s PathBuf)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    sources.get(index).map(|source| (index, source))
}

fn count(files: usize) -> String {
    if files == 1 {
        "1 file".to_owned()
    } else {
        format!("{files} files")
    }
}

fn flag(before: &str, path: &Path, after: &str) -> OsString {
    let mut flag = OsString::from(before);
    flag.push(path);
    flag.push(after);
    flag
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn patterns_match_files_in_order_even_where_the_project_looks_like_one() {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path().join("a[b]*");
        create(&project.join("src")).unwrap();
        for file in ["src/z.c", "src/a.c", "src/a.h"] {
            fs::write(project.join(file), "").unwrap();
        }
        let expected = [PathBuf::from("src/a.c"), PathBuf::from("src/z.c")];
        assert_eq!(matching(&project, "src/*.c").unwrap(), expected);
        assert!(matching(&project, "src/[.c").is_err());
    }
}
