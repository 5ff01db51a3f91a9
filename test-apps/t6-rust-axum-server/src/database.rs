//! One connection to the database, made when it is first needed and made again
//! when it was lost.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_postgres::{Client, Error, NoTls};

pub struct Database {
    parameters: String,
    client: Mutex<Option<Arc<Client>>>,
}

impl Database {
    /// `parameters` are a connection string of libpq's form.
    pub fn new(parameters: String) -> Self {
        Self {
            parameters,
            client: Mutex::default(),
        }
    }

    /// The connection. Queries of several requests share it, one after another.
    pub async fn client(&self) -> Result<Arc<Client>, Error> {
        let mut kept = self.client.lock().await;
        if let Some(client) = kept.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let (client, connection) = tokio_postgres::connect(&self.parameters, NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("database: {error}");
            }
        });
        Ok(Arc::clone(kept.insert(Arc::new(client))))
    }
}
