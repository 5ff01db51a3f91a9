//! The real servers that a program talks to.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context, bail};
use warpgrid_test_harness::mariadb::{self, Mariadb};
use warpgrid_test_harness::postgres::{self, Postgres};
use warpgrid_test_harness::redis::{self, Redis};

/// Those that run, by their protocol.
#[derive(Default)]
pub struct Databases {
    postgres: Option<Postgres>,
    mariadb: Option<Mariadb>,
    redis: Option<Redis>,
}

impl Databases {
    /// Starts those that are named, with `, ` between them.
    ///
    /// # Errors
    /// Where there is no such server, or it does not come up.
    pub fn start(names: &str) -> anyhow::Result<Self> {
        let mut databases = Databases::default();
        for name in names.split(", ") {
            match name {
                "postgres" => databases.postgres = Some(Postgres::start()?),
                "mysql" => databases.mariadb = Some(Mariadb::start()?),
                "redis" => databases.redis = Some(Redis::start()?),
                other => bail!("no server for `{other}`"),
            }
        }
        Ok(databases)
    }

    /// Where the server of a protocol listens.
    ///
    /// # Errors
    /// Where it was not asked for.
    pub fn address(&self, protocol: &str) -> anyhow::Result<SocketAddr> {
        let address = match protocol {
            "postgres" => self.postgres.as_ref().map(Postgres::address),
            "mysql" => self.mariadb.as_ref().map(Mariadb::address),
            "redis" => self.redis.as_ref().map(Redis::address),
            _ => None,
        };
        address.with_context(|| format!("the row names no server for `{protocol}`"))
    }

    /// What tells a native program where they are and how to log in.
    pub fn describe(&self, command: &mut Command) {
        if let Some(server) = &self.postgres {
            command
                .env("PGHOST", "127.0.0.1")
                .env("PGPORT", server.port().to_string())
                .env("PGUSER", postgres::SCRAM)
                .env("PGPASSWORD", postgres::PASSWORD)
                .env("PGDATABASE", postgres::DATABASE)
                .env("DATABASE_URL", server.url(postgres::SCRAM));
        }
        if let Some(server) = &self.mariadb {
            let (user, password) = (mariadb::NATIVE, mariadb::PASSWORD);
            let (port, database) = (server.port(), mariadb::DATABASE);
            command
                .env("MYSQL_HOST", "127.0.0.1")
                .env("MYSQL_TCP_PORT", port.to_string())
                .env("MYSQL_USER", user)
                .env("MYSQL_PWD", password)
                .env("MYSQL_DATABASE", database)
                .env(
                    "DATABASE_URL",
                    format!("mysql://{user}:{password}@127.0.0.1:{port}/{database}"),
                );
        }
        if let Some(server) = &self.redis {
            let (port, password) = (server.port(), redis::PASSWORD);
            command
                .env("REDIS_HOST", "127.0.0.1")
                .env("REDIS_PORT", port.to_string())
                .env("REDIS_PASSWORD", password)
                .env("REDIS_URL", format!("redis://:{password}@127.0.0.1:{port}"));
        }
    }

    /// Empties them, and gives the relational one the tables of a schema.
    ///
    /// # Errors
    /// What the server said of the schema.
    pub fn fill(&self, schema: &str) -> anyhow::Result<()> {
        if let Some(server) = &self.postgres {
            server.sql(&format!(
                "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n\
                 GRANT ALL ON SCHEMA public TO PUBLIC;\n{schema}\n\
                 GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;\n"
            ))?;
        }
        if let Some(server) = &self.mariadb {
            let database = mariadb::DATABASE;
            server.sql(&format!(
                "DROP DATABASE {database}; CREATE DATABASE {database}; USE {database};\n{schema}"
            ))?;
        }
        if let Some(server) = &self.redis {
            server.run(&["FLUSHALL"])?;
        }
        Ok(())
    }

    /// Stops each at once and starts it again in its place.
    ///
    /// # Errors
    /// Where one does not come up.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.postgres.as_mut().map_or(Ok(()), Postgres::restart)?;
        self.mariadb.as_mut().map_or(Ok(()), Mariadb::restart)?;
        self.redis.as_mut().map_or(Ok(()), Redis::restart)
    }

    /// What they have logged.
    pub fn log(&self) -> String {
        let logs = [
            self.postgres.as_ref().map(Postgres::log),
            self.mariadb.as_ref().map(Mariadb::log),
            self.redis.as_ref().map(Redis::log),
        ];
        logs.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_there() {
        let mut servers = Databases::start("mysql, redis").unwrap();
        servers
            .fill("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
            .unwrap();
        assert!(servers.address("postgres").is_err());
        let sql = |servers: &Databases, text| servers.mariadb.as_ref().unwrap().sql(text).unwrap();
        assert_eq!(sql(&servers, "SELECT n FROM kept"), "7");
        let places =
            |servers: &Databases| ["mysql", "redis"].map(|it| servers.address(it).unwrap());
        let before = places(&servers);
        servers.restart().unwrap();
        assert_eq!(places(&servers), before);
        assert_eq!(sql(&servers, "SELECT 8"), "8");
        let mut command = Command::new("true");
        servers.describe(&mut command);
        let names: Vec<_> = command.get_envs().map(|(name, _)| name).collect();
        assert!(names.contains(&"REDIS_URL".as_ref()), "{names:?}");
        assert!(!names.contains(&"PGHOST".as_ref()), "{names:?}");
        assert!(Databases::start("db2").is_err());
    }
}
