//! `[[database]]` of a `warp.toml` that is written for a run.

/// One of them.
pub struct Section<'a> {
    pub protocol: &'a str,
    /// As guests call it.
    pub host: &'a str,
    pub port: u16,
    pub database: &'a str,
    pub user: Option<&'a str>,
    pub password: &'a str,
}

impl Section<'_> {
    /// Its keys, to which others may be added.
    pub fn table(&self) -> toml_edit::Table {
        let mut table = toml_edit::Table::new();
        for (key, text) in [
            ("protocol", Some(self.protocol)),
            ("host", Some(self.host)),
            ("database", Some(self.database)),
            ("user", self.user),
            ("password", Some(self.password)),
        ] {
            if let Some(text) = text {
                table[key] = toml_edit::value(text);
            }
        }
        table["port"] = toml_edit::value(i64::from(self.port));
        table
    }
}

/// A configuration with these.
pub fn document(sections: impl IntoIterator<Item = toml_edit::Table>) -> toml_edit::DocumentMut {
    let mut document = toml_edit::DocumentMut::new();
    document["database"] = toml_edit::ArrayOfTables::from_iter(sections).into();
    document
}
