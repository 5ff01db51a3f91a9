//! What the store promises: atomic, verified, built once, bounded.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use warpgrid_store::{BuildError, Check, Key, Staging, Store, StoreError};

fn key(name: &str) -> Key {
    Key::new("test").field("name", name).finish()
}

fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join("store")).unwrap();
    (dir, store)
}

/// A tree with a nested file, an executable, a link and an empty directory.
fn tree(staging: &Staging) -> Result<(), Infallible> {
    let root = staging.content();
    fs::create_dir_all(root.join("a b/empty")).unwrap();
    fs::write(root.join("a b/small"), "small").unwrap();
    fs::write(root.join("tool"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(root.join("tool"), fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("a b/small", root.join("link")).unwrap();
    Ok(())
}

fn forbidden(_: &Staging) -> Result<(), Infallible> {
    panic!("the entry should have been there")
}

fn writable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
}

fn temporaries(store: &Store) -> usize {
    fs::read_dir(store.dir().join("tmp")).map_or(0, Iterator::count)
}

#[test]
fn an_entry_is_built_once_and_then_found() {
    let (_dir, store) = store();
    let first = store.get_or_build(&key("x"), tree).unwrap();
    assert!(first.built);
    assert_eq!(
        fs::read_to_string(first.path.join("link")).unwrap(),
        "small"
    );
    let second = store.get_or_build(&key("x"), forbidden).unwrap();
    assert!(!second.built);
    assert_eq!((second.path, second.digest), (first.path, first.digest));
    assert_eq!(temporaries(&store), 0);
}

#[test]
fn content_is_protected_from_edits_by_mistake() {
    let (_dir, store) = store();
    let path = store.get_or_build(&key("x"), tree).unwrap().path;
    let mode = |name: &str| fs::metadata(path.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("a b/small"), mode("tool")), (0o444, 0o555));
}

#[test]
fn a_failed_or_panicking_build_leaves_nothing() {
    let (_dir, store) = store();
    let failed = store.get_or_build(&key("x"), |staging| {
        fs::write(staging.content(), "half").unwrap();
        fs::write(staging.scratch().unwrap().join("object"), "x").unwrap();
        Err("no compiler")
    });
    assert!(matches!(failed, Err(BuildError::Build("no compiler"))));
    let panicked = std::panic::catch_unwind(|| {
        store.get_or_build(&key("x"), |staging| -> Result<(), Infallible> {
            fs::write(staging.content(), "half").unwrap();
            panic!("boom")
        })
    });
    assert!(panicked.is_err());
    assert_eq!(temporaries(&store), 0);
    assert_eq!(store.get(&key("x"), Check::Full).unwrap(), None);
    assert!(store.get_or_build(&key("x"), tree).unwrap().built);
}

#[test]
fn a_build_that_leaves_no_content_is_an_error() {
    let (_dir, store) = store();
    let empty = store.get_or_build(&key("x"), |_| Ok::<_, Infallible>(()));
    assert!(matches!(
        empty,
        Err(BuildError::Store(StoreError::NoContent { .. }))
    ));
}

#[test]
fn what_a_killed_builder_left_is_removed_by_the_next() {
    let (_dir, store) = store();
    let left = store.dir().join("tmp").join(format!("{}.abc", key("x")));
    let others = store.dir().join("tmp").join(format!("{}.abc", key("y")));
    for dir in [&left, &others] {
        fs::create_dir_all(dir.join("content")).unwrap();
    }
    assert_eq!(store.get(&key("x"), Check::Full).unwrap(), None);
    store.get_or_build(&key("x"), tree).unwrap();
    assert!(!left.exists());
    assert!(others.exists(), "another key's builder may be alive");
}

#[test]
fn every_kind_of_damage_is_found_and_repaired() {
    type Breaking = fn(&Path);
    let breakings: [(&str, Breaking); 9] = [
        ("other content", |root| {
            writable(&root.join("a b/small"));
            fs::write(root.join("a b/small"), "SMALL").unwrap();
        }),
        ("truncated", |root| {
            writable(&root.join("a b/small"));
            fs::write(root.join("a b/small"), "").unwrap();
        }),
        ("missing file", |root| {
            fs::remove_file(root.join("tool")).unwrap()
        }),
        ("missing directory", |root| {
            fs::remove_dir(root.join("a b/empty")).unwrap()
        }),
        ("added file", |root| {
            fs::write(root.join("extra"), "").unwrap()
        }),
        ("executable bit", |root| writable(&root.join("tool"))),
        ("link", |root| {
            fs::remove_file(root.join("link")).unwrap();
            std::os::unix::fs::symlink("tool", root.join("link")).unwrap();
        }),
        ("kind", |root| {
            fs::remove_file(root.join("tool")).unwrap();
            fs::create_dir(root.join("tool")).unwrap();
        }),
        ("manifest", |root| {
            let manifest = root.with_file_name("manifest");
            let text = fs::read_to_string(&manifest)
                .unwrap()
                .replace("small", "smell");
            fs::write(manifest, text).unwrap();
        }),
    ];
    for (what, break_it) in breakings {
        let (_dir, store) = store();
        let path = store.get_or_build(&key("x"), tree).unwrap().path;
        store.set_root("current", &key("x")).unwrap();
        break_it(&path);
        assert!(
            store.damage(&key("x"), Check::Quick).unwrap().is_some(),
            "{what}"
        );
        assert_eq!(store.root("current"), None, "{what}");
        assert!(store.get_or_build(&key("x"), tree).unwrap().built, "{what}");
        assert_eq!(
            store.damage(&key("x"), Check::Full).unwrap(),
            None,
            "{what}"
        );
        assert_eq!(store.root("current"), Some(path), "{what}");
    }
}

#[test]
fn a_large_blob_is_checked_by_size_and_time_and_on_demand_by_content() {
    let (_dir, store) = store();
    let bytes = vec![7_u8; 3 << 20];
    let path = store.put_blob(&key("big"), &bytes).unwrap();
    assert_eq!(store.blob_path(&key("big")), Some(path.clone()));
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    writable(&path);

    // A write through the file system changes the time: found at once.
    let mut changed = bytes.clone();
    changed[1 << 20] = 8;
    fs::write(&path, &changed).unwrap();
    fs::File::open(&path)
        .unwrap()
        .set_modified(written + Duration::from_secs(1))
        .unwrap();
    assert_eq!(store.blob_path(&key("big")), None);

    // The same damage behind the system's back takes a full check.
    fs::File::open(&path)
        .unwrap()
        .set_modified(written)
        .unwrap();
    assert!(store.damage(&key("big"), Check::Full).unwrap().is_some());

    // A truncated one is found in any case.
    fs::write(&path, &bytes[1..]).unwrap();
    fs::File::open(&path)
        .unwrap()
        .set_modified(written)
        .unwrap();
    assert_eq!(store.blob_path(&key("big")), None);

    assert_eq!(store.put_blob(&key("big"), &bytes).unwrap(), path);
    assert_eq!(fs::read(path).unwrap(), bytes);
}

#[test]
fn a_copy_with_new_times_is_still_whole() {
    let (_dir, store) = store();
    let path = store.put_blob(&key("big"), &vec![7_u8; 3 << 20]).unwrap();
    let now = std::time::SystemTime::now() + Duration::from_secs(5);
    fs::File::open(&path).unwrap().set_modified(now).unwrap();
    assert_eq!(store.blob_path(&key("big")), Some(path));
}

#[test]
fn threads_build_an_entry_once() {
    let (_dir, store) = store();
    let builds = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let built = store.get_or_build(&key("x"), |staging| {
                    builds.fetch_add(1, Ordering::SeqCst);
                    std::thread::yield_now();
                    tree(staging)
                });
                assert!(built.unwrap().path.join("tool").is_file());
            });
        }
    });
    assert_eq!(builds.load(Ordering::SeqCst), 1);
}

