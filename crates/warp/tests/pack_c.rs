//! C programs, from sources and through Makefiles.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use support::{CLIENT, HELLO, Project, component, expect_toolchain, shims, stock_sysroot};

#[test]
fn a_program_imports_the_shims_it_calls_for_and_no_other() {
    let project = Project::new(&[
        ("src/main.c", CLIENT),
        ("warp.toml", "[package]\nname = \"client\"\n"),
    ]);
    let packed = project.packed(&[]);
    assert_eq!(shims(&packed), ["database-proxy", "dns", "sockets"]);
    assert_eq!(packed["world"], "wasi:cli/command");
    assert_eq!(
        component(&packed),
        project.path().join("target/warp/client.wasm")
    );
    let bytes = fs::metadata(component(&packed)).unwrap().len();
    assert_eq!(packed["bytes"], bytes);
    assert!(
        packed["toolchain"].as_str().unwrap().contains("clang"),
        "{packed}"
    );

    project.write("src/main.c", HELLO);
    assert!(shims(&project.packed(&[])).is_empty());
}

#[test]
fn nothing_but_the_component_is_left_and_it_is_reproducible() {
    let files = [
        ("src/main.c", HELLO),
        ("src/a/x.c", "int a;"),
        ("src/b/x.c", "int b;"),
    ];
    let toml = "[package]\nname = \"two\"\nsources = [\"src/*.c\", \"src/*/x.c\"]\n";
    let projects = [Project::new(&files), Project::new(&files)];
    let built = projects.each_ref().map(|project| {
        project.write("warp.toml", toml);
        let before = project.files();
        let packed = project.packed(&["--output", "out/here.wasm", "--debug"]);
        let mut after = project.files();
        after.retain(|file| !before.contains(file));
        assert_eq!(after, [std::path::Path::new("out/here.wasm")]);
        fs::read(component(&packed)).unwrap()
    });
    assert!(
        built[0] == built[1],
        "the same project gave different bytes"
    );
}

#[test]
fn stripping_leaves_names_out() {
    let project = Project::new(&[("main.c", CLIENT)]);
    let whole = project.packed(&[])["bytes"].as_u64().unwrap();
    let packed = project.packed(&["--strip"]);
    assert!(packed["bytes"].as_u64().unwrap() < whole);
    assert_eq!(shims(&packed), ["database-proxy", "dns", "sockets"]);
}

/// Stripped or not, optimised across modules or not: the check sees it.
#[test]
fn the_stock_libc_is_caught() {
    let stock = stock_sysroot();
    for (flags, args) in [("", &[][..]), ("", &["--strip"]), ("-flto", &["--strip"])] {
        let project = Project::new(&[("src/main.c", CLIENT)]);
        project.write(
            "warp.toml",
            format!(
                "[package]\ncflags = [\"-O2\", \"{flags}\"]\nldflags = [\"--sysroot={}\", \"{flags}\"]\n",
                stock.display()
            )
            .replace(", \"\"", ""),
        );
        let outcome = project.run(&[&["pack"], args].concat());
        outcome.expect_failure(&[
            "calls `getaddrinfo` but does not import `warpgrid:shim/dns`",
            "calls `connect` but does not import `warpgrid:shim/database-proxy` and `warpgrid:shim/sockets`",
            "stock libc",
        ]);
        assert!(
            !project
                .path()
                .join("target/warp")
                .read_dir()
                .unwrap()
                .any(|_| true)
        );
    }
}

