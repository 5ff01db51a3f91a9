//! The functions, headers and libraries of C that a component does not have.
//!
//! Of each: whether anything can be done, and what. A test holds the table against
//! the sysroot: what stands here is not there.

mod table;

use crate::report::{Finding, Verdict};
use table::{GROUPS, Group};

/// What clang, or a file's symbol table, adds to names of functions.
fn plain(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    let fortified = name
        .strip_prefix("__")
        .and_then(|name| name.strip_suffix("_chk"));
    let scanned = name
        .strip_prefix("__isoc99_")
        .or_else(|| name.strip_prefix("__isoc23_"));
    let name = fortified.or(scanned).unwrap_or(name);
    name.strip_suffix("64")
        .filter(|name| LARGE.contains(name))
        .unwrap_or(name)
}

/// Functions that have a name of their own for large files.
const LARGE: &[&str] = &[
    "creat",
    "fcntl",
    "fopen",
    "freopen",
    "fseeko",
    "fstat",
    "fstatat",
    "ftello",
    "ftruncate",
    "glob",
    "lseek",
    "lstat",
    "mmap",
    "open",
    "openat",
    "posix_fadvise",
    "posix_fallocate",
    "pread",
    "preadv",
    "pwrite",
    "pwritev",
    "readdir",
    "scandir",
    "sendfile",
    "stat",
    "statfs",
    "statvfs",
    "fstatvfs",
    "tmpfile",
    "truncate",
    "getrlimit",
    "setrlimit",
    "mkstemp",
    "mkostemp",
];

/// The name under which a function is looked for in the libc for WASI.
pub(crate) fn plain_name(name: &str) -> &str {
    plain(name)
}

/// A function that the table knows.
pub(crate) fn known(name: &str) -> Option<Finding> {
    let name = plain(name);
    let group = GROUPS
        .iter()
        .find(|group| group.functions.contains(&name))?;
    Some(group.finding(&format!("{name}()")))
}

/// The functions that the table knows and that no program gives to its own.
pub(crate) fn functions() -> impl Iterator<Item = &'static str> {
    const OWN: &[&str] = &[
        "clock", "clone", "err", "error", "errx", "nice", "pause", "splice", "sync", "syscall",
        "tee", "times", "wait", "warn", "warnx",
    ];
    let functions = GROUPS.iter().flat_map(|group| group.functions);
    functions.copied().filter(|name| !OWN.contains(name))
}

/// A function that the linker did not find.
pub(crate) fn of_symbol(name: &str) -> Finding {
    known(name).unwrap_or_else(|| {
        Finding::new(Verdict::NeedsChanges, format!("{name} is defined nowhere")).remedy(
            "link the library that has it, built for WASI (`warp cc` is a compiler for configure and \
             make), or leave it out",
        )
    })
}

/// A header that the compiler did not find.
pub(crate) fn of_header(name: &str) -> Finding {
    if let Some(group) = GROUPS.iter().find(|group| group.headers.contains(&name)) {
        return group.finding(&format!("<{name}>"));
    }
    let remedy = match name {
        "config.h" => {
            "run the project's `./configure --host=wasm32-wasi CC=\"warp cc\"` first, and name the \
             directory in `include`"
                .to_owned()
        }
        _ if name.starts_with("linux/") || name.starts_with("asm/") => {
            "it is Linux's own: put what needs it behind `#ifdef __linux__`".to_owned()
        }
        _ if name.starts_with("sys/") => {
            "the libc for WASI does not have it: put what needs it behind `#ifndef __wasi__`".to_owned()
        }
        _ => "where it is the project's own, name its directory in `include` of [package]; where it is \
              a library's, build that for WASI with `warp cc` and name it in `include` and `libs`"
            .to_owned(),
    };
    Finding::new(Verdict::NeedsChanges, format!("there is no <{name}>")).remedy(remedy)
}

/// A library of C's that the linker did not find, or that a program is linked with.
pub(crate) fn of_library(name: &str) -> Finding {
    const KNOWN: &[(&str, &str)] = &[
        ("crypto", TLS),
        ("gnutls", TLS),
        ("mysqlclient", VENDORED),
        ("mariadb", VENDORED),
        ("pq", VENDORED),
        ("sqlite3", SQLITE),
        ("ssl", TLS),
    ];
    let known = KNOWN.iter().find(|(library, _)| *library == name);
    let remedy = known.map_or(
        "build it for WASI, with `warp cc` as the compiler of its configure or make, and name it in \
         `libs` of [package]; or leave it out",
        |(_, remedy)| remedy,
    );
    Finding::new(Verdict::NeedsChanges, format!("links the C library {name}")).remedy(remedy)
}

const TLS: &str =
    "the host does TLS to databases: leave it out, or build it for WASI with `warp cc`";
