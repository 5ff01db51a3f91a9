//! A guest of any protocol, which expects to fail.

use std::net::SocketAddr;
use std::sync::Arc;

use warpgrid_db::{Endpoint, PoolLimits, PoolStats, Pools, Session};
use warpgrid_test_harness::faults::FaultProxy;
use warpgrid_test_harness::mariadb::NATIVE;
use warpgrid_test_harness::postgres::SCRAM;
use warpgrid_test_harness::redis::USER;

use crate::mysql::wire as my;
use crate::redis::wire as re;
use crate::wire::{self as pg, Failed, tenant, until, within};

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Postgres,
    Mysql,
    Redis,
}

impl Kind {
    /// The server that no test stops.
    pub fn server(self) -> SocketAddr {
        match self {
            Self::Postgres => pg::server().address(),
            Self::Mysql => my::server().address(),
            Self::Redis => re::server().address(),
        }
    }

    /// An endpoint with credentials of its own, on this machine.
    pub fn endpoint(self, port: u16, limits: PoolLimits) -> Arc<Endpoint> {
        match self {
            Self::Postgres => pg::endpoint(port, SCRAM, limits),
            Self::Mysql => my::endpoint(port, NATIVE, limits),
            Self::Redis => re::endpoint(port, USER, limits),
        }
    }

    /// The server that no test stops, behind a proxy that fails on demand.
    pub fn proxied(self, limits: PoolLimits) -> Proxied {
        let proxy = FaultProxy::start(self.server()).unwrap();
        let endpoint = self.endpoint(proxy.port(), limits);
        Proxied {
            kind: self,
            proxy,
            pools: Pools::new(),
            endpoint,
        }
    }

    /// A question whose answer is this text.
    pub fn asks_for(self, text: &str) -> Vec<u8> {
        match self {
            Self::Postgres => pg::query(&format!("select '{text}'")).to_vec(),
            Self::Mysql => my::command(my::COM_QUERY, format!("select '{text}'")).to_vec(),
            Self::Redis => re::command(&["ECHO", text]),
        }
    }
}

/// A pool whose server is behind a [`FaultProxy`].
pub struct Proxied {
    pub kind: Kind,
    pub proxy: FaultProxy,
    pub pools: Pools,
    pub endpoint: Arc<Endpoint>,
}

impl Proxied {
    pub async fn guest(&self) -> Result<Guest, Failed> {
        Guest::open(self.kind, &self.pools, &self.endpoint).await
    }

    /// A session that must be right, from its beginning to its end.
    pub async fn works(&self) {
        let mut guest = self.guest().await.unwrap();
        for text in ["one", "two"] {
            assert_eq!(guest.ask(text).await.unwrap(), text, "{:?}", self.kind);
        }
    }

    /// Waits until sessions work, with no help. Where the pool's bounds are
    /// short, a busy machine may take longer than they allow.
    pub async fn recovers(&self) {
        let again = async {
            loop {
                if let Ok(mut guest) = self.guest().await
                    && let Ok(answer) = guest.ask("again").await
                {
                    assert_eq!(answer, "again");
                    return;
                }
            }
        };
        within(again).await;
    }

    pub fn stats(&self) -> PoolStats {
        self.pools.stats().remove(0)
    }

    /// Waits until so many connections are in the pool, and no other exists.
    pub async fn rests_with(&self, idle: u32) {
        until("the pool rests", || {
            let stats = self.stats();
            (stats.live, stats.idle) == (idle, idle)
        })
        .await;
    }
}

pub enum Guest {
    Postgres(pg::Wire),
    Mysql(my::Wire),
    Redis(re::Wire),
}

impl Guest {
    /// One that has its connection.
    pub async fn open(kind: Kind, pools: &Pools, endpoint: &Arc<Endpoint>) -> Result<Self, Failed> {
        let session = pools.connect(&tenant("t"), endpoint).await?;
        let mut guest = match kind {
            Kind::Postgres => Self::Postgres(pg::Wire::over(session)),
            Kind::Mysql => Self::Mysql(my::Wire::over(session)),
            Kind::Redis => Self::Redis(re::Wire::over(session)),
        };
        match &mut guest {
            Self::Postgres(wire) => {
                wire.try_send(&pg::startup(&[("user", "guest")])).await?;
                wire.try_rows().await?;
            }
            Self::Mysql(wire) => {
                for answer in [my::Hello::default().packet(), "".into()] {
                    let (_, packet) = wire.try_packet().await?;
                    if packet[0] == 0xff {
                        return Err(Failed::Said(my::text(&packet)));
                    }
                    wire.try_send(&answer).await?;
                }
            }
            Self::Redis(wire) => {
                let answer = said(wire, &["PING"]).await?;
                if answer != "PONG" {
                    return Err(Failed::Said(answer));
                }
            }
        }
        Ok(guest)
    }

    pub fn session(&mut self) -> &mut Session {
        match self {
            Self::Postgres(wire) => &mut wire.session,
            Self::Mysql(wire) => &mut wire.session,
            Self::Redis(wire) => &mut wire.session,
        }
    }

    /// Asks for a text.
    pub async fn ask(&mut self, text: &str) -> Result<String, Failed> {
        match self {
            Self::Redis(wire) => said(wire, &["ECHO", text]).await,
            _ => Ok(self.rows(&format!("select '{text}'")).await?.remove(0)),
        }
    }

    /// Writes a number down, where whoever is told of it may rely on it.
    pub async fn write(&mut self, number: u64) -> Result<(), Failed> {
        if let Self::Redis(wire) = self {
            said(wire, &["RPUSH", "ledger", &number.to_string()]).await?;
            return Ok(());
        }
        for sql in [
            "begin",
            &format!("insert into ledger values ({number})"),
            "commit",
        ] {
            self.rows(sql).await?;
        }
        Ok(())
    }

    async fn rows(&mut self, sql: &str) -> Result<Vec<String>, Failed> {
        match self {
            Self::Postgres(wire) => {
                wire.try_send(&pg::query(sql)).await?;
                wire.try_rows().await
            }
            Self::Mysql(wire) => {
                wire.try_send(&my::command(my::COM_QUERY, sql)).await?;
                wire.try_results().await
            }
            Self::Redis(_) => panic!("Redis has no SQL"),
        }
    }
}

async fn said(wire: &mut re::Wire, words: &[&str]) -> Result<String, Failed> {
    wire.try_send(&re::command(words)).await?;
    let reply = wire.try_next().await?;
    if reply.starts_with('-') {
        return Err(Failed::Said(reply));
    }
    Ok(reply)
}
