//! Redis: what was read from the database, for a while, and what needs no
//! database.

use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisResult};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How long a value is kept, in seconds.
const KEPT: u64 = 60;
/// How long a queue is waited for, in seconds.
const PATIENCE: f64 = 20.0;

/// A connection that all requests share and that is made again when it was
/// lost. Those who wait on the server have one of their own.
#[derive(Clone)]
pub struct Cache {
    client: Client,
    shared: ConnectionManager,
}

impl Cache {
    pub fn new(url: &str) -> RedisResult<Self> {
        let client = Client::open(url)?;
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(30)))
            .set_response_timeout(Some(Duration::from_secs(30)))
            .set_max_delay(Duration::from_millis(200));
        let shared = ConnectionManager::new_lazy_with_config(client.clone(), settings)?;
        Ok(Self { client, shared })
    }

    /// A value, where it is kept.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> RedisResult<Option<T>> {
        let kept: Option<Vec<u8>> = self.shared.clone().get(key).await?;
        // What another version of this program kept is as good as nothing.
        Ok(kept.and_then(|kept| serde_json::from_slice(&kept).ok()))
    }

    pub async fn keep<T: Serialize>(&self, key: &str, value: &T) -> RedisResult<()> {
        let value = serde_json::to_vec(value).unwrap_or_default();
        self.shared.clone().set_ex(key, value, KEPT).await
    }

    pub async fn forget(&self, key: &str) -> RedisResult<()> {
        self.shared.clone().del(key).await
    }

    pub async fn ping(&self) -> RedisResult<String> {
        self.shared.clone().ping().await
    }

    /// Counts a visit; both commands or none.
    pub async fn visit(&self) -> RedisResult<(u64, i64)> {
        redis::pipe()
            .atomic()
            .incr("visits", 1)
            .expire("visits", 1000)
            .ignore()
            .hincr("visited", "pages", 10)
            .query_async(&mut self.shared.clone())
            .await
    }

    /// A command that the server refuses: a text is no list.
    pub async fn misuse(&self) -> RedisResult<i64> {
        let mut shared = self.shared.clone();
        let () = shared.set("text", "words").await?;
        shared.lpush("text", 1).await
    }

    /// A large value, there and back.
    pub async fn carry(&self, value: &[u8]) -> RedisResult<Vec<u8>> {
        let mut shared = self.shared.clone();
        let () = shared.set_ex("large", value, KEPT).await?;
        shared.get("large").await
    }

    /// Waits on a queue while another connection fills it.
    pub async fn pass(&self, text: &str) -> RedisResult<(String, String)> {
        let mut waiting = self.client.get_multiplexed_async_connection().await?;
        let mut shared = self.shared.clone();
        let popped = waiting.blpop("queue", PATIENCE);
        let pushed = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            shared.rpush("queue", text).await
        };
        let (popped, pushed): (RedisResult<(String, String)>, RedisResult<i64>) =
            tokio::join!(popped, pushed);
        pushed?;
        popped
    }

    /// Publishes a text and hears it.
    pub async fn publish(&self, text: &str) -> RedisResult<Option<String>> {
        let mut listener = self.client.get_async_pubsub().await?;
        listener.subscribe("news").await?;
        let () = self.shared.clone().publish("news", text).await?;
        let message = listener.on_message().next().await;
        message.map(|message| message.get_payload()).transpose()
    }
}
