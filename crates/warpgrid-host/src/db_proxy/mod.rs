//! `[[database]]` over TCP on this machine, for programs that are not guests:
//! the same pools, logins and resets as guests have.

mod choice;
mod connecting;
mod error;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use warpgrid_db::{Doors, Front, Pools, Tenant};

use crate::config::ShimConfig;
use crate::shims::database_proxy::ProxiedEndpoint;
use crate::upstreams::Upstreams;
use choice::{address, choose, name};
pub use error::Error;

/// How long open sessions may go on once the proxy is asked to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long the resets after them may take.
const LAST_RESETS: Duration = Duration::from_secs(5);
/// All clients are one tenant: whoever is on this machine.
const TENANT: &str = "db-proxy";

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct Request {
    /// The `warp.toml` that has the `[[database]]` sections.
    pub config: PathBuf,
    /// Which of them, as `host` or `host:port`; none named means all.
    pub databases: Vec<String>,
    /// Where to listen, for a single one; a free port for each otherwise.
    pub listen: Option<SocketAddr>,
}

/// The databases of a `warp.toml`, being served.
pub struct DbProxy {
    request: Request,
    upstreams: Upstreams,
    served: Vec<Served>,
    fronts: JoinSet<()>,
    /// Whether clients are to go.
    over: watch::Sender<bool>,
}

struct Served {
    listening: Listening,
    doors: Doors,
}

/// Where one database is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listening {
    /// The `[[database]]`, as `host:port`.
    pub database: String,
    /// What is spoken there.
    pub protocol: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// What drivers take to connect. It has no password: clients are not asked
    /// for one where `warp.toml` has a user.
    pub url: String,
    /// The line that connects the database's own client program.
    #[serde(skip)]
    pub client: String,
}

impl Listening {
    fn new(database: &ProxiedEndpoint, listen: SocketAddr) -> Self {
        let endpoint = &database.endpoint;
        Self {
            database: name(database),
            protocol: endpoint.protocol.to_string(),
            listen,
            url: connecting::url(listen, endpoint),
            client: connecting::client(listen, endpoint),
        }
    }
}

impl DbProxy {
    /// Reads the configuration, and serves what it has. No server is connected
    /// to before the first client is there.
    ///
    /// # Errors
    /// Whatever keeps it from that, with what to do.
    pub async fn start(request: Request) -> Result<Self, Error> {
        let config = ShimConfig::from_file(&request.config)?;
        let mut proxy = Self {
            upstreams: Upstreams::new(&config, &Pools::new()),
            request,
            served: vec![],
            fronts: JoinSet::new(),
            over: watch::Sender::new(false),
        };
        let upstreams = proxy.upstreams.clone();
        proxy.follow(&config, upstreams).await?;
        Ok(proxy)
    }

    /// Where each database is reached, in the order of the configuration.
    pub fn listening(&self) -> impl Iterator<Item = &Listening> {
        self.served.iter().map(|served| &served.listening)
    }

    /// Reads the configuration again. New clients go to what it read; those
    /// that are there stay with what they have. A database that is still there
    /// is reached where it was, and keeps its pool as far as it is the same.
    ///
    /// # Errors
    /// As [`DbProxy::start`]; then everything stays as it was.
    pub async fn reload(&mut self) -> Result<(), Error> {
        let config = ShimConfig::from_file(&self.request.config)?;
        self.follow(&config, self.upstreams.successor(&config))
            .await
    }

    async fn follow(&mut self, config: &ShimConfig, upstreams: Upstreams) -> Result<(), Error> {
        let Request {
            config: file,
            databases,
            listen,
        } = &self.request;
        let chosen = choose(file, &upstreams.endpoints, databases)?;
        let address = address(*listen, &chosen)?;
        // What can fail comes first.
        let mut opened = vec![];
        for database in &chosen {
            if self.place_of(database).is_none() {
                opened.push(self.open(address, database, &upstreams.pools).await?);
            }
        }
        upstreams.take_over(config);
        let mut opened = opened.into_iter();
        let mut served = vec![];
        for database in chosen {
            let next = match self.place_of(database) {
                Some(place) => {
                    let Served { listening, doors } = self.served.swap_remove(place);
                    doors.lead_to(database.endpoint.clone());
                    Some((Listening::new(database, listening.listen), doors))
                }
                None => opened.next().map(|(front, listening)| {
                    let doors = front.doors();
                    self.serve(front);
                    (listening, doors)
                }),
            };
            served.extend(next.map(|(listening, doors)| Served { listening, doors }));
        }
        for gone in std::mem::replace(&mut self.served, served) {
            gone.doors.close();
        }
        self.upstreams = upstreams;
        Ok(())
    }

    /// Which of those that are served leads to a database of another
    /// configuration: the one of its name, or the one that has the address that
    /// was asked for.
    fn place_of(&self, database: &ProxiedEndpoint) -> Option<usize> {
        let name = name(database);
        let leads =
            |served: &Served| self.request.listen.is_some() || served.listening.database == name;
        self.served.iter().position(leads)
    }

    async fn open(
        &self,
        address: SocketAddr,
        database: &ProxiedEndpoint,
        pools: &Pools,
    ) -> Result<(Front, Listening), Error> {
        let failed = |cause| {
            Error::Listen(crate::Error::Listen {
                address: address.to_string(),
                cause,
            })
        };
        let endpoint = database.endpoint.clone();
        let front = Front::bind(address, pools.clone(), Tenant::new(TENANT), endpoint)
            .await
            .map_err(failed)?;
        let listening = Listening::new(database, front.local_addr().map_err(failed)?);
        Ok((front, listening))
    }

    fn serve(&mut self, front: Front) {
        let mut over = self.over.subscribe();
        self.fronts.spawn(front.serve(async move {
            // Without a sender, it is over as well.
            let _ = over.wait_for(|over| *over).await;
        }));
    }

    /// Turns clients that come away, and lets those that are there finish, for a
    /// bounded time or until `asked` is done.
    pub async fn finish(mut self, asked: impl Future<Output = ()>) {
        let pools = &self.upstreams.pools;
        let open: u32 = pools.stats().iter().map(|pool| pool.live - pool.idle).sum();
        if open > 0 {
            tracing::info!(
                open,
                "stopping: open sessions have {GRACE:?}; another Ctrl-C ends them at once"
            );
        }
        tokio::select! {
            () = pools.drain(GRACE) => {}
            () = asked => {}
        }
        self.over.send_replace(true);
        while self.fronts.join_next().await.is_some() {}
        pools.drain(LAST_RESETS).await;
    }
}

#[cfg(test)]
mod tests {
    use crate::config::ShimConfig;
    use crate::shims::database_proxy::Endpoints;
    use crate::shims::dns::DnsConfig;

    pub(super) const CONFIG: &str = "
        [[database]]
        protocol = 'postgres'
        host = 'One.warp.local'
        port = 5432
        database = 'a b'
        user = 'me@home'
        password = 'x'
        [[database]]
        protocol = 'postgres'
        host = '::1'
        port = 5433
    ";

    pub(super) fn endpoints(text: &str) -> Endpoints {
        let config = ShimConfig::from_toml("warp.toml", text).unwrap();
        Endpoints::new(&config, &DnsConfig::new(&config))
    }
}
