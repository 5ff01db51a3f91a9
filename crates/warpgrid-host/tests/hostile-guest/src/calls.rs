//! Calls of the shims as no well-meaning program makes them. Each says what it
//! saw, and `as it must` where that is right.

use std::time::Duration;

mod databases {
    wit_bindgen::generate!({
        path: "../../../../wit/database-proxy.wit",
        inline: "package probe:databases; world imports { import warpgrid:shim/database-proxy@0.1.0; }",
        generate_all,
    });
    pub use self::warpgrid::shim::database_proxy::*;
}

mod files {
    wit_bindgen::generate!({
        path: "../../../../wit/filesystem.wit",
        inline: "package probe:files; world imports { import warpgrid:shim/filesystem@0.1.0; }",
        generate_all,
    });
    pub use self::warpgrid::shim::filesystem::*;
}

mod names {
    wit_bindgen::generate!({
        path: "../../../../wit/dns.wit",
        inline: "package probe:names; world imports { import warpgrid:shim/dns@0.1.0; }",
        generate_all,
    });
    pub use self::warpgrid::shim::dns::*;
}

use databases::{Connection, DbConfig, DbError, DbProtocol, close, connect, recv, send};

const RIGHT: &str = "as it must";

/// What the tests' `warp.toml` gives it.
fn database() -> DbConfig {
    DbConfig {
        protocol: DbProtocol::Postgres,
        host: "db.warp.local".to_owned(),
        port: 5432,
        database: None,
        pool_size: u32::MAX,
    }
}

pub fn run(what: &str) -> String {
    match what {
        "stale-handles" => stale_handles(),
        "open" => connect(&database()).map_or_else(|e| format!("{e:?}"), |h| h.to_string()),
        "lengths" => lengths(),
        "one-byte-sends" => one_byte_sends(),
        "flood" => flood(),
        "never-read" => never_read(),
        "never-close" => never_close(),
        "other-endpoints" => other_endpoints(),
        "paths" => paths(),
        "names" => odd_names(),
        "handles" => open_until_refused(),
        other => match other.split_once('/') {
            Some(("use", handle)) => use_handle(handle.parse().expect("a handle")),
            Some(("garbage", seed)) => garbage(seed.parse().expect("a seed")),
            _ => "?".to_owned(),
        },
    }
}

fn checked(right: bool, saw: impl std::fmt::Debug) -> String {
    if right {
        RIGHT.to_owned()
    } else {
        format!("{saw:?}")
    }
}

fn is_closed(handle: Connection) -> bool {
    matches!(send(handle, b"x"), Err(DbError::Closed))
        && matches!(recv(handle, 1), Err(DbError::Closed))
}

/// Of another instance, or made up.
fn use_handle(handle: Connection) -> String {
    close(handle);
    checked(is_closed(handle), handle)
}

fn stale_handles() -> String {
    let first = connect(&database()).expect("a connection");
    close(first);
    close(first);
    let second = connect(&database()).expect("a connection");
    let made_up = [0, 1, u64::MAX, second ^ (1 << 32), second.wrapping_add(1)];
    let right = is_closed(first) && first != second && made_up.iter().all(|h| is_closed(*h));
    checked(right, (first, second))
}

/// A login as `postgres`; the host ends it with credentials of its own.
fn startup() -> Vec<u8> {
    let mut message = vec![0, 0, 0, 0, 0, 3, 0, 0];
    message.extend(b"user\0nobody\0\0");
    let length = u32::try_from(message.len()).expect("short");
    message[..4].copy_from_slice(&length.to_be_bytes());
    message
}

fn query(sql: &str) -> Vec<u8> {
    let mut message = vec![b'Q'];
    let length = u32::try_from(sql.len() + 5).expect("short");
    message.extend(length.to_be_bytes());
    message.extend(sql.as_bytes());
    message.push(0);
    message
}

fn send_all(handle: Connection, mut data: &[u8]) -> Result<(), DbError> {
    while !data.is_empty() {
        let taken = send(handle, data)?;
        data = &data[taken as usize..];
    }
    Ok(())
}

/// Reads until these bytes have come.
fn read_until(handle: Connection, end: &[u8]) -> Result<Vec<u8>, DbError> {
    let mut seen = Vec::new();
    while !seen.ends_with(end) {
        let bytes = recv(handle, 4096)?;
        if bytes.is_empty() {
            return Err(DbError::Closed);
        }
        seen.extend(bytes);
    }
    Ok(seen)
}

const READY: &[u8] = b"Z\0\0\0\x05I";

fn logged_in() -> Result<Connection, DbError> {
    let handle = connect(&database())?;
    send_all(handle, &startup())?;
    read_until(handle, READY)?;
    Ok(handle)
}

fn lengths() -> String {
    let handle = logged_in().expect("a session");
    send_all(handle, &query("select 1")).expect("sent");
    let got = recv(handle, u32::MAX).expect("an answer");
    // A message that claims nearly 4 GiB, and one that claims less than itself.
    let huge = send_all(handle, &[b'Q', 0xff, 0xff, 0xff, 0xf0]).and_then(|()| recv(handle, 1));
    let other = logged_in().expect("a session");
    let small = send_all(other, &[b'Q', 0, 0, 0, 1]).and_then(|()| recv(other, 1));
    let refused = |answer: &Result<Vec<u8>, DbError>| {
        matches!(answer, Err(_)) || matches!(answer, Ok(bytes) if bytes.is_empty() || bytes == b"E")
    };
    let right = !got.is_empty() && got.len() <= 256 * 1024 && refused(&huge) && refused(&small);
    checked(right, (got.len(), huge, small))
}

