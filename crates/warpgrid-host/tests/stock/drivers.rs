//! Drivers of databases, unmodified, in programs that stock cargo built.

use std::path::PathBuf;
use std::sync::OnceLock;

use warpgrid_host::{Deployment, Invocation};
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, SCRAM};
use warpgrid_test_harness::redis::Redis;

use crate::support::{built, deployed};

fn guest(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    // What tokio asks of whoever uses its sockets on this target.
    let folder = BUILT.get_or_init(|| built("stock/guests", "--cfg tokio_unstable"));
    folder.join(name).with_extension("wasm")
}

async fn run(deployment: &Deployment, arguments: &[&str]) -> i32 {
    let arguments = ["guest"].iter().chain(arguments);
    let invocation = Invocation {
        arguments: arguments.map(|argument| (*argument).to_owned()).collect(),
    };
    deployment.run_command(&invocation).await.unwrap()
}

const OFF: &str = "[shims]\ndns = false\ndatabase-proxy = false\n";

#[tokio::test]
async fn a_blocking_driver_of_redis_has_the_pool() {
    let redis = Redis::start().unwrap();
    let config = format!(
        "[[database]]\nprotocol = 'redis'\nhost = 'cache.warp.local'\nport = 6379\n\
         upstream = '127.0.0.1:{}'\npassword = 'secret'\n",
        redis.port()
    );
    let arguments = ["redis://cache.warp.local/"];
    let on = deployed(&guest("cache"), &config);
    assert_eq!(run(&on, &arguments).await, 0);
    let off = deployed(&guest("cache"), &format!("{OFF}{config}"));
    assert_eq!(run(&off, &arguments).await, 1);
}

#[tokio::test]
async fn an_asynchronous_driver_of_postgresql_has_the_pool() {
    let server = Postgres::start().unwrap();
    let config = format!(
        "[[database]]\nprotocol = 'postgres'\nhost = 'db.production.warp.local'\nport = 5432\n\
         upstream = '127.0.0.1:{}'\ndatabase = '{DATABASE}'\nuser = '{SCRAM}'\n\
         password = '{PASSWORD}'\n",
        server.port()
    );
    let arguments = ["db.production.warp.local:5432", SCRAM];
    let on = deployed(&guest("database"), &config);
    assert_eq!(run(&on, &arguments).await, 0, "{}", server.log());
    let off = deployed(&guest("database"), &format!("{OFF}{config}"));
    assert_eq!(run(&off, &arguments).await, 1);
}
