//! `warp db-proxy`: the databases of `warp.toml` on this machine's loopback.

use std::process::ExitCode;

use miette::IntoDiagnostic;
use serde_json::json;
use warpgrid_host::db_proxy::{DbProxy, Error, Listening, Request};

use crate::cli;
use crate::serving::{Stop, log_to_stderr};

/// As for what the parser itself refuses.
const WRONG_USAGE: u8 = 2;

pub fn run(args: cli::DbProxy) -> miette::Result<ExitCode> {
    log_to_stderr();
    let runtime = tokio::runtime::Runtime::new().into_diagnostic()?;
    runtime.block_on(serve(args))
}

async fn serve(args: cli::DbProxy) -> miette::Result<ExitCode> {
    let mut stop = Stop::watch()?;
    let request = Request {
        config: args.config,
        databases: args.databases,
        listen: args.listen,
    };
    let proxy = match DbProxy::bind(&request).await {
        Err(error @ Error::NotLoopback { .. }) => {
            eprintln!("{:?}", miette::Report::from(error));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
        bound => bound?,
    };
    print(proxy.listening(), args.json);
    proxy.serve(async || _ = stop.asked().await).await;
    Ok(ExitCode::SUCCESS)
}

fn print(listening: &[Listening], json: bool) {
    if json {
        println!("{}", json!({ "databases": listening }));
        return;
    }
    for Listening {
        database,
        listen,
        client,
        ..
    } in listening
    {
        println!("{database} on {listen}: {client}");
    }
}
