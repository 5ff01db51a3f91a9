//! Apply, export, new, edit: what comes out is what went in.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use fixture::{Fixture, MAIN, write};
use warpgrid_series::{
    Change, EditStep, Lint, Operation, PatchState, SeriesError, Variant, WorkState, materialize,
};

/// A series that has met everything that patches stumble over.
fn with_series() -> Fixture {
    let fixture = Fixture::new();
    fixture.import().unwrap();
    let work = fixture.work();
    fixture.change("src/main.c", MAIN.replace("return 1", "return 11"));
    fixture.new_patch("main: one is eleven").unwrap();

    fixture.change("src/crlf.txt", "one\r\n2\r\nthree\r\n");
    fixture.change(
        "docs/\u{e4}\u{f6} name.txt",
        "plain  \t\nno line break at the end",
    );
    fixture.change("docs/\u{65e5}\u{672c}.md", "new, with trailing space \n");
    fixture.new_patch("docs: \u{dc}mlaute, [brackets] and a line so long that a mail folds its header twice over").unwrap();

    fixture.change("data.bin", [0_u8, 9, 8, 7, 0, 255]);
    fixture.change("more/new.bin", [0_u8; 300]);
    fs::remove_file(work.join("run.sh")).unwrap();
    fs::remove_file(work.join("link.c")).unwrap();
    std::os::unix::fs::symlink("src/crlf.txt", work.join("link.c")).unwrap();
    fixture
        .new_patch("binary, removed and linked files")
        .unwrap();

    fixture.change(
        "src/main.c",
        MAIN.replace("return 1", "return 11")
            .replace("return 3", "return 33"),
    );
    fs::set_permissions(work.join("src/main.c"), fs::Permissions::from_mode(0o755)).unwrap();
    fixture.new_patch("main: three is thirty-three").unwrap();
    fixture
}

fn tree(fixture: &Fixture) -> String {
    fixture.git(&fixture.work(), &["rev-parse", "HEAD^{tree}"])
}

#[test]
fn export_after_apply_is_byte_identical() {
    let fixture = with_series();
    let (patches, before) = (fixture.patches(), tree(&fixture));
    assert_eq!(
        patches
            .iter()
            .map(|(file, _)| file.as_str())
            .collect::<Vec<_>>(),
        [
            "0001-main-one-is-eleven.patch",
            "0002-docs-mlaute-brackets-and-a-line-so-long-that-a-mail.patch",
            "0003-binary-removed-and-linked-files.patch",
            "0004-main-three-is-thirty-three.patch"
        ]
    );

    // Another machine: nothing but the series folder.
    let tip = fixture.git(&fixture.work(), &["rev-parse", "HEAD"]);
    let fixture = fixture.with_empty_cache();
    fixture.import().unwrap();
    let applied = fixture.apply().unwrap();
    assert_eq!(applied.patches.len(), 4);
    assert_eq!(
        (tree(&fixture), applied.tip),
        (before, tip),
        "commits are the same everywhere"
    );
    assert_eq!(fixture.status().state, WorkState::Applied);

    // Written again from nothing, they are the same bytes under the same names.
    let dir = fixture.path("demo-patches");
    let exported = fixture.export(true).unwrap();
    assert_eq!(exported.changes().count(), 0, "{exported:?}");
    for (file, _) in &patches {
        fs::remove_file(dir.join(file)).unwrap();
    }
    fixture.export(false).unwrap();
    assert_eq!(fixture.patches(), patches);
}

#[test]
fn patches_hold_nothing_that_changes() {
    let fixture = with_series();
    for (file, bytes) in fixture.patches() {
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\n\n").unwrap();
        assert!(
            head.starts_with(&format!("From {} Mon Sep 17", "0".repeat(40))),
            "{file}: {head}"
        );
        assert!(
            head.contains("Date: Thu, 1 Jan 2026 00:00:00 +0000"),
            "{file}: {head}"
        );
        assert!(!body.contains("\n-- \n"), "{file} is signed with a version");
        assert!(!body.contains(" file changed"), "{file} has a diffstat");
    }
}

