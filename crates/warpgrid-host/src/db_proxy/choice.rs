//! Which databases are served, and where.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use super::error::Error;
use crate::shims::database_proxy::{Endpoints, ProxiedEndpoint};

/// The databases that are asked for.
pub(super) fn choose<'a>(
    config: &Path,
    endpoints: &'a Endpoints,
    names: &[String],
) -> Result<Vec<&'a ProxiedEndpoint>, Error> {
    let known: Vec<_> = endpoints.iter().map(name).collect();
    if known.is_empty() {
        return Err(Error::NoDatabase {
            config: config.into(),
        });
    }
    let means = |wanted: &String, database: &ProxiedEndpoint| {
        let wanted = wanted.to_ascii_lowercase();
        wanted == database.config.host || wanted == name(database)
    };
    let unknown = |wanted: &&String| !endpoints.iter().any(|database| means(wanted, database));
    if let Some(wanted) = names.iter().find(unknown) {
        return Err(Error::UnknownDatabase {
            config: config.into(),
            name: wanted.clone(),
            known,
        });
    }
    let chosen = |database: &&ProxiedEndpoint| {
        names.is_empty() || names.iter().any(|wanted| means(wanted, database))
    };
    Ok(endpoints.iter().filter(chosen).collect())
}

/// Where to listen; port zero is a free one.
pub(super) fn address(
    asked: Option<SocketAddr>,
    databases: &[&ProxiedEndpoint],
) -> Result<SocketAddr, Error> {
    match asked {
        None => Ok((Ipv4Addr::LOCALHOST, 0).into()),
        Some(address) if !address.ip().to_canonical().is_loopback() => {
            Err(Error::NotLoopback { address })
        }
        Some(address) if databases.len() > 1 => Err(Error::OneAddress {
            address,
            databases: databases.iter().map(|database| name(database)).collect(),
        }),
        Some(address) => Ok(address),
    }
}

/// How users name a `[[database]]`.
pub(super) fn name(database: &ProxiedEndpoint) -> String {
    let (host, port) = (&database.config.host, database.config.port);
    match host.parse() {
        Ok(IpAddr::V6(address)) => SocketAddr::from((address, port)).to_string(),
        _ => format!("{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use miette::Diagnostic;

    use super::super::tests::{CONFIG, endpoints};
    use super::*;

    fn chosen(text: &str, names: &[&str]) -> Result<Vec<String>, String> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let endpoints = endpoints(text);
        let chosen = choose(Path::new("warp.toml"), &endpoints, &names);
        chosen
            .map(|chosen| chosen.into_iter().map(name).collect())
            .map_err(|error| format!("{error}\n{}", error.help().unwrap()))
    }

    #[test]
    fn all_are_served_or_those_that_are_named() {
        let both = vec!["one.warp.local:5432".to_owned(), "[::1]:5433".to_owned()];
        assert_eq!(chosen(CONFIG, &[]), Ok(both.clone()));
        assert_eq!(
            chosen(CONFIG, &["::1", "ONE.warp.local:5432"]),
            Ok(both.clone())
        );
        assert_eq!(chosen(CONFIG, &["one.warp.local"]), Ok(both[..1].to_vec()));
        let error = chosen(CONFIG, &["one.warp.local:1"]).unwrap_err();
        assert!(
            error.contains("no [[database]] `one.warp.local:1`\nit has one.warp.local:5432, [::1]"),
            "{error}"
        );
        assert!(
            chosen("", &["x"])
                .unwrap_err()
                .contains("no [[database]]\nadd a")
        );
    }

    #[test]
    fn an_address_is_for_one_and_for_this_machine() {
        let endpoints = endpoints(CONFIG);
        let both: Vec<_> = endpoints.iter().collect();
        let listen = |text: &str, databases: &[&ProxiedEndpoint]| {
            address(Some(text.parse().unwrap()), databases).map_err(|error| error.to_string())
        };
        for loopback in ["127.0.0.1:6432", "[::1]:0", "127.8.9.1:1"] {
            assert_eq!(listen(loopback, &both[..1]).unwrap().to_string(), loopback);
        }
        for open in ["0.0.0.0:6432", "[::]:6432", "192.0.2.1:6432"] {
            let error = listen(open, &both[..1]).unwrap_err();
            assert!(error.contains("not a loopback address"), "{error}");
        }
        let error = listen("127.0.0.1:6432", &both).unwrap_err();
        assert!(error.contains("one address for 2 databases"), "{error}");
    }
}
