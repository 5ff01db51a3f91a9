//! Import: both transports give one tree, and nothing else gets in.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;

use std::fs;

use fixture::{Fixture, Tar, script, write};
use warpgrid_series::{Series, SeriesError, WorkState};

#[test]
fn git_and_debian_give_the_same_tree_and_commit() {
    let fixture = Fixture::new();
    fixture.write_series(&[fixture.git_source()]);
    let by_git = fixture.import().unwrap();
    assert!(
        by_git
            .from
            .as_ref()
            .unwrap()
            .starts_with("git remote file://"),
        "{by_git:?}"
    );

    let fixture = fixture.with_empty_cache();
    fixture.write_series(&[fixture.debian_source()]);
    let by_debian = fixture.import().unwrap();
    assert!(
        by_debian
            .from
            .as_ref()
            .unwrap()
            .starts_with("Debian source package"),
        "{by_debian:?}"
    );

    assert_eq!(by_git.tree, fixture.tree());
    assert_eq!(
        (by_git.tree, by_git.commit),
        (by_debian.tree, by_debian.commit)
    );
}

#[test]
fn the_work_tree_has_upstreams_bytes_whatever_its_attributes_say() {
    let fixture = Fixture::new();
    fixture.import().unwrap();
    let work = fixture.work();
    assert_eq!(
        fs::read(work.join("src/crlf.txt")).unwrap(),
        b"one\r\ntwo\r\nthree\r\n"
    );
    assert_eq!(
        fs::read_link(work.join("link.c")).unwrap().to_str(),
        Some("src/main.c")
    );
    assert!(!work.join("vendored").exists());
    let status = fixture.status();
    assert_eq!(
        (status.state, status.dirty),
        (WorkState::Applied, vec![]),
        "an empty series is applied"
    );
}

#[test]
fn a_second_import_fetches_nothing() {
    let fixture = Fixture::new();
    fixture.write_series(&[fixture.debian_source()]);
    let first = fixture.import().unwrap();
    let calls = fixture.apt_calls();
    let second = fixture.import().unwrap();
    assert_eq!(second.from, None);
    assert_eq!(second.commit, first.commit);
    assert_eq!(fixture.apt_calls(), calls);
}

#[test]
fn apt_is_asked_for_one_version_with_a_private_configuration() {
    let fixture = Fixture::new();
    fixture.write_series(&[fixture.debian_source()]);
    fixture.import().unwrap();
    let calls = fixture.apt_calls();
    assert!(
        calls.contains("source --download-only --tar-only pkg=1.0-3~bpo1"),
        "{calls}"
    );
    let list = fixture.place.cache().join("apt/newer/sources.list");
    let list = fs::read_to_string(list).unwrap();
    assert_eq!(
        list,
        "deb-src [trusted=yes] http://mirror.invalid/debian newer main\n"
    );
}

