//! `warp convert analyze`: what it says of what was compiled already, of what it
//! cannot analyse, and whether its tables say what programs do that are run.

#![allow(clippy::unwrap_used, reason = "all of this is tests, helpers too")]

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::{CLIENT, HELLO, Outcome, Project};

/// What must be analysed; gives back what `--json` says.
fn report(project: &Project, args: &[&str]) -> Value {
    support::expect_toolchain();
    let outcome = project.run(&[&["convert", "analyze", "--json"], args].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    serde_json::from_str(&outcome.stdout).expect(&outcome.account)
}

/// The findings with these words in `what`.
fn with<'a>(report: &'a Value, words: &str) -> Vec<&'a Value> {
    let findings = report["findings"].as_array().unwrap();
    let has = |finding: &&Value| finding["what"].as_str().unwrap().contains(words);
    findings.iter().filter(has).collect()
}

fn compiled(project: &Project, name: &str, args: &[&str]) {
    let output = project.path().join(name);
    let status = Command::new("clang-19")
        .args(["-w", "-std=gnu89"])
        .args(args)
        .arg("-o")
        .arg(&output)
        .current_dir(project.path())
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn a_program_of_this_machine_is_read_by_its_imports() {
    let source = "int main(void) { printf(\"%d\", fork()); return open(\"/x\", 0); }\n";
    let project = Project::new(&[("bin/main.c", source)]);
    compiled(&project, "program", &["bin/main.c"]);
    let report = report(&project, &["program"]);
    assert_eq!(report["verdict"], "cannot", "{report:#}");
    assert_eq!(
        with(&report, "fork() makes processes").len(),
        1,
        "{report:#}"
    );
    assert_eq!(with(&report, "is made for x86-64").len(), 1, "{report:#}");
    assert_eq!(
        with(&report, "printf").len() + with(&report, "open()").len(),
        0,
        "{report:#}"
    );
    assert_eq!(report["findings"][0]["path"], "program");
}

#[test]
fn objects_and_archives_in_a_folder_are_one_program() {
    let main = "int main(void) { return helper(); }\n";
    let helper = "int helper(void) { return epoll_create(1); }\n";
    let project = Project::new(&[("a/main.c", main), ("a/helper.c", helper)]);
    compiled(&project, "a/main.o", &["-c", "a/main.c"]);
    compiled(&project, "a/helper.o", &["-c", "a/helper.c"]);
    std::fs::create_dir(project.path().join("lib")).unwrap();
    let archive = Command::new("ar")
        .args(["rc", "lib/libhelper.a", "a/helper.o"])
        .current_dir(project.path())
        .status();
    assert!(archive.unwrap().success());
    std::fs::rename(
        project.path().join("a/main.o"),
        project.path().join("lib/main.o"),
    )
    .unwrap();
    let report = report(&project, &["lib"]);
    assert_eq!(report["verdict"], "needs-changes", "{report:#}");
    let found = with(&report, "epoll_create() waits by Linux's own means");
    assert_eq!(found[0]["path"], "libhelper.a(helper.o)", "{report:#}");
    assert_eq!(
        with(&report, "helper is defined nowhere").len(),
        0,
        "{report:#}"
    );
}

#[test]
fn a_component_is_compared_with_what_the_host_has() {
    let project = Project::new(&[]);
    let component = r#"(component (import "a:b/c@1.0.0" (instance))
        (import "warpgrid:shim/dns@0.1.0" (instance)))"#;
    project.write("a.wasm", wat::parse_str(component).unwrap());
    let report = report(&project, &["a.wasm"]);
    assert_eq!(report["verdict"], "needs-changes", "{report:#}");
    assert_eq!(
        with(&report, "imports `a:b/c@1.0.0`").len(),
        1,
        "{report:#}"
    );
    assert_eq!(
        with(&report, "names that the host resolves").len(),
        1,
        "{report:#}"
    );
    assert_eq!(report["score"], 50);
}

