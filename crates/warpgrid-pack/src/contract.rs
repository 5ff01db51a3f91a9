//! What the host provides, and which libc functions lead to it.
//!
//! The host links WASI 0.2 and 0.3 (the packages below, as `wasmtime-wasi` and
//! `wasmtime-wasi-http` provide them) and the shims of `wit/`.

/// The package that holds the shims, without its version.
pub const SHIM_PACKAGE: &str = "warpgrid:shim";

/// The version of [`SHIM_PACKAGE`] that this build speaks.
pub const SHIM_VERSION: &str = "0.1.0";

/// The interfaces of [`SHIM_PACKAGE`].
pub const SHIMS: &[&str] = &[
    "database-proxy",
    "dns",
    "dns-reverse",
    "filesystem",
    "signals",
    "sockets",
    "threading",
];

/// What a shim does for a program, in a few words; `None` for none of [`SHIMS`].
pub fn purpose(shim: &str) -> Option<&'static str> {
    Some(match shim {
        "database-proxy" => "database connections that the host pools and logs in",
        "dns" => "names that the host resolves",
        "dns-reverse" => "names of addresses, from the host",
        "filesystem" => "virtual files, such as resolv.conf and time zones",
        "signals" => "requests to terminate or reload",
        "sockets" => "which endpoints are proxied, and waiting for them",
        "threading" => "what the program assumes of threads",
        _ => return None,
    })
}

/// WASI 0.2, by package: the interfaces that the host links.
const WASI_0_2: &[(&str, &[&str])] = &[
    (
        "wasi:cli",
        &[
            "environment",
            "exit",
            "stderr",
            "stdin",
            "stdout",
            "terminal-input",
            "terminal-output",
            "terminal-stderr",
            "terminal-stdin",
            "terminal-stdout",
        ],
    ),
    ("wasi:clocks", &["monotonic-clock", "wall-clock"]),
    ("wasi:filesystem", &["preopens", "types"]),
    ("wasi:http", &["outgoing-handler", "types"]),
    ("wasi:io", &["error", "poll", "streams"]),
    ("wasi:random", &["insecure", "insecure-seed", "random"]),
    (
        "wasi:sockets",
        &[
            "instance-network",
            "ip-name-lookup",
            "network",
            "tcp",
            "tcp-create-socket",
            "udp",
            "udp-create-socket",
        ],
    ),
];

/// WASI 0.3, by package: the interfaces that the host links.
const WASI_0_3: &[(&str, &[&str])] = &[
    (
        "wasi:cli",
        &[
            "environment",
            "exit",
            "stderr",
            "stdin",
            "stdout",
            "terminal-input",
            "terminal-output",
            "terminal-stderr",
            "terminal-stdin",
            "terminal-stdout",
            "types",
        ],
    ),
    ("wasi:clocks", &["monotonic-clock", "system-clock", "types"]),
    ("wasi:filesystem", &["preopens", "types"]),
    ("wasi:http", &["client", "types"]),
    ("wasi:random", &["insecure", "insecure-seed", "random"]),
    ("wasi:sockets", &["ip-name-lookup", "types"]),
];

/// Functions of libc or of Go's standard library, or modules of Node's, whose
/// presence in a program means that it must import shims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// Names as the linker sees them.
    pub functions: &'static [&'static str],
    /// Interfaces of [`SHIM_PACKAGE`] that our side of a hook imports for them.
    pub shims: &'static [&'static str],
    /// An interface that only these functions import from stock libc, so that
    /// its import gives them away in a program without symbols.
    pub stock_import: Option<&'static str>,
}

/// The archives that libc's functions come from.
pub const LIBC: &[&str] = &["libc.a", "libwasi-emulated-signal.a"];

