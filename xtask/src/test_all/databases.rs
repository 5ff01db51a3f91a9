//! The real servers that a program talks to.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context, bail};
use warpgrid_test_harness::mariadb::{self, Mariadb};
use warpgrid_test_harness::postgres::{self, Postgres};
use warpgrid_test_harness::redis::{self, Redis};

use super::section::{self, Section};

const LOOPBACK: &str = "127.0.0.1";

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
        command.envs(self.sections().flat_map(|(section, address)| {
            told(&Section {
                host: LOOPBACK,
                port: address.port(),
                ..section
            })
        }));
    }

    /// A `warp.toml` that tells a guest the same by names, and logs in for it.
    pub fn configuration(&self) -> toml_edit::DocumentMut {
        let mut document = section::document(self.sections().map(|(section, address)| {
            let mut table = section.table();
            table["upstream"] = toml_edit::value(address.to_string());
            table
        }));
        for (section, _) in self.sections() {
            for (name, value) in told(&Section {
                password: "",
                ..section
            }) {
                document["env"][name] = toml_edit::value(value);
            }
        }
        document
    }

    /// Each as guests have it, and where it really is.
    fn sections(&self) -> impl Iterator<Item = (Section<'static>, SocketAddr)> {
        let postgres = self.postgres.as_ref().map(|server| {
            let section = Section {
                protocol: "postgres",
                host: "db.production.warp.local",
                port: 5432,
                database: postgres::DATABASE,
                user: Some(postgres::SCRAM),
                password: postgres::PASSWORD,
            };
            (section, server.address())
        });
        let mariadb = self.mariadb.as_ref().map(|server| {
            let section = Section {
                protocol: "mysql",
                host: "db.production.warp.local",
                port: 3306,
                database: mariadb::DATABASE,
                user: Some(mariadb::NATIVE),
                password: mariadb::PASSWORD,
            };
            (section, server.address())
        });
        let redis = self.redis.as_ref().map(|server| {
            let section = Section {
                protocol: "redis",
                host: "cache.production.warp.local",
                port: 6379,
                database: redis::DATABASE,
                user: None,
                password: redis::PASSWORD,
            };
            (section, server.address())
        });
        [postgres, mariadb, redis].into_iter().flatten()
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

/// The variables in which programs look for a server, without a password where
/// the host logs in.
fn told(section: &Section<'_>) -> Vec<(&'static str, String)> {
    let (host, port) = (section.host, section.port);
    let (user, database) = (section.user.unwrap_or_default(), section.database);
    let login = match (user, section.password) {
        ("", "") => String::new(),
        (user, "") => format!("{user}@"),
        (user, password) => format!("{user}:{password}@"),
    };
    let names: [&'static str; 5] = match section.protocol {
        "postgres" => ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"],
        "mysql" => [
            "MYSQL_HOST",
            "MYSQL_TCP_PORT",
            "MYSQL_USER",
            "MYSQL_PWD",
            "MYSQL_DATABASE",
        ],
        _ => [
            "REDIS_HOST",
            "REDIS_PORT",
            "REDIS_USER",
            "REDIS_PASSWORD",
            "REDIS_DATABASE",
        ],
    };
    let values = [host, &port.to_string(), user, section.password, database];
    let single = names.into_iter().zip(values.map(str::to_owned));
    let url = match section.protocol {
        "redis" => ("REDIS_URL", format!("redis://{login}{host}:{port}")),
        protocol => (
            "DATABASE_URL",
            format!("{protocol}://{login}{host}:{port}/{database}"),
        ),
    };
    single
        .filter(|(_, value)| !value.is_empty())
        .chain([url])
        .collect()
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
        let guest = servers.configuration();
        let url = guest["env"]["REDIS_URL"].as_str();
        assert_eq!(url, Some("redis://cache.production.warp.local:6379"));
        let url = guest["env"]["DATABASE_URL"].as_str();
        let expected = "mysql://app_native@db.production.warp.local:3306/app";
        assert_eq!(url, Some(expected));
        assert_eq!(guest["database"].as_array_of_tables().unwrap().len(), 2);
        assert!(!guest["env"].to_string().contains(mariadb::PASSWORD));
        assert!(Databases::start("db2").is_err());
    }
}
