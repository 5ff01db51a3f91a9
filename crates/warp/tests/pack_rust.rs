//! cargo projects.

mod support;

use support::{Project, component, expect_toolchain, shims};

const CARGO: &str = "[package]\nname = \"client\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
const CLIENT: &str = "fn main() { std::net::TcpStream::connect(\"localhost:5432\").unwrap(); }\n";
/// Compiles only where both the packer's flag and the user's arrived.
const FLAGGED: &str =
    "#[cfg(not(all(tokio_unstable, mine)))] compile_error!(\"flags\");\nfn main() {}\n";

fn client() -> Project {
    Project::new(&[("Cargo.toml", CARGO), ("src/main.rs", CLIENT)])
}

#[test]
fn a_program_imports_the_shims_it_calls_for() {
    let project = client();
    let packed = project.packed(&[]);
    assert_eq!(shims(&packed), ["database-proxy", "dns", "sockets"]);
    assert_eq!(packed["lang"], "rust");
    assert_eq!(
        component(&packed),
        project.path().join("target/warp/client.wasm")
    );
    assert!(
        packed["toolchain"].as_str().unwrap().contains("rustc"),
        "{packed}"
    );
    // Fresh: cargo links nothing now.
    assert_eq!(project.packed(&["--", "--locked"]), packed);
    let stripped = project.packed(&["--strip"]);
    assert_eq!(shims(&stripped), shims(&packed));
    assert!(stripped["bytes"].as_u64() < packed["bytes"].as_u64());
}

#[test]
fn link_time_optimisation_and_stripping_hide_nothing() {
    let project = client();
    let profile =
        "[profile.release]\nlto = \"fat\"\nstrip = true\ncodegen-units = 1\npanic = \"abort\"\n";
    project.write("Cargo.toml", format!("{CARGO}{profile}"));
    assert_eq!(
        shims(&project.packed(&[])),
        ["database-proxy", "dns", "sockets"]
    );
}

