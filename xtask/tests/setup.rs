//! `cargo xtask setup` with a stand-in for the long part: CMake and Ninja are
//! scripts, everything around them is real.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../crates/warpgrid-series/tests/fixture/mod.rs"]
mod fixture;
mod xtask;

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use fixture::{Fixture, script};
use xtask::Xtask;

/// A ninja that builds a sysroot of the real one's headers and one more.
fn ninja() -> String {
    let store = warpgrid_store::Store::open_default().unwrap();
    let sysroot = store.root(&warpgrid_libc::patched_sysroot_root("wasm32-wasip2"));
    let sysroot = sysroot.expect("a patched sysroot: run `cargo xtask setup`");
    format!(
        "[ \"$1\" = -C ] || exit 1\n\
         echo '[1/2] one'\n\
         mkdir -p \"$2/sysroot/lib\"\n\
         cp -r '{}' \"$2/sysroot/\"\n\
         echo '#define HEADER' > \"$2/sysroot/include/header.h\"\n\
         echo '[2/2] two'\n",
        sysroot.join("include").display()
    )
}

/// A checkout whose `libc-patches` is a made-up series.
fn checkout(ninja: &str) -> (Fixture, Xtask) {
    let fixture = Fixture::new();
    fs::rename(fixture.path("demo-patches"), fixture.path("libc-patches")).unwrap();
    script(
        &fixture.path("fake/cmake"),
        "if [ \"$1\" = --version ]; then echo 'cmake version 3.30.0'; exit 0; fi\n\
         for arg; do if [ \"$last\" = -B ]; then mkdir -p \"$arg\"; fi; last=$arg; done\n",
    );
    script(&fixture.path("fake/ninja"), ninja);
    // Without Go there is no TinyGo to build.
    script(&fixture.path("fake/go"), "exit 1\n");
    let path = format!(
        "{}:{}",
        fixture.path("fake").display(),
        std::env::var("PATH").unwrap()
    );
    let xtask = Xtask::new(&fixture).with("PATH", &path);
    (fixture, xtask)
}

fn entries(dir: &Path) -> usize {
    fs::read_dir(dir).map_or(0, Iterator::count)
}

#[test]
fn sysroots_are_built_once_and_named_in_the_store() {
    let (fixture, xtask) = checkout(&ninja());
    let ended = xtask.run(&["setup", "--json"]).succeeds();
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let sysroots = report["sysroots"].as_array().unwrap();
    assert_eq!(sysroots.len(), 4);
    // Without patches, patched is stock.
    let built: Vec<bool> = sysroots
        .iter()
        .map(|s| s["built"].as_bool().unwrap())
        .collect();
    assert_eq!(built, [true, true, false, false]);
    let store = fixture.place.store();
    for variant in ["stock", "patched"] {
        for target in ["wasm32-wasip1", "wasm32-wasip2"] {
            let root = match variant {
                "stock" => warpgrid_libc::stock_sysroot_root(target),
                _ => warpgrid_libc::patched_sysroot_root(target),
            };
            let sysroot = store.root(&root).unwrap();
            assert!(sysroot.join("include/header.h").is_file());
            let triple = target.replace("wasm32-", "wasm32-unknown-");
            let runtime = format!("clang-resource/lib/{triple}/libclang_rt.builtins.a");
            assert!(sysroot.join(runtime).is_file());
            assert!(sysroot.join("clang-resource/include/stddef.h").is_file());
        }
    }

    // Nothing is built, fetched or left behind a second time.
    script(&fixture.path("fake/ninja"), "exit 1\n");
    let ended = xtask.run(&["setup", "--json"]).succeeds();
    let again: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(again["upstream"]["from"], serde_json::Value::Null);
    assert!(
        again["sysroots"]
            .as_array()
            .unwrap()
            .iter()
            .all(|s| s["built"] == false)
    );
    assert_eq!(entries(&store.dir().join("tmp")), 0);
    assert_eq!(entries(&fixture.place.cache().join("logs")), 0);
}

#[test]
fn a_patch_changes_the_patched_sysroots_only() {
    let (fixture, xtask) = checkout(&ninja());
    xtask.run(&["setup"]).succeeds();
    xtask.run(&["patches", "import", "libc"]).succeeds();
    fixture.change("src/new.c", "int n;\n");
    let mut new = vec![
        "patches",
        "new",
        "libc",
        "--subject",
        "new",
        "--reason",
        "Why not.",
    ];
    new.extend(["--upstream-status", "Pending", "--test", "tests/none"]);
    xtask.run(&new).succeeds();
    let ended = xtask.run(&["setup", "--json"]).succeeds();
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let sysroots = report["sysroots"].as_array().unwrap();
    let built: Vec<bool> = sysroots
        .iter()
        .map(|s| s["built"].as_bool().unwrap())
        .collect();
    assert_eq!(built, [false, false, true, true]);
}

