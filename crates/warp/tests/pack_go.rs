//! `warp pack` of Go modules: what a user reads when a program cannot be packed,
//! and what a program finds that was.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use support::{Project, go};
use warpgrid_test_harness::preview1;
use warpgrid_test_harness::process::{self, Bounds, Cut};

const MODULE: &str = "module example.com/program\n\ngo 1.26\n";
const HELLO: &str = "package main\n\nfunc main() { println(\"hello\") }\n";

fn project(files: &[(&str, &str)]) -> Project {
    Project::new(&[&[("go.mod", MODULE)], files].concat())
}

/// The project fails to be packed, with these words.
fn refused(files: &[(&str, &str)], words: &[&str]) {
    project(files).run(&["pack"]).expect_failure(words);
}

/// Ours, the guests' and the samples' sources are as gofmt writes them.
#[test]
fn sources_in_go_are_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [
        "crates/warpgrid-go",
        "crates/warp/tests/guests",
        "test-apps/t3-go-http-postgres",
        "test-apps/t10-go-mysql-redis",
    ];
    let output = std::process::Command::new("gofmt")
        .arg("-l")
        .args(folders.map(|folder| root.join(folder)))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

#[test]
fn a_folder_that_is_no_module_is_told_how_to_become_one() {
    let project = Project::new(&[("main.go", HELLO)]);
    let outcome = project.run(&["pack", "--lang", "go"]);
    outcome.expect_failure(&["is no Go module", "go mod init"]);
}

#[test]
fn a_package_that_is_no_program_is_named_with_its_place() {
    let library = "// Package program does nothing.\npackage program\n";
    refused(
        &[("a.go", library)],
        &[
            "a.go:2: package program is a library",
            "--package ./cmd/NAME",
        ],
    );
    refused(
        &[("a.go", "package main\n\nvar x = 1\n")],
        &["package main has no `func main()`", "--package ./cmd/NAME"],
    );
    refused(&[("cmd/a/main.go", HELLO)], &["no Go files"]);
}

#[test]
fn what_a_component_cannot_have_is_named_with_its_place() {
    let exec = "package main\n\nimport \"os/exec\"\n\nfunc main() { exec.Command(\"ls\").Run() }\n";
    refused(
        &[("main.go", exec)],
        &["main.go:3 runs other programs", "//go:build !wasip1"],
    );
    let cgo = "package main\n\n// int one(void) { return 1; }\nimport \"C\"\n\nfunc main() { println(C.one()) }\n";
    refused(
        &[("main.go", cgo)],
        &["main.go:4 uses cgo", "in Go instead"],
    );
    let raw = "package main\n\nimport \"net\"\n\nfunc main() {\n\tnet.ListenPacket(\"ip4:icmp\", \"0.0.0.0\")\n}\n";
    refused(
        &[("main.go", raw), ("below/x.go", "package below\n")],
        &["main.go:6 uses raw sockets", "net.Dial"],
    );
}

#[test]
fn without_go_it_says_how_to_get_it() {
    let project = project(&[("main.go", HELLO)]);
    let outcome = project.outcome(project.warp().arg("pack").env("PATH", "/nowhere"));
    outcome.expect_failure(&["`go` was not found on PATH", "install Go 1.26"]);
}

/// A `go` of another version, as `go env` tells it.
#[test]
fn an_unknown_version_of_go_is_told_which_are_known() {
    let project = project(&[("main.go", HELLO)]);
    let answer = r#"{"GOROOT":"/nowhere","GOVERSION":"go1.99.1","GOMOD":"/p/go.mod","GOWORK":"","GOMODCACHE":"/p/mod"}"#;
    let list = r#"{"Name":"main","Dir":".","GoFiles":["main.go"]}"#;
    let script =
        format!("#!/bin/sh\ncase $1 in\nenv) echo '{answer}';;\nlist) echo '{list}';;\nesac\n");
    project.write("bin/go", script);
    support::executable(&project.path().join("bin/go"));
    let path = format!("{}:/usr/bin:/bin", project.path().join("bin").display());
    let outcome = project.outcome(project.warp().arg("pack").env("PATH", path));
    outcome.expect_failure(&[
        "no patches for go1.99.1; known: go1.25, go1.26",
        "set GOTOOLCHAIN=go1.26.",
    ]);
}

/// go keeps the releases that it fetches among the modules, where it lets no file
/// be replaced; and this is an older one, with a series of its own.
#[test]
fn a_release_that_go_fetched_packs_too() {
    let main = "package main\n\nimport (\n\t\"net\"\n\t\"runtime\"\n)\n\nfunc main() {\n\
                \t_, err := net.Dial(\"tcp\", \"127.0.0.1:1\")\n\
                \tprintln(runtime.Version(), err.Error())\n}\n";
    let module = MODULE.replace("1.26", "1.25");
    let project = Project::new(&[("go.mod", &module), ("main.go", main)]);
    let packed = project.outcome(
        project
            .warp()
            .args(["pack", "-o", "x.wasm"])
            .env("GOTOOLCHAIN", "go1.25.8"),
    );
    assert_eq!(packed.code, Some(0), "{}", packed.account);
    let ran = project.run(&["run", "x.wasm"]);
    assert!(
        ran.stderr
            .contains("go1.25.8 dial tcp 127.0.0.1:1: connect: Permission denied"),
        "{}",
        ran.account
    );
}

#[test]
fn an_unknown_world_is_marked() {
    let manifest = "[package]\nworld = \"server\"\n";
    refused(
        &[("main.go", HELLO), ("warp.toml", manifest)],
        &["`server` is no world of a Go program", "warp.toml:2"],
    );
}

