//! What drivers and people take to connect.

use std::net::SocketAddr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use warpgrid_db::{Endpoint, Protocol};

/// Everything but what RFC 3986, 2.3 leaves unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A connection URI (PostgreSQL documentation, 34.1.1.2, and drivers of the
/// others). Without a user in it, clients send the one of their own
/// environment, and Redis's none.
pub(super) fn url(address: SocketAddr, endpoint: &Endpoint) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let user = endpoint
        .credentials
        .as_ref()
        .filter(|_| endpoint.protocol != Protocol::Redis)
        .map(|credentials| encoded(&credentials.user) + "@");
    let database = endpoint
        .database
        .as_ref()
        .map(|database| format!("/{}", encoded(database)));
    format!(
        "{}://{}{address}{}",
        endpoint.protocol,
        user.unwrap_or_default(),
        database.unwrap_or_default()
    )
}

/// The line for a shell.
pub(super) fn client(address: SocketAddr, endpoint: &Endpoint) -> String {
    let (ip, port) = (address.ip(), address.port());
    match endpoint.protocol {
        Protocol::Postgres => format!("psql {}", url(address, endpoint)),
        Protocol::Mysql => {
            let user = endpoint.credentials.as_ref();
            let user = user.map(|credentials| format!(" -u {}", quoted(&credentials.user)));
            let database = endpoint.database.as_ref();
            let database = database.map(|database| format!(" {}", quoted(database)));
            format!(
                "mariadb -h {ip} -P {port}{}{}",
                user.unwrap_or_default(),
                database.unwrap_or_default()
            )
        }
        Protocol::Redis => format!("redis-cli -h {ip} -p {port}"),
    }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{CONFIG, endpoints};
    use super::*;

    #[test]
    fn a_url_says_what_is_known_and_no_password() {
        let address = "127.0.0.1:9".parse().unwrap();
        let endpoints = endpoints(CONFIG);
        let urls: Vec<_> = endpoints
            .iter()
            .map(|database| url(address, &database.endpoint))
            .collect();
        assert_eq!(
            urls,
            [
                "postgres://me%40home@127.0.0.1:9/a%20b",
                "postgres://127.0.0.1:9"
            ]
        );
    }

    #[test]
    fn each_protocol_has_a_client_of_its_own() {
        let text = "
            [[database]]
            protocol = 'mysql'
            host = 'a'
            port = 3306
            database = 'my app'
            user = 'me'
            [[database]]
            protocol = 'redis'
            host = 'b'
            port = 6379
            database = '2'
            password = 'x'
        ";
        let address = "127.0.0.1:9".parse().unwrap();
        let endpoints = endpoints(text);
        let lines: Vec<_> = endpoints
            .iter()
            .map(|database| {
                let endpoint = &database.endpoint;
                (url(address, endpoint), client(address, endpoint))
            })
            .collect();
        let line = |url: &str, client: &str| (url.to_owned(), client.to_owned());
        assert_eq!(
            lines,
            [
                line(
                    "mysql://me@127.0.0.1:9/my%20app",
                    "mariadb -h 127.0.0.1 -P 9 -u me 'my app'"
                ),
                line("redis://127.0.0.1:9/2", "redis-cli -h 127.0.0.1 -p 9"),
            ]
        );
    }
}
