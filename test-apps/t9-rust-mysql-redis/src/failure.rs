//! What a client is told when a request cannot be answered.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request failed.
pub enum Failure {
    NoSuchUser(i64),
    Database(sqlx::Error),
    Cache(redis::RedisError),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<redis::RedisError> for Failure {
    fn from(error: redis::RedisError) -> Self {
        Self::Cache(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NoSuchUser(id) => (
                StatusCode::NOT_FOUND,
                json!(format!("there is no user {id}")),
            ),
            Self::Database(sqlx::Error::Database(refusal)) => {
                let status = match refusal.is_unique_violation() {
                    true => StatusCode::CONFLICT,
                    false => StatusCode::INTERNAL_SERVER_ERROR,
                };
                let code = refusal.code();
                (
                    status,
                    json!({ "refused": refusal.message(), "sqlstate": code }),
                )
            }
            Self::Database(error) => {
                eprintln!("database: {error}");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    json!("the database does not answer"),
                )
            }
            Self::Cache(error) => match error.code() {
                Some(code) => (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    json!({ "refused": error.detail(), "code": code }),
                ),
                None => {
                    eprintln!("cache: {error}");
                    (
                        StatusCode::SERVICE_UNAVAILABLE,
                        json!("the cache does not answer"),
                    )
                }
            },
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}
