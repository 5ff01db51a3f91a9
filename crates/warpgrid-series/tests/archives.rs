//! Archives: how they may be packed, and one that holds more than the upstream.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;

use std::fs;
use std::io::{Read, Write};

use fixture::{FILE, Fixture, script, write};
use warpgrid_series::SeriesError;

#[test]
fn a_directory_of_an_archive_is_imported_alone() {
    let fixture = Fixture::new();
    let source = fixture.debian_source();
    fixture.write_series(&[format!("{source}directory = \"src\"\n")]);
    fixture.pin(&fixture.git(&fixture.path("upstream"), &["rev-parse", "HEAD:src"]));
    fixture.import().unwrap();
    let mut names: Vec<_> = fs::read_dir(fixture.work())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != ".git")
        .collect();
    names.sort();
    let there = fixture.git(
        &fixture.path("upstream"),
        &["ls-tree", "--name-only", "HEAD:src"],
    );
    assert_eq!(names, there.lines().collect::<Vec<_>>());
}

#[test]
fn a_directory_that_is_not_there_or_leaves_the_archive_is_refused() {
    let fixture = Fixture::new();
    let source = fixture.debian_source();
    fixture.write_series(&[format!("{source}directory = \"sr\"\n")]);
    let error = fixture.import().unwrap_err();
    assert!(matches!(error, SeriesError::Archive { .. }), "{error}");
    assert!(error.to_string().contains("no files"), "{error}");

    for directory in ["..", "src/../..", "/src", "src/", ""] {
        fixture.write_series(&[format!("{source}directory = \"{directory}\"\n")]);
        let path = fixture.path("demo-patches/sources.toml");
        let error = warpgrid_series::Sources::read(&path).unwrap_err();
        assert!(
            error.to_string().contains("below the archive's top"),
            "{directory}: {error}"
        );
    }
}

#[test]
fn an_archive_that_gzip_packed_gives_the_same_tree() {
    let fixture = Fixture::new();
    let mut plain = Vec::new();
    xz2::read::XzDecoder::new(&fs::read(fixture.path("mirror.tar.xz")).unwrap()[..])
        .read_to_end(&mut plain)
        .unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&plain).unwrap();
    write(&fixture.path("mirror.tar.xz"), packed.finish().unwrap());
    let file = FILE.replace(".xz", ".gz");
    let apt = fixture.path("bin/apt-get");
    let text = fs::read_to_string(&apt).unwrap().replace(FILE, &file);
    script(&apt, text.trim_start_matches("#!/bin/sh\n"));
    fixture.write_series(&[fixture.debian_source().replace(FILE, &file)]);
    assert_eq!(fixture.import().unwrap().tree, fixture.tree());
}
