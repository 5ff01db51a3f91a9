//! What compilers and linkers say, as findings: rustc and cargo, go, clang, wasm-ld.

use std::path::Path;

use crate::libc;
use crate::place::shown;
use crate::report::{Finding, Verdict};

/// One thing that keeps a program from being built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// The file as a report names it.
    pub(crate) path: Option<String>,
    pub(crate) line: Option<usize>,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// A compiler's message.
    Message(String),
    /// A header that is not there.
    Header(String),
    /// A function that no library has.
    Symbol(String),
    /// A library that is not there.
    Library(String),
    /// A crate whose build script failed.
    BuildScript(String),
}

/// Everything in the text that is an error, in its order, each once.
pub(crate) fn read(text: &str, project: &Path) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut of_rustc: Option<String> = None;
    for line in text.lines() {
        if let Some(message) = rustc_message(line) {
            of_rustc = Some(message.to_owned());
        }
        let place = line.trim_start().strip_prefix("--> ");
        let diagnostic = match (place, of_rustc.take()) {
            (Some(place), Some(message)) => at(place, project, What::Message(message)),
            (_, message) => {
                of_rustc = message;
                other(line, project)
            }
        };
        if let Some(diagnostic) = diagnostic.filter(|new| !found.contains(new)) {
            found.push(diagnostic);
        }
    }
    found
}

/// `error[E0432]: unresolved import`, but for what only sums up.
fn rustc_message(line: &str) -> Option<&str> {
    const SUMS: &[&str] = &[
        "could not compile",
        "aborting due to",
        "linking with",
        "failed to run",
    ];
    let rest = line.strip_prefix("error")?;
    let (code, message) = rest.split_once(": ")?;
    let is_code = code.is_empty() || (code.starts_with('[') && code.ends_with(']'));
    (is_code && !SUMS.iter().any(|sum| message.starts_with(sum))).then_some(message)
}

/// `FILE:LINE:COLUMN`
fn at(place: &str, project: &Path, what: What) -> Option<Diagnostic> {
    let mut parts = place.trim().rsplitn(3, ':');
    let (_, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Diagnostic {
        path: Some(shown(file, project)),
        line: line.parse().ok(),
        what,
    })
}

/// A line that says all by itself.
fn other(line: &str, project: &Path) -> Option<Diagnostic> {
    let whole = |what| {
        Some(Diagnostic {
            path: None,
            line: None,
            what,
        })
    };
    if let Some((before, name)) = line.split_once("undefined symbol: ") {
        let object = before.split("error: ").nth(1).unwrap_or_default();
        let name = name.split_whitespace().next().unwrap_or_default();
        let path = member(object.trim_end_matches([':', ' ']));
        return Some(Diagnostic {
            path,
            line: None,
            what: What::Symbol(name.to_owned()),
        });
    }
    if let Some((_, name)) = line.split_once("error: unable to find library -l") {
        return whole(What::Library(name.trim().to_owned()));
    }
    if let Some((_, name)) = line.split_once("failed to run custom build command for `") {
        let name = name.split(['`', ' ']).next().unwrap_or(name);
        return whole(What::BuildScript(name.to_owned()));
    }
    if let Some((_, rest)) = line.split_once("build constraints exclude all Go files in ") {
        let message = "no file of this package is for a component".to_owned();
        return Some(Diagnostic {
            path: Some(shown(rest.trim(), project)),
            line: None,
            what: What::Message(message),
        });
    }
    clang(line, project).or_else(|| go(line, project))
}

/// The object in an archive, `libx.a(y.o)`; one that was compiled on the way says
/// nothing to anybody.
fn member(object: &str) -> Option<String> {
    let name = object.rsplit('/').next()?;
    let made = name.starts_with("main-") || !name.contains(".a(");
    (!name.is_empty() && !made).then(|| name.to_owned())
}

