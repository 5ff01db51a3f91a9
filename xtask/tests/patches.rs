//! `cargo xtask patches` as a user meets it: output, errors, exit codes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../crates/warpgrid-series/tests/fixture/mod.rs"]
mod fixture;
mod xtask;

use std::fs;

use fixture::{Fixture, MAIN, script, write};
use xtask::Xtask;

/// A checkout with the series `demo`, imported, with two patches.
fn checkout() -> (Fixture, Xtask) {
    let fixture = Fixture::new();
    let xtask = Xtask::new(&fixture);
    xtask.run(&["patches", "import", "demo"]).succeeds();
    for number in ["1", "2"] {
        fixture.change(&format!("src/{number}.c"), format!("int n{number};\n"));
        xtask.run(&new(&format!("add number {number}"))).succeeds();
    }
    (fixture, xtask)
}

fn new(subject: &str) -> Vec<&str> {
    let mut args = vec![
        "patches",
        "new",
        "demo",
        "--subject",
        subject,
        "--reason",
        "Why not.",
    ];
    args.extend(["--upstream-status", "Pending", "--test", "tests/none"]);
    args
}

#[test]
fn wrong_usage_ends_with_2() {
    let fixture = Fixture::new();
    let xtask = Xtask::new(&fixture);
    for args in [
        &["no-such-verb"][..],
        &["patches"],
        &["patches", "status"],
        &["patches", "edit", "demo"],
        &["patches", "edit", "demo", "1", "--abort"],
        &["patches", "new", "demo", "--subject", "x"],
        &["setup", "--no-such-flag"],
    ] {
        assert_eq!(xtask.run(args).code, 2, "{args:?}");
    }
    xtask
        .run(&["patches", "edit", "--help"])
        .succeeds()
        .says("Example:");
}

#[test]
fn an_unknown_series_ends_with_1_and_says_how_to_name_one() {
    let fixture = Fixture::new();
    let ended = Xtask::new(&fixture).run(&["patches", "status", "nothing"]);
    ended
        .fails("nothing-patches is not a patch series")
        .says("help: name a series by its folder");
}

#[test]
fn a_series_lives_through_all_its_verbs() {
    let (fixture, xtask) = checkout();
    xtask
        .run(&["patches", "status", "demo"])
        .succeeds()
        .says("the series is applied");
    xtask
        .run(&["patches", "apply", "demo"])
        .succeeds()
        .says("2 patches applied");
    xtask
        .run(&["patches", "export", "demo", "--check"])
        .succeeds()
        .says("none changed");

    xtask
        .run(&["patches", "edit", "demo", "0001"])
        .succeeds()
        .says("stopped at 0001-add-number-1.patch");
    fixture.change("src/1.c", "int changed;\n");
    xtask
        .run(&["patches", "edit", "demo", "--continue"])
        .succeeds()
        .says("changed  0001");
    xtask
        .run(&["patches", "export", "demo", "--check"])
        .succeeds();

    let path = fixture.path("demo-patches/0002-add-number-2.patch");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("Test: ", "Tested: ")).unwrap();
    xtask
        .run(&["patches", "export", "demo", "--check"])
        .fails("not what the work tree exports");
    xtask
        .run(&["patches", "status", "demo"])
        .succeeds()
        .says("has no 'Test:' line");
}

#[test]
fn status_is_one_json_object() {
    let (fixture, xtask) = checkout();
    let ended = xtask
        .run(&["patches", "status", "demo", "--json"])
        .succeeds();
    let status: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(status["series"], "demo");
    assert_eq!(status["upstream"]["tree"], fixture.tree());
    assert_eq!(status["state"]["state"], "applied");
    assert_eq!(status["patches"][1]["file"], "0002-add-number-2.patch");
    assert_eq!(status["patches"][1]["state"], "applied");
}

