//! What the tests of the host share: guests, built once in each process.
#![allow(dead_code, reason = "no test uses all of it")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use warpgrid_host::{Deployment, EngineConfig, Error, ShimConfig, WarpGridEngine};
use warpgrid_test_harness::components;
use warpgrid_test_harness::process::Bounds;

/// The guest of `tests/guest`.
pub fn guest() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| built("guest", "").join("probe.wasm"))
}

/// The guest of `tests/hostile-guest`.
pub fn hostile() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| built("hostile-guest", "").join("hostile.wasm"))
}

/// The folder of the components that stock cargo builds of a project in
/// `tests`.
pub fn built(project: &str, flags: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(project);
    let bounds = Bounds::within(Duration::from_secs(1800));
    components::built(&tests.join(project), &target, flags, &bounds).unwrap()
}

pub fn deploy(config: &str) -> Arc<Deployment> {
    deployed(guest(), config)
}

pub fn deployed(component: &Path, config: &str) -> Arc<Deployment> {
    let config = ShimConfig::from_toml("warp.toml", config).unwrap();
    let engine = WarpGridEngine::new(EngineConfig::for_limits(&config.limits)).unwrap();
    let module = engine.load_module(component).unwrap();
    engine.instantiate(&module, &config).unwrap()
}

pub async fn call(
    deployment: &Deployment,
    path: &str,
    body: &[u8],
) -> Result<Response<Bytes>, Error> {
    let body = Full::new(Bytes::copy_from_slice(body)).map_err(|never| match never {});
    let request = Request::post(format!("http://guest{path}"))
        .body(body.boxed_unsync())
        .unwrap();
    let (head, body) = deployment.call_handler(request).await?.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    Ok(Response::from_parts(head, body))
}

pub async fn text(deployment: &Deployment, path: &str) -> String {
    let response = call(deployment, path, b"").await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    String::from_utf8(response.into_body().to_vec()).unwrap()
}