/// Our own libc with nothing of libwarpgrid: what a wrong order comes to.
#[test]
fn libc_ahead_of_libwarpgrid_is_caught() {
    let toolchain = expect_toolchain();
    let project = Project::new(&[("main.c", CLIENT)]);
    let linker = format!(
        "-fuse-ld={}",
        warpgrid_libc::component_linker()
            .expect("Rust has one")
            .display()
    );
    let status = std::process::Command::new(&toolchain.tools.clang)
        .args(toolchain.clang_args())
        .arg(linker)
        .args(["main.c", "-o", "plain.wasm"])
        .current_dir(project.path())
        .status()
        .unwrap();
    assert!(status.success());
    project.run(&["run", "plain.wasm"]).expect_failure(&[
        "calls `getaddrinfo` but does not import `warpgrid:shim/dns`",
        "libwarpgrid was not linked ahead of libc",
        "`warp cc`",
    ]);
}

#[test]
fn compilers_messages_are_shown() {
    let project = Project::new(&[("src/main.c", "int main(void) { return nothing; }\n")]);
    expect_toolchain();
    project.run(&["pack"]).expect_failure(&[
        "src/main.c:1:25: error: use of undeclared identifier 'nothing'",
        "compiling src/main.c failed",
    ]);
    project.write(
        "src/main.c",
        "int missing(void); int main(void) { return missing(); }\n",
    );
    project
        .run(&["pack"])
        .expect_failure(&["undefined symbol: missing", "linking "]);
    assert!(
        !project
            .files()
            .iter()
            .any(|file| file.extension().is_some_and(|end| end == "wasm"))
    );
}

#[test]
fn sources_that_are_not_there_are_marked() {
    let project = Project::new(&[(
        "warp.toml",
        "[package]\nlang = \"c\"\nsources = [\"x/*.c\"]\n",
    )]);
    expect_toolchain();
    project
        .run(&["pack"])
        .expect_failure(&["no file matches `x/*.c`", "warp.toml:3:12"]);
    project.write("warp.toml", "[package]\nlang = \"c\"\n");
    project
        .run(&["pack"])
        .expect_failure(&["holds no C source"]);
    project
        .run(&["pack", "--package", "x"])
        .expect_failure(&["`--package` means nothing"]);
}

#[test]
fn without_a_compiler_it_is_named() {
    let project = Project::new(&[("main.c", HELLO)]);
    expect_toolchain();
    let outcome = project.outcome(project.warp().env("PATH", "").arg("pack"));
    outcome.expect_failure(&[
        "`clang-19` was not found on PATH",
        "apt-get install clang-19",
    ]);
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let project = Project::new(&[("main.c", HELLO), ("locked/keep", "")]);
    expect_toolchain();
    // A file in the directory's place stops every user, root as well.
    project
        .run(&["pack", "-o", "main.c/x.wasm"])
        .expect_failure(&["main.c"]);
    let locked = project.path().join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let outcome = project.run(&["pack", "-o", "locked/x.wasm"]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    if outcome.code == Some(1) {
        outcome.expect_failure(&["locked/x.wasm", "permission denied", "--output"]);
    }
}

/// wasm-opt on PATH must not be run on a component, whatever the flags.
#[test]
fn wasm_opt_is_kept_away() {
    let project = Project::new(&[("main.c", HELLO), ("bin/wasm-opt", "#!/bin/sh\nexit 3\n")]);
    expect_toolchain();
    let tool = project.path().join("bin/wasm-opt");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}/bin:{}",
        project.path().display(),
        std::env::var("PATH").unwrap()
    );
    for args in [&["pack"][..], &["cc", "-O2", "main.c", "-o", "x.wasm"]] {
        let outcome = project.outcome(project.warp().env("PATH", &path).args(args));
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    }
}

const MAKEFILE: &str = "\
CC = gcc
CFLAGS = -O2 -Wall -Werror
client: main.o lib.a
\t$(CC) $(CFLAGS) -o $@ main.o lib.a
lib.a: lib.o
\t$(AR) rc $@ lib.o
\t$(RANLIB) $@
";

