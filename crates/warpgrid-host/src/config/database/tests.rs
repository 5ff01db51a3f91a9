//! Where passwords come from and what TLS is asked for, and what the errors
//! say.

use std::fs;

use miette::Diagnostic as _;
use warpgrid_db::{Password, Secret, Tls, TlsMode as Mode, TlsSettings};

use crate::config::ShimConfig;

const POSTGRES: &str =
    "[[database]]\nprotocol='postgres'\nhost='db.internal'\nport=5432\nuser='app'\n";
const REDIS: &str = "[[database]]\nprotocol='redis'\nhost='cache.internal'\nport=6379\n";

fn parse(text: &str) -> ShimConfig {
    ShimConfig::from_toml("warp.toml", text).unwrap()
}

fn error(text: &str) -> (String, String) {
    let error = ShimConfig::from_toml("warp.toml", text).expect_err(text);
    let help = error.help().expect("every error says what to do");
    (error.to_string(), help.to_string())
}

fn password(config: &ShimConfig) -> Option<Password> {
    let endpoint = config.databases[0].endpoint("db".to_owned(), 1);
    endpoint.credentials.unwrap().password
}

fn tls(config: &ShimConfig) -> Tls {
    config.databases[0].endpoint("192.0.2.1".to_owned(), 1).tls
}

#[test]
fn a_password_has_one_source() {
    let literal = parse(&format!("{POSTGRES}password='secret'"));
    assert_eq!(password(&literal), Some("secret".into()));
    let variable = parse(&format!("{POSTGRES}password-env='PATH'"));
    let path = std::env::var("PATH").unwrap();
    assert_eq!(password(&variable), Some(Secret::new(path).into()));
    assert_eq!(password(&parse(POSTGRES)), None);
    for two in [
        "password='a'\npassword-env='PATH'",
        "password='a'\npassword-file='f'",
        "password-env='PATH'\npassword-file='f'",
    ] {
        let (message, help) = error(&format!("{POSTGRES}{two}"));
        assert!(message.starts_with("warp.toml:6: "), "{message}");
        assert!(message.contains("one password"), "{message}");
        assert!(help.contains("keep one of"), "{help}");
    }
}

#[test]
fn a_password_file_is_relative_to_warp_toml() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.password");
    fs::write(&file, "secret\n").unwrap();
    let config = folder.path().join("warp.toml");
    fs::write(&config, format!("{POSTGRES}password-file='app.password'")).unwrap();
    let read = ShimConfig::from_file(&config).unwrap();
    assert_eq!(password(&read), Some(Password::file(&file).unwrap()));
    let (message, help) = error(&format!("{POSTGRES}password-file='no-such-file'"));
    assert!(
        message.starts_with("warp.toml:6: cannot read no-such-file: No such file"),
        "{message}"
    );
    assert!(help.contains("holds the password"), "{help}");
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let (message, help) = error(&format!("{POSTGRES}password-env='NO_SUCH_VARIABLE'"));
    assert!(
        message.starts_with("warp.toml:6: the environment variable `NO_SUCH_VARIABLE` is not set"),
        "{message}"
    );
    assert!(help.starts_with("set NO_SUCH_VARIABLE"), "{help}");
}

#[test]
fn the_variable_with_the_password_reaches_no_guest() {
    let text = format!("[env]\nPATH='/bin'\n{POSTGRES}password-env='PATH'");
    let (message, help) = error(&text);
    assert!(message.contains("`PATH` is given to guests"), "{message}");
    assert!(help.contains("[env]"), "{help}");
    // Nor by another way.
    let mut config = parse(&format!("[env]\nLOG='info'\n{POSTGRES}password-env='PATH'"));
    config.env.insert("PATH".to_owned(), "secret".to_owned());
    let variables: Vec<_> = config.variables().collect();
    assert_eq!(variables, [("LOG", "info")]);
}