/// `main.c:3:10: fatal error: 'sys/epoll.h' file not found`
fn clang(line: &str, project: &Path) -> Option<Diagnostic> {
    let (place, message) = line
        .split_once(": error: ")
        .or_else(|| line.split_once(": fatal error: "))?;
    let header = message
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix("' file not found"));
    let what = match header {
        Some(header) => What::Header(header.to_owned()),
        None => What::Message(message.to_owned()),
    };
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse::<usize>();
    column.ok()?;
    at(place, project, what)
}

/// `./main.go:12:5: undefined: syscall.Mmap`
fn go(line: &str, project: &Path) -> Option<Diagnostic> {
    let (file, rest) = line.split_once(".go:")?;
    let (place, message) = rest.split_once(": ")?;
    let numbers: Vec<_> = place.split(':').collect();
    let all = numbers.iter().all(|number| number.parse::<usize>().is_ok());
    if file.contains(' ') || numbers.len() > 2 || !all {
        return None;
    }
    Some(Diagnostic {
        path: Some(shown(&format!("{file}.go"), project)),
        line: numbers.first().and_then(|number| number.parse().ok()),
        what: What::Message(message.to_owned()),
    })
}

impl Diagnostic {
    /// What it means for the program.
    pub(crate) fn finding(&self) -> Finding {
        let finding = match &self.what {
            What::Symbol(name) => libc::of_symbol(name),
            What::Header(name) => libc::of_header(name),
            What::Library(name) => libc::of_library(name),
            What::BuildScript(name) => libc::of_build_script(name, None),
            What::Message(message) => of_message(message),
        };
        match &self.path {
            Some(path) => finding.at(path, self.line),
            None => finding,
        }
    }
}

/// What is behind a compiler's message, by its words.
struct Cause {
    words: &'static [&'static str],
    remedy: &'static str,
}

const CAUSES: &[Cause] = &[
    Cause {
        words: &["std::os::unix", "`unix` in `os`", "os::fd"],
        remedy: "put what is Unix's own behind `#[cfg(unix)]`, and leave it out elsewhere",
    },
    Cause {
        words: &["std::os::linux", "`linux` in `os`"],
        remedy: "put what is Linux's own behind `#[cfg(target_os = \"linux\")]`",
    },
    Cause {
        words: &["undefined: syscall.", "undefined: unix.", "x/sys/unix"],
        remedy: "leave the file out by `//go:build !wasip1`, and put one beside it that does \
                 without",
    },
    Cause {
        words: &["no file of this package is for a component"],
        remedy: "use a package that is in Go alone, or leave what imports it out by \
                 `//go:build !wasip1`",
    },
    Cause {
        words: &["__BEGIN_DECLS", "__END_DECLS", "__THROW"],
        remedy: "it is the GNU libc's own: take the macro out, or define it by `cflags` (`-D__BEGIN_DECLS=`)",
    },
    Cause {
        words: &["WASI lacks "],
        remedy: "as the message says, by `cflags` and `libs` under [package] in warp.toml",
    },
    Cause {
        words: &[
            "call to undeclared function",
            "use of undeclared identifier",
            "unknown type name",
        ],
        remedy: "put it behind `#ifndef __wasi__`, or use what the libc for WASI has instead",
    },
];

/// Whether a message is of syntax, and says nothing of what is not there.
pub(crate) fn is_syntax(message: &str) -> bool {
    named(message).is_none() && cause(message).is_none()
}

fn of_message(message: &str) -> Finding {
    if let Some(finding) = named(message).and_then(libc::known) {
        return finding;
    }
    let remedy = cause(message).map_or(
        "change it, or leave it out where the target is WASI: it does not compile there",
        |cause| cause.remedy,
    );
    Finding::new(Verdict::NeedsChanges, message).remedy(remedy)
}

fn cause(message: &str) -> Option<&'static Cause> {
    let has = |cause: &&Cause| cause.words.iter().any(|words| message.contains(words));
    CAUSES.iter().find(has)
}

