//! Rebase: what it refuses, and how it is left.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
#[path = "fixture/rebasing.rs"]
mod rebasing;

use std::fs;

use fixture::{Fixture, MAIN, script};
use rebasing::{
    abort, begin, begin_from, done, everything, go_back, go_on, main_c, release, spy, statuses,
    stopped, try_all, with_series,
};
use warpgrid_series::rebase::RebaseStatus::{Applied, Conflict, Fuzz};
use warpgrid_series::{Operation, SeriesError, WorkState};

#[test]
fn an_abort_leaves_all_as_it_was() {
    let fixture = with_series();
    release(&fixture, "v2", &main_c("return 4;", "return 400;"));
    let before = everything(&fixture);
    stopped(begin(&fixture, "v2"));
    fixture.change("untracked", "x");
    abort(&fixture).unwrap();
    assert_eq!(everything(&fixture), before);
    assert_eq!(fixture.status().dirty, Vec::<String>::new());
    assert!(matches!(
        abort(&fixture),
        Err(SeriesError::NotUnderWay { .. })
    ));
    assert!(matches!(
        go_on(&fixture),
        Err(SeriesError::NotUnderWay { .. })
    ));
}

#[test]
fn an_abort_killed_half_way_is_no_resolution() {
    let fixture = with_series();
    release(&fixture, "v2", &main_c("return 4;", "return 400;"));
    let before = everything(&fixture);
    let report = stopped(begin(&fixture, "v2"));
    // It had put the work tree back, and not yet forgotten the rebase.
    let work = fixture.work();
    fixture.git(
        &work,
        &[
            "checkout",
            "--quiet",
            "--force",
            "-B",
            "series",
            before.1.trim(),
        ],
    );
    assert_eq!(stopped(go_on(&fixture)), report);
    abort(&fixture).unwrap();
    assert_eq!(everything(&fixture), before);
}

#[test]
fn a_survey_touches_nothing() {
    let fixture = with_series();
    release(&fixture, "v2", &main_c("return 4;", "return 400;"));
    fixture.change("src/main.c", "in the middle of something\n");
    let before = everything(&fixture);
    let rows = try_all(&fixture, &[]).unwrap().rows;
    assert_eq!(rows[0].patches[2].status, Conflict);
    assert_eq!(everything(&fixture), before);
    assert_eq!(fixture.status().dirty, ["src/main.c"]);
}

#[test]
fn what_is_not_there_is_answered_with_what_is() {
    let fixture = with_series();
    let before = everything(&fixture);
    release(&fixture, "wasi-sdk-31", &[]);
    let error = begin(&fixture, "wasi-sdk-13").unwrap_err();
    let SeriesError::UnknownVersion { near, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(near[0], "wasi-sdk-31");

    let nowhere = fixture.path("nowhere").display().to_string();
    let error = begin_from(&fixture, "v", Some(&nowhere));
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("nowhere") && error.contains("help:"),
        "{error}"
    );

    fixture.write_series(&[fixture.debian_source()]);
    fixture.pin(&fixture.status().upstream.tree);
    assert_eq!(everything(&fixture).1, before.1);
}

#[test]
fn a_series_of_an_archive_alone_has_no_versions() {
    let fixture = with_series();
    fixture.write_series(&[fixture.debian_source()]);
    for error in [
        begin(&fixture, "v2").unwrap_err(),
        try_all(&fixture, &[]).unwrap_err(),
    ] {
        assert!(matches!(error, SeriesError::NoVersions { .. }), "{error}");
    }
}

#[test]
fn a_work_tree_that_is_not_ready_is_left_alone() {
    let fixture = with_series();
    release(&fixture, "v2", &[]);
    fixture.change("src/main.c", "mine\n");
    assert!(matches!(
        begin(&fixture, "v2"),
        Err(SeriesError::Dirty { .. })
    ));
    fixture.git(
        &fixture.work(),
        &["commit", "--quiet", "--all", "-m", "by hand"],
    );
    assert!(matches!(
        begin(&fixture, "v2"),
        Err(SeriesError::Unexported { .. })
    ));
    fixture.git(
        &fixture.work(),
        &["reset", "--quiet", "--hard", "refs/warpgrid/exported"],
    );
    fixture.edit("1").unwrap();
    assert!(matches!(
        begin(&fixture, "v2"),
        Err(SeriesError::UnderWay { .. })
    ));
    warpgrid_series::abort_edit(&fixture.series(), &fixture.place, &fixture.programs).unwrap();
    fixture.pin(&"1".repeat(40));
    assert!(matches!(
        begin(&fixture, "v2"),
        Err(SeriesError::WrongVersion { .. })
    ));
}