#[test]
fn names_chosen_by_hand_survive() {
    let fixture = with_series();
    let dir = fixture.path("demo-patches");
    fs::rename(
        dir.join("0003-binary-removed-and-linked-files.patch"),
        dir.join("0003-own-name.patch"),
    )
    .unwrap();
    fs::rename(
        dir.join("0004-main-three-is-thirty-three.patch"),
        dir.join("0010-three.patch"),
    )
    .unwrap();
    let before = fixture.patches();
    fixture.apply().unwrap();
    fixture.export(false).unwrap();
    assert_eq!(fixture.patches(), before);
}

#[test]
fn a_series_written_by_hand_is_worked_on_like_any_other() {
    let fixture = with_series();
    let path = fixture.path("demo-patches/0001-main-one-is-eleven.patch");
    let text = fs::read_to_string(&path).unwrap();
    let stat = "\n---\n src/main.c | 2 +-\n 1 file changed\n\ndiff --git ";
    fs::write(&path, text.replacen("\ndiff --git ", stat, 1)).unwrap();
    assert_eq!(fixture.status().state, WorkState::Differs);
    fixture.apply().unwrap();
    let status = fixture.status();
    assert_eq!(status.state, WorkState::Applied);
    assert!(
        status
            .patches
            .iter()
            .all(|p| p.state == PatchState::Applied)
    );
    assert_eq!(
        fixture.export(true).unwrap().changes().count(),
        1,
        "it is not canonical"
    );
    fixture.change("own.c", "int own;\n");
    fixture.new_patch("own").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "exported, it is");
    assert_eq!(fixture.export(true).unwrap().changes().count(), 0);
}

#[test]
fn a_dirty_work_tree_is_left_alone() {
    let fixture = with_series();
    fixture.change("src/main.c", "mine\n");
    fixture.change("untracked", "mine\n");
    for error in [
        fixture.apply().unwrap_err(),
        fixture.export(false).unwrap_err(),
    ] {
        let SeriesError::Dirty { files, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(files, &["src/main.c", "untracked"]);
        assert!(
            error.to_string().contains("src/main.c, untracked"),
            "{error}"
        );
    }
    assert_eq!(
        fs::read_to_string(fixture.work().join("src/main.c")).unwrap(),
        "mine\n"
    );
}

#[test]
fn commits_that_are_nowhere_else_are_not_thrown_away() {
    let fixture = with_series();
    let work = fixture.work();
    fixture.change("extra.c", "int extra;\n");
    fixture.git(&work, &["add", "extra.c"]);
    fixture.git(&work, &["commit", "--quiet", "-m", "by hand"]);
    let error = fixture.apply().unwrap_err();
    assert!(matches!(error, SeriesError::Unexported { .. }), "{error}");
    let status = fixture.status();
    assert!(status.unexported);
    assert_eq!(status.state, WorkState::Differs);

    let exported = fixture.export(true).unwrap();
    let changes: Vec<_> = exported.changes().collect();
    assert_eq!(changes, [&("0005-by-hand.patch".to_owned(), Change::Added)]);
    assert_eq!(fixture.patches().len(), 4, "a check writes nothing");
    fixture.export(false).unwrap();
    assert_eq!(fixture.patches().len(), 5);
    let lints = &fixture.status().patches[4].lints;
    assert_eq!(
        lints,
        &[Lint::NoReason, Lint::NoUpstreamStatus, Lint::NoTest]
    );
    fixture.apply().unwrap();
}

#[test]
fn a_conflict_names_patch_file_and_hunk_and_changes_nothing() {
    let fixture = with_series();
    let before = (tree(&fixture), fixture.patches());
    let path = fixture.path("demo-patches/0004-main-three-is-thirty-three.patch");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("-    return 3;", "-    return 4711;");
    fs::write(&path, &text).unwrap();
    let error = fixture.apply().unwrap_err();
    let SeriesError::Conflict(conflict) = &error else {
        panic!("{error}")
    };
    assert_eq!(conflict.patch, "0004-main-three-is-thirty-three.patch");
    assert_eq!(conflict.file.as_deref(), Some("src/main.c"));
    assert_eq!(conflict.hunk.as_deref(), Some("@@ -10,7 +10,7 @@"));
    assert_eq!(tree(&fixture), before.0);
    assert_eq!(fixture.status().dirty, Vec::<String>::new());
    assert!(!fixture.work().join(".git/rebase-apply").exists());

    fs::write(&path, text.replace("4711", "3")).unwrap();
    fixture.apply().unwrap();
    assert_eq!((tree(&fixture), fixture.patches()), before);
}

#[test]
fn a_missing_file_and_a_broken_patch_are_conflicts_too() {
    let fixture = with_series();
    let path = fixture.path("demo-patches/0001-main-one-is-eleven.patch");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("src/main.c", "src/gone.c")).unwrap();
    let error = fixture.apply().unwrap_err();
    let SeriesError::Conflict(conflict) = &error else {
        panic!("{error}")
    };
    assert_eq!(conflict.file.as_deref(), Some("src/gone.c"), "{error}");

    fs::write(&path, "From 0\nSubject: [PATCH] no diff\n\nnothing\n").unwrap();
    let error = fixture.apply().unwrap_err();
    assert!(
        error.to_string().contains("0001-main-one-is-eleven.patch"),
        "{error}"
    );
}

