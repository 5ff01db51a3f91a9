//! Rebase: a made-up upstream goes on, and the series follows.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
#[path = "fixture/rebasing.rs"]
mod rebasing;

use std::fs;

use fixture::{Fixture, MAIN};
use rebasing::{
    begin, begin_from, done, everything, go_on, main_c, release, statuses, stopped, try_all,
    with_series,
};
use warpgrid_series::rebase::RebaseStatus::{Applied, Conflict, Fuzz, Pending, Upstream};
use warpgrid_series::{SeriesError, WorkState};

const FIRST: &str = "0001-one-is-eleven.patch";
const SECOND: &str = "0002-a-file-of-our-own.patch";
const THIRD: &str = "0003-four-is-forty-four.patch";

/// The series is whole: it applies to its pin from an empty cache, and is what
/// export would write.
#[track_caller]
fn is_whole(fixture: Fixture) {
    assert_eq!(fixture.status().state, WorkState::Applied);
    assert_eq!(fixture.export(true).unwrap().changes().count(), 0);
    let fixture = fixture.with_empty_cache();
    fixture.import().unwrap();
    fixture.apply().unwrap();
    assert_eq!(fixture.export(true).unwrap().changes().count(), 0);
}

#[test]
fn what_upstream_leaves_alone_applies_and_the_pin_follows() {
    let fixture = with_series();
    let commit = release(&fixture, "v2", &[("README", "new\n".into())]);
    let before = fixture.patches();
    let (report, dropped) = done(begin(&fixture, "v2"));
    assert_eq!(statuses(&report), [Applied, Applied, Applied]);
    assert_eq!((report.from.as_str(), report.to.as_str()), ("1.0", "v2"));
    assert_eq!(fixture.patches(), before, "nothing in the patches changed");

    let series = fixture.series();
    assert_eq!(series.upstream.version, "v2");
    assert_eq!(series.upstream.commit.as_deref(), Some(commit.as_str()));
    assert_eq!(series.upstream.tree, fixture.tree());
    assert_eq!(dropped.len(), 1, "{dropped:?}");
    assert!(
        dropped[0].contains("Debian") || dropped[0].contains("pkg"),
        "{dropped:?}"
    );
    assert_eq!(series.sources.0.len(), 1);
    is_whole(fixture);
}

#[test]
fn moved_lines_are_no_fuzz_and_changed_context_is() {
    let fixture = with_series();
    let lines = "    // some\n    // more\n    return 2;";
    release(&fixture, "moved", &main_c("    return 2;", lines));
    release(
        &fixture,
        "context",
        &main_c("int one(void)", "long one(void)"),
    );
    let rows = try_all(&fixture, &["moved", "context"]).unwrap().rows;
    let all = |at: usize| {
        rows[at]
            .patches
            .iter()
            .map(|p| p.status)
            .collect::<Vec<_>>()
    };
    assert_eq!(all(0), [Applied, Applied, Applied]);
    assert_eq!(all(1), [Fuzz, Applied, Applied]);
    let (report, _) = done(begin(&fixture, "context"));
    assert_eq!(statuses(&report), [Fuzz, Applied, Applied]);
    is_whole(fixture);
}

#[test]
fn a_renamed_file_is_followed() {
    let fixture = with_series();
    let upstream = fixture.path("upstream");
    fixture.git(&upstream, &["mv", "src/main.c", "src/start.c"]);
    release(
        &fixture,
        "v2",
        &[("src/start.c", MAIN.replace("return 2;", "return 22;"))],
    );
    let (report, _) = done(begin(&fixture, "v2"));
    assert_eq!(statuses(&report), [Fuzz, Applied, Fuzz]);
    let first = String::from_utf8(fixture.patches()[0].1.clone()).unwrap();
    assert!(first.contains("+++ b/src/start.c"), "{first}");
    is_whole(fixture);
}

#[test]
fn what_upstream_has_is_dropped() {
    let fixture = with_series();
    release(&fixture, "v2", &main_c("return 1;", "return 11;"));
    let (report, _) = done(begin(&fixture, "v2"));
    assert_eq!(statuses(&report), [Upstream, Applied, Applied]);
    let files: Vec<String> = fixture.patches().into_iter().map(|p| p.0).collect();
    assert_eq!(files, [SECOND, THIRD]);
    is_whole(fixture);
}

