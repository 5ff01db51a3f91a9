//! `start_up FILE.wasm`: microseconds from a command's file to the end of its
//! run, by this host with a warm code cache, and by wasmtime alone from code
//! that is kept beside it, as one JSON object. `cargo xtask bench host` shows
//! them.

mod bare;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use warpgrid_host::{Deployment, EngineConfig, Error, Invocation, ShimConfig, WarpGridEngine};
use warpgrid_store::Store;
use wasmtime::component::Component;
use wasmtime::error::Context as _;
use wasmtime::{Engine, Result, bail};
use wasmtime_wasi::p2::bindings::Command;

#[tokio::main]
async fn main() -> Result<()> {
    let file = std::env::args().nth(1);
    let file = file.context("usage: start_up FILE.wasm")?;
    let file = Path::new(&file);
    let cache = tempfile::tempdir()?;
    let code = cache.path().join("code");
    let engine = bare::engine(1)?;
    std::fs::write(&code, Component::from_file(&engine, file)?.serialize()?)?;
    let host = WarpGridEngine::new(EngineConfig {
        code_cache: Some(Store::open_default()?),
        ..EngineConfig::default()
    })?;
    // What a process does once, and a code cache that is empty, are not counted.
    start(&host, file).await?;
    start_bare(&engine, &code).await?;
    let begin = Instant::now();
    let started = start(&host, file).await?;
    let ours = begin.elapsed().as_micros();
    drop(started);
    let begin = Instant::now();
    let started = start_bare(&engine, &code).await?;
    let bare = begin.elapsed().as_micros();
    drop(started);
    println!("{{\"ours\":{ours},\"bare\":{bare}}}");
    Ok(())
}

async fn start(host: &WarpGridEngine, file: &Path) -> Result<Arc<Deployment>, Error> {
    let module = host.load_module(file)?;
    let deployment = host.instantiate(&module, &ShimConfig::default())?;
    deployment.run_command(&Invocation::default()).await?;
    Ok(deployment)
}

async fn start_bare(engine: &Engine, code: &Path) -> Result<Component> {
    // SAFETY: the file was written by `main` from `Component::serialize`, for
    // this engine, into a directory of its own.
    #[allow(unsafe_code)]
    let component = unsafe { Component::deserialize_file(engine, code) }?;
    let mut store = bare::store(engine);
    let command =
        Command::instantiate_async(&mut store, &component, &bare::linker(engine)?).await?;
    match command.wasi_cli_run().call_run(&mut store).await? {
        Ok(()) => Ok(component),
        Err(()) => bail!("the command failed"),
    }
}