/// What a process killed in the middle of `git am` leaves.
fn kill_an_apply(fixture: &Fixture) {
    let work = fixture.work();
    let before = fixture.git(&work, &["rev-parse", "HEAD"]);
    let operation = serde_json::to_vec(&Operation::Apply { before }).unwrap();
    write(&work.join(".git/warpgrid-operation.json"), operation);
    fixture.git(&work, &["reset", "--quiet", "--hard", "HEAD~2"]);
    let patch = fixture.path("demo-patches/0004-main-three-is-thirty-three.patch");
    let broken = fixture.path("broken.patch");
    let text = fs::read_to_string(patch)
        .unwrap()
        .replace("return 3;", "return 9;");
    fs::write(&broken, text).unwrap();
    let output = fixture::git(&work, &["am", broken.to_str().unwrap()]);
    assert!(!output.status.success(), "it was to stop half-way");
    write(&work.join(".git/index.lock"), "");
    write(&work.join("src/half-written.c"), "half");
}

#[test]
fn a_killed_apply_is_known_and_applied_again() {
    let fixture = with_series();
    let before = tree(&fixture);
    kill_an_apply(&fixture);
    assert!(matches!(
        fixture.status().state,
        WorkState::UnderWay(Operation::Apply { .. })
    ));
    let error = fixture.export(false).unwrap_err();
    assert!(matches!(error, SeriesError::UnderWay { .. }), "{error}");
    let applied = fixture.apply().unwrap();
    assert!(applied.recovered);
    assert_eq!(tree(&fixture), before);
    assert_eq!(fixture.status().state, WorkState::Applied);
    assert!(!fixture.apply().unwrap().recovered);
}

#[test]
fn a_killed_apply_can_be_undone() {
    let fixture = with_series();
    let before = tree(&fixture);
    let (series, place, programs) = (fixture.series(), &fixture.place, &fixture.programs);
    let nothing = warpgrid_series::abort_apply(&series, place, programs).unwrap_err();
    assert!(matches!(nothing, SeriesError::NotUnderWay { .. }));
    kill_an_apply(&fixture);
    warpgrid_series::abort_apply(&series, place, programs).unwrap();
    assert_eq!(tree(&fixture), before);
    assert_eq!(fixture.status().dirty, Vec::<String>::new());
}