fn one_byte_sends() -> String {
    let handle = connect(&database()).expect("a connection");
    for byte in startup() {
        send_all(handle, &[byte]).expect("taken");
    }
    read_until(handle, READY).expect("a login");
    for byte in query("select 'one byte'") {
        send_all(handle, &[byte]).expect("taken");
    }
    let answer = read_until(handle, READY).expect("an answer");
    close(handle);
    checked(
        answer.windows(8).any(|window| window == b"one byte"),
        answer,
    )
}

fn flood() -> String {
    let mut open = Vec::new();
    let refused = loop {
        match connect(&database()) {
            Ok(handle) => open.push(handle),
            Err(error) => break error,
        }
    };
    let right = matches!(refused, DbError::PoolExhausted) && !open.is_empty();
    checked(right, (open.len(), refused))
}

/// Asks for 200 MB and takes nothing of it.
fn never_read() -> String {
    let handle = logged_in().expect("a session");
    let all = query("select repeat('x', 1000) from generate_series(1, 200000)");
    send_all(handle, &all).expect("sent");
    std::thread::sleep(Duration::from_millis(300));
    RIGHT.to_owned()
}

fn never_close() -> String {
    for _ in 0..3 {
        logged_in().expect("a session");
    }
    RIGHT.to_owned()
}

fn other_endpoints() -> String {
    let refused = |config: DbConfig| matches!(connect(&config), Err(DbError::ConnectionRefused));
    let right = [
        "127.0.0.1",
        "localhost",
        "",
        "\0",
        "DB.WARP.LOCAL\0",
        "db.warp.local ",
    ]
    .into_iter()
    .all(|host| {
        refused(DbConfig {
            host: host.to_owned(),
            ..database()
        })
    }) && refused(DbConfig {
        host: "d".repeat(1 << 20),
        ..database()
    }) && refused(DbConfig {
        port: 0,
        ..database()
    }) && matches!(
        connect(&DbConfig {
            protocol: DbProtocol::Redis,
            ..database()
        }),
        Err(DbError::ProtocolError)
    );
    checked(right, "a connection")
}

fn paths() -> String {
    let long = format!("/{}", "a/".repeat(1 << 20));
    let found: Vec<_> = [
        "",
        "/",
        "//",
        ".",
        "..",
        "/..",
        "/etc/../etc/shadow",
        "/etc/./passwd/../../root",
        "etc/hosts",
        "/etc/hosts/",
        "/etc/hosts\0",
        "\0/etc/hosts",
        "/ETC/HOSTS",
        "/proc/self/environ/..",
        "/proc/1/environ",
        "/proc/self/root/etc/shadow",
        "/root",
        "/etc/shadow",
        "/usr/share/zoneinfo/../../../etc/shadow",
        "/dev/../etc/shadow",
        "\u{202e}/etc/hosts",
        &long,
    ]
    .into_iter()
    .filter(|path| files::read_virtual(path).is_some())
    .collect();
    let own = files::read_virtual("/etc/hosts").is_some();
    checked(found.is_empty() && own, found)
}

fn odd_names() -> String {
    let long = "a.".repeat(1 << 20);
    let label = format!("{}.warp.local", "l".repeat(64));
    let found: Vec<_> = [
        "",
        ".",
        "..",
        "a..b",
        " ",
        "a b",
        "\0",
        "db\0.warp.local",
        "db.warp.local\n",
        "\u{1f980}.warp.local",
        "-.warp.local",
        "*.warp.local",
        "%s%n.warp.local",
        "nobody.warp.local",
        // What is asked of the system's resolver is told to others.
        "secret.example.com",
        &label,
        &long,
    ]
    .into_iter()
    .filter(|name| names::resolve(name).is_ok())
    .collect();
    checked(found.is_empty(), found)
}

/// Bytes that no client sends, at a point of the session that the seed chooses.
fn garbage(seed: u64) -> String {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let handle = match next() % 3 {
        0 => connect(&database()),
        1 => logged_in(),
        _ => logged_in().and_then(|handle| {
            send_all(handle, &query("begin; select generate_series(1, 100000)"))?;
            Ok(handle)
        }),
    };
    let Ok(handle) = handle else {
        return "no session".to_owned();
    };
    for _ in 0..next() % 20 {
        let bytes: Vec<u8> = (0..next() % 300).map(|_| next() as u8).collect();
        // None is taken while nothing is read.
        if !matches!(send(handle, &bytes), Ok(1..)) {
            break;
        }
    }
    if next() % 2 == 0 {
        close(handle);
    }
    RIGHT.to_owned()
}

/// Each is a resource of WASI, of which none is dropped.
fn open_until_refused() -> String {
    let mut timers = Vec::new();
    loop {
        timers.push(wasip2::clocks::monotonic_clock::subscribe_duration(1 << 60));
    }
}
