//! `warp cc` where build systems expect a C compiler.

mod support;

use support::{CLIENT, HELLO, Project, expect_toolchain};

#[test]
fn answers_what_build_systems_ask() {
    let project = Project::new(&[("main.c", HELLO)]);
    expect_toolchain();
    for (args, answer) in [
        (&["--version"][..], "clang version 19"),
        (&["-dumpmachine"], "wasm32-unknown-wasip2"),
        (&["-print-search-dirs"], "libraries:"),
        (&["-E", "-dM", "main.c"], "#define __wasi__ 1"),
        (&["-M", "main.c"], "stdio.h"),
    ] {
        let outcome = project.run(&[&["cc"], args].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        assert!(outcome.stdout.contains(answer), "{}", outcome.account);
        assert_eq!(outcome.stderr, "", "{}", outcome.account);
    }
    let outcome = project.run(&["cc", "-v"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
}

#[test]
fn compiles_and_links_without_a_warning() {
    let project = Project::new(&[
        ("main.c", CLIENT),
        ("args", "-Wall -Werror \"-O2\" main.o -o 'b.wasm'"),
    ]);
    expect_toolchain();
    for args in [
        &["-Wall", "-Werror", "-O2", "-c", "main.c"][..],
        &["-Wall", "-Werror", "-O2", "main.o", "-lc", "-o", "a.wasm"],
        &["@args"],
        &["-O2", "main.c", "-oc.wasm"],
    ] {
        let outcome = project.run(&[&["cc"], args].concat());
        assert_eq!(
            (outcome.code, &*outcome.stderr),
            (Some(0), ""),
            "{}",
            outcome.account
        );
    }
    for file in ["a.wasm", "b.wasm", "c.wasm"] {
        let found = warpgrid_pack::analyze(&project.path().join(file)).unwrap();
        assert_eq!(found.shims, ["database-proxy", "dns", "sockets"], "{file}");
    }
    let outcome = project.run(&["cc", "-c", "none.c"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.account);
}

/// The questions that an autoconf script asks of a compiler, in its words.
#[test]
fn a_configure_script_finds_what_is_there_and_no_more() {
    let script = r#"
set -e
cat > conftest.c <<'END'
char connect(); int main(void) { return connect(); }
END
$CC -o conftest -Wno-incompatible-library-redeclaration conftest.c
test -s conftest
cat > conftest.c <<'END'
char fork(); int main(void) { return fork(); }
END
if $CC -o conftest2 conftest.c 2>/dev/null; then exit 1; fi
echo done
"#;
    let project = Project::new(&[("configure", script)]);
    expect_toolchain();
    let mut command = assert_cmd::Command::new("sh");
    command.current_dir(project.path()).arg("configure");
    command.env("CC", format!("{} cc", env!("CARGO_BIN_EXE_warp")));
    let outcome = project.outcome(&mut command);
    assert_eq!(
        (outcome.code, outcome.stdout.trim()),
        (Some(0), "done"),
        "{}",
        outcome.account
    );
}