#[test]
fn errors_are_one_line_what_and_one_line_what_to_do() {
    let (fixture, xtask) = checkout();
    fixture.change("src/main.c", "dirty\n");
    let ended = xtask
        .run(&["patches", "apply", "demo"])
        .fails("uncommitted changes: src/main.c");
    assert_eq!(ended.err.lines().count(), 2, "{}", ended.err);
    assert!(!ended.err.contains("os error"), "{}", ended.err);

    xtask
        .run(&["patches", "edit", "demo", "--continue"])
        .fails("no edit is under way");
    let none = xtask
        .with("PATH", "/nowhere")
        .run(&["patches", "apply", "demo"]);
    none.fails("git is not installed")
        .says("apt-get install git");
}

#[test]
fn the_users_configuration_of_git_changes_nothing() {
    let (fixture, xtask) = checkout();
    let before = fixture.patches();
    let hook = fixture.path("home/hooks/pre-commit");
    script(&hook, "exit 1\n");
    let hooks = hook.parent().unwrap().display().to_string();
    write(
        &fixture.path("home/.gitconfig"),
        format!(
            "[user]\nname = Somebody\nemail = else@b.invalid\n[core]\nautocrlf = true\nhooksPath = {hooks}\n\
             quotePath = false\n[commit]\ngpgsign = true\n[gpg]\nprogram = /bin/false\n[format]\n\
             signature = mine\nnumbered = true\nfrom = true\nsubjectPrefix = X\nattach = true\n\
             signOff = true\nthread = true\n[diff]\nnoprefix = true\nrenames = copies\n\
             algorithm = patience\ncontext = 9\nmnemonicPrefix = true\n[am]\nthreeWay = true\n\
             [apply]\nwhitespace = fix\n[init]\ndefaultBranch = other\n"
        ),
    );
    fs::remove_dir_all(fixture.place.cache()).unwrap();
    let xtask = xtask
        .with("GIT_AUTHOR_NAME", "Somebody")
        .with("GIT_DIR", "/nowhere")
        .with("GIT_COMMITTER_DATE", "2001-01-01T00:00:00")
        .with("TZ", "Asia/Tokyo");
    xtask.run(&["patches", "import", "demo"]).succeeds();
    xtask.run(&["patches", "apply", "demo"]).succeeds();
    for (file, _) in &before {
        fs::remove_file(fixture.path("demo-patches").join(file)).unwrap();
    }
    xtask.run(&["patches", "export", "demo"]).succeeds();
    assert_eq!(fixture.patches(), before);
}

#[test]
fn an_apply_killed_for_real_is_recovered() {
    let (fixture, xtask) = checkout();
    fixture.change("src/main.c", MAIN.replace("return 1", "return 11"));
    xtask.run(&new("third")).succeeds();
    // A git that kills whoever calls it when the second patch has its turn.
    let count = fixture.path("count");
    script(
        &fixture.path("killing/git"),
        &format!(
            "case \" $* \" in *' am '*)\n echo x >> '{0}'\n \
             if [ $(wc -l < '{0}') = 2 ]; then kill -9 $PPID; exit 1; fi ;; esac\n\
             exec '{1}' \"$@\"\n",
            count.display(),
            xtask::program("git").display()
        ),
    );
    let path = format!(
        "{}:{}",
        fixture.path("killing").display(),
        std::env::var("PATH").unwrap()
    );
    let killed = xtask.with("PATH", &path).run(&["patches", "apply", "demo"]);
    assert_eq!(killed.code, -1, "{}", killed.err);

    xtask
        .run(&["patches", "status", "demo"])
        .succeeds()
        .says("an interrupted apply");
    xtask
        .run(&["patches", "export", "demo"])
        .fails("an interrupted apply is under way");
    let ended = xtask.run(&["patches", "apply", "demo"]).succeeds();
    ended.says("was undone first").says("3 patches applied");
    xtask
        .run(&["patches", "export", "demo", "--check"])
        .succeeds();
}
