//! What needs no toolchain: usage, `warp.toml`, files that are no components.

mod support;

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use support::{HELLO, Project};
use walkdir::{DirEntry, WalkDir};
use warpgrid_store::{Key, Store};

#[test]
fn wrong_usage_ends_with_2() {
    let project = Project::new(&[]);
    for args in [
        &["pack", "--bogus"][..],
        &["bogus"],
        &[],
        &["run"],
        &["pack", "--bin", "a", "--lib"],
    ] {
        let outcome = project.run(args);
        assert_eq!(outcome.code, Some(2), "{}", outcome.account);
    }
}

#[test]
fn completions_know_the_verbs() {
    let project = Project::new(&[]);
    for shell in ["bash", "zsh", "fish"] {
        let outcome = project.run(&["completions", shell]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        assert!(outcome.stdout.contains("pack"), "{}", outcome.account);
    }
}

#[test]
fn whoever_reads_no_more_is_no_error_and_a_full_disk_is_one() {
    let completions = |output: Stdio| {
        let mut warp = Command::new(env!("CARGO_BIN_EXE_warp"));
        warp.args(["completions", "bash"]).stdout(output);
        let child = warp.stderr(Stdio::piped()).spawn().unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        (ended.status.code(), said)
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(completions(writer.into()), (Some(0), String::new()));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (code, said) = completions(full.into());
    assert_eq!(code, Some(1), "{said}");
    for words in ["cannot write to standard output: No space left", "help: "] {
        assert!(said.contains(words), "{said}");
    }
}

/// What is neither installed nor built.
fn is_source(entry: &DirEntry) -> bool {
    !["node_modules", "target"]
        .iter()
        .any(|name| entry.file_name() == *name)
}

/// `BLESS=1` writes it.
#[test]
fn the_published_schema_is_printed_and_fits_every_warp_toml() {
    let outcome = Project::new(&[]).run(&["schema"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let published = root.join("docs/warp.schema.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&published, &outcome.stdout).unwrap();
    }
    let text = std::fs::read_to_string(&published).unwrap();
    assert!(
        text == outcome.stdout,
        "{} is not what `warp schema` prints",
        published.display()
    );

    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let read = |text: &str| -> serde_json::Value { toml_edit::de::from_str(text).unwrap() };
    let files = ["crates", "packages", "test-apps", "xtask"]
        .iter()
        .flat_map(|folder| {
            WalkDir::new(root.join(folder))
                .into_iter()
                .filter_entry(is_source)
        })
        .map(Result::unwrap)
        .filter(|entry| entry.file_name() == "warp.toml");
    let mut count = 0;
    for file in files {
        let path = file.path();
        let found = read(&std::fs::read_to_string(path).unwrap());
        let wrong: Vec<_> = schema
            .iter_errors(&found)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
        count += 1;
    }
    assert!(count > 10, "{count}");
    for wrong in [
        "[package]\nsuorces = []\n",
        "[limits]\nmemory = true\n",
        "[[database]]\nprotocol = \"oracle\"\nhost = \"a\"\nport = 1\n",
        "[nothing]\n",
    ] {
        assert!(!schema.is_valid(&read(wrong)), "{wrong}");
    }
}

#[test]
fn the_cache_says_its_size_and_loses_what_is_not_used() {
    let project = Project::new(&[]);
    let cache = |arguments: &[&str]| {
        let mut warp = project.warp();
        let cache = project.path().join("cache");
        warp.args(["cache", "--json"]).args(arguments);
        let outcome = project.outcome(warp.env("WARPGRID_CACHE_DIR", cache));
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        serde_json::from_str::<serde_json::Value>(&outcome.stdout).unwrap()
    };
    assert_eq!(cache(&[])["entries"], 0);
    let store = Store::open(project.path().join("cache/store")).unwrap();
    let entry = |name: &str| {
        let built = store.get_or_build(&Key::new(name).finish(), |staging| {
            std::fs::write(staging.content(), "content")
        });
        built.unwrap().path.parent().unwrap().to_owned()
    };
    let (old, _young) = (entry("old"), entry("young"));
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    File::open(old).unwrap().set_modified(hour_ago).unwrap();
    assert_eq!(cache(&[])["bytes"], 14);
    // What is younger than ten minutes stays, whatever is asked for.
    let pruned = cache(&["--prune", "1s"]);
    assert_eq!(
        pruned["removed"],
        serde_json::json!({ "entries": 1, "bytes": 7 })
    );
    assert_eq!(pruned["entries"], 1);
}

#[test]
fn a_directory_without_a_project_asks_for_warp_toml() {
    let project = Project::new(&[("README", "")]);
    project
        .run(&["pack"])
        .expect_failure(&["no warp.toml", "lang = "]);
    project
        .run(&["pack", "nowhere"])
        .expect_failure(&["cannot read nowhere"]);
    project
        .run(&["pack", "README"])
        .expect_failure(&["README is not a directory"]);
    project
        .run(&["pack", "--lang", "cobol"])
        .expect_failure(&["`cobol`", "languages: rust, go, bun, ts, c"]);
}

#[test]
fn warp_toml_is_checked_with_the_place() {
    let project = Project::new(&[("src/main.c", HELLO)]);
    for (text, words) in [
        (
            "[package]\nsuorces = []\n",
            &[
                "unknown key `suorces`",
                "warp.toml:2:1",
                "did you mean `sources`?",
            ][..],
        ),
        (
            "[pakage]\n",
            &[
                "unknown section `pakage`",
                "warp.toml:1:2",
                "did you mean `package`?",
            ],
        ),
        (
            "[package]\ncflags = 3\n",
            &[
                "invalid type: integer `3`",
                "warp.toml:2:10",
                "write it as: cflags = ",
            ],
        ),
        (
            "[package]\nname = \"../x\"\n",
            &["`../x` cannot be", "warp.toml:2:8"],
        ),
        (
            "[package]\nlang = \"cobol\"\n",
            &[
                "`cobol`",
                "warp.toml:2:8",
                "languages: rust, go, bun, ts, c",
            ],
        ),
        ("[package\n", &["warp.toml:1:"]),
    ] {
        project.write("warp.toml", text);
        project.run(&["pack"]).expect_failure(words);
    }
}

#[test]
fn without_a_toolchain_setup_is_named() {
    let project = Project::new(&[("main.c", HELLO)]);
    let cache = tempfile::tempdir().unwrap();
    for args in [&["pack"][..], &["cc", "-c", "main.c"]] {
        let outcome = project.outcome(
            project
                .warp()
                .env("WARPGRID_CACHE_DIR", cache.path())
                .args(args),
        );
        outcome.expect_failure(&["not built", "run `cargo xtask setup`"]);
    }
}

#[test]
fn what_is_no_component_is_not_run() {
    let project = Project::new(&[("text.wasm", "hello"), ("empty.wasm", "")]);
    let component =
        wat::parse_str(r#"(component (core module $m (func)) (core instance (instantiate $m)))"#)
            .unwrap();
    project.write("cut.wasm", &component[..component.len() - 1]);
    project.write("module.wasm", wat::parse_str("(module)").unwrap());
    let preview1 = r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))))"#;
    project.write("preview1.wasm", wat::parse_str(preview1).unwrap());
    for (file, words) in [
        ("text.wasm", &["text.wasm is a text file"][..]),
        ("empty.wasm", &["empty.wasm is empty"]),
        ("cut.wasm", &["cut.wasm is cut off"]),
        (
            "module.wasm",
            &["module.wasm is a core WebAssembly module", "`warp pack`"],
        ),
        (
            "preview1.wasm",
            &["a core WebAssembly module", "wasm32-wasip1"],
        ),
        ("none.wasm", &["cannot read none.wasm: no such file"]),
    ] {
        project.run(&["run", file]).expect_failure(words);
    }
}

#[test]
fn unknown_imports_are_named() {
    let project = Project::new(&[]);
    for (import, words) in [
        (
            "foo",
            &["imports `foo`, which the host does not provide"][..],
        ),
        ("wasi:nn/graph@0.2.0", &["wasi:nn/graph@0.2.0"]),
        (
            "warpgrid:shim/dns@0.9.0",
            &["warpgrid:shim/dns@0.9.0", "warpgrid:shim@0.1.0"],
        ),
    ] {
        let text = format!(r#"(component (import "{import}" (instance)))"#);
        project.write("x.wasm", wat::parse_str(text).unwrap());
        project.run(&["run", "x.wasm"]).expect_failure(words);
    }
}
