//! The service on a TCP port. A component has no `main`: its entry is in the
//! library.

#[cfg(target_family = "wasm")]
fn main() {}

#[cfg(not(target_family = "wasm"))]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    let service = t2_rust_sqlx::service()?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, service)
        .with_graceful_shutdown(interrupted())
        .await?;
    Ok(())
}

#[cfg(not(target_family = "wasm"))]
async fn interrupted() {
    // Where the signal cannot be watched, the process ends by it all the same.
    let _ = tokio::signal::ctrl_c().await;
}
