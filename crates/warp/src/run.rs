//! `warp run`: a component in our host.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use miette::IntoDiagnostic;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use warpgrid_host::config::Rule;
use warpgrid_host::http::{self, Current};
use warpgrid_host::{
    Compiler, Deployment, EngineConfig, Invocation, ShimConfig, Signal, WarpGridEngine,
};
use warpgrid_pack::{Analysis, Symbols, analyze, check, manifest};
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
    check_origin(&args.component, &component)?;
    let mut config = configuration(&args)?;
    serving::warn_of_missing_servers(&config);
    if component.world == COMMAND {
        let granted = args.listen.map(Rule::Address);
        config.network.listen.extend(granted);
    }
    let engine = WarpGridEngine::new(EngineConfig {
        code_cache: code_cache(),
        compiler: match args.compiler {
            cli::Compiler::Cranelift => Compiler::Cranelift,
            cli::Compiler::Winch => Compiler::Winch,
        },
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
            serve(args, deployment).await?
        } else {
            command(&args, &deployment).await?
        };
        engine.pools().drain(DRAIN).await;
        Ok(code)
    })
}

/// A component of our toolchains must have their shims; one of a stock toolchain
/// gets what it can without, and its user is told what that is.
fn check_origin(path: &Path, component: &Analysis) -> Result<(), warpgrid_pack::Error> {
    match check(path, component, &Symbols::default()) {
        Err(warpgrid_pack::Error::MissingShim { message, .. }) if component.is_stock() => {
            tracing::warn!(
                "{message}: a stock toolchain built it; names and databases reach it by \
                 wasi:sockets, virtual files and signals do not; `warp pack` gives it those"
            );
            Ok(())
        }
        checked => checked,
    }
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

/// Serves until it is asked to stop; asked to read its configuration again, it
/// does. Asked to stop a second time, it ends at once.
async fn serve(args: cli::Run, deployment: Arc<Deployment>) -> miette::Result<ExitCode> {
    serving::allow_files();
    let listener = http::listen(args.listen.unwrap_or(ADDRESS)).await?;
    let address = listener.local_addr().into_diagnostic()?;
    let mut requests = serving::Requests::watch()?;
    eprintln!("listening on http://{address}");
    let args = Arc::new(args);
    let current = Arc::new(Current::new(deployment));
    let (stop, stopped) = oneshot::channel::<()>();
    let mut stop = Some(stop);
    // Without a sender, it is to stop as well.
    let stopped = async move { _ = stopped.await };
    let mut served = tokio::spawn(http::serve(listener, current.clone(), stopped));
    loop {
        tokio::select! {
            ended = &mut served => {
                ended.into_diagnostic()?;
                return Ok(ExitCode::SUCCESS);
            }
            (request, number) = requests.next() => match (request, stop.take()) {
                (Signal::Hangup, stopping) => {
                    stop = stopping;
                    let (args, current) = (args.clone(), current.clone());
                    tokio::task::spawn_blocking(move || reload(&args, &current));
                }
                (_, Some(stop)) => drop(stop),
                (_, None) => return Ok(ExitCode::from(ENDED_BY_SIGNAL + number)),
            }
        }
    }
}

/// Lets the component and its configuration as they are now take over. Where
/// they cannot, everything stays as it was.
fn reload(args: &cli::Run, current: &Current) {
    let successor = configuration(args).and_then(|config| {
        serving::warn_of_missing_servers(&config);
        let serving = current.get();
        Ok(serving
            .map(|serving| serving.successor(&config))
            .transpose()?)
    });
    let replaced = successor.map(|next| {
        if let Some(next) = next {
            current.replace(next);
        }
    });
    serving::read_again("the component and its configuration", replaced);
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

/// The named file, else the directory's `warp.toml`, else the defaults; with the
/// environment variables of the command line.
fn configuration(args: &cli::Run) -> miette::Result<ShimConfig> {
    let path = args.config.as_deref();
    let mut config = match path.unwrap_or_else(|| Path::new(manifest::FILE)) {
        default if path.is_none() && !default.exists() => ShimConfig::default(),
        path => ShimConfig::from_file(path)?,
    };
    config.env.extend(args.env.iter().cloned());
    Ok(config)
}

/// Compiled code is kept where it can be; without it the start is only slower.
fn code_cache() -> Option<Store> {
    Store::open_default()
        .inspect_err(|error| tracing::warn!(%error, "compiled code is not kept"))
        .ok()
}