#[test]
fn what_upstream_has_within_more_is_dropped_too() {
    let fixture = with_series();
    let more = "return 11;\n    more();";
    let grown = main_c("return 1;", more)[0]
        .1
        .replace("return 4;", "return 44;");
    release(&fixture, "v2", &[("src/main.c", grown)]);
    let (report, _) = done(begin(&fixture, "v2"));
    assert_eq!(statuses(&report), [Upstream, Applied, Upstream]);
    is_whole(fixture);
}

#[test]
fn what_upstream_has_in_part_stops_and_names_the_commit() {
    let fixture = Fixture::new();
    fixture.import().unwrap();
    let ours = MAIN.replace("return 1;", "return 11;");
    fixture.change("src/main.c", ours.replace("return 4;", "return 44;"));
    fixture.new_patch("two places").unwrap();
    release(&fixture, "v2", &main_c("return 1;", "return 11;"));
    let before = everything(&fixture).0;
    let report = stopped(begin(&fixture, "v2"));
    let conflict = &report.patches[0].conflicts[0];
    assert_eq!(report.patches[0].conflicts.len(), 1);
    assert_eq!(conflict.patch, "-    return 1;\n+    return 11;\n");
    assert!(
        conflict.message.contains("upstream has this part"),
        "{conflict:?}"
    );
    assert!(
        conflict
            .culprit
            .as_ref()
            .unwrap()
            .ends_with("upstream's v2"),
        "{conflict:?}"
    );
    let (report, _) = done(go_on(&fixture));
    assert_eq!(statuses(&report), [Fuzz]);
    for (path, bytes) in before {
        fs::write(path, bytes).unwrap();
    }
    let fixture = fixture.with_empty_cache();
    let again = try_all(&fixture, &["v2"]).unwrap();
    assert_eq!(
        again.rows[0].patches, report.patches,
        "that it is right is remembered"
    );
}

#[test]
fn a_conflict_is_reported_resolved_and_remembered() {
    let fixture = with_series();
    let before = everything(&fixture);
    release(&fixture, "v2", &[("README", "unrelated\n".into())]);
    let culprit = release(&fixture, "v3", &main_c("return 1;", "return 100;"));
    let later = main_c("return 1;", "return 100;")[0]
        .1
        .replace("return 2;", "return 22;");
    release(
        &fixture,
        "v4",
        &[("src/main.c", format!("// a line\n{later}"))],
    );

    let report = stopped(begin(&fixture, "v4"));
    assert_eq!(statuses(&report), [Conflict, Pending, Pending]);
    let conflict = &report.patches[0].conflicts[0];
    assert_eq!(conflict.path, "src/main.c");
    assert_eq!(conflict.hunk.as_deref(), Some("@@ -1,6 +1,6 @@"));
    assert_eq!(conflict.upstream, "-    return 1;\n+    return 100;\n");
    assert_eq!(conflict.patch, "-    return 1;\n+    return 11;\n");
    let named = format!("{} upstream's v3", &culprit[..12]);
    assert_eq!(conflict.culprit.as_ref(), Some(&named));
    assert_eq!(
        everything(&fixture).0,
        before.0,
        "no file of the series is written"
    );
    assert!(matches!(
        fixture.export(false),
        Err(SeriesError::UnderWay { .. })
    ));
    assert!(matches!(fixture.apply(), Err(SeriesError::UnderWay { .. })));

    let error = go_on(&fixture).unwrap_err();
    assert!(matches!(&error, SeriesError::Unresolved { files, .. } if files == &["src/main.c"]));
    fixture.git(&fixture.work(), &["add", "src/main.c"]);
    let error = go_on(&fixture).unwrap_err();
    assert!(matches!(error, SeriesError::Unresolved { .. }), "{error}");

    let merged = fs::read_to_string(fixture.work().join("src/main.c")).unwrap();
    assert!(merged.contains("<<<<<<<"), "{merged}");
    fixture.change(
        "src/main.c",
        format!("// a line\n{}", later.replace("return 100;", "return 111;")),
    );
    let (report, _) = done(go_on(&fixture));
    assert_eq!(statuses(&report), [Fuzz, Applied, Applied]);

    let kept = report.patches[0].resolution.clone().unwrap();
    let text = fs::read_to_string(fixture.path("demo-patches").join(&kept)).unwrap();
    assert!(text.contains("\n-    return 100;\n"), "{text}");
    assert!(
        !text.contains("three"),
        "it holds the rest of the file: {text}"
    );
    let files: Vec<String> = fixture.patches().into_iter().map(|p| p.0).collect();
    assert_eq!(files, [FIRST, SECOND, THIRD]);
    is_whole(fixture);
}

