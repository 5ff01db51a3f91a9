//! `warp pack --compiler tinygo`: what a program finds that TinyGo compiled, and
//! what a user reads of what TinyGo cannot do. `cargo xtask test-all` packs a
//! service beside that.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Command;

use support::{Project, go};

const TINYGO: &[&str] = &["pack", "--compiler", "tinygo"];
const MODULE: &str = "module example.com/program\n\ngo 1.25\n";

fn project(main: &str) -> Project {
    Project::new(&[("go.mod", MODULE), ("main.go", main)])
}

/// The project fails to be packed, with these words.
fn refused(project: &Project, words: &[&str]) {
    project.run(TINYGO).expect_failure(words);
}

/// The same that a program of Go's own compiler finds.
#[test]
fn a_program_finds_the_system_that_the_host_shows_it() {
    let project = go::guest("go");
    project.write("go.mod", MODULE);
    go::finds_its_system(&project, &TINYGO[1..]);
}

/// Interfaces by reflection, conversions, types made at run time, what net asks of
/// sync, tables that are made while TinyGo compiles, and a heap that grows.
#[test]
fn a_program_does_what_it_does_natively() {
    let project = go::guest("tinygo");
    let native = Command::new("go")
        .args(["run", "."])
        .current_dir(project.path())
        .output()
        .unwrap();
    let native = String::from_utf8(native.stdout).unwrap();
    assert!(
        native.ends_with("kept: 64 2654435761 3682174543\n"),
        "{native}"
    );
    let packed = project.run(&[TINYGO, &["--strip", "-o", "x.wasm", "--", "-opt", "1"]].concat());
    assert_eq!(packed.code, Some(0), "{}", packed.account);
    let ran = project.run(&["run", "x.wasm"]);
    assert_eq!(ran.code, Some(0), "{}", ran.account);
    assert_eq!(ran.stdout, native, "{}", ran.account);
}

#[test]
fn a_compiler_that_is_none_is_told_which_there_are() {
    let project = project("package main\n\nfunc main() {}\n");
    let outcome = project.run(&["pack", "--compiler", "gccgo"]);
    outcome.expect_failure(&["no compiler `gccgo` for go", "compilers: go, tinygo"]);
    project.write("warp.toml", "[package]\ncompiler = \"gccgo\"\n");
    let outcome = project.run(&["pack"]);
    outcome.expect_failure(&["`gccgo` is no compiler of Go", "warp.toml:2"]);
}

#[test]
fn without_tinygo_it_says_how_to_get_it() {
    let project = project("package main\n\nfunc main() {}\n");
    let cache = tempfile::tempdir().unwrap();
    let mut command = project.warp();
    command.args(TINYGO).env("WARPGRID_CACHE_DIR", cache.path());
    project.outcome(&mut command).expect_failure(&[
        "the store has no TinyGo for this warp",
        "run `cargo xtask setup`",
    ]);
}

#[test]
fn a_newer_go_than_tinygo_s_is_named_with_its_place() {
    let project = project("package main\n\nfunc main() {}\n");
    project.write("go.mod", MODULE.replace("1.25", "1.26"));
    project.write("warp.toml", "[package]\ncompiler = \"tinygo\"\n");
    let outcome = project.run(&["pack"]);
    outcome.expect_failure(&[
        "go.mod:3 asks for Go 1.26",
        "write `go 1.25`",
        "--compiler go",
    ]);
}

#[test]
fn packages_that_need_more_of_reflection_are_named_with_their_place() {
    let main = "package main\n\nimport (\n\t\"os\"\n\t\"text/template\"\n)\n\n\
                func main() { template.New(\"\").Execute(os.Stdout, nil) }\n";
    refused(
        &project(main),
        &["main.go:5 fills templates by reflection", "--compiler go"],
    );
}

/// Only the compiler sees it, whose message is shown; and what would not come to
/// light before the program runs is said beside it.
#[test]
fn an_int_of_32_bits_and_a_recover_that_is_none_are_said() {
    let main = "package main\n\nfunc main() {\n\tdefer func() { println(recover()) }()\n\
                \tconst large = 1 << 40\n\tprintln(int(large))\n}\n";
    refused(
        &project(main),
        &[
            "main.go:4: under TinyGo recover recovers nothing",
            "main.go:6:14: constant 1099511627776 overflows int",
            "pack with `--compiler go`, whose `int` has 64 bits",
        ],
    );
}