const SQLITE: &str = "use a database server: [[database]] serves PostgreSQL, MySQL and Redis";
const VENDORED: &str = "link it as `cargo xtask vendor` builds it for the sample programs";

/// A crate whose build script failed, and the library that it links.
pub(crate) fn of_build_script(name: &str, links: Option<&str>) -> Finding {
    let what = match links {
        Some(library) => {
            format!("{name} links the C library {library}, which is not there for WASI")
        }
        None => format!("the build script of {name} fails for WASI"),
    };
    let library = links.unwrap_or(name);
    Finding::new(Verdict::NeedsChanges, what).remedy(replacement(library))
}

/// The crates that do without a C library.
fn replacement(library: &str) -> String {
    const KNOWN: &[(&str, &str)] = &[
        (
            "openssl",
            "use rustls: turn the crates' `rustls` features on and `native-tls` off",
        ),
        ("sqlite3", SQLITE),
        (
            "pq",
            "use tokio-postgres or sqlx, or link libpq as `cargo xtask vendor` builds it",
        ),
        (
            "mysqlclient",
            "use sqlx or mysql, or link the connector as `cargo xtask vendor` builds it",
        ),
        ("curl", "use a client in Rust, or sockets"),
        ("git2", "use gix, which is in Rust"),
        ("z", "use flate2 with its feature `rust_backend`"),
        (
            "jemalloc",
            "leave it out where the target is WASI: dlmalloc is the allocator there",
        ),
        ("rdkafka", "use rskafka, which is in Rust"),
        (
            "zstd",
            "use ruzstd, or build zstd with `CC_wasm32_wasip2` set to a compiler for WASI",
        ),
        (
            "aws_lc",
            "use rustls with the provider `rustls-rustcrypto`, or let the host do TLS",
        ),
        (
            "ring",
            "let the host do TLS to databases, and use RustCrypto's crates for the rest",
        ),
    ];
    let library = library.trim_end_matches("-sys").trim_start_matches("lib");
    let found = KNOWN.iter().find(|(name, _)| match name.len() {
        1 | 2 => library == *name,
        _ => library.starts_with(name) || library.contains(&format!("{name}_")),
    });
    found.map_or_else(
        || format!("use a crate or a library that does without {library}, or build it for WASI with `warp cc`"),
        |(_, remedy)| (*remedy).to_owned(),
    )
}

impl Group {
    fn finding(&self, name: &str) -> Finding {
        Finding::new(self.verdict, format!("{name} {}", self.what)).remedy(self.remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_function_stands_in_one_group() {
        let mut seen = BTreeSet::new();
        for group in GROUPS {
            for function in group.functions {
                assert!(seen.insert(*function), "{function}");
                let finding = known(function).unwrap();
                assert!(finding.verdict >= Verdict::NeedsChanges);
                assert!(finding.remedy.is_some());
            }
        }
        assert!(known("printf").is_none());
    }

    #[test]
    fn the_sysroot_has_none_of_them() {
        let sysroot = crate::sysroot::Sysroot::of_toolchain().expect("`cargo xtask setup` has run");
        assert!(sysroot.defines("printf") && sysroot.defines("sigaction"));
        let all = GROUPS.iter().flat_map(|group| group.functions);
        let there: Vec<_> = all.filter(|name| sysroot.defines(name)).collect();
        assert!(there.is_empty(), "{there:?}");
    }

    #[test]
    fn names_are_told_from_what_compilers_add() {
        for (name, plain_name) in [
            ("__printf_chk", "printf"),
            ("__isoc99_sscanf", "sscanf"),
            ("open64", "open"),
            ("fork@GLIBC_2.2.5", "fork"),
            ("ascii64", "ascii64"),
        ] {
            assert_eq!(plain(name), plain_name);
        }
        assert_eq!(known("fork@GLIBC_2.2.5").unwrap().verdict, Verdict::Cannot);
    }

    #[test]
    fn headers_say_what_they_are_for() {
        let finding = of_header("sys/epoll.h");
        assert_eq!(finding.what, "<sys/epoll.h> waits by Linux's own means");
        assert!(
            of_header("config.h")
                .remedy
                .unwrap()
                .contains("./configure")
        );
        assert!(
            of_header("linux/tcp.h")
                .remedy
                .unwrap()
                .contains("__linux__")
        );
        assert!(
            of_header("openssl/ssl.h")
                .remedy
                .unwrap()
                .contains("warp cc")
        );
    }

    #[test]
    fn libraries_have_a_replacement() {
        assert!(
            of_build_script("openssl-sys", Some("openssl"))
                .remedy
                .unwrap()
                .contains("rustls")
        );
        assert!(
            of_build_script("libz-sys", Some("z"))
                .remedy
                .unwrap()
                .contains("flate2")
        );
        assert!(of_library("foo").what.ends_with("foo"));
        assert!(
            of_library("sqlite3")
                .remedy
                .unwrap()
                .contains("[[database]]")
        );
    }
}
