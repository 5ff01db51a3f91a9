//! `warp.toml`, as somebody may write it.

use std::ops::Range;
use std::time::Duration;

use miette::{Diagnostic as _, GraphicalReportHandler, GraphicalTheme};
use tokio::time::Instant;

use crate::config::{ConfigError, ShimConfig};

/// The text of a `warp.toml`: it is read, or what is wrong with it can be shown,
/// with the place. What is read can be used.
pub fn config(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    // What these name is read, and what is there differs from host to host.
    if ["path", "password-file", "password-env", "tls"]
        .iter()
        .any(|key| text.contains(key))
    {
        return;
    }
    match ShimConfig::from_toml("warp.toml", text) {
        Ok(config) => usable(&config),
        Err(error) => shown(&error, text),
    }
}

fn usable(config: &ShimConfig) {
    let dns = [
        config.dns.ttl,
        config.dns.negative_ttl,
        config.dns.failed_ttl,
        config.dns.timeout,
    ];
    let limits = &config.limits;
    let limits = [
        limits.request_timeout,
        limits.response_timeout,
        limits.shutdown_timeout,
        limits.idle_timeout,
    ];
    let databases = config.databases.iter().flat_map(|database| {
        let times = [
            database.wait_timeout,
            database.connect_timeout,
            database.idle_timeout,
        ];
        times.map(Option::unwrap_or_default)
    });
    let times: Vec<Duration> = dns.into_iter().chain(limits).chain(databases).collect();
    for time in times {
        assert!(
            Instant::now().checked_add(time).is_some(),
            "{time:?} has no end"
        );
    }
    for database in &config.databases {
        let (host, port) = database.upstream();
        assert!(!host.is_empty(), "nowhere to connect");
        let endpoint = database.endpoint(host.to_owned(), port);
        assert!(endpoint.limits.size > 0, "no connection at all");
    }
    for (name, addresses) in config.services.iter().chain(&config.dns.hosts) {
        assert!(!addresses.as_slice().is_empty(), "{name} has no address");
    }
    assert!(limits_hold(config), "a limit of nothing");
}

fn limits_hold(config: &ShimConfig) -> bool {
    let limits = &config.limits;
    limits.memory_bytes() > 0 && limits.instances > 0 && limits.reuse > 0
}

fn shown(error: &ConfigError, text: &str) {
    assert!(error.help().is_some(), "no remedy: {error}");
    assert!(
        error.to_string().starts_with("warp.toml"),
        "no file: {error}"
    );
    for label in error.labels().into_iter().flatten() {
        let place: Range<usize> = label.offset()..label.offset() + label.len();
        assert!(
            text.get(place.clone()).is_some(),
            "{place:?} is no place in it"
        );
    }
    let mut report = String::new();
    let theme = GraphicalTheme::unicode_nocolor();
    let rendered = GraphicalReportHandler::new_themed(theme).render_report(&mut report, error);
    assert!(rendered.is_ok() && !report.is_empty(), "it cannot be shown");
}