/// One row for each hook that `libc-patches/` puts into wasi-libc, and for each
/// that `go-patches/` puts into Go's standard library; and one for each module of
/// `packages/node-compat` that stands on shims. Of a method of Go's there are two
/// names: its own, and the one in a module's name section.
pub const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        functions: &["node:net"],
        shims: &["database-proxy", "sockets"],
        stock_import: None,
    },
    Requirement {
        functions: &["node:dns"],
        shims: &["dns"],
        stock_import: None,
    },
    Requirement {
        functions: &["node:fs"],
        shims: &["filesystem"],
        stock_import: None,
    },
    Requirement {
        functions: &["net.socket"],
        shims: &["database-proxy", "sockets"],
        stock_import: None,
    },
    Requirement {
        functions: &[
            "net.(*Resolver).lookupIP",
            "net.__Resolver_.lookupIP",
            "net.(*Resolver).lookupHost",
            "net.__Resolver_.lookupHost",
        ],
        shims: &["dns"],
        stock_import: None,
    },
    Requirement {
        functions: &["net.(*Resolver).lookupAddr", "net.__Resolver_.lookupAddr"],
        shims: &["dns-reverse"],
        stock_import: None,
    },
    Requirement {
        functions: &["syscall.Open", "syscall.Stat", "syscall.Lstat"],
        shims: &["filesystem"],
        stock_import: None,
    },
    Requirement {
        functions: &["os/signal.signal_enable", "os_signal.signal_enable"],
        shims: &["signals"],
        stock_import: None,
    },
    Requirement {
        functions: &["getaddrinfo"],
        shims: &["dns"],
        stock_import: Some("wasi:sockets/ip-name-lookup"),
    },
    Requirement {
        functions: &["connect"],
        shims: &["database-proxy", "sockets"],
        stock_import: None,
    },
    Requirement {
        functions: &["gethostbyname"],
        shims: &["dns"],
        stock_import: None,
    },
    Requirement {
        functions: &["gethostbyaddr", "getnameinfo"],
        shims: &["dns-reverse"],
        stock_import: None,
    },
    Requirement {
        functions: &[
            "__wasilibc_open_nomode",
            "__wasilibc_access",
            "__wasilibc_stat",
            "access",
            "lstat",
            "opendir",
            "scandir",
            "stat",
        ],
        shims: &["filesystem"],
        stock_import: None,
    },
    Requirement {
        functions: &["__secs_to_zone"],
        shims: &["filesystem"],
        stock_import: None,
    },
    Requirement {
        functions: &["sigaction", "signal"],
        shims: &["signals"],
        stock_import: None,
    },
    Requirement {
        functions: &["pthread_create", "__pthread_create"],
        shims: &["threading"],
        stock_import: None,
    },
];

/// Whether the host provides an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provided {
    /// It does.
    Yes,
    /// It knows the package, but not this version of it.
    OtherVersion,
    /// It does not know the interface.
    No,
}

/// Whether the host provides an import by its full name
/// (`wasi:cli/stdin@0.2.6`).
pub fn provides(import: &str) -> Provided {
    let Some((interface, version)) = import.split_once('@') else {
        return Provided::No;
    };
    let Some((package, name)) = interface.split_once('/') else {
        return Provided::No;
    };
    if package == SHIM_PACKAGE {
        return match (SHIMS.contains(&name), version == SHIM_VERSION) {
            (true, true) => Provided::Yes,
            (true, false) => Provided::OtherVersion,
            (false, _) => Provided::No,
        };
    }
    let listed = |packages: &[(&str, &[&str])]| {
        packages
            .iter()
            .any(|(known, names)| *known == package && names.contains(&name))
    };
    // Releases of one minor version are compatible; its release candidates are not.
    let release = |minor: &str| {
        version
            .strip_prefix(minor)
            .is_some_and(|patch| patch.parse::<u32>().is_ok())
    };
    match (
        listed(WASI_0_2) && release("0.2."),
        listed(WASI_0_3) && release("0.3."),
    ) {
        (false, false) if listed(WASI_0_2) || listed(WASI_0_3) => Provided::OtherVersion,
        (false, false) => Provided::No,
        _ => Provided::Yes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list above is the contract's, not a copy that drifts from it.
    #[test]
    fn shims_are_the_interfaces_of_the_contract() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
        let mut interfaces = Vec::new();
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "wit") {
                let text = std::fs::read_to_string(&path).unwrap();
                let package = format!("package {SHIM_PACKAGE}@{SHIM_VERSION};");
                assert!(text.starts_with(&package), "{}", path.display());
                interfaces.extend(text.lines().filter_map(|line| {
                    Some(
                        line.strip_prefix("interface ")?
                            .split_once(' ')?
                            .0
                            .to_owned(),
                    )
                }));
            }
        }
        interfaces.sort();
        assert_eq!(interfaces, SHIMS);
    }

    #[test]
    fn every_shim_has_a_purpose() {
        assert!(SHIMS.iter().all(|shim| purpose(shim).is_some()));
        assert_eq!(purpose("shim"), None);
    }

    #[test]
    fn requirements_name_interfaces_of_the_contract() {
        for requirement in REQUIREMENTS {
            for shim in requirement.shims {
                assert!(SHIMS.contains(shim), "{shim}");
            }
        }
    }

    #[test]
    fn imports_are_known_by_interface_and_version() {
        for import in [
            "wasi:cli/stdin@0.2.6",
            "wasi:http/client@0.3.0",
            "wasi:io/poll@0.2.0",
            "warpgrid:shim/dns@0.1.0",
        ] {
            assert_eq!(provides(import), Provided::Yes, "{import}");
        }
        for import in [
            "warpgrid:shim/dns@0.2.0",
            "wasi:http/client@0.2.0",
            "wasi:cli/stdin@0.3.0-rc-2025-09-16",
        ] {
            assert_eq!(provides(import), Provided::OtherVersion, "{import}");
        }
        for import in [
            "wasi:nn/graph@0.2.0",
            "warpgrid:shim/foo@0.1.0",
            "env",
            "a:b/c",
        ] {
            assert_eq!(provides(import), Provided::No, "{import}");
        }
    }
}
