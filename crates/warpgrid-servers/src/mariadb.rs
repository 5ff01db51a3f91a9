//! MariaDB.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;
use crate::server::{Wanted, number_after, output};

const SERVER: &str = "/usr/sbin/mariadbd";
const INSTALL: &str = "/usr/bin/mariadb-install-db";
const INIT: &str = "init.sql";

pub(crate) fn version() -> Option<String> {
    // `/usr/sbin/mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu …`
    number_after(Command::new(SERVER).arg("--version"), "Ver ", 2)
}

pub(crate) fn prepare(directory: &Path, wanted: &Wanted) -> Result<(), Error> {
    let data = directory.join("data");
    if !data.join("mysql").exists() {
        let mut install = Command::new(INSTALL);
        as_this_user(install.arg("--no-defaults"))
            .args(["--auth-root-authentication-method=normal", "--skip-test-db"])
            .args(["--skip-name-resolve", "--innodb-log-file-size=8M"])
            .arg(format!("--datadir={}", data.display()))
            .stdin(Stdio::null());
        output(&mut install, directory)?;
    }
    let init = directory.join(INIT);
    fs::write(&init, statements(wanted)?).map_err(Error::system("write", &init))
}

/// One statement per line: the server reads its init file so, each time it starts.
fn statements(wanted: &Wanted) -> Result<String, Error> {
    let mut text = String::new();
    let names = [wanted.user.as_deref(), wanted.database.as_deref()];
    if let Some(name) = names
        .into_iter()
        .flatten()
        .find(|name| name.chars().any(char::is_control))
    {
        let name = name.escape_debug().to_string();
        return Err(Error::Name { name });
    }
    if let Some(database) = &wanted.database {
        let name = database.replace('`', "``");
        text.push_str(&format!("CREATE DATABASE IF NOT EXISTS `{name}`;\n"));
    }
    if let Some(user) = &wanted.user {
        let name = user.replace('\\', "\\\\").replace('\'', "''");
        text.push_str(&format!("CREATE USER IF NOT EXISTS '{name}'@'%';\n"));
        text.push_str(&format!(
            "GRANT ALL ON *.* TO '{name}'@'%' WITH GRANT OPTION;\n"
        ));
    }
    Ok(text)
}

pub(crate) fn serve(directory: &Path, port: u16) -> Command {
    let mut server = Command::new(SERVER);
    let path = |option: &str, name: &str| format!("--{option}={}", directory.join(name).display());
    as_this_user(server.arg("--no-defaults"))
        // Relative to the data: the path of a socket may not be long.
        .args([path("datadir", "data"), "--socket=mysqld.sock".to_owned()])
        .args([path("pid-file", "pid"), path("init-file", INIT)])
        // A server removes what others have in a folder that it shares.
        .arg(path("tmpdir", "."))
        .arg(format!("--port={port}"))
        .args([
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--skip-log-bin",
        ])
        .args(["--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M"]);
    server
}

/// The server refuses to run as root unless it is told to.
pub fn as_this_user(command: &mut Command) -> &mut Command {
    if rustix::process::geteuid().is_root() {
        command.arg("--user=root");
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        let wanted = Wanted {
            user: Some("o'b\\".to_owned()),
            database: Some("a`b".to_owned()),
        };
        let text = statements(&wanted).unwrap();
        assert!(text.contains("`a``b`"), "{text}");
        assert!(text.contains("'o''b\\\\'@'%'"), "{text}");
    }
}
