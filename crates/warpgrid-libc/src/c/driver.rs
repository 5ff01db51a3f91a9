//! The compiler as build systems see it: clang with the patched sysroot.
//!
//! What link-only flags mean to clang decides most of this file: given without
//! a link they are warnings, which a configure script takes for failures; and
//! `-lwarpgrid` counts as an input, so that `cc -v` would try to link.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use warpgrid_pack::Error;

use crate::Toolchain;
use crate::c::toolchain_error;

/// The name under which the `warp` executable is a C compiler.
pub const DRIVER_NAME: &str = "warp-clang";

/// A directory in which each link leaves its map and its output's path.
pub(super) const LINKS: &str = "WARPGRID_LINKS";

/// Response files may name others; deeper than this is a cycle.
const RESPONSE_DEPTH: u32 = 10;

/// Options whose value is the next argument.
const WITH_VALUE: &[&str] = &[
    "-o",
    "-I",
    "-D",
    "-U",
    "-L",
    "-x",
    "-T",
    "-u",
    "-z",
    "-e",
    "-A",
    "-F",
    "-B",
    "-MF",
    "-MT",
    "-MQ",
    "-MJ",
    "-arch",
    "-target",
    "-include",
    "-imacros",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-iprefix",
    "-iwithprefix",
    "-isysroot",
    "-resource-dir",
    "-Xclang",
    "-Xpreprocessor",
    "-Xassembler",
    "-mllvm",
    "--param",
    "--sysroot",
    "-dumpbase",
    "-dumpdir",
];

/// Options after which clang links nothing.
const NO_LINK: &[&str] = &[
    "-c",
    "-S",
    "-E",
    "-M",
    "-MM",
    "-fsyntax-only",
    "--precompile",
    "--analyze",
    "-emit-ast",
    "--version",
    "--help",
    "-help",
    "-dumpversion",
    "-dumpmachine",
    "--print-supported-cpus",
];

/// What an invocation asks for.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    /// No link, or none of a component.
    Other,
    /// To link a component into this file.
    Link(PathBuf),
}

/// clang's command line for what a build system asks of its C compiler: the
/// target and the sysroot always, libwarpgrid and the linker only to link.
/// The user's arguments come last and win.
///
/// Where the environment variable `WARPGRID_LINKS` names a directory, a link
/// leaves its map there.
///
/// # Errors
/// When a response file or that directory cannot be used.
pub fn compiler_command(toolchain: &Toolchain, args: &[OsString]) -> Result<Command, Error> {
    let mut command = Command::new(&toolchain.tools.clang);
    command.args(toolchain.clang_args());
    if let Action::Link(output) = action(&expand(args, 0)?) {
        link(&mut command, toolchain)?;
        if let Some(directory) = std::env::var_os(LINKS).filter(|value| !value.is_empty()) {
            command.arg(LinkRecord::begin(Path::new(&directory), &output)?);
        }
    }
    command.args(args);
    Ok(command)
}

/// Makes a command of clang's link a component.
///
/// Where wasm-opt is on `PATH` and `-O` is given, clang runs it on what it
/// linked, and wasm-opt cannot read components. (clang 19's `--no-wasm-opt`
/// leaves out the link as well.) Nothing else of a link comes from `PATH`.
///
/// # Errors
/// Without a linker for components.
pub(super) fn link(command: &mut Command, toolchain: &Toolchain) -> Result<(), Error> {
    command.args(toolchain.clang_link_args().map_err(toolchain_error)?);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| !folder.join("wasm-opt").exists());
    // What came apart at separators goes together again.
    if let Ok(path) = std::env::join_paths(folders) {
        command.env("PATH", path);
    }
    Ok(())
}

/// The linker's flag that makes it write its map to a file.
pub(super) fn map_flag(map: &Path) -> OsString {
    let mut flag = OsString::from("-Wl,-Map=");
    flag.push(map);
    flag
}

fn action(args: &[OsString]) -> Action {
    let mut output = PathBuf::from("a.out");
    let mut inputs = false;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        if NO_LINK.contains(&&*text) || text.starts_with("-print-") || text.starts_with("--print-")
        {
            return Action::Other;
        }
        // A relocatable object holds no libraries; a shared one is no component.
        if matches!(&*text, "-r" | "-shared" | "--shared") {
            return Action::Other;
        }
        match &*text {
            "-o" => output = args.next().map_or(output, PathBuf::from),
            "-l" | "-Xlinker" => inputs |= args.next().is_some(),
            "-" => inputs = true,
            option if WITH_VALUE.contains(&option) => drop(args.next()),
            option if option.starts_with("-o") => output = PathBuf::from(&option[2..]),
            option if option.starts_with("-l") || option.starts_with("-Wl,") => inputs = true,
            option if option.starts_with('-') => {}
            _ => inputs = true,
        }
    }
    if inputs {
        Action::Link(output)
    } else {
        Action::Other
    }
}

