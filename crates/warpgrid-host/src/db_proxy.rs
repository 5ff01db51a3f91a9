//! `[[database]]` over TCP on this machine, for programs that are not guests:
//! the same pools, logins and resets as guests have.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use miette::Diagnostic;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use warpgrid_db::{Endpoint, Front, Pools, Protocol, Tenant};

use crate::config::{ConfigError, ShimConfig};
use crate::shims::database_proxy::{Endpoints, ProxiedEndpoint};
use crate::shims::dns::DnsConfig;

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

/// Listeners that are bound and not served yet.
pub struct DbProxy {
    fronts: Vec<Front>,
    pools: Pools,
    listening: Vec<Listening>,
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

/// Why nothing is served.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Error {
    /// The configuration cannot be read, or is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] ConfigError),
    /// There is nothing to serve.
    #[error("{} has no [[database]]", config.display())]
    #[diagnostic(help(
        "add a [[database]] section with protocol, host, port, user and password, or name \
         another file with --config"
    ))]
    NoDatabase {
        /// The configuration file.
        config: PathBuf,
    },
    /// There is no such database.
    #[error("{} has no [[database]] `{name}`", config.display())]
    #[diagnostic(help("it has {}", known.join(", ")))]
    UnknownDatabase {
        /// The configuration file.
        config: PathBuf,
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// One address was given for several databases.
    #[error("{address} is one address for {} databases", databases.len())]
    #[diagnostic(help(
        "name the one to listen for, for example `warp db-proxy {} --listen {address}`",
        databases.first().map(String::as_str).unwrap_or_default()
    ))]
    OneAddress {
        /// The address.
        address: SocketAddr,
        /// The databases.
        databases: Vec<String>,
    },
    /// Other machines could connect.
    #[error(
        "{address} is not a loopback address: clients are not asked for a password, so others \
         could use the database with yours"
    )]
    #[diagnostic(help("listen on 127.0.0.1 or [::1]"))]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Listen(crate::Error),
}

impl DbProxy {
    /// Reads the configuration and listens. No server is connected to before
    /// the first client is there.
    ///
    /// # Errors
    /// Whatever keeps it from that, with what to do.
    pub async fn bind(request: &Request) -> Result<Self, Error> {
        let config = ShimConfig::from_file(&request.config)?;
        let dns = DnsConfig::new(&config);
        let endpoints = Endpoints::new(&config, &dns);
        let chosen = choose(&request.config, &endpoints, &request.databases)?;
        let address = address(request.listen, &chosen)?;
        let mut proxy = Self {
            fronts: Vec::new(),
            pools: Pools::new().with_addresses(dns.services().clone()),
            listening: Vec::new(),
        };
        for database in chosen {
            proxy.listen(address, database).await?;
        }
        Ok(proxy)
    }

    async fn listen(
        &mut self,
        address: SocketAddr,
        database: &ProxiedEndpoint,
    ) -> Result<(), Error> {
        let failed = |cause| {
            Error::Listen(crate::Error::Listen {
                address: address.to_string(),
                cause,
            })
        };
        let endpoint = database.endpoint.clone();
        let front = Front::bind(address, self.pools.clone(), Tenant::new(TENANT), endpoint)
            .await
            .map_err(failed)?;
        let address = front.local_addr().map_err(failed)?;
        self.listening.push(Listening {
            database: name(database),
            protocol: database.endpoint.protocol.to_string(),
            listen: address,
            url: url(address, &database.endpoint),
            client: client(address, &database.endpoint),
        });
        self.fronts.push(front);
        Ok(())
    }

    /// Where each database is reached, in the order of the configuration.
    pub fn listening(&self) -> &[Listening] {
        &self.listening
    }

