//! Upstreams that come from a package registry.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
#[path = "fixture/rebasing.rs"]
mod rebasing;

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fixture::{Fixture, MAIN, script, write};
use rebasing::{begin, begin_from, done, try_all};
use sha2::{Digest, Sha512};
use warpgrid_series::SeriesError;
use warpgrid_series::rebase::RebaseStatus;

const VERSIONS: [&str; 3] = ["v1.0.0", "v1.1.0", "v1.2.0"];
/// How `go.sum` names what a version holds.
fn sum(version: &str) -> String {
    format!(
        "h1:{}",
        version.repeat(8)[..44].to_owned().replace('.', "+")
    )
}

/// Three versions: the second has a line above what is patched, the third has
/// the patch.
fn create_versions(fixture: &Fixture) {
    let changed = MAIN.replace("return 2;", "return 22;");
    let contents = [MAIN.to_owned(), format!("// New.\n{MAIN}"), changed];
    for (version, content) in VERSIONS.iter().zip(contents) {
        let dir = fixture.path("versions").join(version);
        write(&dir.join("sub/src/main.c"), content);
        write(&dir.join("other.txt"), "not of the part that is patched\n");
    }
}

/// The git hash of a version's tree.
fn tree(fixture: &Fixture, version: &str, part: &str) -> String {
    let dir = fixture.path("versions").join(version).join(part);
    fixture.git(&dir, &["init", "--quiet"]);
    fixture.git(&dir, &["add", "--all"]);
    let tree = fixture.git(&dir, &["write-tree"]);
    fs::remove_dir_all(dir.join(".git")).unwrap();
    tree
}

/// A series with one patch on the first version.
fn patched(fixture: &Fixture, source: &str, tree: &str, file: &str) {
    fixture.write_series(&[source.to_owned()]);
    let pin = format!(
        "name = \"demo\"\nversion = \"{}\"\ntree = \"{tree}\"\n",
        VERSIONS[0]
    );
    write(&fixture.path("demo-patches/UPSTREAM_REF"), pin);
    fixture.import().unwrap();
    fixture.change(file, MAIN.replace("return 2;", "return 22;"));
    fixture.new_patch("two: is more").unwrap();
}

fn with_module() -> Fixture {
    let fixture = Fixture::new();
    create_versions(&fixture);
    let versions = fixture.path("versions");
    let sums: String = VERSIONS
        .iter()
        .map(|version| format!("{version}) sum='{}' ;;\n", sum(version)))
        .collect();
    script(
        &fixture.path("bin/go"),
        &format!(
            "case \"$1 $2\" in\n\
             'mod download') version=\"${{4##*@}}\"\ncase \"$version\" in\n{sums}\
             *) echo '{{\"Error\": \"it has an unknown revision\"}}'; exit 1 ;;\nesac\n\
             echo \"{{\\\"Dir\\\": \\\"{}/$version\\\", \\\"Sum\\\": \\\"$sum\\\"}}\" ;;\n\
             'list -m') echo '{{\"Versions\": [\"v0.9.0\", \"v1.0.0\", \"v1.1.0\", \"v1.2.0\"]}}' ;;\nesac\n",
            versions.display()
        ),
    );
    let source = format!(
        "# Where it is.\n\n[[go]]\nmodule = \"example.com/a/demo\"\nversion = \"v1.0.0\"\n\
         directory = \"sub\"\nsum = \"{}\"\n",
        sum("v1.0.0")
    );
    patched(
        &fixture,
        &source,
        &tree(&fixture, "v1.0.0", "sub"),
        "src/main.c",
    );
    fixture
}

fn sources(fixture: &Fixture) -> String {
    fs::read_to_string(fixture.path("demo-patches/sources.toml")).unwrap()
}

#[test]
fn a_series_follows_a_go_module() {
    let fixture = with_module();
    let before = sources(&fixture);
    let (report, dropped) = done(begin(&fixture, "v1.1.0"));
    assert_eq!(
        (report.from.as_str(), report.to.as_str()),
        ("v1.0.0", "v1.1.0")
    );
    assert_eq!(report.patches[0].status, RebaseStatus::Applied);
    assert!(dropped.is_empty(), "{dropped:?}");
    let expected = before
        .replace("v1.0.0", "v1.1.0")
        .replace(&sum("v1.0.0"), &sum("v1.1.0"));
    assert_eq!(sources(&fixture), expected);
    let upstream = fixture.series().upstream;
    assert_eq!(upstream.version, "v1.1.0");
    assert_eq!(upstream.tree, tree(&fixture, "v1.1.0", "sub"));
    // As whoever clones it next has it.
    let fixture = fixture.with_empty_cache();
    fixture.import().unwrap();
    fixture.apply().unwrap();
    let text = fs::read_to_string(fixture.work().join("src/main.c")).unwrap();
    assert!(
        text.starts_with("// New.") && text.contains("return 22;"),
        "{text}"
    );
    assert!(!fixture.work().join("other.txt").exists());
}