/// What plain cargo links with Rust's own libc, with names and without: it has
/// the names of `warp.toml`, and its user is told what it lacks.
#[test]
fn a_stock_program_runs_and_says_so() {
    let main = "use std::net::ToSocketAddrs;\nfn main() {\n\
                println!(\"{:?}\", (\"api.example.com\", 1).to_socket_addrs().unwrap().next());\n}\n";
    for (strip, evidence) in [
        ("none", "calls `getaddrinfo`"),
        ("symbols", "imports `wasi:sockets/ip-name-lookup`"),
    ] {
        let project = client();
        project.write("src/main.rs", main);
        let profile = format!("[profile.release]\nlto = \"fat\"\nstrip = \"{strip}\"\n");
        project.write("Cargo.toml", format!("{CARGO}{profile}"));
        project.write(
            "warp.toml",
            "[dns]\nhosts = { \"api.example.com\" = \"192.0.2.7\" }\n",
        );
        let mut cargo = assert_cmd::Command::new("cargo");
        cargo
            .current_dir(project.path())
            .args(["build", "--release", "--target", support::TARGET]);
        cargo.env("CARGO_BUILD_BUILD_DIR", project.path().join("target"));
        cargo.env_remove("CARGO_TARGET_DIR");
        let outcome = project.outcome(&mut cargo);
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        let outcome = project.run(&["run", "target/wasm32-wasip2/release/client.wasm"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        assert_eq!(outcome.stdout, "Some(192.0.2.7:1)\n", "{}", outcome.account);
        for words in [
            evidence,
            "does not import `warpgrid:shim/dns`",
            "a stock toolchain built it",
        ] {
            assert!(outcome.stderr.contains(words), "{}", outcome.account);
        }
    }
}

#[test]
fn the_users_own_flags_are_kept() {
    expect_toolchain();
    for config in [
        "[build]\nrustflags = [\"--cfg\", \"mine\"]\n",
        "[build]\nrustflags = \"--cfg mine\"\n",
        "[target.wasm32-wasip2]\nrustflags = [\"--cfg\", \"mine\"]\n",
        "[target.wasm32-wasip2]\nrustflags = \"--cfg mine\"\n",
        "[target.'cfg(target_os = \"wasi\")']\nrustflags = [\"--cfg\", \"mine\"]\n",
        "[build]\nrustflags = [\"--cfg\", \"mine\"]\n[target.'cfg(windows)']\nrustflags = [\"--cfg\", \"other\"]\n",
    ] {
        let project = Project::new(&[("Cargo.toml", CARGO), ("src/main.rs", FLAGGED)]);
        project.write(".cargo/config.toml", config);
        let outcome = project.run(&["pack", "--debug"]);
        assert_eq!(outcome.code, Some(0), "{config}\n{}", outcome.account);
    }
    let project = Project::new(&[("Cargo.toml", CARGO), ("src/main.rs", FLAGGED)]);
    for (variable, value) in [
        ("RUSTFLAGS", "--cfg mine"),
        ("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}mine"),
        ("CARGO_BUILD_RUSTFLAGS", "--cfg mine"),
        ("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS", "--cfg mine"),
    ] {
        let outcome = project.outcome(
            project
                .warp()
                .env(variable, value)
                .args(["pack", "--debug"]),
        );
        assert_eq!(outcome.code, Some(0), "{variable}\n{}", outcome.account);
        let told = outcome.stderr.contains("is set in the environment");
        assert_eq!(
            told,
            !variable.starts_with("CARGO_B") && !variable.starts_with("CARGO_T"),
            "{}",
            outcome.account
        );
    }
}

#[test]
fn compilers_messages_are_shown() {
    let project = client();
    expect_toolchain();
    project.write("src/main.rs", "fn main() { nothing }\n");
    project.run(&["pack"]).expect_failure(&[
        "cannot find value `nothing`",
        "src/main.rs:1:13",
        "building client failed: cargo ended with exit status 101",
    ]);
    project.write("Cargo.toml", "[package\n");
    project
        .run(&["pack"])
        .expect_failure(&["reading the project failed"]);
    project.write("Cargo.toml", CARGO);
    project.write("warp.toml", "[package]\nsources = [\"a.c\"]\n");
    project
        .run(&["pack"])
        .expect_failure(&["unknown key `sources`"]);
}

#[test]
fn a_workspace_with_several_programs_needs_a_choice() {
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"two\"]\n",
        ),
        ("one/Cargo.toml", &CARGO.replace("client", "one")),
        ("one/src/main.rs", "fn main() {}\n"),
        (
            "two/Cargo.toml",
            &(CARGO.replace("client", "two") + "[lib]\ncrate-type = [\"cdylib\"]\n"),
        ),
        (
            "two/src/lib.rs",
            "#[unsafe(no_mangle)] pub extern \"C\" fn nothing() {}\n",
        ),
        ("two/src/main.rs", "fn main() {}\n"),
    ]);
    expect_toolchain();
    project.run(&["pack"]).expect_failure(&[
        "the project has 3 programs",
        "`--package one --bin one`, or `--package two --lib`, or `--package two --bin two`",
    ]);
    assert_eq!(project.packed(&["--package", "one"])["name"], "one");
    assert_eq!(
        project.packed(&["--package", "two", "--lib"])["world"],
        "custom"
    );
    assert_eq!(
        project.packed(&["--bin", "two"])["world"],
        "wasi:cli/command"
    );
    project.write(
        "warp.toml",
        "[package]\nname = \"named\"\npackage = \"two\"\nbin = \"two\"\n",
    );
    assert_eq!(
        component(&project.packed(&[])),
        project.path().join("target/warp/named.wasm")
    );
    assert_eq!(project.packed(&["one"])["name"], "one");
}

#[test]
fn a_missing_target_comes_with_its_command() {
    let project = client();
    // A rustc that knows of no target but its own.
    let rustc = "#!/bin/sh\necho /nowhere\n";
    project.write("bin/rustc", rustc);
    let tool = project.path().join("bin/rustc");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&tool, mode).unwrap();
    let path = format!(
        "{}/bin:{}",
        project.path().display(),
        std::env::var("PATH").unwrap()
    );
    let outcome = project.outcome(project.warp().env("PATH", path).arg("pack"));
    outcome.expect_failure(&[
        "target wasm32-wasip2 is not installed",
        "rustup target add wasm32-wasip2",
    ]);
    let outcome = project.outcome(project.warp().env("PATH", "").arg("pack"));
    outcome.expect_failure(&["`cargo` was not found on PATH"]);
}