/// A user's own overlay takes the place of ours: without the check the program
/// would run, and see nothing of the host.
#[test]
fn a_stock_standard_library_is_refused() {
    let main = "package main\n\nimport \"net\"\n\nfunc main() { net.Dial(\"tcp\", \"a:1\") }\n";
    let project = project(&[("main.go", main), ("none.json", "{}")]);
    let outcome = project.run(&["pack", "--", "-overlay", "none.json"]);
    outcome.expect_failure(&[
        "calls `net.socket` but does not import `warpgrid:shim/database-proxy`",
        "`warpgrid:shim/dns`",
        "pass no `-overlay` of your own",
    ]);
}

#[test]
fn workspaces_and_vendored_packages_are_built_as_go_does() {
    let library = "package library\n\nfunc Name() string { return \"WHO\" }\n";
    let main = "package main\n\nimport \"example.com/library\"\n\nfunc main() { println(library.Name()) }\n";
    let requires = format!("{MODULE}\nrequire example.com/library v1.0.0\n");
    let module = "module example.com/library\n\ngo 1.26\n";
    let modules = "# example.com/library v1.0.0\n## explicit; go 1.26\nexample.com/library\n";
    let shared = library.replace("WHO", "in the workspace");
    let vendored = library.replace("WHO", "vendored");
    let workspace = Project::new(&[
        ("go.work", "go 1.26\n\nuse (\n\t./program\n\t./library\n)\n"),
        ("program/go.mod", MODULE),
        ("program/main.go", main),
        ("library/go.mod", module),
        ("library/library.go", &shared),
    ]);
    let alone = Project::new(&[
        ("go.mod", &requires),
        ("main.go", main),
        ("vendor/modules.txt", modules),
        ("vendor/example.com/library/library.go", &vendored),
    ]);
    for (project, arguments, says) in [
        (
            &workspace,
            &["--package", "./program"][..],
            "in the workspace",
        ),
        (&alone, &[], "vendored"),
    ] {
        let packed = project.run(&[&["pack", "-o", "x.wasm"], arguments].concat());
        assert_eq!(packed.code, Some(0), "{}", packed.account);
        let ran = project.run(&["run", "x.wasm"]);
        assert!(ran.stderr.contains(says), "{}", ran.account);
    }
}

#[test]
fn the_same_sources_give_the_same_component_stripped_or_not() {
    let project = project(&[
        ("main.go", HELLO),
        (
            "tagged.go",
            "//go:build extra\n\npackage main\n\nfunc init() { println(\"extra\") }\n",
        ),
    ]);
    let packed = |arguments: &[&str]| {
        let outcome = project.run(&[&["pack", "--json", "-o", "x.wasm"], arguments].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        std::fs::read(project.path().join("x.wasm")).unwrap()
    };
    let first = packed(&[]);
    std::fs::remove_dir_all(project.path().join("target")).unwrap();
    assert!(packed(&[]) == first, "two builds differ");
    let stripped = packed(&["--strip"]);
    assert!(stripped.len() < first.len());
    assert!(packed(&["--", "-tags", "extra"]) != first);
    let ran = project.run(&["run", "x.wasm"]);
    assert!(ran.stderr.contains("extra\nhello"), "{}", ran.account);
    assert_eq!(ran.code, Some(0), "{}", ran.account);
}

/// What each patch of the series is for: a program of the stock standard library,
/// in the same host, does without.
#[test]
fn a_program_of_stock_go_finds_nothing_of_it() {
    let project = go::guest("go");
    let mut build = Command::new("go");
    build.args(["build", "-o", "stock.wasm", "."]);
    build.envs([("GOOS", "wasip1"), ("GOARCH", "wasm")]);
    let bounds = Bounds::within(Duration::from_secs(300));
    process::run(build.current_dir(project.path()), &bounds)
        .and_then(process::Finished::success)
        .unwrap();
    preview1::adapt(&project.path().join("stock.wasm")).unwrap();
    let part = |name: &str| {
        let only = format!("ONLY={name}");
        let mut warp = Command::new(env!("CARGO_BIN_EXE_warp"));
        warp.current_dir(project.path());
        warp.args(["run", "stock.wasm", "--compiler", "winch", "--env", &only]);
        // Of a signal it never hears.
        let limit = Bounds::within(Duration::from_secs(if name == "signals" { 3 } else { 60 }));
        match process::run(&mut warp, &limit) {
            Ok(finished) => finished,
            Err(error) => error.downcast::<Cut>().unwrap().finished,
        }
    };
    let same = part("start");
    assert!(same.stdout.ends_with(b"random: true\n"), "{same}");
    for (name, lines) in [
        ("files", "file: \"hello\\n\" <nil>\nstat: motd 6 true\n"),
        ("zones", "local: 2026-07-01 02:00:00 +0200 CEST\n"),
        ("names", "service: [127.0.0.1] <nil>\n"),
        ("connections", "echo: 4194304 true <nil>\n"),
        ("datagrams", "datagram: udp4 9000 true <nil>\n"),
        ("encrypted", "roots: true\n"),
        ("signals", "hangup\n"),
    ] {
        assert!(go::EXPECTED.contains(lines), "{name}: nobody finds {lines}");
        let found = part(name);
        let text = String::from_utf8_lossy(&found.stdout);
        assert!(!text.contains(lines), "{name}: {found}");
    }
}

/// What the program writes is what it is to find.
#[test]
fn a_program_finds_the_system_that_the_host_shows_it() {
    go::finds_its_system(&go::guest("go"), &[]);
}
