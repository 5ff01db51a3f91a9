//! A client of PostgreSQL over tokio. Its first argument is `host:port`, its
//! second the user that it must find itself to be.
//!
//! Stock tokio looks names up on a thread, which this target does not have: so
//! std's resolver is asked, before.

use std::net::ToSocketAddrs;

use futures_util::future::{Either, select, try_join};
use tokio::net::TcpStream;
use tokio_postgres::{Client, Config, NoTls};

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("no endpoint")?;
    let user = arguments.next().ok_or("no user")?;
    try_join(session(&endpoint, &user), session(&endpoint, &user)).await?;
    Ok(())
}

async fn session(endpoint: &str, user: &str) -> Result<(), Failure> {
    let address = endpoint.to_socket_addrs()?.next().ok_or("no address")?;
    let stream = TcpStream::connect(address).await?;
    // Not the user that the host logs in as, and no password at all.
    let (client, connection) = Config::new()
        .user("guest")
        .connect_raw(stream, NoTls)
        .await?;
    let work = Box::pin(work(&client, user));
    match select(work, Box::pin(connection)).await {
        Either::Left((done, _)) => done,
        Either::Right((ended, _)) => Err(format!("the connection ended: {ended:?}").into()),
    }
}

async fn work(client: &Client, user: &str) -> Result<(), Failure> {
    client.simple_query("select pg_sleep(0.1)").await?;
    let text = "x".repeat(1 << 20);
    let row = client
        .query_one("select current_user::text, $1::text || 'y'", &[&text])
        .await?;
    let (found, back): (String, String) = (row.get(0), row.get(1));
    if found == user && back == text + "y" {
        return Ok(());
    }
    Err(format!("{} bytes came back, to {found}", back.len()).into())
}
