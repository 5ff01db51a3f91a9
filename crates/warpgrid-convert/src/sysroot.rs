//! What the libc for WASI has, as the sysroot holds it.

use std::collections::BTreeSet;
use std::fs::{self, File};

use warpgrid_libc::c::current_toolchain;
use warpgrid_pack::Error;

/// The functions of the libc for WASI.
#[derive(Debug, Default)]
pub(crate) struct Sysroot {
    functions: BTreeSet<String>,
}

impl Sysroot {
    /// Of the toolchain that `cargo xtask setup` built.
    ///
    /// # Errors
    /// When it did not, or its libraries cannot be read.
    pub(crate) fn of_toolchain() -> Result<Self, Error> {
        /// These are linked only where a program asks for them.
        const ASKED_FOR: &[&str] = &[
            "libwasi-emulated-getpid.a",
            "libwasi-emulated-mman.a",
            "libwasi-emulated-process-clocks.a",
            "libsetjmp.a",
        ];
        let toolchain = current_toolchain()?;
        let folder = toolchain.sysroot.join("lib").join(&toolchain.target);
        let failed = |error| Error::file("read", &folder, &error);
        let mut functions = BTreeSet::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".a") && !ASKED_FOR.contains(&&*name) {
                let file = File::open(&path).map_err(|error| Error::file("read", &path, &error))?;
                let mut archive = ar::Archive::new(file);
                // An archive that stands for another has no symbols.
                let symbols = archive.symbols().into_iter().flatten();
                functions.extend(symbols.map(|name| String::from_utf8_lossy(name).into_owned()));
            }
        }
        Ok(Sysroot { functions })
    }

    /// Whether there is a function of that name.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.functions.contains(name)
    }
}

#[cfg(test)]
impl<'a> FromIterator<&'a str> for Sysroot {
    fn from_iter<T: IntoIterator<Item = &'a str>>(functions: T) -> Self {
        let functions = functions.into_iter().map(str::to_owned);
        Sysroot {
            functions: functions.collect(),
        }
    }
}
