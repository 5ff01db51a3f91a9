//! The servers that drivers are tried against, and `warp db-proxy` before them.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use warpgrid_test_harness::mariadb::{self, Mariadb};
use warpgrid_test_harness::postgres::{self, Postgres};
use warpgrid_test_harness::process::{self, Bounds};
use warpgrid_test_harness::redis::{self, Redis};
use warpgrid_test_harness::service::Service;

use crate::test_all::section::{self, Section};

/// More than the tests of any driver open at once.
const POOL_SIZE: u32 = 50;

/// What a driver speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    Postgres,
    Mysql,
    Redis,
}

impl Protocol {
    /// As `warp.toml` names it.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Postgres => "postgres",
            Protocol::Mysql => "mysql",
            Protocol::Redis => "redis",
        }
    }
}

/// A server that nobody has used yet.
pub enum Server {
    Postgres(Postgres),
    Mariadb(Mariadb),
    Redis(Redis),
}

impl Server {
    /// # Errors
    /// Where it is not installed, or does not come up.
    pub fn start(protocol: Protocol) -> anyhow::Result<Self> {
        Ok(match protocol {
            Protocol::Postgres => Server::Postgres(Postgres::start()?),
            Protocol::Mysql => Server::Mariadb(Mariadb::start()?),
            Protocol::Redis => Server::Redis(Redis::start()?),
        })
    }

    pub fn port(&self) -> u16 {
        match self {
            Server::Postgres(server) => server.port(),
            Server::Mariadb(server) => server.port(),
            Server::Redis(server) => server.port(),
        }
    }

    /// Runs a script that the driver's tests want run first.
    ///
    /// # Errors
    /// Where it fails.
    pub fn prepare(&self, script: &Path, bounds: &Bounds) -> anyhow::Result<()> {
        let Server::Postgres(server) = self else {
            anyhow::bail!("{}: only PostgreSQL is prepared", script.display());
        };
        let mut psql = postgres::program("psql")?;
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"])
            .args(["-p", &server.port().to_string()])
            .args(["-U", postgres::SUPERUSER, "-d", postgres::DATABASE, "-f"])
            .arg(script);
        process::run(&mut psql, bounds)?.success()?;
        Ok(())
    }

    /// `warp db-proxy` before it, which logs in as the one that the tests do
    /// most as.
    ///
    /// # Errors
    /// Where it does not come up.
    pub fn proxy(&self, warp: &Path, folder: &Path, bounds: &Bounds) -> anyhow::Result<Service> {
        let configuration = folder.join("warp.toml");
        std::fs::write(&configuration, self.configuration().to_string())
            .with_context(|| format!("cannot write {}", configuration.display()))?;
        Service::start(bounds, |address| {
            let mut command = Command::new(warp);
            command
                .args(["db-proxy", "--listen", &address.to_string(), "--config"])
                .arg(&configuration)
                .current_dir(folder);
            command
        })
    }

    fn configuration(&self) -> toml_edit::DocumentMut {
        let (protocol, database, user, password) = match self {
            Server::Postgres(_) => (
                Protocol::Postgres,
                postgres::DATABASE,
                Some(postgres::SUPERUSER),
                postgres::PASSWORD,
            ),
            Server::Mariadb(_) => (
                Protocol::Mysql,
                mariadb::DATABASE,
                Some(mariadb::NATIVE),
                mariadb::PASSWORD,
            ),
            Server::Redis(_) => (Protocol::Redis, redis::DATABASE, None, redis::PASSWORD),
        };
        let mut table = Section {
            protocol: protocol.name(),
            host: "127.0.0.1",
            port: self.port(),
            database,
            user,
            password,
        }
        .table();
        table["pool-size"] = toml_edit::value(i64::from(POOL_SIZE));
        section::document([table])
    }
}