#[test]
fn the_next_source_is_tried_when_one_cannot_be_reached() {
    let fixture = Fixture::new();
    let unreachable = "[[git]]\nurl = \"file:///nowhere/at/all\"\nrev = \"main\"\n".to_owned();
    fixture.write_series(&[unreachable.clone(), fixture.debian_source()]);
    let imported = fixture.import().unwrap();
    assert!(imported.from.unwrap().starts_with("Debian"));
    assert_eq!(imported.failed.len(), 1);
    assert!(
        imported.failed[0].contains("/nowhere/at/all"),
        "{:?}",
        imported.failed
    );

    let fixture = fixture.with_empty_cache();
    fixture.write_series(&[unreachable]);
    let error = fixture.import().unwrap_err();
    assert!(matches!(error, SeriesError::NoTransport { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("git remote file:///nowhere/at/all at main"),
        "{error}"
    );
}

#[test]
fn a_package_that_has_moved_on_is_said_with_what_there_is() {
    let fixture = Fixture::new();
    fixture.write_series(&[fixture.debian_source()]);
    script(
        &fixture.path("bin/apt-cache"),
        "echo 'Version: 1.01-1'\necho 'Version: 2.0-1'\n",
    );
    let error = fixture.import().unwrap_err().to_string();
    assert!(
        error.contains("newer has pkg only as 1.01-1, 2.0-1"),
        "{error}"
    );
}

#[test]
fn a_wrong_checksum_is_final_and_names_both() {
    let fixture = Fixture::new();
    // A source that would work comes after it: it must not cover this up.
    fixture.write_series(&[fixture.debian_source(), fixture.git_source()]);
    write(&fixture.path("mirror.tar.xz"), "something else");
    let error = fixture.import().unwrap_err();
    let SeriesError::Checksum {
        file,
        expected,
        found,
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!(file, fixture::FILE);
    assert_ne!(expected, found);
    let text = error.to_string();
    assert!(
        text.contains(expected) && text.contains(found) && text.contains("removed"),
        "{text}"
    );
    assert!(
        !fixture
            .place
            .cache()
            .join("apt/newer")
            .join(fixture::FILE)
            .exists()
    );
    assert!(!fixture.work().exists());
    assert_eq!(fixture.place.store().keys().unwrap(), []);

    fixture.create_package(&fixture.archive());
    fixture.import().unwrap();
}

#[test]
fn a_wrong_tree_is_final_and_names_both() {
    let fixture = Fixture::new();
    for source in [fixture.git_source(), fixture.debian_source()] {
        fixture.write_series(&[source]);
        fixture.pin(&"0".repeat(40));
        let error = fixture.import().unwrap_err();
        assert!(matches!(error, SeriesError::Tree { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains(&"0".repeat(40)) && text.contains(&fixture.tree()),
            "{text}"
        );
        assert!(!fixture.work().exists());
    }
}

#[test]
fn a_damaged_stored_download_is_fetched_again() {
    let fixture = Fixture::new();
    fixture.write_series(&[fixture.debian_source()]);
    fixture.import().unwrap();
    let store = fixture.place.store();
    let stored = store.root(&format!("download/{}", fixture::FILE)).unwrap();
    fs::remove_file(&stored).unwrap();
    fs::write(&stored, "rot").unwrap();
    // Without the repository, import needs the tarball again.
    fs::remove_dir_all(fixture.place.upstream_dir("demo")).unwrap();
    let calls = fixture.apt_calls().lines().count();
    fixture.import().unwrap();
    assert!(fixture.apt_calls().lines().count() > calls);

    // A whole one is not fetched again.
    fs::remove_dir_all(fixture.place.upstream_dir("demo")).unwrap();
    let calls = fixture.apt_calls();
    assert!(fixture.import().unwrap().from.is_some());
    assert_eq!(fixture.apt_calls(), calls);
}

#[test]
fn hostile_archives_are_refused_and_write_nothing() {
    type Hostile = fn(&mut Tar);
    let cases: [(&str, Hostile); 14] = [
        ("pkg/../../escape", |t| {
            t.file("pkg/../../escape", b"x", false)
        }),
        ("/etc/escape", |t| t.file("/etc/escape", b"x", false)),
        ("absolute link", |t| t.link("pkg/link", "/etc/passwd")),
        ("link out", |t| t.link("pkg/a/link", "../../outside")),
        ("through a link", |t| {
            t.link("pkg/link", "there");
            t.file("pkg/link/file", b"x", false);
        }),
        ("through a file", |t| {
            t.file("pkg/file", b"x", false);
            t.file("pkg/file/below", b"x", false);
        }),
        ("twice", |t| {
            t.file("pkg/file", b"x", false);
            t.file("pkg/file", b"y", false);
        }),
        ("git directory", |t| {
            t.file("pkg/.git/hooks/post-checkout", b"x", true)
        }),
        ("git directory in capitals", |t| {
            t.file("pkg/sub/.GIT/config", b"x", false)
        }),
        ("two top directories", |t| {
            t.file("pkg/file", b"x", false);
            t.file("other/file", b"x", false);
        }),
        ("hard link", |t| {
            t.entry("pkg/hard", tar::EntryType::Link, 0o644, "pkg/file", &[])
        }),
        ("device", |t| {
            t.entry("pkg/dev", tar::EntryType::Char, 0o644, "", &[])
        }),
        ("line break", |t| t.file("pkg/a\nb", b"x", false)),
        ("nothing", |t| t.dir("pkg/")),
    ];
    for (what, fill) in cases {
        let fixture = Fixture::new();
        let mut archive = Tar::new();
        fill(&mut archive);
        fixture.create_package(&archive.finish());
        fixture.write_series(&[fixture.debian_source()]);
        let error = fixture.import().unwrap_err();
        assert!(
            matches!(error, SeriesError::Archive { .. }),
            "{what}: {error}"
        );
        assert!(!fixture.work().exists(), "{what}");
        assert!(!fixture.path("escape").exists(), "{what}");
    }
}

#[test]
fn a_truncated_archive_is_refused() {
    let fixture = Fixture::new();
    let whole = fixture.archive();
    fixture.create_package(&whole[..whole.len() / 2]);
    fixture.write_series(&[fixture.debian_source()]);
    let error = fixture.import().unwrap_err();
    assert!(matches!(error, SeriesError::Archive { .. }), "{error}");
}

#[test]
fn a_new_pin_moves_a_clean_work_tree_and_no_other() {
    let fixture = Fixture::new();
    let upstream = fixture.path("upstream");
    fixture.import().unwrap();
    write(&upstream.join("src/new.c"), "int new;\n");
    fixture.git(&upstream, &["add", "src/new.c"]);
    fixture.git(&upstream, &["commit", "--quiet", "-m", "release 1.1"]);
    fixture.write_series(&[fixture.git_source()]);

    let error = fixture.apply().unwrap_err();
    assert!(matches!(error, SeriesError::WrongVersion { .. }), "{error}");
    assert!(matches!(
        fixture.status().state,
        WorkState::WrongVersion { .. }
    ));

    fixture.change("src/main.c", "changed\n");
    let error = fixture.import().unwrap_err();
    assert!(matches!(error, SeriesError::Dirty { .. }), "{error}");
    fixture.git(&fixture.work(), &["checkout", "--", "."]);
    fixture.import().unwrap();
    assert!(fixture.work().join("src/new.c").is_file());
}

#[test]
fn mistakes_in_the_pin_and_the_sources_are_told_with_their_place() {
    let fixture = Fixture::new();
    let dir = fixture.path("demo-patches");
    let place_of = |file: &str, text: &str| {
        let before = fs::read_to_string(dir.join(file)).unwrap();
        write(&dir.join(file), text);
        let error = Series::open(&dir).unwrap_err();
        write(&dir.join(file), before);
        let SeriesError::Config {
            path,
            line,
            column,
            message,
        } = error
        else {
            panic!("{error}")
        };
        assert!(path.ends_with(file));
        (line, column, message)
    };
    let (line, column, message) = place_of(
        "sources.toml",
        "[[git]]\nurl = \"x\"\nrev = \"y\"\nbranch = \"z\"\n",
    );
    assert_eq!((line, column), (4, 1), "{message}");
    assert!(message.contains("branch"), "{message}");
    let (line, _, message) = place_of(
        "sources.toml",
        "\n[[debian]]\nsuite = \"a\"\npackage = \"b\"\nversion = \"c\"\nfile = \"d.tar.xz\"\nsha256 = \"short\"\n",
    );
    assert_eq!(
        (line, message.as_str()),
        (2, "sha256 is 64 hexadecimal digits")
    );
    let (line, _, _) = place_of("sources.toml", "# nothing\n");
    assert_eq!(line, 1);
    let (line, _, message) = place_of(
        "sources.toml",
        "[[git]]\nurl = \"--upload-pack=x\"\nrev = \"y\"\n",
    );
    assert_eq!(line, 1, "{message}");
    let (line, column, _) = place_of(
        "UPSTREAM_REF",
        "name = \"demo\"\nversion = \"1\"\ntree = \"abc\"\n",
    );
    assert_eq!((line, column), (3, 8));
    let (line, _, _) = place_of(
        "UPSTREAM_REF",
        "name = \"../x\"\nversion = \"1\"\ntree = \"abc\"\n",
    );
    assert_eq!(line, 1);
}

#[test]
fn a_missing_git_is_said_and_how_to_get_it() {
    let mut fixture = Fixture::new();
    fixture.programs.git = fixture.path("no-git").into();
    let error = fixture.import().unwrap_err().to_string();
    assert!(error.starts_with("git is not installed\n"), "{error}");
    assert!(error.contains("apt-get install git"), "{error}");
}

#[test]
fn a_cancelled_import_stops_and_goes_on_later() {
    let mut fixture = Fixture::new();
    fixture.cancel.cancel();
    assert!(matches!(fixture.import(), Err(SeriesError::Interrupted)));
    fixture.cancel = warpgrid_series::process::Cancel::default();
    fixture.import().unwrap();
}

#[test]
fn the_folder_must_be_a_series() {
    let error = Series::open(std::path::Path::new("/nowhere")).unwrap_err();
    assert!(matches!(error, SeriesError::NotASeries { .. }));
}

/// A module's directory, as go's cache has it: files below a folder that is
/// named, and one beside it.
#[test]
fn a_go_module_is_what_its_hash_and_the_pin_say() {
    let fixture = Fixture::new();
    let module = fixture.path("module");
    write(&module.join("src/net/dial.go"), "package net\n");
    write(&module.join("README"), "no part of it\n");
    let answer = format!(
        r#"echo "$@" > "{}"; echo '{{"Dir":"{}","Sum":"h1:right"}}'"#,
        fixture.path("go-calls").display(),
        module.display()
    );
    script(&fixture.path("bin/go"), &answer);
    let source = |sum: &str| {
        format!(
            "[[go]]\nmodule = \"example.invalid/upstream\"\nversion = \"v1.0.0\"\n\
             directory = \"src\"\nsum = \"{sum}\"\n"
        )
    };
    fixture.write_series(&[source("h1:wrong")]);
    let error = fixture.import().unwrap_err().to_string();
    assert!(error.contains("h1:wrong"), "{error}");
    fixture.write_series(&[source("h1:right")]);
    let error = fixture.import().unwrap_err().to_string();
    // What git makes of that one file.
    let tree = "10e5e999f4d7ef24b14cac274dd87b9eff39e2bd";
    assert!(error.contains(tree), "{error}");
    fixture.pin(tree);
    let imported = fixture.import().unwrap();
    assert_eq!(imported.tree, tree);
    assert_eq!(
        fs::read_to_string(fixture.work().join("net/dial.go")).unwrap(),
        "package net\n"
    );
    assert_eq!(
        fs::read_to_string(fixture.path("go-calls")).unwrap(),
        "mod download -json example.invalid/upstream@v1.0.0\n"
    );
}