#[test]
fn no_error_shows_a_password() {
    for text in [
        format!("{POSTGRES}password=12345678"),
        format!("{POSTGRES}password='hunter2'\npool-size=0\npassword-env='PATH'"),
        format!("{POSTGRES}password='hunter2'\npool-size=0"),
        format!("{POSTGRES}password='hunter2'\nunknown=0"),
        format!("{POSTGRES}password='hunter2"),
    ] {
        let error = ShimConfig::from_toml("warp.toml", &text).expect_err(&text);
        let report = format!("{:?}", miette::Report::new(error));
        assert!(
            !report.contains("hunter2") && !report.contains("12345678"),
            "{report}"
        );
    }
}

#[test]
fn tls_is_preferred_where_its_port_is_the_same() {
    let new = |mode| {
        let settings = TlsSettings {
            mode,
            ..TlsSettings::default()
        };
        Tls::new(&settings).unwrap()
    };
    // Of the name in warp.toml, wherever that leads.
    assert_eq!(
        tls(&parse(POSTGRES)),
        new(Mode::Prefer).or_named("db.internal")
    );
    let mysql = POSTGRES.replace("postgres", "mysql");
    assert_eq!(
        tls(&parse(&mysql)),
        new(Mode::Prefer).or_named("db.internal")
    );
    assert_eq!(tls(&parse(REDIS)), Tls::default());
    for (name, mode) in [
        ("disable", Mode::Disable),
        ("prefer", Mode::Prefer),
        ("require", Mode::Require),
        ("verify-ca", Mode::VerifyCa),
        ("verify-full", Mode::VerifyFull),
    ] {
        let text = format!("{REDIS}upstream='10.0.0.5:6380'\ntls='{name}'");
        // The system's CAs may be missing here.
        let Ok(config) = ShimConfig::from_toml("warp.toml", &text) else {
            assert!(matches!(mode, Mode::VerifyCa | Mode::VerifyFull));
            continue;
        };
        assert_eq!(tls(&config).mode(), mode);
        if mode == Mode::Require {
            assert_eq!(tls(&config), new(mode).or_named("10.0.0.5"));
        }
    }
    let named = format!("{POSTGRES}tls='require'\ntls-server-name='other.internal'");
    assert_eq!(
        tls(&parse(&named)),
        new(Mode::Require).or_named("other.internal")
    );
}

#[test]
fn errors_of_tls_name_the_key_and_the_file() {
    let empty = tempfile::NamedTempFile::new().unwrap();
    let empty = empty.path().display();
    let cases = [
        ("tls='verify'".to_owned(), "unknown variant `verify`", ""),
        (
            "tls='require'\ntls-ca='no-such-file'".to_owned(),
            "warp.toml:7: cannot read no-such-file",
            "PEM",
        ),
        (
            format!("tls='require'\ntls-ca='{empty}'"),
            "holds no certificate",
            "BEGIN CERTIFICATE",
        ),
        (
            "tls='require'\ntls-cert='x'".to_owned(),
            "warp.toml:7: a client certificate without its key",
            "tls-key",
        ),
        (
            "tls='require'\ntls-key='x'".to_owned(),
            "warp.toml:7: a key without its client certificate",
            "tls-cert",
        ),
        (
            "tls='require'\ntls-server-name='not a name'".to_owned(),
            "warp.toml:7: `not a name` is no name",
            "DNS name",
        ),
        (
            "tls='disable'\ntls-ca='x'".to_owned(),
            "warp.toml:7: tls-ca without TLS",
            "verify-full",
        ),
    ];
    for (keys, part, advice) in cases {
        let (message, help) = error(&format!("{POSTGRES}{keys}"));
        assert!(message.contains(part), "{keys}: {message}");
        assert!(help.contains(advice), "{keys}: {help}");
    }
    let (message, _) = error(&format!("{REDIS}tls-ca='x'"));
    assert!(message.contains("tls-ca without TLS"), "{message}");
}

#[test]
fn files_of_tls_are_relative_to_warp_toml() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("warp.toml");
    fs::write(&config, format!("{POSTGRES}tls='require'\ntls-ca='ca.crt'")).unwrap();
    let error = ShimConfig::from_file(&config).unwrap_err().to_string();
    let expected = folder.path().join("ca.crt").display().to_string();
    assert!(
        error.contains(&format!("cannot read {expected}")),
        "{error}"
    );
}
