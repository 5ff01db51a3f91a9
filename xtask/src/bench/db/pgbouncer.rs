//! PgBouncer before a server, as it is set up for what our pools do: a server
//! connection for each client, reset when the client leaves.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use tempfile::TempDir;
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, SCRAM};
use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;

/// How clients log in at PgBouncer, in its own words (`auth_type`).
#[derive(Clone, Copy)]
pub enum Login {
    Scram,
    Trust,
}

impl Login {
    fn word(self) -> &'static str {
        match self {
            Login::Scram => "scram-sha-256",
            Login::Trust => "trust",
        }
    }
}

/// A running PgBouncer and its files.
pub struct PgBouncer {
    service: Service,
    _directory: TempDir,
}

impl PgBouncer {
    pub fn start(server: SocketAddr, login: Login, bounds: &Bounds) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("warpgrid-bench-pgbouncer-")
            .tempdir()?;
        let path = directory.path();
        // It refuses to be root, and reads its files as another user.
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
        fs::write(path.join("users"), format!("\"{SCRAM}\" \"{PASSWORD}\"\n"))?;
        let service = Service::start(bounds, |address| command(path, server, address, login))
            .context(
                "pgbouncer is measured beside ours; install it with: apt-get install pgbouncer",
            )?;
        Ok(Self {
            service,
            _directory: directory,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.service.address()
    }
}

fn command(directory: &Path, server: SocketAddr, address: SocketAddr, login: Login) -> Command {
    let settings = directory.join("pgbouncer.ini");
    let text = format!(
        "[databases]\n{DATABASE} = host={} port={} dbname={DATABASE}\n\
         [pgbouncer]\nlisten_addr = {}\nlisten_port = {}\nunix_socket_dir =\n\
         auth_type = {}\nauth_file = {}\npool_mode = session\n\
         server_reset_query = DISCARD ALL\nlog_connections = 0\nlog_disconnections = 0\n",
        server.ip(),
        server.port(),
        address.ip(),
        address.port(),
        login.word(),
        directory.join("users").display(),
    );
    let mut command = Command::new("/usr/sbin/pgbouncer");
    command.arg(&settings).current_dir(directory);
    if rustix::process::geteuid().is_root() {
        command.args(["-u", "nobody"]);
    }
    // A file that is not there is what it reports.
    let _ = fs::write(settings, text);
    command
}
