//! What the service answers.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::StreamExt;
use futures_util::future::try_join;
use serde_json::{Value, json};
use sqlx::{Executor, PgPool, Row};

use crate::failure::Failure;
use crate::users;

/// `/big` answers this many rows of `ROW_BYTES` each: 10 MiB.
const ROWS: i32 = 10 * 1024;
const ROW_BYTES: i32 = 1024;

/// Every route of the service, over one pool.
pub fn router(pool: PgPool) -> Router {
    Router::new()
        .route("/", get(|| async { "users and their letters\n" }))
        .route("/health", get(health))
        .route("/users", post(users::create))
        .route("/users/{id}", get(users::find))
        .route("/pair", get(pair))
        .route("/error", get(error))
        .route("/big", get(big))
        .with_state(pool)
}

async fn health(State(pool): State<PgPool>) -> Result<Json<Value>, Failure> {
    let (one,): (i32,) = sqlx::query_as("SELECT 1").fetch_one(&pool).await?;
    Ok(Json(json!({ "status": "ok", "database": one == 1 })))
}

/// Two queries at once, each on a connection of its own.
async fn pair(State(pool): State<PgPool>) -> Result<Json<Value>, Failure> {
    let answer = |wanted: i32| {
        sqlx::query_scalar::<_, i32>("SELECT $1::int4 FROM pg_sleep(0.05)")
            .bind(wanted)
            .fetch_one(&pool)
    };
    let (left, right) = try_join(answer(1), answer(2)).await?;
    Ok(Json(json!({ "left": left, "right": right })))
}

/// A query that the server refuses: division by zero.
async fn error(State(pool): State<PgPool>) -> Result<Json<Value>, Failure> {
    let quotient: i32 = sqlx::query_scalar("SELECT 1 / $1::int4")
        .bind(0)
        .fetch_one(&pool)
        .await?;
    Ok(Json(json!({ "quotient": quotient })))
}

/// A large answer, passed on row by row as the database sends it.
async fn big(State(pool): State<PgPool>) -> Response {
    let rows = pool
        .fetch(
            sqlx::query(
                "SELECT rpad(n::text, $2 - 1, '.') || E'\\n' FROM generate_series(1, $1) n",
            )
            .bind(ROWS)
            .bind(ROW_BYTES),
        )
        .map(|row| row?.try_get::<String, _>(0).map(Bytes::from));
    ([(CONTENT_TYPE, "text/plain")], Body::from_stream(rows)).into_response()
}