#[test]
fn versions_of_a_go_module_are_tried() {
    let fixture = with_module();
    let survey = try_all(&fixture, &[]).unwrap();
    let statuses: Vec<_> = survey
        .rows
        .iter()
        .map(|row| (row.to.as_str(), row.patches[0].status))
        .collect();
    let expected = [
        ("v1.1.0", RebaseStatus::Applied),
        ("v1.2.0", RebaseStatus::Upstream),
    ];
    assert_eq!(statuses, expected);
}

#[test]
fn what_a_registry_does_not_have_is_said_and_changes_nothing() {
    let fixture = with_module();
    let before = sources(&fixture);
    let error = begin(&fixture, "v9.0.0").unwrap_err().to_string();
    assert!(
        error.contains("unknown revision") && error.contains("help:"),
        "{error}"
    );
    let error = begin(&fixture, "-v").unwrap_err();
    assert!(
        matches!(error, SeriesError::UnknownVersion { .. }),
        "{error}"
    );
    // A commit is no version of a registry's.
    let upstream = fixture.path("upstream").display().to_string();
    let error = begin_from(&fixture, "main", Some(&upstream)).unwrap_err();
    assert!(matches!(error, SeriesError::NoVersions { .. }), "{error}");
    assert_eq!(sources(&fixture), before);
    begin(&fixture, "v1.1.0").unwrap();
}

#[test]
fn a_go_module_with_another_hash_is_refused() {
    let fixture = with_module().with_empty_cache();
    let changed = sources(&fixture).replace(&sum("v1.0.0"), &sum("v1.2.0"));
    write(&fixture.path("demo-patches/sources.toml"), changed);
    let error = fixture.import().unwrap_err();
    assert!(matches!(error, SeriesError::Checksum { .. }), "{error}");
    for text in [
        sum("v1.0.0"),
        sum("v1.2.0"),
        "example.com/a/demo@v1.0.0".to_owned(),
    ] {
        assert!(error.to_string().contains(&text), "{error}");
    }
}

fn archive(fixture: &Fixture, version: &str) -> (String, String) {
    let archive = fixture.path(&format!("scope-demo-{version}.tgz"));
    let packed = Command::new("tar")
        .args(["--transform", "s,^\\.,package,", "-czf"])
        .arg(&archive)
        .args(["-C"])
        .arg(fixture.path("versions").join(version))
        .arg(".")
        .status()
        .unwrap();
    assert!(packed.success());
    let hash = STANDARD.encode(Sha512::digest(fs::read(&archive).unwrap()));
    (archive.display().to_string(), format!("sha512-{hash}"))
}

#[test]
fn a_series_follows_an_npm_package() {
    let fixture = Fixture::new();
    create_versions(&fixture);
    let archives = VERSIONS.map(|version| archive(&fixture, version));
    let cases: String = VERSIONS
        .iter()
        .zip(&archives)
        .map(|(version, (path, integrity))| {
            format!("@scope/demo@{version}) cp '{path}' . ; integrity='{integrity}' ;;\n")
        })
        .collect();
    script(
        &fixture.path("bin/npm"),
        &format!(
            "case \"$1\" in\n\
             pack) for last in \"$@\"; do :; done\ncase \"$last\" in\n{cases}\
             *) echo 'npm error code ETARGET' >&2; exit 1 ;;\nesac\n\
             echo \"[{{\\\"filename\\\": \\\"$(ls *.tgz)\\\", \\\"integrity\\\": \\\"$integrity\\\"}}]\" ;;\n\
             view) echo '[\"v1.0.0\", \"v1.1.0\", \"v1.2.0\"]' ;;\nesac\n"
        ),
    );
    let source = format!(
        "[[npm]]\nname = \"@scope/demo\"\nversion = \"v1.0.0\"\nintegrity = \"{}\"\n",
        archives[0].1
    );
    patched(
        &fixture,
        &source,
        &tree(&fixture, "v1.0.0", ""),
        "sub/src/main.c",
    );
    assert_eq!(try_all(&fixture, &[]).unwrap().rows.len(), 2);
    let (report, _) = done(begin(&fixture, "v1.1.0"));
    assert_eq!(report.patches[0].status, RebaseStatus::Applied);
    let expected = source
        .replace("v1.0.0", "v1.1.0")
        .replace(&archives[0].1, &archives[1].1);
    assert_eq!(sources(&fixture), expected);
    let fixture = fixture.with_empty_cache();
    fixture.import().unwrap();
    assert!(Path::new(&fixture.work().join("other.txt")).exists());
    let error = begin(&fixture, "v9").unwrap_err().to_string();
    assert!(error.contains("ETARGET"), "{error}");
}