#[test]
fn a_new_patch_says_why_and_needs_the_series_below_it() {
    let fixture = with_series();
    let error = fixture.new_patch("nothing").unwrap_err();
    assert!(matches!(error, SeriesError::Clean { .. }), "{error}");
    assert!(fixture.status().patches.iter().all(|p| p.lints.is_empty()));

    // A patch that came with a pull is in the folder and not in the work tree.
    let text =
        fs::read_to_string(fixture.path("demo-patches/0001-main-one-is-eleven.patch")).unwrap();
    let foreign = fixture.path("demo-patches/0005-foreign.patch");
    fs::write(&foreign, text.replace("one is eleven", "foreign")).unwrap();
    fixture.change("own.c", "int own;\n");
    let error = fixture.new_patch("own").unwrap_err();
    assert!(matches!(error, SeriesError::NotApplied { .. }), "{error}");
    fs::remove_file(foreign).unwrap();
    fixture.new_patch("own").unwrap();
    assert_eq!(fixture.patches().last().unwrap().0, "0005-own.patch");
}

#[test]
fn an_edit_changes_one_patch_and_reapplies_the_rest() {
    let fixture = with_series();
    let before = fixture.patches();
    let step = fixture.edit("1").unwrap();
    assert_eq!(
        step,
        EditStep::Stopped {
            patch: "0001-main-one-is-eleven.patch".into()
        }
    );
    assert!(matches!(fixture.apply(), Err(SeriesError::UnderWay { .. })));
    assert!(matches!(
        fixture.edit("2"),
        Err(SeriesError::UnderWay { .. })
    ));
    assert!(
        !fixture.work().join("more/new.bin").exists(),
        "later patches are off"
    );

    fixture.change("src/main.c", MAIN.replace("return 1", "return 111"));
    fixture.git(
        &fixture.work(),
        &[
            "commit",
            "--quiet",
            "--all",
            "--amend",
            "-m",
            "new subject\n\nWhy.",
        ],
    );
    let EditStep::Done { exported } = fixture.continue_edit().unwrap() else {
        panic!()
    };
    let changes: Vec<_> = exported
        .changes()
        .map(|(file, change)| (file.as_str(), *change))
        .collect();
    assert_eq!(
        changes,
        [
            ("0001-main-one-is-eleven.patch", Change::Changed),
            // Its hashes of the whole file before and after.
            ("0004-main-three-is-thirty-three.patch", Change::Changed)
        ]
    );
    assert_eq!(fixture.patches()[1..3], before[1..3]);
    let main = fs::read_to_string(fixture.work().join("src/main.c")).unwrap();
    assert!(
        main.contains("return 111;") && main.contains("return 33;"),
        "{main}"
    );
    assert_eq!(fixture.status().state, WorkState::Applied);
    fixture.apply().unwrap();
}

#[test]
fn an_edit_that_conflicts_is_resolved_and_goes_on() {
    let fixture = with_series();
    fixture.edit("0001-main-one-is-eleven").unwrap();
    fixture.change("src/main.c", MAIN.replace("return 3", "return 77"));
    let step = fixture.continue_edit().unwrap();
    let files = vec!["src/main.c".to_owned()];
    assert_eq!(
        step,
        EditStep::Conflict {
            subject: "main: three is thirty-three".into(),
            files
        }
    );
    let error = fixture.continue_edit().unwrap_err();
    assert!(matches!(error, SeriesError::Unresolved { .. }), "{error}");
    fixture.change("src/main.c", MAIN.replace("return 3", "return 33"));
    assert!(matches!(
        fixture.continue_edit().unwrap(),
        EditStep::Done { .. }
    ));
    assert_eq!(fixture.patches().len(), 4);
    assert_eq!(fixture.status().state, WorkState::Applied);
    fixture.apply().unwrap();
}

