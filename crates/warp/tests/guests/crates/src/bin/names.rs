//! Looks a name up, reads a file and computes on another thread, through tokio.

#[tokio::main]
async fn main() -> std::io::Result<()> {
    println!("{}", tokio::fs::read_to_string("/data/note").await?);
    for address in tokio::net::lookup_host("cache.warp.local:6379").await? {
        println!("{address}");
    }
    let answer = tokio::task::spawn_blocking(|| 6 * 7);
    println!("{}", answer.await?);
    Ok(())
}
