//! Findings of the host's interfaces that a component imports.

use warpgrid_pack::contract::purpose;

use crate::report::{Finding, Verdict};

/// That a shim stands behind something.
pub(crate) fn finding(shim: &str) -> Finding {
    let what = purpose(shim).unwrap_or("an interface of the host");
    Finding::new(Verdict::WorksWithShims, format!("{shim}: {what}"))
        .remedy(format!("the shim `{shim}` {}", setting(shim)))
}

/// How a line of C, Go or Rust says that it wants a shim.
pub(crate) fn words(shim: &str) -> &'static [&'static str] {
    const CONNECTING: &[&str] = &[
        "connect(",
        "connect_lazy(",
        "mysql_real_connect(",
        "net.Dial",
        "pgx.Connect",
        "pgxpool.New",
        "PQconnect",
        "redis.NewClient(",
        "redisConnect",
        "sql.Open(",
    ];
    match shim {
        "database-proxy" | "sockets" => CONNECTING,
        "dns" => &[
            "getaddrinfo(",
            "gethostbyname(",
            "lookup_host(",
            "net.Lookup",
            "net.Dial",
            "to_socket_addrs(",
        ],
        "dns-reverse" => &["getnameinfo(", "gethostbyaddr(", "net.LookupAddr("],
        "filesystem" => &[
            "access(",
            "File::open(",
            "fopen(",
            "fs::metadata(",
            "fs::read",
            "open(",
            "opendir(",
            "os.Open",
            "os.ReadFile(",
            "os.Stat(",
            "scandir(",
            "stat(",
        ],
        "signals" => &["ctrl_c(", "sigaction(", "signal(", "signal.Notify"],
        "threading" => &["pthread_create(", "thread::"],
        _ => &[],
    }
}

/// What of `warp.toml` a shim reads.
fn setting(shim: &str) -> &'static str {
    match shim {
        "database-proxy" | "sockets" => "serves the endpoints of [[database]] in warp.toml",
        "dns" | "dns-reverse" => {
            "answers, by [services] and [dns] in warp.toml and by the host's system"
        }
        "filesystem" => "answers, by [filesystem] in warp.toml; other files by [directories]",
        "signals" => "tells of SIGTERM, SIGINT and SIGHUP",
        "threading" => "is told that the program wants threads; it has one",
        _ => "answers",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use warpgrid_pack::contract::SHIMS;

    #[test]
    fn every_shim_is_named_with_what_it_does() {
        for shim in SHIMS {
            let finding = finding(shim);
            assert_eq!(finding.verdict, Verdict::WorksWithShims);
            assert!(finding.remedy.unwrap().contains(&format!("`{shim}`")));
            assert!(!setting(shim).ends_with("answers"), "{shim}");
            assert!(!words(shim).is_empty(), "{shim}");
        }
    }
}
