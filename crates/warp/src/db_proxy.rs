//! `warp db-proxy`: the databases of `warp.toml` on this machine's loopback.

use std::process::ExitCode;

use miette::IntoDiagnostic;
use serde_json::json;
use warpgrid_host::Signal;
use warpgrid_host::db_proxy::{DbProxy, Error, Listening, Request};

use crate::serving::{Requests, log_to_stderr, read_again};
use crate::{cli, output};

/// As for what the parser itself refuses.
const WRONG_USAGE: u8 = 2;

pub fn run(args: cli::DbProxy) -> miette::Result<ExitCode> {
    log_to_stderr();
    let runtime = tokio::runtime::Runtime::new().into_diagnostic()?;
    runtime.block_on(serve(args))
}

async fn serve(args: cli::DbProxy) -> miette::Result<ExitCode> {
    let mut requests = Requests::watch()?;
    let request = Request {
        config: args.config,
        databases: args.databases,
        listen: args.listen,
    };
    let mut proxy = match DbProxy::start(request).await {
        Err(error @ Error::NotLoopback { .. }) => {
            eprintln!("{:?}", miette::Report::from(error));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
        started => started?,
    };
    print(&proxy, args.json)?;
    while requests.next().await.0 == Signal::Hangup {
        let before: Vec<Listening> = proxy.listening().cloned().collect();
        let reloaded = proxy.reload().await;
        read_again("the databases", reloaded.map_err(Into::into));
        if !proxy.listening().eq(&before) {
            print(&proxy, args.json)?;
        }
    }
    let asked = async { while requests.next().await.0 == Signal::Hangup {} };
    proxy.finish(asked).await;
    Ok(ExitCode::SUCCESS)
}

fn print(proxy: &DbProxy, json: bool) -> miette::Result<()> {
    if json {
        let all: Vec<&Listening> = proxy.listening().collect();
        return output::line(json!({ "databases": all }));
    }
    for Listening {
        database,
        listen,
        client,
        ..
    } in proxy.listening()
    {
        output::line(format_args!("{database} on {listen}: {client}"))?;
    }
    Ok(())
}
