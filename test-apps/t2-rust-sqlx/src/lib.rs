//! A small HTTP service over Postgres. The routes know nothing of where they
//! run: natively `main.rs` serves them on a port, as a component `component.rs`
//! serves them from `wasi:http/incoming-handler`.

#[cfg(target_family = "wasm")]
mod component;
mod failure;
mod routes;
mod users;

use std::time::Duration;

use axum::Router;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The service on the database that `DATABASE_URL` names. Connections are made
/// when a request first needs one, and kept for the next.
pub fn service() -> Result<Router, String> {
    let url = std::env::var("DATABASE_URL").map_err(|_| {
        "DATABASE_URL is not set; set it to postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned()
    })?;
    let options: PgConnectOptions = url
        .parse()
        .map_err(|error| format!("DATABASE_URL: {error}"))?;
    let pool = PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(20))
        .connect_lazy_with(options);
    Ok(routes::router(pool))
}
