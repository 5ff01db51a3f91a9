//! The series in `rust-patches/`, as they are built into this program.

use warpgrid_pack::Error;
use warpgrid_series::Patch;

/// A crate that is compiled from a patched copy, and its patches.
#[derive(Debug)]
pub(super) struct CrateSeries {
    /// The crate.
    pub(super) name: &'static str,
    pin: &'static str,
    patches: &'static [(&'static str, &'static str)],
}

/// To patch one more crate is to add its folder to `rust-patches/` and its
/// line here.
pub(super) const SERIES: &[CrateSeries] = &[
    CrateSeries {
        name: "tokio",
        pin: include_str!("../../../../rust-patches/tokio/UPSTREAM_REF"),
        patches: &[
            (
                "0001-blocking-run-tasks-inline-where-there-is-one-thread.patch",
                include_str!(
                    "../../../../rust-patches/tokio/0001-blocking-run-tasks-inline-where-there-is-one-thread.patch"
                ),
            ),
            (
                "0002-runtime-one-thread-where-several-are-asked-for.patch",
                include_str!(
                    "../../../../rust-patches/tokio/0002-runtime-one-thread-where-several-are-asked-for.patch"
                ),
            ),
        ],
    },
    CrateSeries {
        name: "tokio-postgres",
        pin: include_str!("../../../../rust-patches/tokio-postgres/UPSTREAM_REF"),
        patches: &[(
            "0001-connect-on-wasm-without-keepalive.patch",
            include_str!(
                "../../../../rust-patches/tokio-postgres/0001-connect-on-wasm-without-keepalive.patch"
            ),
        )],
    },
];

impl CrateSeries {
    /// The series of a crate, where there is one.
    pub(super) fn of(name: &str) -> Option<&'static CrateSeries> {
        SERIES.iter().find(|series| series.name == name)
    }

    /// The version that the patches are written against.
    pub(super) fn version(&self) -> &'static str {
        let value = |line: &'static str| line.strip_prefix("version = \"")?.strip_suffix('"');
        self.pin.lines().find_map(value).unwrap_or_default()
    }

    /// "2 patches (rust-patches/tokio)".
    pub(super) fn label(&self) -> String {
        let patches = match self.patches.len() {
            1 => "1 patch".to_owned(),
            count => format!("{count} patches"),
        };
        format!("{patches} (rust-patches/{})", self.name)
    }

    /// File name and text of each patch.
    pub(super) fn texts(&self) -> &'static [(&'static str, &'static str)] {
        self.patches
    }

    /// The patches, in the order in which they apply.
    pub(super) fn patches(&self) -> Result<Vec<Patch>, Error> {
        self.patches
            .iter()
            .map(|(file, text)| Patch::from_text(file, text))
            .collect::<Result<_, _>>()
            .map_err(|error| Error::Project {
                message: error.to_string(),
                help: "this is a defect of warp".to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use warpgrid_series::Series;

    use super::*;

    #[test]
    fn what_is_built_in_is_what_the_folder_holds() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rust-patches");
        let mut names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let built_in: Vec<_> = SERIES.iter().map(|series| series.name).collect();
        assert_eq!(names, built_in);
        for series in SERIES {
            let on_disk = Series::open(&folder.join(series.name)).unwrap();
            assert_eq!(on_disk.upstream.name, series.name);
            assert_eq!(on_disk.upstream.version, series.version());
            assert_eq!(on_disk.patches().unwrap(), series.patches().unwrap());
        }
    }
}
