//! A server of a test's own, which may be stopped, and keeps what was committed.

use std::net::SocketAddr;

use warpgrid_test_harness::mariadb::Mariadb;
use warpgrid_test_harness::postgres::Postgres;
use warpgrid_test_harness::redis::Redis;

use super::guest::Kind;

pub enum Server {
    Postgres(Postgres),
    Mysql(Mariadb),
    Redis(Redis),
}

impl Server {
    pub fn start(kind: Kind) -> Self {
        match kind {
            Kind::Postgres => Self::Postgres(Postgres::start().unwrap()),
            Kind::Mysql => Self::Mysql(Mariadb::start().unwrap()),
            Kind::Redis => {
                let settings = "appendonly yes\nappendfsync always\n";
                Self::Redis(Redis::start_with(settings).unwrap())
            }
        }
    }

    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Postgres(server) => server.address(),
            Self::Mysql(server) => server.address(),
            Self::Redis(server) => server.address(),
        }
    }

    pub fn restart(&mut self) {
        match self {
            Self::Postgres(server) => server.restart().unwrap(),
            Self::Mysql(server) => server.restart().unwrap(),
            Self::Redis(server) => server.restart().unwrap(),
        }
    }

    /// Makes the place for [`super::guest::Guest::write`].
    pub fn make_ledger(&self) {
        match self {
            Self::Postgres(server) => server
                .sql("create table ledger (n bigint); grant all on ledger to public")
                .unwrap(),
            Self::Mysql(server) => server.sql("create table ledger (n bigint)").unwrap(),
            Self::Redis(_) => String::new(),
        };
    }

    /// The numbers that were written, in no order.
    pub fn written(&self) -> Vec<u64> {
        let text = match self {
            Self::Postgres(server) => server.sql("select n from ledger").unwrap(),
            Self::Mysql(server) => server.sql("select n from ledger").unwrap(),
            Self::Redis(server) => server.run(&["LRANGE", "ledger", "0", "-1"]).unwrap(),
        };
        text.split_whitespace()
            .map(|number| number.parse().unwrap())
            .collect()
    }
}
