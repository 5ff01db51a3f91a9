//! `warp run`: a component in our host.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use miette::IntoDiagnostic;
use tokio::runtime::{Builder, Runtime};
use warpgrid_host::config::Rule;
use warpgrid_host::{Deployment, EngineConfig, Invocation, ShimConfig, WarpGridEngine, http};
use warpgrid_pack::{Symbols, analyze, check, manifest};
use warpgrid_store::Store;

use crate::{cli, serving};

/// Where HTTP is served unless `--listen` says otherwise.
const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The world of programs with a main function.
const COMMAND: &str = "wasi:cli/command";

/// How long sessions that are being reset may take when the host stops.
const DRAIN: Duration = Duration::from_secs(5);

/// As a shell reports a program that a signal ended, plus the signal's number.
const ENDED_BY_SIGNAL: u8 = 128;

/// Serves a component that handles HTTP requests, or runs one that is a command.
pub fn run(args: cli::Run) -> miette::Result<ExitCode> {
    serving::log_to_stderr();
    let component = analyze(&args.component)?;
    check(&args.component, &component, &Symbols::default())?;
    let mut config = configuration(args.config.as_deref())?;
    config.env.extend(args.env.iter().cloned());
    if component.world == COMMAND {
        let granted = args.listen.map(Rule::Address);
        config.network.listen.extend(granted);
    }
    let engine = WarpGridEngine::new(EngineConfig {
        code_cache: code_cache(),
        count_instructions: args.count,
        ..EngineConfig::for_limits(&config.limits)
    })?;
    let module = engine.load_module(&args.component)?;
    let deployment = engine.instantiate(&module, &config)?;
    runtime(&deployment)?.block_on(async {
        let code = if deployment.is_handler() {
            miette::ensure!(
                !args.count,
                help = "leave `--count` out; it is for programs that run to their end",
                "{} handles requests until it is stopped",
                args.component.display()
            );
            serve(&args, deployment).await?
        } else {
            command(&args, &deployment).await?
        };
        engine.pools().drain(DRAIN).await;
        Ok(code)
    })
}

/// Threads for many guests; none for one, whose waiting would only be handed
/// from thread to thread.
fn runtime(deployment: &Deployment) -> miette::Result<Runtime> {
    let mut builder = if deployment.is_handler() {
        Builder::new_multi_thread()
    } else {
        Builder::new_current_thread()
    };
    builder.enable_all().build().into_diagnostic()
}

async fn serve(
    args: &cli::Run,
    deployment: std::sync::Arc<Deployment>,
) -> miette::Result<ExitCode> {
    let listener = http::listen(args.listen.unwrap_or(ADDRESS)).await?;
    let address = listener.local_addr().into_diagnostic()?;
    let mut stop = serving::Stop::watch()?;
    eprintln!("listening on http://{address}");
    http::serve(listener, deployment, async { _ = stop.asked().await }).await;
    Ok(ExitCode::SUCCESS)
}

async fn command(args: &cli::Run, deployment: &Deployment) -> miette::Result<ExitCode> {
    let name = args
        .component
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let arguments = args
        .args
        .iter()
        .map(|argument| argument.to_string_lossy().into_owned());
    let invocation = Invocation {
        arguments: std::iter::once(name).chain(arguments).collect(),
    };
    let mut requests = serving::Requests::watch()?;
    let mut run = pin!(deployment.run_counted(&invocation));
    loop {
        tokio::select! {
            ended = &mut run => {
                let ended = ended?;
                if let Some(instructions) = ended.instructions {
                    eprintln!("executed {instructions} instructions");
                }
                return Ok(ExitCode::from(u8::try_from(ended.code).unwrap_or(1)));
            }
            (request, number) = requests.next() => {
                if deployment.signal(request) == 0 {
                    return Ok(ExitCode::from(ENDED_BY_SIGNAL + number));
                }
            }
        }
    }
}

/// The named file, else the directory's `warp.toml`, else the defaults.
fn configuration(named: Option<&Path>) -> miette::Result<ShimConfig> {
    let path = named.unwrap_or_else(|| Path::new(manifest::FILE));
    if named.is_none() && !path.exists() {
        return Ok(ShimConfig::default());
    }
    Ok(ShimConfig::from_file(path)?)
}

/// Compiled code is kept where it can be; without it the start is only slower.
fn code_cache() -> Option<Store> {
    Store::open_default()
        .inspect_err(|error| tracing::warn!(%error, "compiled code is not kept"))
        .ok()
}