#[test]
fn people_read_a_table_and_one_line() {
    let project = Project::new(&[("main.c", CLIENT)]);
    let outcome = project.run(&["convert", "analyze"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    for words in ["verdict", "works-with-shims", "`dns`"] {
        assert!(outcome.stdout.contains(words), "{}", outcome.account);
    }
    let last = outcome.stdout.lines().last().unwrap();
    let expected = "It works as it is, with what the host puts behind it (score 100; ";
    assert!(last.starts_with(expected), "{}", outcome.account);
}

#[test]
fn nothing_is_written_into_a_project_that_make_builds() {
    let makefile = "hello: main.o\n\t$(CC) -o $@ main.o\n";
    let project = Project::new(&[("Makefile", makefile), ("main.c", HELLO)]);
    // What a compiler for this machine left is not taken for ours.
    compiled(&project, "main.o", &["-c", "main.c"]);
    let before = project.files();
    let report = report(&project, &[]);
    assert_eq!(report["verdict"], "works", "{report:#}");
    assert_eq!(project.files(), before);
}

#[test]
fn what_cannot_be_analysed_says_what_to_do() {
    let project = Project::new(&[("text.txt", "hello"), ("empty/text.txt", "hello")]);
    for (args, words) in [
        (&["none"][..], &["cannot read none: no such file"][..]),
        (&["text.txt"], &["text.txt is no program that was compiled"]),
        (&["empty"], &["says what to build"]),
        (
            &[".", "--lang", "cobol"],
            &["no packer for the language `cobol`"],
        ),
    ] {
        let outcome = project.run(&[&["convert", "analyze"], args].concat());
        outcome.expect_failure(words);
    }
    let outcome = project.run(&["convert", "analyze", "--none"]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.account);
    project.write("cut", b"\x7fELF\x02\x01\x01");
    project
        .run(&["convert", "analyze", "cut"])
        .expect_failure(&["is damaged"]);
}

#[test]
fn several_programs_are_chosen_as_packing_does() {
    let manifest =
        "[package]\nname = \"two\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    let main = "fn main() {}\n";
    let project = Project::new(&[
        ("Cargo.toml", manifest),
        ("src/bin/one.rs", main),
        ("src/bin/two.rs", main),
    ]);
    let outcome = project.run(&["convert", "analyze"]);
    outcome.expect_failure(&["the project has 2 programs", "--bin one"]);
    assert_eq!(report(&project, &["--bin", "one"])["verdict"], "works");
}

#[test]
fn packages_of_machine_code_are_named() {
    let project = Project::new(&[
        ("package.json", r#"{ "name": "program", "type": "module" }"#),
        (
            "index.js",
            "import * as b from \"bcrypt\";\nexport default { fetch: () => b.hash() };\n",
        ),
        (
            "node_modules/bcrypt/index.js",
            "exports.hash = require(\"./bcrypt.node\").hash;\n",
        ),
        ("node_modules/bcrypt/bcrypt.node", "\u{7f}ELF"),
    ]);
    let report = report(&project, &[]);
    assert_eq!(report["verdict"], "needs-changes", "{report:#}");
    let found = with(&report, "bcrypt is machine code");
    assert!(
        found[0]["remedy"].as_str().unwrap().contains("bcryptjs"),
        "{report:#}"
    );
    assert!(
        !project
            .files()
            .iter()
            .any(|file| file.starts_with("target"))
    );
}

#[test]
fn other_peoples_code_gets_the_benefit_where_it_may_never_run() {
    let uses = "const fs = require(\"fs\");\nexports.lazy = () => fs.chmodSync(\"a\", 1);\n";
    let project = Project::new(&[
        ("package.json", r#"{ "name": "program", "type": "module" }"#),
        (
            "index.js",
            "import \"some\";\nexport default { fetch: () => new Response(\"a\") };\n",
        ),
        (
            "node_modules/some/package.json",
            r#"{ "name": "some", "version": "1.2.3" }"#,
        ),
        ("node_modules/some/index.js", uses),
    ]);
    let lazy = report(&project, &[]);
    assert_eq!(
        with(&lazy, "some may ask for fs.chmodSync")[0]["verdict"],
        "works",
        "{lazy:#}"
    );
    assert_ne!(lazy["verdict"], "needs-changes", "{lazy:#}");
    let certain = format!("{uses}fs.chmodSync(\"a\", 1);\n");
    project.write("node_modules/some/index.js", certain);
    let certain = report(&project, &[]);
    assert_eq!(certain["verdict"], "needs-changes", "{certain:#}");
}

/// Packs a guest and runs it with each name; gives what it printed of each.
fn asked(guest: &str, names: &[&str]) -> Vec<(String, Outcome)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/guests")
        .join(guest);
    let project = Project::new(&[]);
    for entry in walkdir::WalkDir::new(&folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(&folder).unwrap();
            project.write(
                &name.to_string_lossy(),
                std::fs::read(entry.path()).unwrap(),
            );
        }
    }
    let grants = "[package]\nname = \"guest\"\n[directories]\n\"/\" = \".\"\n";
    project.write("warp.toml", grants);
    project.packed(&[]);
    let run = |name: &&str| {
        let args = [
            "run",
            "target/warp/guest.wasm",
            "--compiler",
            "winch",
            "--",
            name,
        ];
        ((*name).to_owned(), project.run(&args))
    };
    names.iter().map(run).collect()
}

fn works(outcome: &Outcome) -> bool {
    assert!(!outcome.stdout.contains("unknown"), "{}", outcome.account);
    outcome.code == Some(0) && outcome.stdout.trim().ends_with("works")
}

/// `rust/calls.rs` names what fails.
const FAIL: [&str; 7] = [
    "process",
    "output",
    "thread",
    "temp_dir",
    "id",
    "try_clone",
    "set_permissions",
];

#[test]
fn rust_s_standard_library_does_what_is_said_of_it() {
    for (name, outcome) in asked("convert-rust", &FAIL) {
        assert!(!works(&outcome), "{name}: {}", outcome.account);
    }
    let fine = ["current_dir", "set_current_dir", "canonicalize"];
    for (name, outcome) in asked("convert-rust", &fine) {
        assert!(works(&outcome), "{name}: {}", outcome.account);
    }
}

/// `go/calls.rs` names what fails.
#[test]
fn go_s_standard_library_does_what_is_said_of_it() {
    for (name, outcome) in asked("convert-go", &["process", "pipe", "plugin"]) {
        assert!(!works(&outcome), "{name}: {}", outcome.account);
    }
}
