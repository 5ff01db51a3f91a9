//! Users: found by number, from the cache where it has them; created in a
//! transaction; changed.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::routes::Service;

#[derive(Serialize, Deserialize)]
pub struct User {
    id: i64,
    name: String,
    letters: u64,
    note: Option<String>,
    picture: Option<Vec<u8>>,
}

#[derive(Deserialize)]
pub struct NewUser {
    name: String,
    letters: u64,
}

fn key(id: i64) -> String {
    format!("user:{id}")
}

pub async fn find(
    State(service): State<Service>,
    Path(id): Path<i64>,
) -> Result<Json<Value>, Failure> {
    if let Some(user) = service.cache.get::<User>(&key(id)).await? {
        return Ok(Json(json!({ "from": "cache", "user": user })));
    }
    type Row = (String, u64, Option<String>, Option<Vec<u8>>);
    let row: Option<Row> =
        sqlx::query_as("SELECT name, letters, note, picture FROM users WHERE id = ?")
            .bind(id)
            .fetch_optional(&service.database)
            .await?;
    let (name, letters, note, picture) = row.ok_or(Failure::NoSuchUser(id))?;
    let user = User {
        id,
        name,
        letters,
        note,
        picture,
    };
    service.cache.keep(&key(id), &user).await?;
    Ok(Json(json!({ "from": "database", "user": user })))
}

/// Where the second statement of the transaction fails, the first is undone.
pub async fn create(
    State(service): State<Service>,
    Json(NewUser { name, letters }): Json<NewUser>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let mut transaction = service.database.begin().await?;
    let id = sqlx::query("INSERT INTO users (name, letters) VALUES (?, ?)")
        .bind(&name)
        .bind(letters)
        .execute(&mut *transaction)
        .await?
        .last_insert_id();
    sqlx::query("UPDATE totals SET letters = letters + ?")
        .bind(letters)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    let user = json!({ "id": id, "name": name, "letters": letters });
    Ok((StatusCode::CREATED, Json(user)))
}

/// Changes a user and drops what the cache has of it.
pub async fn change(
    State(service): State<Service>,
    Path(id): Path<i64>,
    Json(NewUser { name, letters }): Json<NewUser>,
) -> Result<Json<Value>, Failure> {
    let changed = sqlx::query("UPDATE users SET name = ?, letters = ? WHERE id = ?")
        .bind(name)
        .bind(letters)
        .bind(id)
        .execute(&service.database)
        .await?
        .rows_affected();
    service.cache.forget(&key(id)).await?;
    Ok(Json(json!({ "changed": changed })))
}
