//! A client of Redis with a blocking driver, as it would be written for any
//! machine. Its first argument is the URL.

use redis::Commands;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("no URL")?;
    let mut connection = redis::Client::open(url)?.get_connection()?;
    let value = "x".repeat(300_000);
    let () = connection.set("stock:key", &value)?;
    let back: String = connection.get("stock:key")?;
    let user: String = redis::cmd("ACL").arg("WHOAMI").query(&mut connection)?;
    if back == value && user == "default" {
        return Ok(());
    }
    Err(format!("{} bytes came back, to {user}", back.len()).into())
}
