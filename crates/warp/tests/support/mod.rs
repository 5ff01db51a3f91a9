//! Projects in temporary directories, and `warp` run on them.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "nothing but tests stands here")]

pub mod go;

use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use warpgrid_libc::Toolchain;
use warpgrid_store::Store;
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::Bounds;

pub const TARGET: &str = "wasm32-wasip2";

/// A C program that resolves and connects, and so calls for three shims.
pub const CLIENT: &str = r#"
#include <netdb.h>
#include <sys/socket.h>
int main(void) {
    struct addrinfo *found;
    if (getaddrinfo("localhost", "5432", 0, &found)) return 1;
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    return connect(fd, found->ai_addr, found->ai_addrlen) ? 1 : 0;
}
"#;

pub const HELLO: &str = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n";

/// The least that exports `wasi:http/incoming-handler`; it does this with each
/// request, and gives no answer.
pub fn handler(does: &str) -> String {
    format!(
        r#"(component
    (import "wasi:http/types@0.2.0" (instance $types
        (export "incoming-request" (type (sub resource)))
        (export "response-outparam" (type (sub resource)))))
    (alias export $types "incoming-request" (type $request))
    (alias export $types "response-outparam" (type $out))
    (core module $m (func (export "handle") (param i32 i32) {does}))
    (core instance $i (instantiate $m))
    (func $handle (param "request" (own $request)) (param "response-out" (own $out))
        (canon lift (core func $i "handle")))
    (instance $handler (export "handle" (func $handle)))
    (export "wasi:http/incoming-handler@0.2.0" (instance $handler)))"#
    )
}

/// `PATH` with the pinned Bun.
pub fn path_with_bun() -> OsString {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let bounds = Bounds::within(Duration::from_secs(300));
    let bun = npm::bun(&root.canonicalize().unwrap(), &bounds).unwrap();
    npm::path_with(&bun).unwrap()
}

/// `warp`, which ignores no signal even where the tests themselves do, as
/// whatever a shell runs in the background ignores SIGINT.
pub fn signalled_warp() -> std::process::Command {
    let mut command = std::process::Command::new("env");
    command
        .arg("--default-signal")
        .arg(env!("CARGO_BIN_EXE_warp"));
    command
}

pub struct Project {
    directory: tempfile::TempDir,
}

/// How a `warp` ended.
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// All that a failing test needs to show.
    pub account: String,
}

impl Project {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let project = Project {
            directory: tempfile::tempdir().unwrap(),
        };
        for (name, text) in files {
            project.write(name, text);
        }
        project
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// `warp` in the project's directory, without what would change its output.
    pub fn warp(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warp"));
        command.current_dir(self.path()).env("NO_COLOR", "1");
        for variable in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_RUSTFLAGS",
            "CARGO_BUILD_BUILD_DIR",
            "CARGO_BUILD_TARGET_DIR",
            "CARGO_TARGET_DIR",
            "RUST_BACKTRACE",
        ] {
            command.env_remove(variable);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Outcome {
        self.outcome(self.warp().args(args))
    }

    /// Packs what must pack; gives back what `--json` says.
    pub fn packed(&self, args: &[&str]) -> serde_json::Value {
        expect_toolchain();
        let outcome = self.run(&[&["pack", "--json"], args].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        serde_json::from_str(&outcome.stdout).expect(&outcome.account)
    }

    pub fn outcome(&self, command: &mut Command) -> Outcome {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let code = output.status.code();
        let mut account =
            format!("{command:?}\nstatus: {code:?}\nstdout:\n{stdout}\nstderr:\n{stderr}\n");
        for file in self.files() {
            writeln!(account, "file: {}", file.display()).unwrap();
        }
        Outcome {
            code,
            stdout,
            stderr,
            account,
        }
    }

    /// Every file below the project, relative to it.
    pub fn files(&self) -> Vec<PathBuf> {
        let (root, mut files) = (self.path(), Vec::new());
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    files.push(entry.path().strip_prefix(&root).unwrap().to_owned());
                }
            }
        }
        files.sort();
        files
    }
}

impl Outcome {
    /// Failed with these words, in messages for people.
    pub fn expect_failure(&self, words: &[&str]) {
        assert_eq!(self.code, Some(1), "{}", self.account);
        for word in words {
            assert!(
                self.stderr.contains(word),
                "no `{word}` in\n{}",
                self.account
            );
        }
        for word in ["os error", "panicked", "backtrace", "\u{1b}["] {
            assert!(!self.stderr.contains(word), "`{word}` in\n{}", self.account);
        }
        assert!(
            self.stderr.contains("help: "),
            "no help in\n{}",
            self.account
        );
        assert_eq!(self.stdout, "", "{}", self.account);
    }
}

pub fn expect_toolchain() -> Toolchain {
    let store = Store::open_default().unwrap();
    Toolchain::current(&store, TARGET)
        .unwrap_or_else(|error| panic!("{error}: these tests need `cargo xtask setup`"))
}

/// The sysroot that upstream's sources give without our patches.
pub fn stock_sysroot() -> PathBuf {
    let store = Store::open_default().unwrap();
    store
        .root(&warpgrid_libc::stock_sysroot_root(TARGET))
        .expect("the stock sysroot is not built: these tests need `cargo xtask setup`")
}

/// Lets a file be run.
pub fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

pub fn shims(packed: &serde_json::Value) -> Vec<&str> {
    packed["shims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shim| shim.as_str().unwrap())
        .collect()
}

pub fn component(packed: &serde_json::Value) -> &Path {
    Path::new(packed["component"].as_str().unwrap())
}
