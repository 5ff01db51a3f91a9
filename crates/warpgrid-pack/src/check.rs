//! The import check, run after every build.
//!
//! Each linking mistake that leaves a shim out fails silently otherwise: the
//! program builds, runs, and resolves names or connects past the host.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::contract::{
    LIBC, Provided, REQUIREMENTS, Requirement, SHIM_PACKAGE, SHIM_VERSION, provides,
};
use crate::{Analysis, Error, LinkMap};

/// What is known of the functions that a program calls.
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    /// The linker's map of the program, where the build kept one. It is exact
    /// and survives stripping; the component's name section serves without it.
    pub map: Option<LinkMap>,
    /// The sysroot that the program should have been linked with.
    pub sysroot: Option<PathBuf>,
    /// Those among [`REQUIREMENTS`] that the program has, where the packer found
    /// them by other means than a map.
    pub functions: Option<BTreeSet<&'static str>>,
    /// What to do where a shim is missing, for languages without a linker's map.
    pub remedy: Option<&'static str>,
}

/// Checks that the host provides all that a component imports, and that the
/// component imports every shim that its libc calls for.
///
/// # Errors
/// [`Error::UnknownImport`] and [`Error::MissingShim`].
pub fn check(path: &Path, component: &Analysis, symbols: &Symbols) -> Result<(), Error> {
    check_imports(path, component)?;
    check_shims(path, component, symbols)
}

/// The second half of [`check`].
pub(crate) fn check_shims(
    path: &Path,
    component: &Analysis,
    symbols: &Symbols,
) -> Result<(), Error> {
    let missing: Vec<_> = REQUIREMENTS
        .iter()
        .filter_map(|requirement| Missing::find(requirement, component, symbols))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(missing_shims(path, &missing, symbols))
    }
}

