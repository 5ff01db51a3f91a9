//! What runs found of packages, of Node's modules and of the globals: the data in
//! `compat/`.

use std::collections::BTreeMap;

use serde::Deserialize;
use warpgrid_js::{Missing, MissingNames};

const BUN: &str = include_str!("../../../compat/bun.json");
const GO: &str = include_str!("../../../compat/go.json");
const NPM: &str = include_str!("../../../compat/npm.json");
const NODE: &str = include_str!("../../../compat/node-apis.json");

#[derive(Deserialize)]
struct Table {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    package: String,
    version: String,
    status: Status,
    /// What a program has to add for it to work.
    needs: Option<String>,
    cause: Option<String>,
    compiler: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Works,
    Fails,
}

/// What a run found of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// A program over it works, in this version.
    Works(String),
    /// It works in a program that adds something.
    Needs(String),
    /// A program over it does not work.
    Fails(String),
}

/// What is known of packages, by name.
pub(crate) struct Packages(BTreeMap<String, Known>);

impl Packages {
    /// Of Go's, as the compiler builds them.
    pub(crate) fn of_go(compiler: &str) -> Self {
        Self::read(GO, |row| row.compiler.as_deref() == Some(compiler))
    }

    /// Of npm's, in programs for Bun.
    pub(crate) fn of_bun() -> Self {
        Self::read(BUN, |_| true)
    }

    /// Of npm's, in programs for Node.
    pub(crate) fn of_npm() -> Self {
        Self::read(NPM, |_| true)
    }

    fn read(text: &str, wanted: impl Fn(&Row) -> bool) -> Self {
        // The tests read them: what is compiled in can be read.
        let table = serde_json::from_str::<Table>(text);
        let rows = table.map(|table| table.rows).unwrap_or_default();
        let known = |row: Row| match (row.status, row.needs, row.cause) {
            (Status::Fails, _, cause) => Known::Fails(cause.unwrap_or_default()),
            (Status::Works, Some(needs), _) => Known::Needs(needs),
            (Status::Works, None, _) => Known::Works(row.version),
        };
        let rows = rows.into_iter().filter(|row| wanted(row));
        Packages(rows.map(|row| (row.package.clone(), known(row))).collect())
    }

    pub(crate) fn get(&self, package: &str) -> Option<&Known> {
        self.0.get(package)
    }
}

#[derive(Deserialize)]
struct Node {
    modules: Vec<Names>,
    globals: Vec<Names>,
}

#[derive(Deserialize)]
struct Names {
    name: String,
    status: String,
    missing: Vec<String>,
    refuse: Vec<String>,
}

/// What a component does not have of Node's.
pub(crate) fn missing() -> Missing {
    let Ok(node) = serde_json::from_str::<Node>(NODE) else {
        return Missing::default();
    };
    let names = |module: Names| {
        let names = MissingNames {
            missing: module.missing,
            refuse: module.refuse,
        };
        (module.name, names)
    };
    // `Intl` has a check of its own in the packer.
    let globals = node.globals.into_iter();
    let globals = globals.filter(|global| global.status == "none" && global.name != "Intl");
    Missing {
        modules: node.modules.into_iter().map(names).collect(),
        globals: globals.map(|global| global.name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_are_read() {
        let go = Packages::of_go("go");
        assert!(matches!(
            go.get("github.com/jackc/pgx/v5"),
            Some(Known::Works(_))
        ));
        let tinygo = Packages::of_go("tinygo");
        assert!(matches!(
            tinygo.get("github.com/lib/pq"),
            Some(Known::Fails(_))
        ));
        let npm = Packages::of_npm();
        assert!(matches!(npm.get("luxon"), Some(Known::Needs(_))));
        assert_eq!(npm.get("left-pad"), None);
        let bun = Packages::of_bun();
        assert!(matches!(bun.get("elysia"), Some(Known::Works(_))));
        assert!(matches!(bun.get("sharp"), Some(Known::Fails(_))));
        let missing = missing();
        assert!(missing.modules["fs"].missing.contains(&"chmod".to_owned()));
        assert!(missing.globals.contains(&"Atomics".to_owned()));
        assert!(!missing.globals.contains(&"Intl".to_owned()));
    }
}
