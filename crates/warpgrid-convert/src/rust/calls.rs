//! What of Rust's standard library compiles for a component and does nothing there,
//! as a program that was run said (`crates/warp/tests/guests/convert-rust`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rustc_demangle::demangle;
use warpgrid_pack::Error;

use crate::report::Verdict;

/// Functions that are alike.
pub(super) struct Call {
    /// How the linker names those that are reached by it, as they are demangled,
    /// without `<` and `>`.
    symbols: &'static [&'static str],
    /// How a line says so.
    pub(super) words: &'static [&'static str],
    pub(super) what: &'static str,
    pub(super) verdict: Verdict,
    pub(super) remedy: &'static str,
    /// Whether libraries ask for it and go on where it fails.
    pub(super) is_borne: bool,
}

pub(super) const CALLS: &[Call] = &[
    Call {
        symbols: &[
            "std::process::Command::spawn",
            "std::process::Command::output",
            "std::process::Command::status",
            "process::unsupported::Command::new",
        ],
        words: &["Command::new("],
        what: "runs other programs",
        verdict: Verdict::NeedsChanges,
        remedy: "there are none where a component runs, and it is an error: send the work to a \
                 service, or do it by a library",
        is_borne: false,
    },
    Call {
        symbols: &[
            "std::thread::builder::Builder::spawn_unchecked",
            "std::thread::lifecycle::spawn_unchecked",
            "std::thread::Builder::spawn_unchecked",
        ],
        words: &[
            "thread::spawn(",
            "thread::Builder::new(",
            "thread::scope(",
            "ThreadPoolBuilder::",
            "thread_spawn(",
            "par_iter(",
        ],
        what: "starts threads",
        verdict: Verdict::NeedsChanges,
        remedy: "a component has one thread, and to start another is an error: do it in turn, or by \
                 tasks of tokio's, which run while others wait",
        is_borne: false,
    },
    Call {
        symbols: &["std::env::temp_dir"],
        words: &[
            "temp_dir(",
            "tempfile()",
            "tempdir()",
            "NamedTempFile::new(",
        ],
        what: "asks for the directory of temporary files",
        verdict: Verdict::NeedsChanges,
        remedy: "there is none, and it panics: name a directory that [directories] in warp.toml grants",
        is_borne: false,
    },
    Call {
        symbols: &["std::process::id"],
        words: &["process::id("],
        what: "asks for the number of its process",
        verdict: Verdict::NeedsChanges,
        remedy: "there is none, and it panics: take a random number",
        is_borne: false,
    },
    Call {
        symbols: &[
            "std::fs::File::try_clone",
            "std::net::tcp::TcpListener::try_clone",
            "std::net::tcp::TcpStream::try_clone",
            "std::net::udp::UdpSocket::try_clone",
        ],
        words: &[".try_clone("],
        what: "makes a second handle of a file or socket",
        verdict: Verdict::NeedsChanges,
        remedy: "it is an error: share one by reference (`&File` and `&TcpStream` read and write), \
                 or by Arc",
        is_borne: false,
    },
    Call {
        symbols: &["std::sys::fs::set_permissions", "std::fs::set_permissions"],
        words: &["set_permissions("],
        what: "sets permissions of files",
        verdict: Verdict::NeedsChanges,
        remedy: "it is an error: leave it out, the host's directories keep theirs",
        is_borne: true,
    },
];

/// What the linker put into a program.
pub(super) struct Linked {
    /// By name, the crates from whose code it came, where it is generic.
    symbols: BTreeMap<String, BTreeSet<String>>,
}

impl Linked {
    /// Reads the linker's map.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn read(map: &Path) -> Result<Self, Error> {
        let bytes = fs::read(map).map_err(|error| Error::file("read", map, &error))?;
        Ok(Self::parse(&String::from_utf8_lossy(&bytes)))
    }

    fn parse(text: &str) -> Self {
        let mut symbols: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in text.lines() {
            let Some((file, name)) = line
                .strip_suffix(')')
                .and_then(|line| line.rsplit_once(":("))
            else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let name = format!("{:#}", demangle(name)).replace(['<', '>'], "");
            symbols.entry(name).or_default().extend(crate_of(file));
        }
        Linked { symbols }
    }

    /// Whether something of it is in the program; by which crates' code, where that
    /// can be told.
    pub(super) fn has(&self, call: &Call) -> Option<Vec<String>> {
        let is_one = |name: &str| call.symbols.iter().any(|symbol| name.contains(symbol));
        let found: Vec<_> = self
            .symbols
            .iter()
            .filter(|(name, _)| is_one(name))
            .collect();
        if found.is_empty() {
            return None;
        }
        let by: BTreeSet<_> = found
            .into_iter()
            .flat_map(|(_, by)| by.iter().cloned())
            .collect();
        // Of what is in the standard library itself, nothing says who calls it.
        let of_others = by.iter().filter(|name| *name != "std").cloned();
        Some(of_others.collect())
    }

    /// Whether a function of C's is in the program.
    pub(super) fn has_function(&self, name: &str) -> bool {
        self.symbols.contains_key(name)
    }
}

/// `/d/libtokio-1a2b.rlib(x.o)` is of `tokio`, and `app.1a2b-cgu.0.rcgu.o` of `app`.
fn crate_of(file: &str) -> Option<String> {
    let file = file.rsplit('/').next()?.trim();
    let file = file.split('(').next()?;
    if let Some(library) = file.strip_prefix("lib") {
        let (name, _) = library.strip_suffix(".rlib")?.rsplit_once('-')?;
        return Some(name.to_owned());
    }
    let name = file.strip_suffix(".rcgu.o")?.split(['.', '-']).next()?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "\
    Addr      Off     Size Out     In      Symbol
       -     1b66     12b6         app-1a2b.app.e65a701d-cgu.0.rcgu.o:(_ZN1t4main17hc89f1824c9b61e1dE)
       -     1b66     12b6         /d/librayon_core-1a2b.rlib(rayon_core-1a2b.x.rcgu.o):(_ZN3std6thread9lifecycle15spawn_unchecked17h0d602468214df67aE)
       -     1b66     12b6         /r/libstd-3c4d.rlib(std-3c4d.x.rcgu.o):(_RNvMsk_NtCshXfaRvt2tfW_3std7processNtB5_7Command5spawn)
       -     1b66     12b6         /s/libc.a(listen.c.obj):(listen)
       -     1b66     12b6         /s/libc.a(listen.c.obj):(.rodata.bind)
";

    fn of(what: &str) -> &'static Call {
        CALLS.iter().find(|call| call.what == what).unwrap()
    }

    #[test]
    fn the_map_says_what_is_linked_and_by_whose_code() {
        let linked = Linked::parse(MAP);
        assert_eq!(
            linked.has(of("starts threads")),
            Some(vec!["rayon_core".to_owned()])
        );
        assert_eq!(linked.has(of("runs other programs")), Some(Vec::new()));
        assert_eq!(
            linked.has(of("asks for the directory of temporary files")),
            None
        );
        assert!(linked.has_function("listen"));
        assert!(!linked.has_function(".rodata.bind"));
    }

    #[test]
    fn objects_say_of_which_crate_they_are() {
        assert_eq!(
            crate_of("x /d/libtokio_util-1a2b.rlib(a.o)").as_deref(),
            Some("tokio_util")
        );
        assert_eq!(
            crate_of("       app-1a2b.app.e6-cgu.0.rcgu.o").as_deref(),
            Some("app")
        );
        assert_eq!(crate_of("/s/libc.a(listen.c.obj)"), None);
    }
}