#[test]
fn a_missing_git_and_an_old_one_say_so() {
    let mut fixture = with_series();
    release(&fixture, "v2", &[]);
    let before = everything(&fixture);
    let old = fixture.path("bin/old-git");
    script(
        &old,
        "case \" $* \" in *' merge-tree '*) echo 'usage: git merge-tree' >&2; exit 129 ;; esac\nexec git \"$@\"\n",
    );
    fixture.programs.git = old.into();
    let error = begin(&fixture, "v2").unwrap_err().to_string();
    assert!(error.contains("git 2.38 or newer"), "{error}");
    fixture.programs.git = "git".into();
    assert_eq!(everything(&fixture), before);
    fixture.programs.git = fixture.path("bin/none").into();
    let error = begin(&fixture, "v2").unwrap_err();
    assert!(
        matches!(error, SeriesError::MissingProgram { .. }),
        "{error}"
    );
}

#[test]
fn an_interrupted_rebase_is_undone_and_an_interrupted_continue_kept() {
    let fixture = with_series();
    release(&fixture, "v2", &main_c("return 1;", "return 100;"));
    let before = everything(&fixture);
    fixture.cancel.cancel();
    assert!(matches!(
        begin(&fixture, "v2"),
        Err(SeriesError::Interrupted)
    ));
    assert_eq!(everything(&fixture), before);

    let fixture = Fixture {
        cancel: Default::default(),
        ..fixture
    };
    stopped(begin(&fixture, "v2"));
    fixture.change("src/main.c", MAIN.replace("return 1;", "return 111;"));
    fixture.cancel.cancel();
    assert!(matches!(go_on(&fixture), Err(SeriesError::Interrupted)));
    let fixture = Fixture {
        cancel: Default::default(),
        ..fixture
    };
    let (report, _) = done(go_on(&fixture));
    assert_eq!(statuses(&report), [Fuzz, Applied, Applied]);
}

#[test]
fn a_series_that_changes_meanwhile_is_not_overwritten() {
    let fixture = with_series();
    release(&fixture, "v2", &main_c("return 1;", "return 100;"));
    stopped(begin(&fixture, "v2"));
    fixture.change("src/main.c", MAIN.replace("return 1;", "return 111;"));
    let pulled = fixture.path("demo-patches/0002-a-file-of-our-own.patch");
    let text = fs::read_to_string(&pulled).unwrap();
    fs::write(&pulled, format!("{text}\n")).unwrap();
    let error = go_on(&fixture).unwrap_err();
    assert!(
        matches!(error, SeriesError::SeriesChanged { .. }),
        "{error}"
    );
    fs::write(&pulled, text).unwrap();
    done(go_on(&fixture));
}

#[test]
fn a_rebase_killed_anywhere_is_continued_or_aborted() {
    let mut fixture = with_series();
    let lines = MAIN.replace("return 2;", "return 22;");
    release(&fixture, "v2", &[("src/main.c", lines)]);
    let before = everything(&fixture);
    let (git, copies) = (fixture.path("bin/spy-git"), fixture.path("copies"));
    spy(&fixture, &git, &copies, "*", 1000);
    fixture.programs.git = git.into();
    done(begin(&fixture, "v2"));
    fixture.programs.git = "git".into();
    let after = everything(&fixture);

    let count = fs::read_dir(&copies).unwrap().count();
    assert!(count > 20, "{count}");
    let mut half_written = 0;
    for n in 0..count {
        let moment = copies.join(n.to_string());
        go_back(&fixture, &moment);
        let WorkState::UnderWay(Operation::Rebase(state)) = fixture.status().state else {
            panic!("nothing is under way at moment {n}")
        };
        if state.writing.is_some() {
            // Of files that are renamed one by one, one is as before.
            half_written += 1;
            let (path, old) = &before.0[half_written % before.0.len()];
            fs::write(path, old).unwrap();
        }
        let error = begin(&fixture, "v2").unwrap_err();
        assert!(matches!(error, SeriesError::UnderWay { .. }), "{error}");
        if n % 2 == 0 {
            done(go_on(&fixture));
            assert_eq!(everything(&fixture), after, "moment {n}");
        } else {
            abort(&fixture).unwrap();
            assert_eq!(everything(&fixture), before, "moment {n}");
        }
    }
    assert!(half_written > 1);
}