#[test]
fn a_makefile_builds_with_the_patched_toolchain() {
    let project = Project::new(&[
        ("Makefile", MAKEFILE),
        ("main.c", CLIENT),
        ("lib.c", "int lib(void) { return 0; }\n"),
    ]);
    let packed = project.packed(&[]);
    assert_eq!(shims(&packed), ["database-proxy", "dns", "sockets"]);
    assert_eq!(
        component(&packed),
        project.path().join("target/warp/client.wasm")
    );
    // Up to date: make links nothing now.
    assert_eq!(project.packed(&[]), packed);
}

#[test]
fn a_makefile_that_leaves_the_sysroot_is_caught() {
    let stock = stock_sysroot();
    let makefile = format!(
        "client:\n\t$(CC) --sysroot={} -s -o $@ main.c\n",
        stock.display()
    );
    let project = Project::new(&[("Makefile", &makefile), ("main.c", CLIENT)]);
    project
        .run(&["pack"])
        .expect_failure(&["calls `connect` but does not import", "stock libc"]);
}

#[test]
fn a_makefile_with_several_programs_needs_a_choice() {
    let makefile = "all: one two\none two: main.c\n\t$(CC) -o $@ main.c\n";
    let project = Project::new(&[("Makefile", makefile), ("main.c", HELLO)]);
    expect_toolchain();
    project
        .run(&["pack"])
        .expect_failure(&["linked 2 programs", "one, two"]);
    assert_eq!(project.packed(&["--bin", "two"])["name"], "two");
    project.write("warp.toml", "[package]\nartifact = \"one\"\n");
    assert_eq!(project.packed(&[])["name"], "one");
    project.write("warp.toml", "[package]\nartifact = \"three\"\n");
    project
        .run(&["pack"])
        .expect_failure(&["no program `three`", "one, two"]);
    project.write("warp.toml", "[package]\ncflags = [\"-O2\"]\n");
    project
        .run(&["pack"])
        .expect_failure(&["`cflags`", "Makefile"]);
    project.write("warp.toml", "");
    project.write("Makefile", "all:\n\tfalse\n");
    project
        .run(&["pack"])
        .expect_failure(&["make ended with exit status 2"]);
}

#[test]
fn killed_half_way_leaves_no_component() {
    expect_toolchain();
    let makefile = "client: main.c\n\t$(CC) -o $@ main.c\n\ttouch reached\n\tsleep 600\n";
    let project = Project::new(&[("Makefile", makefile), ("main.c", HELLO)]);
    let mut warp = std::process::Command::new(env!("CARGO_BIN_EXE_warp"))
        .arg("pack")
        .current_dir(project.path())
        .process_group(0)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !project.path().join("reached").exists() {
        assert!(
            warp.try_wait().unwrap().is_none(),
            "warp ended before it was killed"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let group = format!("-{}", warp.id());
    let killed = std::process::Command::new("kill")
        .args(["-KILL", "--", &group])
        .status()
        .unwrap();
    assert!(killed.success());
    warp.wait().unwrap();
    let left = project.files();
    assert!(
        !left
            .iter()
            .any(|file| file.extension().is_some_and(|end| end == "wasm")),
        "{left:?}"
    );
}

#[test]
fn an_interrupted_build_cleans_up() {
    expect_toolchain();
    let project = Project::new(&[(
        "main.c",
        "#include \"endless.h\"\nint main(void) { return 0; }\n",
    )]);
    let header = project.path().join("endless.h");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&header)
            .status()
            .unwrap()
            .success()
    );
    let mut warp = std::process::Command::new(env!("CARGO_BIN_EXE_warp"))
        .arg("pack")
        .current_dir(project.path())
        .process_group(0)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Opens once clang reads the header, whose end never comes.
    let end = fs::OpenOptions::new().write(true).open(&header).unwrap();
    let group = format!("-{}", warp.id());
    let sent = std::process::Command::new("kill")
        .args(["-INT", "--", &group])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(warp.wait().unwrap().code(), Some(130));
    drop(end);
    let left: Vec<_> = fs::read_dir(project.path().join("target/warp"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
