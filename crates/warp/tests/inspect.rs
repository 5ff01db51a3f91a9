//! `warp inspect`: what it says of components, and of what is none.

#![allow(clippy::unwrap_used, reason = "all of this is tests, helpers too")]

mod support;

use support::{HELLO, Project, component};

/// Two modules, two shims and an import that no host has.
const SERVICE: &str = r#"(component
    (import "example:other/thing@1.2.3" (instance))
    (import "warpgrid:shim/database-proxy@0.1.0" (instance))
    (import "warpgrid:shim/dns@0.1.0" (instance))
    (import "wasi:cli/stdin@0.2.6" (instance))
    (core module $main
        (memory 1) (data (i32.const 0) "0123456789")
        (func $main (result i32) i32.const 1)
        (@producers (language "C11" "") (processed-by "clang" "19.1.7"))
        (@custom ".debug_info" "a") (@custom ".debug_line" "b"))
    (core module $adapter (func))
    (instance $i)
    (export "wasi:http/incoming-handler@0.2.6" (instance $i)))"#;

fn project() -> Project {
    let project = Project::new(&[("text.wasm", "hello"), ("empty.wasm", "")]);
    let service = wat::parse_str(SERVICE).unwrap();
    project.write("service.wasm", &service);
    project.write("cut.wasm", &service[..service.len() - 1]);
    project.write("module.wasm", wat::parse_str("(module)").unwrap());
    project
}

#[test]
fn json_has_what_is_promised_and_adds_up() {
    let project = project();
    let outcome = project.run(&["inspect", "service.wasm", "--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    let found: serde_json::Value = serde_json::from_str(&outcome.stdout).expect(&outcome.account);
    assert_eq!(found["world"], "wasi:http/proxy");
    assert_eq!(
        found["imports"],
        serde_json::json!([
            "example:other/thing@1.2.3",
            "warpgrid:shim/database-proxy@0.1.0",
            "warpgrid:shim/dns@0.1.0",
            "wasi:cli/stdin@0.2.6"
        ])
    );
    assert_eq!(
        found["exports"],
        serde_json::json!(["wasi:http/incoming-handler@0.2.6"])
    );
    assert_eq!(found["shims"], serde_json::json!(["database-proxy", "dns"]));
    assert_eq!(found["toolchain"], "clang 19.1.7");
    assert_eq!(found["languages"][0]["name"], "C11");
    let bytes = std::fs::metadata(project.path().join("service.wasm"))
        .unwrap()
        .len();
    assert_eq!(found["bytes"], bytes);
    let sizes = &found["sizes"];
    let custom = sizes["custom"].as_object().unwrap().values();
    let parts = [&sizes["code"], &sizes["data"], &sizes["other"]]
        .into_iter()
        .chain(custom);
    assert_eq!(
        parts.map(|part| part.as_u64().unwrap()).sum::<u64>(),
        bytes,
        "{sizes}"
    );
    assert_eq!(found["modules"].as_array().unwrap().len(), 2);
    let warnings = found["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0]["what"]
            .as_str()
            .unwrap()
            .contains("example:other/thing@1.2.3")
    );
}

#[test]
fn people_read_the_same() {
    let outcome = project().run(&["inspect", "service.wasm"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    for line in [
        &["world", "wasi:http/proxy"][..],
        &["language", "C11"],
        &["toolchain", "clang 19.1.7"],
        &[
            "import",
            "warpgrid:shim/dns@0.1.0",
            "names that the host resolves",
        ],
        &["export", "wasi:http/incoming-handler@0.2.6"],
        &["debug information", "2"],
        &["whole file"],
        &["adapter"],
    ] {
        let found = outcome
            .stdout
            .lines()
            .any(|text| line.iter().all(|word| text.contains(word)));
        assert!(found, "no line with {line:?} in\n{}", outcome.account);
    }
    for words in [
        "warning: service.wasm imports `example:other/thing@1.2.3`",
        "help: ",
    ] {
        assert!(outcome.stderr.contains(words), "{}", outcome.account);
    }
}

#[test]
fn what_is_no_component_is_named() {
    let project = project();
    for (file, words) in [
        ("text.wasm", &["text.wasm is a text file"][..]),
        ("empty.wasm", &["empty.wasm is empty"]),
        ("cut.wasm", &["cut.wasm is cut off"]),
        (
            "module.wasm",
            &["module.wasm is a core WebAssembly module", "`warp pack`"],
        ),
        ("none.wasm", &["cannot read none.wasm: no such file"]),
    ] {
        project.run(&["inspect", file]).expect_failure(words);
        project
            .run(&["inspect", "--json", file])
            .expect_failure(words);
    }
}

#[test]
fn a_packed_program_says_what_made_it() {
    let project = Project::new(&[("main.c", HELLO)]);
    let packed = project.packed(&[]);
    let path = component(&packed).display().to_string();
    let outcome = project.run(&["inspect", &path, "--json"]);
    let found: serde_json::Value = serde_json::from_str(&outcome.stdout).expect(&outcome.account);
    let toolchain = found["toolchain"].as_str().unwrap();
    for part in ["clang", "warp 0."] {
        assert!(toolchain.contains(part), "no `{part}` in {toolchain}");
    }
    assert_eq!(found["warnings"], serde_json::json!([]));
    for key in ["world", "imports", "exports", "shims", "bytes", "toolchain"] {
        assert_eq!(found[key], packed[key], "{key}");
    }
}