#[test]
fn a_patch_that_an_edit_made_needless_is_dropped() {
    let fixture = with_series();
    fixture.edit("1").unwrap();
    let all = MAIN
        .replace("return 1", "return 11")
        .replace("return 3", "return 33");
    fixture.change("src/main.c", all);
    fs::set_permissions(
        fixture.work().join("src/main.c"),
        fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    let EditStep::Done { exported } = fixture.continue_edit().unwrap() else {
        panic!()
    };
    let gone = (
        "0004-main-three-is-thirty-three.patch".to_owned(),
        Change::Removed,
    );
    assert!(exported.patches.contains(&gone), "{exported:?}");
    assert_eq!(fixture.status().state, WorkState::Applied);
}

#[test]
fn an_aborted_edit_leaves_no_trace() {
    let fixture = with_series();
    let before = (tree(&fixture), fixture.patches());
    for until_conflict in [false, true] {
        fixture.edit("1").unwrap();
        fixture.change("src/main.c", MAIN.replace("return 3", "return 77"));
        if until_conflict {
            assert!(matches!(
                fixture.continue_edit().unwrap(),
                EditStep::Conflict { .. }
            ));
        }
        warpgrid_series::abort_edit(&fixture.series(), &fixture.place, &fixture.programs).unwrap();
        assert_eq!((tree(&fixture), fixture.patches()), before);
        let status = fixture.status();
        assert_eq!((status.state, status.dirty), (WorkState::Applied, vec![]));
    }
    assert!(matches!(
        fixture.continue_edit(),
        Err(SeriesError::NotUnderWay { .. })
    ));
}

#[test]
fn a_patch_that_is_not_there_is_answered_with_those_that_are() {
    let fixture = with_series();
    let error = fixture.edit("9").unwrap_err().to_string();
    assert!(error.contains("0001-main-one-is-eleven.patch"), "{error}");
}

#[test]
fn status_tells_applied_from_changed_patches() {
    let fixture = with_series();
    let path = fixture.path("demo-patches/0004-main-three-is-thirty-three.patch");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("return 33;", "return 34;")).unwrap();
    let states: Vec<PatchState> = fixture.status().patches.iter().map(|p| p.state).collect();
    assert_eq!(
        states,
        [
            PatchState::Applied,
            PatchState::Applied,
            PatchState::Applied,
            PatchState::Changed
        ]
    );
}

#[test]
fn two_patches_of_one_number_are_refused() {
    let fixture = with_series();
    let dir = fixture.path("demo-patches");
    fs::copy(
        dir.join("0001-main-one-is-eleven.patch"),
        dir.join("0001-twin.patch"),
    )
    .unwrap();
    let error = fixture.apply().unwrap_err().to_string();
    assert!(
        error.contains("0001-twin.patch") && error.contains("same number"),
        "{error}"
    );
}

#[test]
fn sources_to_build_from_are_stock_or_patched_and_no_repository() {
    let fixture = with_series();
    let imported = fixture.import().unwrap();
    // What lies in the work tree does not matter.
    fixture.change("src/main.c", "in the middle of something\n");
    let (stock, patched) = (fixture.path("stock"), fixture.path("patched"));
    materialize(&imported, &[], &fixture.programs, &stock).unwrap();
    materialize(
        &imported,
        &fixture.series().patches().unwrap(),
        &fixture.programs,
        &patched,
    )
    .unwrap();
    assert_eq!(fs::read_to_string(stock.join("src/main.c")).unwrap(), MAIN);
    assert!(
        fs::read_to_string(patched.join("src/main.c"))
            .unwrap()
            .contains("return 33;")
    );
    assert!(patched.join("more/new.bin").is_file() && !patched.join("run.sh").exists());
    assert!(!stock.join(".git").exists() && !patched.join(".git").exists());
    assert_eq!(
        (Variant::Stock.to_string(), Variant::Patched.to_string()),
        ("stock".into(), "patched".into())
    );
}