/// The function that a message of clang's or rustc's names, each in its own way.
fn named(message: &str) -> Option<&str> {
    let of_clang = [
        "call to undeclared function '",
        "use of undeclared identifier '",
    ];
    let named = of_clang
        .iter()
        .find_map(|words| message.split_once(words)?.1.split('\'').next());
    named.or_else(|| of_libc_crate(message))
}

/// "cannot find function `fork` in crate `libc`"
fn of_libc_crate(message: &str) -> Option<&str> {
    let (before, _) = message.split_once("` in crate `libc`")?;
    before.rsplit('`').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Diagnostic> {
        read(text, Path::new("/p"))
    }

    fn message(path: &str, line: usize, text: &str) -> Diagnostic {
        Diagnostic {
            path: Some(path.to_owned()),
            line: Some(line),
            what: What::Message(text.to_owned()),
        }
    }

    #[test]
    fn rustc_says_what_and_then_where() {
        let text = "\
warning: unused import: `x`
 --> src/main.rs:1:5
error[E0432]: unresolved import `std::os::unix::net`
  --> src/main.rs:3:14
   |
error: could not compile `a` (bin \"a\") due to 1 previous error
error[E0425]: cannot find function `fork` in crate `libc`
   --> /h/.cargo/registry/src/index-1/daemonize-0.5.0/src/lib.rs:7:9
";
        let found = all(text);
        assert_eq!(
            found,
            [
                message("src/main.rs", 3, "unresolved import `std::os::unix::net`"),
                message(
                    "daemonize-0.5.0/src/lib.rs",
                    7,
                    "cannot find function `fork` in crate `libc`"
                ),
            ]
        );
        assert!(found[0].finding().remedy.unwrap().contains("cfg(unix)"));
        assert_eq!(found[1].finding().verdict, Verdict::Cannot);
    }

    #[test]
    fn go_says_all_in_a_line() {
        let text = "# a/b\n./main.go:12:5: undefined: syscall.Mmap\n\
                    /h/go/pkg/mod/c.d/e@v1.2.3/f.go:3: no\n\
                    package a\n\timports c: build constraints exclude all Go files in /h/go/pkg/mod/c@v1\n";
        let found = all(text);
        assert_eq!(found[0], message("main.go", 12, "undefined: syscall.Mmap"));
        assert_eq!(found[1], message("c.d/e@v1.2.3/f.go", 3, "no"));
        assert_eq!(found[2].path.as_deref(), Some("c@v1"));
        assert_eq!(found.len(), 3);
        assert!(found[0].finding().remedy.unwrap().contains("go:build"));
    }

    #[test]
    fn clang_names_headers_and_the_linker_symbols() {
        let text = "\
src/main.c:3:10: fatal error: 'sys/epoll.h' file not found
src/main.c:9:5: error: call to undeclared function 'fork'; ISO C99 and later do not
wasm-ld-19: error: /x/0-main.o: undefined symbol: waitpid
wasm-ld-19: error: vendor/libx.a(y.o): undefined symbol: dlopen
wasm-ld-19: error: unable to find library -lssl
";
        let what: Vec<_> = all(text).into_iter().map(|found| found.what).collect();
        assert_eq!(what[0], What::Header("sys/epoll.h".to_owned()));
        assert_eq!(what[2], What::Symbol("waitpid".to_owned()));
        assert_eq!(what[4], What::Library("ssl".to_owned()));
        let found = all(text);
        assert_eq!(found[1].line, Some(9));
        assert_eq!(found[1].finding().verdict, Verdict::Cannot);
        assert_eq!(found[2].path, None);
        assert_eq!(found[3].path.as_deref(), Some("libx.a(y.o)"));
    }

    #[test]
    fn a_build_script_is_of_a_crate() {
        let text = "error: failed to run custom build command for `openssl-sys v0.9.109`\n";
        assert_eq!(
            all(text)[0].what,
            What::BuildScript("openssl-sys".to_owned())
        );
    }

    #[test]
    fn what_is_no_error_is_none() {
        let text =
            "   Compiling a v1\nwarning: x\nnote: y\nmain.go is built\n2 errors generated.\n";
        assert_eq!(all(text), []);
    }
}