#[test]
fn a_resolution_serves_a_colleague_on_another_version() {
    let fixture = with_series();
    release(&fixture, "v2", &main_c("return 1;", "return 100;"));
    let later = main_c("return 1;", "return 100;")[0]
        .1
        .replace("return 3;", "return 33;");
    release(
        &fixture,
        "v3",
        &[("src/main.c", format!("// moved\n{later}"))],
    );
    let before = everything(&fixture);

    stopped(begin(&fixture, "v2"));
    fixture.change("src/main.c", MAIN.replace("return 1;", "return 111;"));
    // And a file that did not conflict.
    fixture.change("src/more.c", "int more;\n");
    fs::remove_file(fixture.work().join("run.sh")).unwrap();
    done(go_on(&fixture));
    let kept = fs::read_dir(fixture.path("demo-patches/resolutions")).unwrap();
    assert_eq!(kept.count(), 1);

    // The colleague has the repository as it was, and the resolution.
    for (path, bytes) in &before.0 {
        fs::write(path, bytes).unwrap();
    }
    let fixture = fixture.with_empty_cache();
    fixture.import().unwrap();
    let rows = try_all(&fixture, &[]).unwrap().rows;
    let names: Vec<&str> = rows.iter().map(|r| r.to.as_str()).collect();
    assert_eq!(names, ["v2", "v3"], "all tags after the pin");
    assert!(
        rows.iter().all(|r| r.patches[0].status == Fuzz),
        "{rows:#?}"
    );
    let (report, _) = done(begin(&fixture, "v3"));
    assert_eq!(statuses(&report), [Fuzz, Applied, Applied]);
    assert!(report.patches[0].resolution.is_some());
    let main = fs::read_to_string(fixture.work().join("src/main.c")).unwrap();
    assert!(
        main.starts_with("// moved\n") && main.contains("return 111;"),
        "{main}"
    );
    assert!(fixture.work().join("src/more.c").exists() && !fixture.work().join("run.sh").exists());
    is_whole(fixture);
}

#[test]
fn a_patch_resolved_to_nothing_is_dropped() {
    let fixture = with_series();
    release(&fixture, "v2", &main_c("return 1;", "return 100;"));
    stopped(begin(&fixture, "v2"));
    fixture.change("src/main.c", MAIN.replace("return 1;", "return 100;"));
    let (report, _) = done(go_on(&fixture));
    assert_eq!(statuses(&report), [Upstream, Applied, Applied]);
    is_whole(fixture);
}

#[test]
fn a_file_that_upstream_removed_or_made_itself_conflicts_as_a_whole() {
    let fixture = with_series();
    fs::remove_file(fixture.path("upstream/src/main.c")).unwrap();
    release(&fixture, "removed", &[]);
    release(
        &fixture,
        "made",
        &[
            ("src/main.c", MAIN.into()),
            ("src/own.c", "int theirs;\n".into()),
        ],
    );
    let rows = try_all(&fixture, &["removed", "made"]).unwrap().rows;
    let removed = &rows[0].patches[0].conflicts[0];
    assert_eq!(
        (removed.path.as_str(), &removed.hunk),
        ("src/main.c", &None)
    );
    assert!(removed.message.contains("deleted"), "{removed:?}");
    assert!(
        removed
            .culprit
            .as_ref()
            .unwrap()
            .ends_with("upstream's removed"),
        "{removed:?}"
    );
    let made = &rows[1].patches[1].conflicts[0];
    assert_eq!(made.path, "src/own.c");
    assert!(
        made.culprit.as_ref().unwrap().ends_with("upstream's made"),
        "{made:?}"
    );

    stopped(begin(&fixture, "made"));
    fixture.change("src/own.c", "int theirs;\nint own;\n");
    let (report, _) = done(go_on(&fixture));
    assert_eq!(
        report.patches[1].resolution, None,
        "it would hold upstream's file"
    );
    assert!(!fixture.path("demo-patches/resolutions").exists());
    is_whole(fixture);
}

