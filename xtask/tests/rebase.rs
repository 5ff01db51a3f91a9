//! `cargo xtask rebase` as a user meets it: output, errors, exit codes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../crates/warpgrid-series/tests/fixture/mod.rs"]
mod fixture;
mod xtask;

use std::path::Path;

use fixture::{Fixture, MAIN, script, write};
use xtask::Xtask;

/// A checkout with the series `demo` of one patch, and two upstream releases:
/// the second one conflicts with it.
fn checkout() -> (Fixture, Xtask) {
    let fixture = Fixture::new();
    let xtask = Xtask::new(&fixture);
    xtask.run(&["patches", "import", "demo"]).succeeds();
    fixture.change("src/main.c", MAIN.replace("return 1;", "return 11;"));
    fixture.new_patch("one is eleven").unwrap();
    let upstream = fixture.path("upstream");
    release(&fixture, &upstream, "v2", "return 2;", "return 22;");
    release(&fixture, &upstream, "v3", "return 1;", "return 100;");
    (fixture, xtask)
}

fn release(fixture: &Fixture, upstream: &Path, tag: &str, from: &str, to: &str) {
    write(&upstream.join("src/main.c"), MAIN.replace(from, to));
    let message = format!("upstream's {tag}");
    fixture.git(upstream, &["commit", "--quiet", "--all", "-m", &message]);
    fixture.git(upstream, &["tag", tag]);
}

#[test]
fn wrong_usage_ends_with_2() {
    let fixture = Fixture::new();
    let xtask = Xtask::new(&fixture);
    for args in [
        &["rebase"][..],
        &["rebase", "demo"],
        &["rebase", "demo", "--to", "a", "--to", "b"],
        &["rebase", "demo", "--to", "a", "--continue"],
        &["rebase", "demo", "--continue", "--abort"],
    ] {
        assert_eq!(xtask.run(args).code, 2, "{args:?}");
    }
    xtask
        .run(&["rebase", "--help"])
        .succeeds()
        .says("Examples:");
}

#[test]
fn a_conflict_is_told_mended_and_ends_with_what_comes_next() {
    let (fixture, xtask) = checkout();
    xtask
        .run(&["rebase", "demo", "--to", "v3"])
        .fails("help: mend it in")
        .says("conflict  0001-one-is-eleven.patch")
        .says("src/main.c @@ -1,6 +1,6 @@")
        .says("+    return 100;")
        .says("upstream's v3");
    xtask
        .run(&["rebase", "demo", "--to", "v2"])
        .fails("a rebase to v3 is under way")
        .says("`cargo xtask rebase demo --continue`");
    xtask
        .run(&["patches", "status", "demo"])
        .succeeds()
        .says("a rebase to v3 is under way");
    xtask
        .run(&["rebase", "demo", "--continue"])
        .fails("conflicts are left in src/main.c");
    fixture.change("src/main.c", MAIN.replace("return 1;", "return 111;"));
    xtask
        .run(&["rebase", "demo", "--continue"])
        .succeeds()
        .says("fuzz      0001-one-is-eleven.patch (resolved as in resolutions/")
        .says("next: cargo xtask setup")
        .says("sources.toml no longer has");
    xtask
        .run(&["patches", "export", "demo", "--check"])
        .succeeds();
}

#[test]
fn json_is_one_object_also_when_it_stops() {
    let (_fixture, xtask) = checkout();
    let ended = xtask
        .run(&["rebase", "demo", "--to", "v3", "--json"])
        .fails("0001-one-is-eleven.patch");
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(
        (&report["upstream"], &report["from"]),
        (&"demo".into(), &"1.0".into())
    );
    assert_eq!(report["to"], "v3");
    let patch = &report["patches"][0];
    assert_eq!(patch["file"], "0001-one-is-eleven.patch");
    assert_eq!(patch["status"], "conflict");
    assert_eq!(patch["conflicts"][0]["path"], "src/main.c");
    assert_eq!(patch["conflicts"][0]["hunk"], "@@ -1,6 +1,6 @@");
    let culprit = patch["conflicts"][0]["culprit"].as_str().unwrap();
    assert!(culprit.ends_with(" upstream's v3"), "{culprit}");
    xtask
        .run(&["rebase", "demo", "--abort"])
        .succeeds()
        .says("the rebase is undone");
    xtask
        .run(&["rebase", "demo", "--abort"])
        .fails("no rebase is under way");
}

#[test]
fn a_survey_is_a_table_or_one_object() {
    let (_fixture, xtask) = checkout();
    let ended = xtask.run(&["rebase", "demo", "--survey"]).succeeds();
    let mut lines = ended.out.lines().skip(1);
    assert!(lines.next().unwrap().contains("clean"), "{}", ended.out);
    let conflict = lines.next().unwrap();
    assert!(
        conflict.contains("v3") && conflict.contains("conflicts in src/main.c since"),
        "{conflict}"
    );
    let ended = xtask
        .run(&["rebase", "demo", "--survey", "--to", "v2", "--json"])
        .succeeds();
    let survey: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(survey["rows"][0]["to"], "v2");
    assert_eq!(survey["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn a_rebase_killed_for_real_goes_on() {
    let (fixture, xtask) = checkout();
    let killing = fixture.path("killing/git");
    script(
        &killing,
        &format!(
            "case \" $* \" in *' merge-tree '*) kill -9 $PPID; exit 1 ;; esac\nexec '{}' \"$@\"\n",
            xtask::program("git").display()
        ),
    );
    let own = std::env::var("PATH").unwrap();
    let path = format!("{}:{own}", killing.parent().unwrap().display());
    let killed = xtask
        .with("PATH", &path)
        .run(&["rebase", "demo", "--to", "v2"]);
    assert_eq!(killed.code, -1, "{}", killed.err);
    xtask
        .run(&["rebase", "demo", "--to", "v2"])
        .fails("a rebase to v2 is under way");
    xtask.run(&["rebase", "demo", "--continue"]).succeeds();
    xtask
        .run(&["patches", "export", "demo", "--check"])
        .succeeds();
}