fn check_imports(path: &Path, component: &Analysis) -> Result<(), Error> {
    match unprovided(path, component).next() {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// An [`Error::UnknownImport`] for each import that the host does not provide.
pub(crate) fn unprovided(path: &Path, component: &Analysis) -> impl Iterator<Item = Error> {
    component.imports.iter().filter_map(move |import| {
        let help = match provides(import) {
            Provided::Yes => return None,
            Provided::No => {
                "remove what needs it, or give it a definition: compose the component with one \
                 that exports it"
                    .to_owned()
            }
            Provided::OtherVersion if import.starts_with(SHIM_PACKAGE) => format!(
                "this warp speaks {SHIM_PACKAGE}@{SHIM_VERSION}: build it again with `warp pack`"
            ),
            Provided::OtherVersion => "the host provides WASI 0.2 and 0.3.x: build it again with \
                                       bindings of those versions"
                .to_owned(),
        };
        Some(Error::UnknownImport {
            path: path.into(),
            import: import.clone(),
            help,
        })
    })
}

/// A requirement that a component does not meet.
struct Missing {
    /// What gave it away: a function's name, or a stock import.
    evidence: String,
    shims: Vec<&'static str>,
    /// The libc that the function came from, where the map says it.
    libc: Option<PathBuf>,
}

impl Missing {
    fn find(
        requirement: &'static Requirement,
        component: &Analysis,
        symbols: &Symbols,
    ) -> Option<Missing> {
        let imported: BTreeSet<&str> = component.shims.iter().map(String::as_str).collect();
        let shims: Vec<_> = requirement
            .shims
            .iter()
            .copied()
            .filter(|shim| !imported.contains(shim))
            .collect();
        if shims.is_empty() {
            return None;
        }
        let (evidence, libc) = evidence(requirement, component, symbols)?;
        Some(Missing {
            evidence,
            shims,
            libc,
        })
    }
}

/// How a program shows that it calls one of these functions: by its link map, or
/// what its packer found; without them, by the names in its modules; without those, by an import.
fn evidence(
    requirement: &Requirement,
    component: &Analysis,
    symbols: &Symbols,
) -> Option<(String, Option<PathBuf>)> {
    if let Some(map) = &symbols.map {
        return requirement.functions.iter().find_map(|function| {
            let found = LIBC
                .iter()
                .find_map(|archive| map.find(archive, function))?;
            Some((
                format!("calls `{function}`"),
                Some(PathBuf::from(&found.archive)),
            ))
        });
    }
    if let Some(found) = &symbols.functions {
        let mut functions = requirement.functions.iter();
        let function = functions.find(|function| found.contains(**function))?;
        return Some((format!("calls `{function}`"), None));
    }
    if let Some(names) = &component.functions {
        let function = requirement
            .functions
            .iter()
            .find(|function| names.contains(**function))?;
        return Some((format!("calls `{function}`"), None));
    }
    let stock = requirement.stock_import?;
    let imports = |import: &String| {
        import
            .strip_prefix(stock)
            .is_some_and(|version| version.starts_with('@'))
    };
    component
        .imports
        .iter()
        .any(imports)
        .then(|| (format!("imports `{stock}`"), None))
}

fn missing_shims(path: &Path, missing: &[Missing], symbols: &Symbols) -> Error {
    let lacks: Vec<_> = missing
        .iter()
        .map(|missing| {
            let shims: Vec<_> = missing
                .shims
                .iter()
                .map(|shim| format!("`{SHIM_PACKAGE}/{shim}`"))
                .collect();
            format!(
                "{} but does not import {}",
                missing.evidence,
                shims.join(" and ")
            )
        })
        .collect();
    let message = format!("{} {}", path.display(), lacks.join(", and "));
    let libc = missing.iter().find_map(|missing| missing.libc.as_deref());
    if let Some(remedy) = symbols.remedy {
        let help = remedy.to_owned();
        return Error::MissingShim { message, help };
    }
    let help = match (libc, &symbols.sysroot) {
        (Some(libc), Some(sysroot)) if libc.starts_with(sysroot) => {
            "libwarpgrid was not linked ahead of libc: pass no `-lc`, `-nostdlib` or \
             `-nodefaultlibs` of your own, so that `-lwarpgrid` stays before `-lc`"
                .to_owned()
        }
        (Some(libc), _) => format!(
            "it was linked with the stock libc at {}: pass no `--sysroot` or `-L` of your own \
             that leads there",
            libc.display()
        ),
        (None, _) => "libwarpgrid was not linked ahead of libc, or the sysroot is a stock one: \
                      build with `warp pack`, or with `warp cc` as the compiler"
            .to_owned(),
    };
    Error::MissingShim { message, help }
}

#[cfg(test)]
mod tests {
    use miette::Diagnostic;

    use super::*;

    fn component(imports: &[&str], functions: Option<&[&str]>) -> Analysis {
        let shims = imports.iter().filter_map(|import| {
            Some(
                import
                    .strip_prefix("warpgrid:shim/")?
                    .split_once('@')?
                    .0
                    .to_owned(),
            )
        });
        Analysis {
            world: "wasi:cli/command".to_owned(),
            shims: shims.collect(),
            imports: imports.iter().map(|import| (*import).to_owned()).collect(),
            exports: vec!["wasi:cli/run@0.2.0".to_owned()],
            bytes: 0,
            toolchain: None,
            functions: functions.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
        }
    }

    fn map(lines: &[&str]) -> Symbols {
        let text: Vec<_> = lines
            .iter()
            .map(|line| format!("  -  1  2   {line}"))
            .collect();
        Symbols {
            map: Some(LinkMap::parse(&text.join("\n"))),
            sysroot: Some(PathBuf::from("/ours")),
            ..Symbols::default()
        }
    }

    /// The message and the help of the check's error.
    fn failure(component: &Analysis, symbols: &Symbols) -> (String, String) {
        let error = check(Path::new("x.wasm"), component, symbols).unwrap_err();
        (error.to_string(), error.help().unwrap().to_string())
    }

    fn passes(component: &Analysis, symbols: &Symbols) {
        check(Path::new("x.wasm"), component, symbols).unwrap();
    }

    const CONNECT: &str = "libc.a(connect.c.obj):(connect)";

    #[test]
    fn a_program_without_shims_that_calls_for_none_passes() {
        passes(
            &component(&["wasi:cli/stdout@0.2.6"], Some(&["main", "printf"])),
            &map(&[]),
        );
    }

    #[test]
    fn a_map_tells_a_stock_libc_from_a_wrong_order() {
        let plain = component(&[], None);
        let (message, help) = failure(&plain, &map(&[&format!("/stock/{CONNECT}")]));
        assert_eq!(
            message,
            "x.wasm calls `connect` but does not import `warpgrid:shim/database-proxy` and \
             `warpgrid:shim/sockets`"
        );
        assert!(help.contains("stock libc at /stock/libc.a"), "{help}");
        let (_, help) = failure(&plain, &map(&[&format!("/ours/lib/{CONNECT}")]));
        assert!(
            help.contains("libwarpgrid was not linked ahead of libc"),
            "{help}"
        );
    }

    #[test]
    fn every_missing_shim_is_named_at_once() {
        let lines = [
            format!("/s/{CONNECT}"),
            "/s/libc.a(netdb.c.obj):(getaddrinfo)".to_owned(),
        ];
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let half = component(&["warpgrid:shim/sockets@0.1.0"], None);
        let (message, _) = failure(&half, &map(&lines));
        assert!(message.contains("`getaddrinfo` but does not import `warpgrid:shim/dns`"));
        assert!(message.contains("`connect` but does not import `warpgrid:shim/database-proxy`"));
        assert!(!message.contains("shim/sockets"), "{message}");
        passes(
            &component(
                &[
                    "warpgrid:shim/dns@0.1.0",
                    "warpgrid:shim/sockets@0.1.0",
                    "warpgrid:shim/database-proxy@0.1.0",
                ],
                None,
            ),
            &map(&lines),
        );
    }

    #[test]
    fn a_users_own_connect_is_no_evidence_where_there_is_a_map() {
        passes(
            &component(&[], Some(&["connect"])),
            &map(&["/tmp/main.o:(connect)"]),
        );
    }

    #[test]
    fn functions_of_libcs_other_archives_count() {
        let emulated = "/s/libwasi-emulated-signal.a(signal.c.obj):(signal)";
        let (message, _) = failure(&component(&[], None), &map(&[emulated]));
        assert!(
            message.contains("`signal` but does not import `warpgrid:shim/signals`"),
            "{message}"
        );
    }

    #[test]
    fn names_serve_where_there_is_no_map_and_imports_where_there_are_no_names() {
        let none = Symbols::default();
        let (message, _) = failure(&component(&[], Some(&["getaddrinfo"])), &none);
        assert!(message.contains("calls `getaddrinfo`"), "{message}");
        let (message, _) = failure(
            &component(&["wasi:sockets/ip-name-lookup@0.2.6"], None),
            &none,
        );
        assert!(
            message.contains("imports `wasi:sockets/ip-name-lookup`"),
            "{message}"
        );
    }

    #[test]
    fn imports_that_the_host_lacks_are_named() {
        let none = Symbols::default();
        let (message, _) = failure(&component(&["env"], None), &none);
        assert_eq!(
            message,
            "x.wasm imports `env`, which the host does not provide"
        );
        let (message, help) = failure(&component(&["warpgrid:shim/dns@9.0.0"], None), &none);
        assert!(message.contains("warpgrid:shim/dns@9.0.0"), "{message}");
        assert!(help.contains("warpgrid:shim@0.1.0"), "{help}");
    }
}
