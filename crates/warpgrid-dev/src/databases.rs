//! The databases that `warp.toml` marks `dev = "auto"`: servers of the system's, with
//! their data in the project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use warpgrid_host::ShimConfig;
use warpgrid_host::config::{DatabaseConfig, DatabaseProtocol};
use warpgrid_pack::Error;
use warpgrid_servers::{Kind, Server, Wanted};

use crate::{Event, Events};

/// What belongs to one machine, in the project's directory.
pub const FOLDER: &str = ".warp";

/// The servers that run, by their endpoints.
#[derive(Default)]
pub struct Databases {
    running: BTreeMap<String, (Wanted, Server)>,
}

impl Databases {
    /// Starts what the configuration wants and is not there yet, ends what it wants
    /// no more, and lets the endpoints be where the servers are. It may take long.
    ///
    /// # Errors
    /// Where a server cannot be had. Those that ran go on.
    pub fn serve(
        &mut self,
        config: &mut ShimConfig,
        project: &Path,
        events: &dyn Events,
    ) -> Result<(), Error> {
        let mut wanted = Vec::new();
        for database in config.databases.iter_mut() {
            if database.dev.is_none() {
                continue;
            }
            let endpoint = format!("{}:{}", database.host.as_ref(), database.port);
            let asked = asked(database);
            let runs = self.running.get(&endpoint).is_some_and(|(known, server)| {
                *known == asked && server.kind() == kind(database.protocol)
            });
            if !runs {
                // One that wants something else has the data.
                self.running.remove(&endpoint);
                let server = start(&endpoint, database.protocol, &asked, project)?;
                events.tell(Event::Database {
                    endpoint: endpoint.clone(),
                    server: format!("{} {}", server.kind(), server.version()),
                    address: server.address(),
                    directory: server.directory().to_owned(),
                });
                self.running.insert(endpoint.clone(), (asked, server));
            }
            if let Some((_, server)) = self.running.get(&endpoint) {
                database.serve_from(server.address());
            }
            wanted.push(endpoint);
        }
        self.running.retain(|endpoint, _| wanted.contains(endpoint));
        Ok(())
    }
}

fn asked(database: &DatabaseConfig) -> Wanted {
    Wanted {
        user: database.user.clone(),
        database: database.database.as_ref().map(|name| name.as_ref().clone()),
    }
}

fn kind(protocol: DatabaseProtocol) -> Kind {
    match protocol {
        DatabaseProtocol::Postgres => Kind::Postgres,
        DatabaseProtocol::Mysql => Kind::Mariadb,
        DatabaseProtocol::Redis => Kind::Redis,
    }
}

fn start(
    endpoint: &str,
    protocol: DatabaseProtocol,
    asked: &Wanted,
    project: &Path,
) -> Result<Server, Error> {
    let folder = folder(project)?;
    let kind = kind(protocol);
    let directory = folder.join(format!(
        "{}-{}",
        kind.name().to_ascii_lowercase(),
        file_name(endpoint)
    ));
    Server::start(kind, &directory, asked).map_err(Error::of_two_lines)
}

/// The project's folder for what is only this machine's, which tells git so itself.
fn folder(project: &Path) -> Result<PathBuf, Error> {
    let folder = project.join(FOLDER);
    let rule = folder.join(".gitignore");
    fs::create_dir_all(&folder).map_err(|error| Error::file("create", &folder, &error))?;
    if !rule.exists() {
        fs::write(&rule, "*\n").map_err(|error| Error::file("write", &rule, &error))?;
    }
    Ok(folder)
}

/// A name that two endpoints do not share, and that is no path.
fn file_name(endpoint: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let mut name = String::new();
    for character in endpoint.to_lowercase().chars() {
        if plain(character) {
            name.push(character);
        } else if character == ':' {
            name.push('_');
        } else {
            name.push_str(&format!("={:x}=", u32::from(character)));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_have_folders_of_their_own() {
        assert_eq!(file_name("DB.local:5432"), "db.local_5432");
        assert_eq!(file_name("../x:1"), "..=2f=x_1");
        assert_ne!(file_name("a_b:1"), file_name("a:b:1"));
    }

    #[test]
    fn the_folder_is_not_for_git() {
        let directory = tempfile::tempdir().unwrap();
        let folder = folder(directory.path()).unwrap();
        assert_eq!(
            fs::read_to_string(folder.join(".gitignore")).unwrap(),
            "*\n"
        );
    }
}
