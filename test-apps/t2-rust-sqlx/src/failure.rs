//! What a client is told when a request cannot be answered.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request failed.
pub enum Failure {
    NoSuchUser(i64),
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::NoSuchUser(id) => (
                StatusCode::NOT_FOUND,
                json!({ "error": format!("there is no user {id}") }),
            ),
            Self::Database(sqlx::Error::Database(refusal)) => {
                let status = if refusal.is_unique_violation() {
                    StatusCode::CONFLICT
                } else {
                    StatusCode::INTERNAL_SERVER_ERROR
                };
                (
                    status,
                    json!({ "error": refusal.message(), "sqlstate": refusal.code() }),
                )
            }
            Self::Database(error) => {
                eprintln!("database: {error}");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    json!({ "error": "the database does not answer" }),
                )
            }
        };
        (status, Json(body)).into_response()
    }
}
