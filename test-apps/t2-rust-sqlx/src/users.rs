//! Users: found by number, created in a transaction.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use crate::failure::Failure;

#[derive(Serialize)]
pub struct User {
    id: i64,
    name: String,
    letters: i64,
}

#[derive(Deserialize)]
pub struct NewUser {
    name: String,
    letters: i64,
}

pub async fn find(State(pool): State<PgPool>, Path(id): Path<i64>) -> Result<Json<User>, Failure> {
    let row: Option<(String, i64)> =
        sqlx::query_as("SELECT name, letters FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(&pool)
            .await?;
    let (name, letters) = row.ok_or(Failure::NoSuchUser(id))?;
    Ok(Json(User { id, name, letters }))
}

/// A name that is taken leaves the table as it was: the second statement of the
/// transaction fails, and the first is undone.
pub async fn create(
    State(pool): State<PgPool>,
    Json(NewUser { name, letters }): Json<NewUser>,
) -> Result<(StatusCode, Json<User>), Failure> {
    let mut transaction = pool.begin().await?;
    let id: i64 =
        sqlx::query_scalar("INSERT INTO users (name, letters) VALUES ($1, $2) RETURNING id")
            .bind(&name)
            .bind(letters)
            .fetch_one(&mut *transaction)
            .await?;
    sqlx::query("UPDATE totals SET letters = letters + $1")
        .bind(letters)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok((StatusCode::CREATED, Json(User { id, name, letters })))
}
