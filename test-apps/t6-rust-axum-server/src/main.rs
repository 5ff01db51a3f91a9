//! A long-running server: routes on axum, two connections to Postgres and one
//! to an echo service, files, local time and random numbers, in one event loop.

mod database;
mod echo;
mod failure;
mod notes;
mod routes;

use std::error::Error;
use std::sync::Arc;

use database::Database;
use routes::Service;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let service = Service {
        left: Database::new(setting("DATABASE_URL")?),
        right: Database::new(setting("DATABASE_URL")?),
        echo: setting("ECHO")?,
        notes: setting("NOTES")?.into(),
    };
    let listener = TcpListener::bind(setting("LISTEN")?).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, routes::router(Arc::new(service))).await?;
    Ok(())
}

fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set; README.md says what to set it to"))
}