/// The arguments with response files (`@FILE`) in place, as clang reads them:
/// one that does not exist stands for itself.
fn expand(args: &[OsString], depth: u32) -> Result<Vec<OsString>, Error> {
    let mut expanded = Vec::new();
    for arg in args {
        let path = arg
            .to_str()
            .and_then(|arg| arg.strip_prefix('@'))
            .map(Path::new);
        match path {
            Some(path) if depth < RESPONSE_DEPTH && path.is_file() => {
                let text =
                    fs::read_to_string(path).map_err(|error| Error::file("read", path, &error))?;
                expanded.extend(expand(&words(&text), depth + 1)?);
            }
            _ => expanded.push(arg.clone()),
        }
    }
    Ok(expanded)
}

/// A response file's words in GNU quoting: spaces part them; quotes and
/// backslashes keep what follows.
fn words(text: &str) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => {
                word.get_or_insert_default().extend(characters.next());
            }
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words.into_iter().map(OsString::from).collect()
}

/// One link of a build: what it wrote, and the linker's map of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LinkRecord {
    pub(super) output: PathBuf,
    pub(super) map: PathBuf,
}

impl LinkRecord {
    /// Notes the output down; returns the flag that makes the linker write the
    /// map beside the note. A later link of the same output takes its place.
    fn begin(directory: &Path, output: &Path) -> Result<OsString, Error> {
        let output =
            std::path::absolute(output).map_err(|error| Error::file("find", output, &error))?;
        let mut hasher = DefaultHasher::new();
        output.hash(&mut hasher);
        let note = directory.join(format!("{:016x}.link", hasher.finish()));
        warpgrid_pack::write_atomically(&note, output.as_os_str().as_encoded_bytes())?;
        Ok(map_flag(&note.with_extension("map")))
    }

    /// The links noted down in a directory whose outputs still exist, in order
    /// of their outputs.
    pub(super) fn all(directory: &Path) -> Result<Vec<LinkRecord>, Error> {
        let failed = |error| Error::file("read", directory, &error);
        let mut records = Vec::new();
        for entry in fs::read_dir(directory).map_err(failed)? {
            let note = entry.map_err(failed)?.path();
            if note.extension() != Some(OsStr::new("link")) {
                continue;
            }
            let output =
                fs::read_to_string(&note).map_err(|error| Error::file("read", &note, &error))?;
            let output = PathBuf::from(output);
            if output.is_file() {
                records.push(LinkRecord {
                    output,
                    map: note.with_extension("map"),
                });
            }
        }
        records.sort_by(|a, b| a.output.cmp(&b.output));
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action_of(args: &str) -> Action {
        action(
            &args
                .split_whitespace()
                .map(OsString::from)
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn only_what_links_is_a_link() {
        for args in [
            "-c a.c",
            "-E -",
            "-M a.c",
            "--version",
            "-v",
            "-V",
            "-print-prog-name=ld",
            "-print-search-dirs",
            "-dumpmachine",
            "-I include -D X -o out",
            "-x c -fsyntax-only -",
            "-r a.o b.o -o c.o",
            "",
        ] {
            assert_eq!(action_of(args), Action::Other, "{args}");
        }
        for (args, output) in [
            ("a.c", "a.out"),
            ("-O2 a.c -o hello", "hello"),
            ("-ohello a.o", "hello"),
            ("-x c -", "a.out"),
            ("-I include main.o -L lib -lpq -o x.wasm", "x.wasm"),
        ] {
            assert_eq!(action_of(args), Action::Link(output.into()), "{args}");
        }
    }

    #[test]
    fn response_files_are_read_as_clang_reads_them() {
        assert_eq!(
            words(r#"-c "a b.c" 'd\e' f\ g "" "#),
            ["-c", "a b.c", r"d\e", "f g", ""]
        );
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("args");
        let named = format!("@{}", file.display());
        let arg = OsString::from(&named);
        assert_eq!(expand(&[arg], 0).unwrap(), [OsString::from(&named)]);
        fs::write(&file, format!("-c a.c @{}", file.display())).unwrap();
        let expanded = expand(&[named.into()], 0).unwrap();
        assert_eq!(expanded[..2], ["-c", "a.c"]);
        assert_eq!(expanded.len(), 2 * RESPONSE_DEPTH as usize + 1);
    }

    #[test]
    fn a_record_lasts_while_its_output_does() {
        let directory = tempfile::tempdir().unwrap();
        let links = directory.path().join("links");
        let output = directory.path().join("hello");
        fs::write(&output, "").unwrap();
        for _ in 0..2 {
            LinkRecord::begin(&links, &output).unwrap();
        }
        let records = LinkRecord::all(&links).unwrap();
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].output, output);
        fs::remove_file(&output).unwrap();
        assert_eq!(LinkRecord::all(&links).unwrap(), []);
    }
}
