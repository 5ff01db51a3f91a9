//! What the service answers.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use sqlx::MySqlPool;

use crate::cache::Cache;
use crate::failure::Failure;
use crate::users;

/// What all requests share.
#[derive(Clone)]
pub struct Service {
    pub database: MySqlPool,
    pub cache: Cache,
}

type Answer = Result<Json<Value>, Failure>;

/// Every route.
pub fn router(service: Service) -> Router {
    Router::new()
        .route("/", get(|| async { "a database and a cache\n" }))
        .route("/health", get(health))
        .route("/users", post(users::create))
        .route("/users/{id}", get(users::find).post(users::change))
        .route("/pair", get(pair))
        .route("/together", get(together))
        .route("/visits", get(visits))
        .route("/error", get(error))
        .route("/cache-error", get(cache_error))
        .route("/big", get(big))
        .route("/queue", get(queue))
        .route("/news", get(news))
        .with_state(service)
}

async fn number(service: &Service, sql: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(sql).fetch_one(&service.database).await
}

async fn health(State(service): State<Service>) -> Answer {
    let (database, cache) = tokio::join!(number(&service, "SELECT 1"), service.cache.ping());
    Ok(Json(json!({ "database": database?, "cache": cache? })))
}

/// Two queries and one command at once: for many clients at once.
async fn pair(State(service): State<Service>) -> Answer {
    let (left, right, cache) = tokio::join!(
        number(&service, "SELECT 1"),
        number(&service, "SELECT 2"),
        service.cache.ping()
    );
    Ok(Json(
        json!({ "left": left?, "right": right?, "cache": cache? }),
    ))
}

/// Two queries that sleep. By the server's own clock each began before the other
/// had ended.
async fn together(State(service): State<Service>) -> Answer {
    let (left, right) = tokio::join!(sleep(&service), sleep(&service));
    let (left, right) = (left?, right?);
    Ok(Json(json!({
        "overlap": left.begun < right.ended && right.begun < left.ended,
        "connections": if left.connection == right.connection { 1 } else { 2 },
    })))
}

#[derive(sqlx::FromRow)]
struct Slept {
    /// In microseconds.
    begun: i64,
    ended: i64,
    connection: u64,
}

async fn sleep(service: &Service) -> Result<Slept, sqlx::Error> {
    let sql = "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED) AS begun, \
               SLEEP(0.5), \
               CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED) AS ended, \
               CAST(CONNECTION_ID() AS UNSIGNED) AS connection";
    sqlx::query_as(sql).fetch_one(&service.database).await
}

async fn visits(State(service): State<Service>) -> Answer {
    let (visits, pages) = service.cache.visit().await?;
    Ok(Json(json!({ "visits": visits, "pages": pages })))
}

/// A query that the server refuses.
async fn error(State(service): State<Service>) -> Answer {
    Ok(Json(json!(
        number(&service, "SELECT no_such_column FROM users").await?
    )))
}

async fn cache_error(State(service): State<Service>) -> Answer {
    Ok(Json(json!(service.cache.misuse().await?)))
}

/// 10 MiB from the database, through the cache.
async fn big(State(service): State<Service>) -> Result<Vec<u8>, Failure> {
    let value: Vec<u8> =
        sqlx::query_scalar("SELECT CAST(REPEAT('0123456789abcdef', 655360) AS BINARY)")
            .fetch_one(&service.database)
            .await?;
    Ok(service.cache.carry(&value).await?)
}

async fn queue(State(service): State<Service>) -> Answer {
    let (key, text) = service.cache.pass("from hand to hand").await?;
    Ok(Json(json!({ key: text })))
}

async fn news(State(service): State<Service>) -> Answer {
    Ok(Json(
        json!({ "heard": service.cache.publish("Größe 😀").await? }),
    ))
}
