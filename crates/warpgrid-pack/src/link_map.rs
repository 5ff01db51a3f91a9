//! The linker's own account of what went into a program.
//!
//! The format is `wasm-ld -Map`'s: after three columns of addresses and sizes,
//! an indented line names each input section as `FILE:(SYMBOL)`, where FILE is
//! an object or `ARCHIVE(MEMBER)`. Unlike the name section it survives
//! stripping, and it tells libc's `connect` from a user's function of that name.

use std::fs;
use std::path::Path;

use crate::Error;

/// The functions that a link took from archives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkMap {
    symbols: Vec<MapSymbol>,
}

/// One function, and the archive that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapSymbol {
    /// The archive's path as the linker opened it.
    pub archive: String,
    /// The archive's member.
    pub member: String,
    /// The function's linker name.
    pub name: String,
}

impl LinkMap {
    /// Reads a map file that `wasm-ld -Map=FILE` wrote.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path) -> Result<LinkMap, Error> {
        // Names in a map are bytes; only ASCII ones matter here.
        let bytes = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
        Ok(LinkMap::parse(&String::from_utf8_lossy(&bytes)))
    }

    /// Reads a map's text.
    pub fn parse(text: &str) -> LinkMap {
        LinkMap {
            symbols: text.lines().filter_map(parse_line).collect(),
        }
    }

    /// The function of this name that came from an archive of this file name
    /// (`libc.a`).
    pub fn find(&self, archive: &str, name: &str) -> Option<&MapSymbol> {
        self.symbols.iter().find(|symbol| {
            symbol.name == name && symbol.archive.rsplit(['/', '\\']).next() == Some(archive)
        })
    }

    /// Everything that came from archives, in the linker's order.
    pub fn symbols(&self) -> &[MapSymbol] {
        &self.symbols
    }
}

/// `   -   8aae   5e         /dir/libc.a(posix.c.obj):(open)`
fn parse_line(line: &str) -> Option<MapSymbol> {
    let line = line.strip_suffix(')')?;
    let (file, name) = line.split_once("):(")?;
    let (path, member) = file.rsplit_once('(')?;
    // Three columns precede the file, whose path may itself hold spaces.
    let mut path = path;
    for _ in 0..3 {
        path = path.trim_start().split_once(' ')?.1;
    }
    // Data sections are named `.rodata.x` and the like.
    if name.starts_with('.') {
        return None;
    }
    Some(MapSymbol {
        archive: path.trim_start().to_owned(),
        member: member.to_owned(),
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "\
    Addr      Off     Size Out     In      Symbol
       -     14c8      1c1 FUNCTION
       -     8aae       5e         /a dir/lib/libc.a(posix.c.obj):(open)
       -     8aae       5e                 open
       -     8ed7       50         /tmp/main.o:(connect)
  101388    1b6a3       94         /a dir/lib/libc.a(openat.c.obj):(.rodata.connect)
";

    #[test]
    fn finds_functions_by_their_archive() {
        let map = LinkMap::parse(MAP);
        let open = map.find("libc.a", "open").unwrap();
        assert_eq!(open.archive, "/a dir/lib/libc.a");
        assert_eq!(open.member, "posix.c.obj");
        assert_eq!(map.symbols().len(), 1);
    }

    #[test]
    fn a_users_own_function_is_not_libcs() {
        assert_eq!(LinkMap::parse(MAP).find("libc.a", "connect"), None);
    }
}
