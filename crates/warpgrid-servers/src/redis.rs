//! Redis.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Error;
use crate::server::{Wanted, number_after};

const SERVER: &str = "redis-server";
const SETTINGS: &str = "redis.conf";

pub(crate) fn version() -> Option<String> {
    // `Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=…`
    number_after(Command::new(SERVER).arg("--version"), "v=", 1)
}

pub(crate) fn prepare(directory: &Path, wanted: &Wanted) -> Result<(), Error> {
    let data = directory.join("data");
    fs::create_dir_all(&data).map_err(Error::system("create", &data))?;
    let mut text = "bind 127.0.0.1\ndaemonize no\nsave 60 1\n".to_owned();
    if let Some(user) = wanted.user.as_deref().filter(|user| *user != "default") {
        // redis.conf has words, and of the names in them no quoting.
        if user.is_empty()
            || !user
                .chars()
                .all(|c| c.is_ascii_graphic() && c != '"' && c != '\'')
        {
            let name = user.escape_debug().to_string();
            return Err(Error::Name { name });
        }
        text.push_str(&format!("user {user} on nopass ~* &* +@all\n"));
    }
    let path = directory.join(SETTINGS);
    fs::write(&path, text).map_err(Error::system("write", &path))
}

pub(crate) fn serve(directory: &Path, port: u16) -> Command {
    let mut server = Command::new(SERVER);
    server
        .arg(directory.join(SETTINGS))
        .args(["--port", &port.to_string()])
        .arg("--pidfile")
        .arg(directory.join("pid"))
        .arg("--dir")
        .arg(directory.join("data"));
    server
}
