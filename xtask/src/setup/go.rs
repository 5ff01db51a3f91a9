//! Go, which only those need who pack Go programs.

use std::process::Command;

/// What says where to get it.
const REMEDY: &str = "unpack a release of Go 1.26 into /usr/local/go and put its `bin` on PATH; \
                      GOTOOLCHAIN=go1.26.8 has a newer one fetch it";

/// Its version, where there is one.
pub fn version() -> Option<String> {
    let output = Command::new("go")
        .args(["env", "GOVERSION"])
        .output()
        .ok()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !version.is_empty()).then_some(version)
}

/// Says so where there is none: everything but Go programs works without it.
pub fn look(version: Option<&str>) {
    if version.is_none() {
        eprintln!(
            "Go programs cannot be packed or tested: there is no `go` on PATH\n  help: {REMEDY}"
        );
    }
}
