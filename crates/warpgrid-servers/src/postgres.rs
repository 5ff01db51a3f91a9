//! PostgreSQL: its programs, the user that it runs as, and a data directory.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;
use crate::kind::Kind;
use crate::server::{Wanted, output, said};

/// Where Debian has each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The user whom it runs as where root starts it.
const ACCOUNT: &str = "postgres";

/// The user that may do everything, who logs in without a password.
pub const SUPERUSER: &str = "postgres";

/// Everybody on this machine may log in, as every user.
const ACCESS: &str = "host all all 127.0.0.1/32 trust\n";

const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
synchronous_commit = off
";

/// The folder of the newest version's programs, or of this one's.
///
/// # Errors
/// Where there is none.
pub fn binaries(version: Option<&str>) -> Result<PathBuf, Error> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(VERSIONS)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| version.is_none_or(|version| entry.file_name() == version))
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .filter(|(_, path)| path.join("bin/postgres").exists())
        .collect();
    versions.sort();
    let (_, newest) = versions.pop().ok_or(Error::Missing {
        server: Kind::Postgres.name(),
        package: Kind::Postgres.package(),
    })?;
    Ok(newest.join("bin"))
}

/// User and group that the server runs as, where this process is root's: it refuses
/// to be root's itself.
///
/// # Errors
/// Where there is no such user.
pub fn account() -> Result<Option<(u32, u32)>, Error> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let entry = users.lines().find(|line| {
        let name = line.split(':').next();
        name == Some(ACCOUNT)
    });
    let mut fields = entry.unwrap_or_default().split(':').skip(2);
    let mut number = || fields.next()?.parse().ok();
    let ids = number().zip(number());
    ids.map(Some).ok_or(Error::Missing {
        server: "user `postgres`",
        package: Kind::Postgres.package(),
    })
}

/// A program of the server, as the user that it must run as.
pub fn command(program: &Path, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    // A group of its own keeps the terminal's Ctrl-C away from the server: it is
    // ended in order.
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .process_group(0);
    command
}

pub(crate) fn version(directory: &Path) -> Result<(String, Option<String>), Error> {
    let found = fs::read_to_string(directory.join("data/PG_VERSION")).ok();
    let found = found.map(|text| text.trim().to_owned());
    let bin = match &found {
        Some(version) => binaries(Some(version)).or_else(|_| binaries(None))?,
        None => binaries(None)?,
    };
    let version = bin.parent().and_then(Path::file_name).unwrap_or_default();
    Ok((version.to_string_lossy().into_owned(), found))
}

pub(crate) fn prepare(directory: &Path, version: &str, wanted: &Wanted) -> Result<(), Error> {
    let bin = binaries(Some(version))?;
    let account = account()?;
    if let Some((user, group)) = account {
        expect_reachable(directory, user, group)?;
        chown(directory, Some(user), Some(group)).map_err(Error::system("own", directory))?;
    }
    let data = directory.join("data");
    if !data.join("PG_VERSION").exists() {
        let mut initdb = command(&bin.join("initdb"), account);
        initdb
            .args(["-A", "trust", "-U", SUPERUSER, "--no-locale", "-E", "UTF8"])
            .arg("-D")
            .arg(&data);
        output(&mut initdb, directory)?;
        let access = data.join("pg_hba.conf");
        fs::write(&access, ACCESS).map_err(Error::system("write", &access))?;
        let settings = data.join("postgresql.conf");
        fs::OpenOptions::new()
            .append(true)
            .open(&settings)
            .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
            .map_err(Error::system("write", &settings))?;
    }
    let statements = statements(wanted)?;
    let done = directory.join("made.sql");
    if fs::read_to_string(&done).is_ok_and(|made| made == statements) {
        return Ok(());
    }
    single_user(&bin, account, directory, &statements)?;
    fs::write(&done, statements).map_err(Error::system("write", &done))
}

/// One statement per line, as the server's single-user mode reads them. One that
/// finds what it makes fails, and the next goes on.
fn statements(wanted: &Wanted) -> Result<String, Error> {
    let quoted = |name: &str| {
        if name.chars().any(char::is_control) {
            let name = name.escape_debug().to_string();
            return Err(Error::Name { name });
        }
        Ok(format!("\"{}\"", name.replace('"', "\"\"")))
    };
    let mut text = String::new();
    let user = wanted.user.as_deref().filter(|user| *user != SUPERUSER);
    if let Some(user) = user {
        text.push_str(&format!("CREATE ROLE {} LOGIN CREATEDB;\n", quoted(user)?));
    }
    if let Some(database) = wanted
        .database
        .as_deref()
        .filter(|name| *name != "postgres")
    {
        let owner = user.map(quoted).transpose()?;
        let owner = owner.map_or_else(String::new, |owner| format!(" OWNER {owner}"));
        text.push_str(&format!("CREATE DATABASE {}{owner};\n", quoted(database)?));
    }
    Ok(text)
}

fn single_user(
    bin: &Path,
    account: Option<(u32, u32)>,
    directory: &Path,
    statements: &str,
) -> Result<(), Error> {
    let program = bin.join("postgres");
    let failed = || Error::system("run", &program);
    let mut server = command(&program, account)
        .args(["--single", "-D"])
        .arg(directory.join("data"))
        .arg("postgres")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed())?;
    if let Some(mut input) = server.stdin.take() {
        input.write_all(statements.as_bytes()).map_err(failed())?;
    }
    let ended = server.wait_with_output().map_err(failed())?;
    let refused = String::from_utf8_lossy(&ended.stderr)
        .lines()
        .any(|line| line.contains("ERROR:") && !line.contains("already exists"));
    if ended.status.success() && !refused {
        return Ok(());
    }
    Err(Error::Program {
        program: "postgres --single".to_owned(),
        reason: said(&ended.stderr),
        directory: directory.to_owned(),
    })
}

/// That the server's user gets to its files: root's own folders let nobody in.
fn expect_reachable(directory: &Path, user: u32, group: u32) -> Result<(), Error> {
    for above in directory.ancestors().skip(1) {
        let there = fs::metadata(above).map_err(Error::system("read", above))?;
        let mode = there.mode();
        let enters = if there.uid() == user {
            mode & 0o100 != 0
        } else if there.gid() == group {
            mode & 0o010 != 0
        } else {
            mode & 0o001 != 0
        };
        if !enters {
            return Err(Error::Unreachable {
                directory: above.to_owned(),
                user: ACCOUNT,
                server: Kind::Postgres.name(),
            });
        }
    }
    Ok(())
}

pub(crate) fn serve(directory: &Path, version: &str, port: u16) -> Result<Command, Error> {
    let mut server = command(&binaries(Some(version))?.join("postgres"), account()?);
    server
        .arg("-D")
        .arg(directory.join("data"))
        .args(["-p", &port.to_string()]);
    Ok(server)
}

/// Whether `postmaster.pid` is this process's, and its eighth line says that
/// connections are taken.
pub(crate) fn is_ready(directory: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(directory.join("data/postmaster.pid")) else {
        return false;
    };
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(&pid.to_string()) && lines.nth(6) == Some("ready")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        let wanted = Wanted {
            user: Some("a\"b".to_owned()),
            database: Some("c".to_owned()),
        };
        assert_eq!(
            statements(&wanted).unwrap(),
            "CREATE ROLE \"a\"\"b\" LOGIN CREATEDB;\nCREATE DATABASE \"c\" OWNER \"a\"\"b\";\n"
        );
        let wanted = Wanted {
            user: Some("a\nb".to_owned()),
            database: None,
        };
        assert!(matches!(statements(&wanted), Err(Error::Name { .. })));
    }
}
