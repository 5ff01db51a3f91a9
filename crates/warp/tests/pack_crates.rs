//! cargo projects with crates that are compiled from patched copies.

mod support;

use std::fs;
use std::path::Path;

use support::{Outcome, Project, component, expect_toolchain};

const MANIFEST: &str = r#"
[services]
"cache.warp.local" = "192.0.2.7"

[directories]
"/data" = "data"

# Nobody serves TCP's port multiplexer, port 1, any more.
[[database]]
protocol = "postgres"
host = "db.production.warp.local"
port = 5432
upstream = "127.0.0.1:1"
user = "app"
"#;

/// A wrapper of the user's own, which writes down what it is called with.
const WRAPPER: &str = "#!/bin/sh\necho \"$@\" >> \"${0%/*}/../calls\"\nexec \"$@\"\n";
const CONFIGURATION: &str = "[build]\nrustc-wrapper = \"tools/wrap\"\n";

/// A project over tokio and tokio-postgres, with a compiler wrapper.
fn project() -> Project {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests/crates");
    let project = Project::new(&[("warp.toml", MANIFEST), ("data/note", "a note")]);
    for name in [
        "Cargo.toml",
        "Cargo.lock",
        "src/bin/names.rs",
        "src/bin/client.rs",
    ] {
        project.write(name, fs::read(folder.join(name)).expect("a guest"));
    }
    project.write(".cargo/config.toml", CONFIGURATION);
    project.write("tools/wrap", WRAPPER);
    support::executable(&project.path().join("tools/wrap"));
    project
}

fn pack(project: &Project, program: &str) -> Outcome {
    expect_toolchain();
    let arguments = ["pack", "--debug", "--bin", program, "--", "--locked"];
    project.run(&arguments)
}

fn packed(project: &Project, program: &str) -> Outcome {
    let outcome = pack(project, program);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    outcome
}

fn run(project: &Project, program: &str) -> Outcome {
    project.run(&["run", &format!("target/warp/{program}.wasm")])
}

fn unpatched(project: &Project, name: &str) {
    let manifest = format!("[package]\nunpatched = [\"{name}\"]\n{MANIFEST}");
    project.write("warp.toml", manifest);
}

#[test]
fn patched_crates_do_what_stock_ones_cannot() {
    let project = project();
    let lock = fs::read(project.path().join("Cargo.lock")).unwrap();
    let built = packed(&project, "names");
    for words in [
        "tokio 1.54.1 is built with 2 patches (rust-patches/tokio) for WASI",
        "tokio-postgres 0.7.18 is built with 1 patch (rust-patches/tokio-postgres) for WASI",
    ] {
        assert!(built.stderr.contains(words), "{}", built.account);
    }
    expect_calls(&project);
    let outcome = run(&project, "names");
    assert_eq!(
        outcome.stdout, "a note\n192.0.2.7:6379\n42\n",
        "{}",
        outcome.account
    );
    packed(&project, "client");
    let outcome = run(&project, "client");
    assert_eq!(
        outcome.stdout, "error connecting to server\n",
        "{}",
        outcome.account
    );
    assert!(
        outcome.stderr.contains("127.0.0.1:1 refuses connections"),
        "{}",
        outcome.account
    );

    unpatched(&project, "tokio");
    // The one makes a runtime of several threads, the other looks a name up.
    for program in ["names", "client"] {
        let built = packed(&project, program);
        let words = "tokio 1.54.1 is built as it is, as warp.toml says";
        assert!(built.stderr.contains(words), "{}", built.account);
        let outcome = run(&project, program);
        assert_eq!(outcome.code, Some(1), "{}", outcome.account);
        assert!(
            outcome.stderr.contains("spawn worker thread"),
            "{}",
            outcome.account
        );
    }

    unpatched(&project, "tokio-postgres");
    pack(&project, "client")
        .expect_failure(&["use of unresolved module or unlinked crate `socket2`"]);
    assert_eq!(fs::read(project.path().join("Cargo.lock")).unwrap(), lock);
}

/// The user's own wrapper was called for everything, and for the component
/// alone with other sources than the registry's.
fn expect_calls(project: &Project) {
    let called = fs::read_to_string(project.path().join("calls")).expect("calls");
    for (name, is_patched) in [
        ("tokio", true),
        ("tokio_postgres", true),
        ("tokio_util", false),
        ("tokio_macros", false),
    ] {
        let wanted = format!("--crate-name {name} ");
        let call = called.lines().find(|line| line.contains(&wanted));
        let call = call.unwrap_or_else(|| panic!("no {name} in\n{called}"));
        assert_eq!(call.contains("--remap-path-prefix="), is_patched, "{call}");
    }
    // A path of the machine's store would differ from machine to machine.
    let bytes = fs::read(project.path().join("target/warp/names.wasm")).expect("a component");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("tokio-1.54.1/src/"));
    assert!(!text.contains("warpgrid/store/"));
}

/// A registry whose tokio is another one than the patches are for.
fn with_strange_tokio() -> Project {
    let package = "[package]\nname = \"tokio\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [dependencies]\ntokio = \"1\"\n",
        ),
        ("src/main.rs", "fn main() {}\n"),
        (
            ".cargo/config.toml",
            "[source.crates-io]\nreplace-with = \"vendor\"\n[source.vendor]\ndirectory = \"vendor\"\n",
        ),
        ("vendor/tokio/Cargo.toml", package),
        ("vendor/tokio/src/lib.rs", "pub mod runtime;\n"),
        ("vendor/tokio/src/runtime.rs", "// another one\n"),
    ]);
    project.write("vendor/tokio/.cargo-checksum.json", "{\"files\":{}}");
    project
}

#[test]
fn a_version_that_the_patches_do_not_fit_is_named_with_the_remedies() {
    let project = with_strange_tokio();
    expect_toolchain();
    project.run(&["pack", "--debug"]).expect_failure(&[
        "tokio 1.0.0 cannot be built for WASI",
        "rust-patches/tokio/0001-blocking",
        "does not apply",
        "src/runtime/blocking/pool.rs",
        "`cargo update -p tokio@1.0.0 --precise 1.54.1`",
        "`unpatched = [\"tokio\"]`",
    ]);
    project.write("warp.toml", "[package]\nunpatched = [\"tokyo\"]\n");
    project
        .run(&["pack", "--debug"])
        .expect_failure(&["`unpatched` names tokyo", "tokio, tokio-postgres"]);
    project.write("warp.toml", "[package]\nunpatched = [\"tokio\"]\n");
    component(&project.packed(&["--debug"]));
}

#[test]
fn a_crate_of_the_users_own_is_left_alone_and_named() {
    let project = with_strange_tokio();
    project.write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\ntokio = { path = \"vendor/tokio\" }\n",
    );
    expect_toolchain();
    let outcome = project.run(&["pack", "--debug"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    assert!(
        outcome.stderr.contains("tokio 1.0.0 is built as it is"),
        "{}",
        outcome.account
    );
}