#[test]
fn processes_build_an_entry_once() {
    let (dir, store) = store();
    let children: Vec<_> = (0..4)
        .map(|_| {
            child("builds_for_another_process", store.dir())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let builds = fs::read_to_string(dir.path().join("builds")).unwrap();
    assert_eq!(builds.lines().count(), 1, "{builds}");
}

/// Runs only as a child process of the test above.
#[test]
#[ignore = "a part of another test"]
fn builds_for_another_process() {
    let Some(dir) = std::env::var_os("WARPGRID_TEST_STORE") else {
        return;
    };
    let store = Store::open(&dir).unwrap();
    let log = Path::new(&dir).with_file_name("builds");
    let built = store.get_or_build(&key("x"), |staging| {
        use std::io::Write;
        let mut log = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(&log)
            .unwrap();
        writeln!(log, "{}", std::process::id()).unwrap();
        tree(staging)
    });
    assert!(built.unwrap().path.join("tool").is_file());
}

/// This test program, to run one test in a process of its own.
fn child(test: &str, store: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--ignored"])
        .env("WARPGRID_TEST_STORE", store);
    command
}

#[test]
fn a_builder_killed_half_way_holds_nobody_up() {
    let (_dir, store) = store();
    let mut killed = child("builds_until_killed", store.dir()).spawn().unwrap();
    let mark = store.dir().with_file_name("building");
    while !mark.exists() {
        assert!(
            killed.try_wait().unwrap().is_none(),
            "it ended before it built"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(temporaries(&store), 1);
    assert!(store.get_or_build(&key("x"), tree).unwrap().built);
    assert_eq!(temporaries(&store), 0);
}

/// Runs only as a child process of the test above.
#[test]
#[ignore = "a part of another test"]
fn builds_until_killed() {
    let Some(dir) = std::env::var_os("WARPGRID_TEST_STORE") else {
        return;
    };
    let store = Store::open(&dir).unwrap();
    let _ = store.get_or_build(&key("x"), |staging| -> Result<(), Infallible> {
        fs::write(staging.content(), "half").unwrap();
        fs::write(Path::new(&dir).with_file_name("building"), "").unwrap();
        loop {
            std::thread::park();
        }
    });
}

#[test]
fn roots_name_entries_and_refuse_other_names() {
    let (_dir, store) = store();
    let name = "sysroot/patched/wasm32-wasip2";
    assert_eq!(store.root(name), None);
    assert!(matches!(
        store.set_root(name, &key("x")),
        Err(StoreError::NoEntry { .. })
    ));
    let path = store.get_or_build(&key("x"), tree).unwrap().path;
    store.set_root(name, &key("x")).unwrap();
    assert_eq!(store.root(name), Some(path));
    assert_eq!(
        store.root("sysroot/patched"),
        None,
        "a directory is no root"
    );
    assert_eq!(store.roots().unwrap(), [(name.to_owned(), key("x"))]);
    for bad in ["", "/etc", "../x", "a//b", "a/./b", ".tmp", "a b", "a/"] {
        assert!(
            matches!(
                store.set_root(bad, &key("x")),
                Err(StoreError::RootName { .. })
            ),
            "{bad}"
        );
    }
    store.remove_root(name).unwrap();
    assert_eq!(store.root(name), None);
}

#[test]
fn gc_removes_what_no_root_names_and_nobody_used_lately() {
    let (_dir, store) = store();
    for name in ["named", "old"] {
        store.get_or_build(&key(name), tree).unwrap();
    }
    store.set_root("keep/this", &key("named")).unwrap();
    fs::create_dir_all(store.dir().join("tmp/left-over")).unwrap();

    let kept = store.gc(Duration::from_secs(3600)).unwrap();
    assert_eq!(kept.entries, [], "used within the hour");
    assert_eq!(temporaries(&store), 0);

    assert_eq!(store.size().unwrap(), (2, 30));
    let collected = store.gc(Duration::ZERO).unwrap();
    assert_eq!(collected.entries, [key("old")]);
    assert_eq!(collected.bytes, 15, "the bytes of both files");
    assert_eq!(store.keys().unwrap(), [key("named")]);
    assert_eq!(store.size().unwrap(), (1, 15));
    assert!(store.root("keep/this").is_some());
    assert!(store.get_or_build(&key("old"), tree).unwrap().built);
}

#[test]
fn a_directory_that_cannot_be_written_is_named_with_the_remedy() {
    let (dir, store) = store();
    let path = store.get_or_build(&key("x"), tree).unwrap().path;
    // Root may write anywhere, so the test runs itself as somebody else.
    for item in [dir.path(), store.dir()] {
        fs::set_permissions(item, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = dir.path().join("test-program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut command = Command::new(&program);
    command.args([
        "meets_a_read_only_store",
        "--exact",
        "--ignored",
        "--nocapture",
    ]);
    command
        .env("WARPGRID_TEST_STORE", store.dir())
        .current_dir(dir.path());
    if rustix::process::geteuid().is_root() {
        command.uid(65534).gid(65534);
    } else {
        for item in walk(store.dir()) {
            fs::set_permissions(item, fs::Permissions::from_mode(0o555)).unwrap();
        }
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    if !rustix::process::geteuid().is_root() {
        for item in walk(store.dir()) {
            fs::set_permissions(item, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(path.exists());
    assert!(
        said.contains("Permission denied\n  help: make that path writable"),
        "{said}"
    );
    assert!(said.contains(&store.dir().display().to_string()), "{said}");
}

fn walk(dir: &Path) -> Vec<PathBuf> {
    let items = walkdir::WalkDir::new(dir).into_iter().flatten();
    items
        .filter(|i| i.file_type().is_dir())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Runs only as a child process of the test above.
#[test]
#[ignore = "a part of another test"]
fn meets_a_read_only_store() {
    let Some(dir) = std::env::var_os("WARPGRID_TEST_STORE") else {
        return;
    };
    let store = Store::open(dir).unwrap();
    match store.put_blob(&key("new"), b"x") {
        Err(e) => println!("{e}"),
        Ok(_) => panic!("a read-only store took an entry"),
    }
}
