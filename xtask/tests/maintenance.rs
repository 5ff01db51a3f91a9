//! Runs every command of docs/FORK-MAINTENANCE.md, in its order, on a made-up
//! series in the place of `libc`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../crates/warpgrid-series/tests/fixture/mod.rs"]
mod fixture;
mod xtask;

use std::fs;
use std::path::Path;

use fixture::{Fixture, MAIN, write};
use xtask::Xtask;

/// The version that the page goes to, and one that it does not name.
const PAGES_VERSION: &str = "wasi-sdk-31";
const ANOTHER_VERSION: &str = "wasi-sdk-32";

/// The page's commands, without their comments.
fn commands() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FORK-MAINTENANCE.md");
    let text = fs::read_to_string(page).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .map(|line| line.split(" #").next().unwrap_or(line).trim().to_owned())
        .collect()
}

/// Words of a command line, where quotes hold some together.
fn words(command: &str) -> Vec<String> {
    command
        .split('"')
        .enumerate()
        .flat_map(|(place, part)| match place % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// A checkout with three patches on an upstream whose next versions conflict
/// with the last one.
fn checkout() -> (Fixture, Xtask) {
    let fixture = Fixture::new();
    let xtask = Xtask::new(&fixture);
    xtask.run(&["patches", "import", "demo"]).succeeds();
    for number in ["one", "two"] {
        fixture.change(&format!("src/{number}.c"), format!("int {number};\n"));
        fixture.new_patch(&format!("add {number}")).unwrap();
    }
    fixture.change("src/main.c", MAIN.replace("return 1;", "return 11;"));
    fixture.new_patch("one is eleven").unwrap();
    let upstream = fixture.path("upstream");
    for (tag, result) in [(PAGES_VERSION, "31"), (ANOTHER_VERSION, "32")] {
        let changed = MAIN.replace("return 1;", &format!("return {result};"));
        write(&upstream.join("src/main.c"), changed);
        fixture.git(&upstream, &["commit", "--quiet", "--all", "-m", tag]);
        fixture.git(&upstream, &["tag", tag]);
    }
    (fixture, xtask)
}

#[test]
fn the_pages_commands_do_what_it_says() {
    let (fixture, xtask) = checkout();
    let mut ran = 0;
    for command in commands() {
        let words = words(&command);
        assert_eq!(words[..2], ["cargo", "xtask"], "{command}");
        let args: Vec<&str> = words[2..]
            .iter()
            .map(|word| if word == "libc" { "demo" } else { word })
            .collect();
        run(&fixture, &xtask, &args);
        ran += 1;
    }
    assert!(ran >= 14, "the page has its commands in console blocks");
}

/// Runs one command, after what the page says is done before it.
fn run(fixture: &Fixture, xtask: &Xtask, args: &[&str]) {
    match args {
        // They build and test everything: what runs this test ran them, or is
        // run by them. Here only their flags are looked at.
        ["setup" | "test-all", ..] => {
            let help: Vec<&str> = args.iter().copied().chain(["--help"]).collect();
            xtask.run(&help).succeeds();
        }
        ["patches", "edit", "demo", "--continue"] => {
            fixture.change("src/three.c", "int three;\n");
            xtask.run(args).succeeds().says("changed");
        }
        ["patches", "new", ..] => {
            fixture.change("src/four.c", "int four;\n");
            xtask.run(args).succeeds().says("added");
        }
        ["rebase", _, "--to", PAGES_VERSION] => {
            xtask.run(args).fails("help: mend it in").says("conflict");
        }
        ["rebase", _, "--continue"] => {
            let mended = MAIN.replace("return 1;", "return 311;");
            fixture.change("src/main.c", mended);
            xtask.run(args).succeeds().says("next: cargo xtask setup");
        }
        ["rebase", _, "--abort"] => {
            let again = ["rebase", "demo", "--to", ANOTHER_VERSION];
            xtask.run(&again).fails("help: mend it in");
            xtask.run(args).succeeds();
            xtask
                .run(&["patches", "status", "demo"])
                .succeeds()
                .says("the series is applied");
        }
        _ => {
            xtask.run(args).succeeds();
        }
    }
}