#[test]
fn a_file_that_a_patch_removes_and_upstream_changes_conflicts() {
    let fixture = Fixture::new();
    fixture.import().unwrap();
    fs::remove_file(fixture.work().join("run.sh")).unwrap();
    fixture.new_patch("no script").unwrap();
    release(&fixture, "v2", &[("run.sh", "#!/bin/sh\nnew\n".into())]);
    let report = stopped(begin(&fixture, "v2"));
    assert_eq!(report.patches[0].conflicts[0].path, "run.sh");
    fs::remove_file(fixture.work().join("run.sh")).unwrap();
    let (report, _) = done(go_on(&fixture));
    assert_eq!(statuses(&report), [Fuzz]);
    is_whole(fixture);
}

#[test]
fn a_conflict_without_markers_wants_an_answer() {
    let fixture = with_series();
    fs::remove_file(fixture.path("upstream/src/main.c")).unwrap();
    release(&fixture, "v2", &[]);
    stopped(begin(&fixture, "v2"));
    for _ in 0..2 {
        let error = go_on(&fixture).unwrap_err();
        assert!(matches!(error, SeriesError::Unresolved { .. }), "{error}");
    }
    fs::remove_file(fixture.work().join("src/main.c")).unwrap();
    let report = stopped(go_on(&fixture));
    assert_eq!(statuses(&report), [Upstream, Applied, Conflict]);
    // To keep the file as it is is an answer too.
    fixture.git(&fixture.work(), &["add", "src/main.c"]);
    let (report, _) = done(go_on(&fixture));
    assert_eq!(statuses(&report), [Upstream, Applied, Fuzz]);
    for patch in [0, 2] {
        let kept = report.patches[patch].resolution.as_ref().unwrap();
        let text = fs::read_to_string(fixture.path("demo-patches").join(kept)).unwrap();
        assert!(!text.contains("return"), "{text}");
    }
    is_whole(fixture);
}

#[test]
fn branches_and_commits_are_versions_too() {
    let fixture = with_series();
    let commit = release(&fixture, "v2", &[("README", "new\n".into())]);
    let upstream = fixture.path("upstream");
    fixture.git(&upstream, &["branch", "next"]);
    for (to, name) in [
        ("next", format!("next@{}", &commit[..12])),
        (&commit, commit[..12].to_owned()),
        (&commit[..10], commit[..12].to_owned()),
    ] {
        assert_eq!(try_all(&fixture, &[to]).unwrap().rows[0].to, name);
    }
}

#[test]
fn a_bare_repository_given_by_its_path_will_do() {
    let fixture = with_series();
    let commit = release(&fixture, "v2", &main_c("return 4;", "return 400;"));
    let upstream = fixture.path("upstream").display().to_string();
    fixture.git(
        fixture.dir.path(),
        &["clone", "--quiet", "--bare", &upstream, "bare.git"],
    );
    let bare = fixture.path("bare.git").display().to_string();
    let step = begin_from(&fixture, "v2", Some(&bare));
    assert_eq!(statuses(&stopped(step)), [Applied, Applied, Conflict]);
    fixture.change("src/main.c", MAIN.replace("return 4;", "return 444;"));
    done(go_on(&fixture));
    let sources = fs::read_to_string(fixture.path("demo-patches/sources.toml")).unwrap();
    assert!(
        sources.contains(&commit) && !sources.contains("bare.git"),
        "{sources}"
    );
}