#[test]
fn a_failed_build_shows_the_compilers_errors_and_keeps_the_log() {
    let (fixture, xtask) = checkout(
        "echo '[1/9] good.c'\necho 'src/bad.c:3:9: error: use of undeclared identifier x'\nexit 1\n",
    );
    let ended = xtask
        .run(&["setup"])
        .fails("src/bad.c:3:9: error: use of undeclared identifier x");
    let log = fixture
        .place
        .cache()
        .join("logs/sysroot-stock-wasm32-wasip1.log");
    assert!(
        ended.err.contains(&log.display().to_string()),
        "{}",
        ended.err
    );
    assert!(fs::read_to_string(log).unwrap().contains("[1/9] good.c"));
    assert_eq!(entries(&fixture.place.store().dir().join("tmp")), 0);

    script(&fixture.path("fake/ninja"), &ninja());
    xtask.run(&["setup"]).succeeds();
}

#[test]
fn a_build_that_leaks_its_path_is_not_reproducible() {
    let (fixture, xtask) = checkout(&ninja());
    xtask
        .run(&["setup", "--rebuild"])
        .succeeds()
        .says("identical");
    script(
        &fixture.path("fake/ninja"),
        &format!("{}echo \"$2\" > \"$2/sysroot/lib/leaks-path.o\"\n", ninja()),
    );
    fs::remove_dir_all(fixture.place.store().dir()).unwrap();
    xtask
        .run(&["setup", "--rebuild"])
        .fails("not reproducible")
        .says("lib/leaks-path.o");
}

#[test]
fn ctrl_c_kills_the_build_cleans_up_and_ends_with_130() {
    let pids = "pids";
    let (fixture, xtask) = checkout(&format!(
        "sleep 1000 &\nchild=$!\necho \"$$ $child\" > \"$WARPGRID_CACHE_DIR/{pids}.new\"\n\
         mv \"$WARPGRID_CACHE_DIR/{pids}.new\" \"$WARPGRID_CACHE_DIR/{pids}\"\nwait\n"
    ));
    let mut command = xtask.command(&["setup"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pids = fixture.place.cache().join(pids);
    let started = Instant::now();
    while !pids.exists() {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "the build never began"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    for pid in fs::read_to_string(&pids).unwrap().split_whitespace() {
        assert!(is_gone(pid), "process {pid} of the build is still there");
    }
    assert_eq!(entries(&fixture.place.store().dir().join("tmp")), 0);

    script(&fixture.path("fake/ninja"), &ninja());
    let ended = xtask.run(&["setup"]).succeeds();
    assert!(
        ended.err.contains("in the cache"),
        "what was done is kept: {}",
        ended.err
    );
}

/// Gone, or a zombie whose parent has not asked for it.
fn is_gone(pid: &str) -> bool {
    let dead = || match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('Z')),
        Err(_) => true,
    };
    (0..500).any(|_| {
        dead() || {
            std::thread::sleep(Duration::from_millis(10));
            false
        }
    })
}

#[test]
fn missing_packages_are_listed_with_the_one_line_to_run() {
    let (fixture, xtask) = checkout(&ninja());
    // A machine with git, Rust and apt-get, and no compiler for C.
    let bin = fixture.path("bare");
    fs::create_dir_all(&bin).unwrap();
    for name in ["git", "rustc", "rustup", "python3", "sh"] {
        let here = xtask::program(name);
        std::os::unix::fs::symlink(here, bin.join(name)).unwrap();
    }
    script(
        &bin.join("apt-get"),
        &format!("echo \"$@\" >> '{}'\n", fixture.path("calls").display()),
    );
    script(&bin.join("sudo"), "exec \"$@\"\n");
    let bare = xtask.with("PATH", &bin.display().to_string());
    let ended = bare.run(&["setup"]).fails("system packages are missing");
    assert!(
        ended
            .err
            .contains("apt-get install -y --no-install-recommends"),
        "{}",
        ended.err
    );
    let missing = ended.err.lines().find(|l| l.contains("clang-19 ")).unwrap();
    assert!(
        missing.contains("compile C for WebAssembly"),
        "{}",
        ended.err
    );
    assert!(
        !fixture.path("calls").exists(),
        "nothing is installed unasked"
    );

    // Asked to, it calls apt-get; here that installs nothing, which is said.
    for ended in [
        bare.run(&["setup", "--yes"]),
        bare.with("CI", "true").run(&["setup"]),
    ] {
        ended.fails("was installed, but what it is needed for is still not found");
    }
    let calls = fs::read_to_string(fixture.path("calls")).unwrap();
    assert!(
        calls.contains("install -y --no-install-recommends clang-19"),
        "{calls}"
    );

    fs::remove_file(bin.join("apt-get")).unwrap();
    bare.run(&["setup", "--yes"])
        .fails("no apt-get")
        .says("install the equivalents of");
}

#[test]
fn a_cache_that_cannot_be_made_is_named() {
    let (fixture, xtask) = checkout(&ninja());
    fs::write(fixture.path("file"), "").unwrap();
    let cache = fixture.path("file/cache").display().to_string();
    let ended = xtask
        .with("WARPGRID_CACHE_DIR", &cache)
        .run(&["setup"])
        .fails(&cache);
    ended.says("set WARPGRID_CACHE_DIR");
}