    /// Serves until it is asked to stop, which `asked` waits for. Then clients
    /// that come are turned away, and those that are there may finish, for a
    /// bounded time or until it is asked again.
    pub async fn serve(self, mut asked: impl AsyncFnMut()) {
        let (over, watched) = watch::channel(false);
        let mut fronts = JoinSet::new();
        for front in self.fronts {
            let mut over = watched.clone();
            fronts.spawn(front.serve(async move {
                // Without a sender, it is over as well.
                let _ = over.wait_for(|over| *over).await;
            }));
        }
        asked().await;
        let stats = self.pools.stats();
        let open: u32 = stats.iter().map(|pool| pool.live - pool.idle).sum();
        if open > 0 {
            tracing::info!(
                open,
                "stopping: open sessions have {GRACE:?}; another Ctrl-C ends them at once"
            );
        }
        tokio::select! {
            () = self.pools.drain(GRACE) => {}
            () = asked() => {}
        }
        over.send_replace(true);
        while fronts.join_next().await.is_some() {}
        self.pools.drain(LAST_RESETS).await;
    }
}

/// The databases that are asked for.
fn choose<'a>(
    config: &Path,
    endpoints: &'a Endpoints,
    names: &[String],
) -> Result<Vec<&'a ProxiedEndpoint>, Error> {
    let known: Vec<_> = endpoints.iter().map(name).collect();
    if known.is_empty() {
        return Err(Error::NoDatabase {
            config: config.into(),
        });
    }
    let means = |wanted: &String, database: &ProxiedEndpoint| {
        let wanted = wanted.to_ascii_lowercase();
        wanted == database.config.host || wanted == name(database)
    };
    let unknown = |wanted: &&String| !endpoints.iter().any(|database| means(wanted, database));
    if let Some(wanted) = names.iter().find(unknown) {
        return Err(Error::UnknownDatabase {
            config: config.into(),
            name: wanted.clone(),
            known,
        });
    }
    let chosen = |database: &&ProxiedEndpoint| {
        names.is_empty() || names.iter().any(|wanted| means(wanted, database))
    };
    Ok(endpoints.iter().filter(chosen).collect())
}

/// Where to listen; port zero is a free one.
fn address(asked: Option<SocketAddr>, databases: &[&ProxiedEndpoint]) -> Result<SocketAddr, Error> {
    match asked {
        None => Ok((Ipv4Addr::LOCALHOST, 0).into()),
        Some(address) if !address.ip().to_canonical().is_loopback() => {
            Err(Error::NotLoopback { address })
        }
        Some(address) if databases.len() > 1 => Err(Error::OneAddress {
            address,
            databases: databases.iter().map(|database| name(database)).collect(),
        }),
        Some(address) => Ok(address),
    }
}

/// How users name a `[[database]]`.
fn name(database: &ProxiedEndpoint) -> String {
    let (host, port) = (&database.config.host, database.config.port);
    match host.parse() {
        Ok(IpAddr::V6(address)) => SocketAddr::from((address, port)).to_string(),
        _ => format!("{host}:{port}"),
    }
}

/// Everything but what RFC 3986, 2.3 leaves unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A connection URI (PostgreSQL documentation, 34.1.1.2, and drivers of the
/// others). Without a user in it, clients send the one of their own
/// environment, and Redis's none.
fn url(address: SocketAddr, endpoint: &Endpoint) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let user = endpoint
        .credentials
        .as_ref()
        .filter(|_| endpoint.protocol != Protocol::Redis)
        .map(|credentials| encoded(&credentials.user) + "@");
    let database = endpoint
        .database
        .as_ref()
        .map(|database| format!("/{}", encoded(database)));
    format!(
        "{}://{}{address}{}",
        endpoint.protocol,
        user.unwrap_or_default(),
        database.unwrap_or_default()
    )
}

