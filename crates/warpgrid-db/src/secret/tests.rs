use std::fs;
use std::time::{Duration, SystemTime};

use super::*;

fn file(text: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn a_password_is_never_printed() {
    let file = file(b"hunter2");
    for password in [
        Password::from("hunter2"),
        Password::file(file.path()).unwrap(),
    ] {
        assert_eq!(password.current().expose(), b"hunter2");
        assert!(!format!("{password:?}").contains("hunter2"));
    }
}

#[test]
fn a_newline_at_the_end_of_a_file_is_no_part_of_the_password() {
    for (text, password) in [
        (&b"secret"[..], &b"secret"[..]),
        (b"secret\n", b"secret"),
        (b"secret\r\n", b"secret"),
        (b"secret\n\n", b"secret\n"),
        (b" secret ", b" secret "),
        (b"se\ncret", b"se\ncret"),
    ] {
        let read = Password::file(file(text).path()).unwrap();
        assert_eq!(read.current().expose(), password);
    }
}

#[test]
fn a_file_that_changes_is_read_again_however_quickly() {
    let file = file(b"0");
    let password = Password::file(file.path()).unwrap();
    for n in 1..100_u64 {
        // Of the same length, and within the same tick of the clock.
        let text = (n % 10).to_string();
        fs::write(file.path(), &text).unwrap();
        let (secret, generation) = password.changing().unwrap();
        assert_eq!((secret.expose(), generation), (text.as_bytes(), n));
    }
    let (_, before) = password.changing().unwrap();
    fs::write(file.path(), "9\n").unwrap();
    assert_eq!(password.changing().unwrap().1, before, "it is the same");
}

#[test]
fn another_file_in_its_place_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    fs::write(&path, "old").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    // So that its times will do to tell.
    std::thread::sleep(Duration::from_millis(3100));
    let password = Password::file(&path).unwrap();
    fs::write(folder.path().join("new"), "new").unwrap();
    fs::File::options()
        .write(true)
        .open(folder.path().join("new"))
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    assert_eq!(password.current().expose(), b"old");
    fs::rename(folder.path().join("new"), &path).unwrap();
    assert_eq!(password.current().expose(), b"new");
}

#[test]
fn a_file_that_cannot_be_read_is_as_it_last_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    assert!(Password::file(&path).is_err());
    assert!(Password::file(folder.path()).is_err());
    fs::write(&path, "\n").unwrap();
    assert!(Password::file(&path).is_err());
    fs::write(&path, vec![b'x'; (64 << 10) + 1]).unwrap();
    assert!(Password::file(&path).is_err());
    fs::write(&path, "first").unwrap();
    let password = Password::file(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(password.current().expose(), b"first");
    // Somebody is writing it.
    fs::write(&path, "").unwrap();
    assert_eq!(password.current().expose(), b"first");
    fs::write(&path, "second").unwrap();
    assert_eq!(password.current().expose(), b"second");
}

#[test]
fn those_from_one_file_are_equal_whatever_it_holds() {
    let file = file(b"one");
    let first = Password::file(file.path()).unwrap();
    fs::write(file.path(), "two").unwrap();
    assert_eq!(first, Password::file(file.path()).unwrap());
    assert_ne!(first, Password::from("two"));
}
