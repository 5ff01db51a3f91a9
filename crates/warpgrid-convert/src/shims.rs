//! Findings of the host's interfaces that a component imports.

use warpgrid_pack::contract::purpose;

use crate::report::{Finding, Verdict};

/// That a shim stands behind something.
pub(crate) fn finding(shim: &str) -> Finding {
    let what = purpose(shim).unwrap_or("an interface of the host");
    Finding::new(Verdict::WorksWithShims, format!("{shim}: {what}"))
        .remedy(format!("the shim `{shim}` {}", setting(shim)))
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
        }
    }
}