/// The line for a shell.
fn client(address: SocketAddr, endpoint: &Endpoint) -> String {
    let (ip, port) = (address.ip(), address.port());
    match endpoint.protocol {
        Protocol::Postgres => format!("psql {}", url(address, endpoint)),
        Protocol::Mysql => {
            let user = endpoint.credentials.as_ref();
            let user = user.map(|credentials| format!(" -u {}", quoted(&credentials.user)));
            let database = endpoint.database.as_ref();
            let database = database.map(|database| format!(" {}", quoted(database)));
            format!(
                "mariadb -h {ip} -P {port}{}{}",
                user.unwrap_or_default(),
                database.unwrap_or_default()
            )
        }
        Protocol::Redis => format!("redis-cli -h {ip} -p {port}"),
    }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "
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

    fn endpoints(text: &str) -> Endpoints {
        let config = ShimConfig::from_toml("warp.toml", text).unwrap();
        Endpoints::new(&config, &DnsConfig::new(&config))
    }

    fn chosen(text: &str, names: &[&str]) -> Result<Vec<String>, String> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let endpoints = endpoints(text);
        let chosen = choose(Path::new("warp.toml"), &endpoints, &names);
        chosen
            .map(|chosen| chosen.into_iter().map(name).collect())
            .map_err(|error| format!("{error}\n{}", error.help().unwrap()))
    }

    #[test]
    fn all_are_served_or_those_that_are_named() {
        let both = vec!["one.warp.local:5432".to_owned(), "[::1]:5433".to_owned()];
        assert_eq!(chosen(CONFIG, &[]), Ok(both.clone()));
        assert_eq!(
            chosen(CONFIG, &["::1", "ONE.warp.local:5432"]),
            Ok(both.clone())
        );
        assert_eq!(chosen(CONFIG, &["one.warp.local"]), Ok(both[..1].to_vec()));
        let error = chosen(CONFIG, &["one.warp.local:1"]).unwrap_err();
        assert!(
            error.contains("no [[database]] `one.warp.local:1`\nit has one.warp.local:5432, [::1]"),
            "{error}"
        );
        assert!(
            chosen("", &["x"])
                .unwrap_err()
                .contains("no [[database]]\nadd a")
        );
    }

    #[test]
    fn a_url_says_what_is_known_and_no_password() {
        let address = "127.0.0.1:9".parse().unwrap();
        let endpoints = endpoints(CONFIG);
        let urls: Vec<_> = endpoints
            .iter()
            .map(|database| url(address, &database.endpoint))
            .collect();
        assert_eq!(
            urls,
            [
                "postgres://me%40home@127.0.0.1:9/a%20b",
                "postgres://127.0.0.1:9"
            ]
        );
    }

    #[test]
    fn each_protocol_has_a_client_of_its_own() {
        let text = "
            [[database]]
            protocol = 'mysql'
            host = 'a'
            port = 3306
            database = 'my app'
            user = 'me'
            [[database]]
            protocol = 'redis'
            host = 'b'
            port = 6379
            database = '2'
            password = 'x'
        ";
        let address = "127.0.0.1:9".parse().unwrap();
        let endpoints = endpoints(text);
        let lines: Vec<_> = endpoints
            .iter()
            .map(|database| {
                let endpoint = &database.endpoint;
                (url(address, endpoint), client(address, endpoint))
            })
            .collect();
        let line = |url: &str, client: &str| (url.to_owned(), client.to_owned());
        assert_eq!(
            lines,
            [
                line(
                    "mysql://me@127.0.0.1:9/my%20app",
                    "mariadb -h 127.0.0.1 -P 9 -u me 'my app'"
                ),
                line("redis://127.0.0.1:9/2", "redis-cli -h 127.0.0.1 -p 9"),
            ]
        );
    }

    #[test]
    fn an_address_is_for_one_and_for_this_machine() {
        let endpoints = endpoints(CONFIG);
        let both: Vec<_> = endpoints.iter().collect();
        let listen = |text: &str, databases: &[&ProxiedEndpoint]| {
            address(Some(text.parse().unwrap()), databases).map_err(|error| error.to_string())
        };
        for loopback in ["127.0.0.1:6432", "[::1]:0", "127.8.9.1:1"] {
            assert_eq!(listen(loopback, &both[..1]).unwrap().to_string(), loopback);
        }
        for open in ["0.0.0.0:6432", "[::]:6432", "192.0.2.1:6432"] {
            let error = listen(open, &both[..1]).unwrap_err();
            assert!(error.contains("not a loopback address"), "{error}");
        }
        let error = listen("127.0.0.1:6432", &both).unwrap_err();
        assert!(error.contains("one address for 2 databases"), "{error}");
    }
}
