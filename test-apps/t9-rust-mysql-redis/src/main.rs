//! An HTTP service over a MySQL database, with a cache in Redis: axum, sqlx and
//! redis in one event loop.

mod cache;
mod failure;
mod routes;
mod users;

use std::error::Error;
use std::time::Duration;

use cache::Cache;
use routes::Service;
use sqlx::mysql::MySqlPoolOptions;
use tokio::net::TcpListener;

/// So many connections to the database are kept.
const CONNECTIONS: u32 = 8;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let service = Service {
        database: MySqlPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy(&setting("DATABASE_URL")?)?,
        cache: Cache::new(&setting("REDIS_URL")?)?,
    };
    let listener = TcpListener::bind(setting("LISTEN")?).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, routes::router(service)).await?;
    Ok(())
}

fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set; README.md says what to set it to"))
}
