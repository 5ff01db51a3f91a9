//! Connects to a database that is not there.

const DATABASE: &str = "host=db.production.warp.local user=app dbname=app keepalives_idle=30";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    match tokio_postgres::connect(DATABASE, tokio_postgres::NoTls).await {
        Ok(_) => println!("connected"),
        Err(error) => println!("{error}"),
    }
}
