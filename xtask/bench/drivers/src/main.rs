//! One way of using a database, over and over; prints nanoseconds for each time.
//!
//! `drivers postgres|redis connect|held N`: connect, query and close, or query
//! on one connection.
//!
//! Stock tokio looks names up on a thread, which WebAssembly does not have: so
//! std's resolver is asked, before.

use std::env;
use std::net::ToSocketAddrs;
use std::time::Instant;

use redis::aio::MultiplexedConnection;
use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};

type Failure = Box<dyn std::error::Error>;

fn variable(name: &str) -> Result<String, Failure> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

/// What `HOST` and `PORT` name, as an address.
fn place(prefix: &str) -> Result<(String, u16), Failure> {
    let host = variable(&format!("{prefix}HOST"))?;
    let port: u16 = variable(&format!("{prefix}PORT"))?.parse()?;
    let address = (host, port).to_socket_addrs()?.next();
    let address = address.ok_or("the name has no address")?;
    Ok((address.ip().to_string(), address.port()))
}

fn postgres() -> Result<PgConnectOptions, Failure> {
    let (host, port) = place("PG")?;
    let options = PgConnectOptions::new_without_pgpass()
        .host(&host)
        .port(port)
        .username(&variable("PGUSER")?)
        .database(&variable("PGDATABASE")?)
        .ssl_mode(PgSslMode::Disable);
    Ok(match env::var("PGPASSWORD") {
        Ok(password) => options.password(&password),
        Err(_) => options,
    })
}

fn cache() -> Result<redis::Client, Failure> {
    let (host, port) = place("REDIS_")?;
    let mut settings = RedisConnectionInfo::default();
    if let Ok(password) = env::var("REDIS_PASSWORD") {
        settings = settings.set_password(password);
    }
    let info = ConnectionAddr::Tcp(host, port)
        .into_connection_info()?
        .set_redis_settings(settings);
    Ok(redis::Client::open(info)?)
}

async fn select(connection: &mut PgConnection) -> Result<(), Failure> {
    let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(connection).await?;
    (one == 1).then_some(()).ok_or("another number".into())
}

async fn ping(connection: &mut MultiplexedConnection) -> Result<(), Failure> {
    let pong: String = redis::cmd("PING").query_async(connection).await?;
    (pong == "PONG")
        .then_some(())
        .ok_or("another answer".into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [protocol, way, rounds] = words[..] else {
        return Err("usage: drivers postgres|redis connect|held N".into());
    };
    let rounds: u32 = rounds.parse()?;
    let mut begin = Instant::now();
    match (protocol, way) {
        ("postgres", "connect") => {
            let options = postgres()?;
            for round in 0..=rounds {
                let mut connection = options.connect().await?;
                select(&mut connection).await?;
                connection.close().await?;
                begin = if round == 0 { Instant::now() } else { begin };
            }
        }
        ("postgres", "held") => {
            let mut connection = postgres()?.connect().await?;
            select(&mut connection).await?;
            begin = Instant::now();
            for _ in 0..rounds {
                select(&mut connection).await?;
            }
        }
        ("redis", "connect") => {
            let client = cache()?;
            for round in 0..=rounds {
                ping(&mut client.get_multiplexed_async_connection().await?).await?;
                begin = if round == 0 { Instant::now() } else { begin };
            }
        }
        ("redis", "held") => {
            let mut connection = cache()?.get_multiplexed_async_connection().await?;
            ping(&mut connection).await?;
            begin = Instant::now();
            for _ in 0..rounds {
                ping(&mut connection).await?;
            }
        }
        _ => return Err(format!("no way `{protocol} {way}`").into()),
    }
    println!("{}", begin.elapsed().as_nanos() / u128::from(rounds));
    Ok(())
}
