//! Programs, libraries and objects that a compiler made for a machine (ELF, and
//! archives of it): which functions they want, and whether the libc for WASI has
//! them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use object::read::elf::{Dyn as _, FileHeader, SectionHeader as _, Sym as _};
use object::{Endianness, FileKind, elf};
use warpgrid_pack::Error;

use crate::libc;
use crate::report::{Account, Finding, Report, Verdict};
use crate::sysroot::Sysroot;

const ARCHIVE: &[u8] = b"!<arch>\n";
const ELF: &[u8] = b"\x7fELF";

/// Libraries whose functions the libc for WASI has, or that every program is linked
/// with.
const SYSTEM: &[&str] = &[
    "libc",
    "libm",
    "libpthread",
    "libdl",
    "librt",
    "libcrypt",
    "libutil",
    "libgcc_s",
    "ld-linux",
    "ld-linux-x86-64",
    "ld-linux-aarch64",
    "linux-vdso",
    "libresolv",
    "libanl",
];

/// Whether a file looks like one of these.
pub(crate) fn is_one(path: &Path) -> bool {
    let mut start = [0; 8];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && (start.starts_with(ELF) || start == ARCHIVE)
}

/// Says what will become of one.
///
/// # Errors
/// When it is none, or broken, or there is no sysroot to compare it with.
pub(crate) fn analyze(path: &Path, bytes: &[u8]) -> Result<Report, Error> {
    if !bytes.starts_with(ELF) && !bytes.starts_with(ARCHIVE) {
        return Err(Error::Project {
            message: format!("{} is no program that was compiled", path.display()),
            help: "give the directory of a project, an ELF program, an object, an archive or a \
                   component"
                .to_owned(),
        });
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    analyze_all(folder, vec![path.to_owned()])
}

/// As [`analyze`], of several that make one program.
///
/// # Errors
/// As there.
pub(crate) fn analyze_all(folder: &Path, files: Vec<PathBuf>) -> Result<Report, Error> {
    let sysroot = Sysroot::of_toolchain()?;
    let mut images = Vec::new();
    for path in files {
        let bytes = fs::read(&path).map_err(|error| Error::file("read", &path, &error))?;
        let name = path
            .strip_prefix(folder)
            .unwrap_or(&path)
            .display()
            .to_string();
        let broken = |error: String| Error::Project {
            message: format!("{} is damaged: {error}", path.display()),
            help: "build or copy it again".to_owned(),
        };
        if bytes.starts_with(ELF) {
            images.push(Image::read(name, &bytes).map_err(broken)?);
        } else {
            images.extend(of_archive(&name, &bytes).map_err(broken)?);
        }
    }
    Ok(judged(&images, &sysroot))
}

fn judged(images: &[Image], sysroot: &Sysroot) -> Report {
    let mut account = Account::of("functions that it wants");
    let defined: BTreeSet<_> = images.iter().flat_map(|image| &image.defined).collect();
    for image in images {
        let what = format!(
            "is made for {}, and has to be built from its sources",
            image.machine
        );
        let finding = Finding::new(Verdict::NeedsChanges, what).at(&image.name, None);
        account.add(
            format!("{} itself", image.name),
            finding.remedy(image.language.remedy()),
        );
        for library in &image.needed {
            let stem = stem(library);
            if !SYSTEM.contains(&stem) {
                let finding = libc::of_library(stem.trim_start_matches("lib"));
                account.add(library, finding.at(&image.name, None));
            }
        }
        for (name, library) in &image.wanted {
            let of_others = library
                .as_deref()
                .is_some_and(|name| !SYSTEM.contains(&stem(name)));
            let plain = libc::plain_name(name);
            if of_others || defined.contains(name) {
                continue;
            }
            if sysroot.defines(plain) {
                account.part(plain);
                continue;
            }
            let finding = match libc::known(name) {
                Some(finding) => finding,
                // What is written so is the machine's libc's own.
                None if name.starts_with('_') || plain.contains('.') => continue,
                // What no version says may be of any library.
                None if library.is_none() && !image.needed.is_empty() => continue,
                None => libc::of_symbol(plain),
            };
            account.add(plain, finding.at(&image.name, None));
        }
    }
    account.finish()
}

/// `libssl.so.3` is `libssl`.
fn stem(library: &str) -> &str {
    library.split(".so").next().unwrap_or(library)
}

/// What it was written in, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    C,
    Cxx,
    Go,
    Rust,
}

impl Language {
    fn remedy(self) -> &'static str {
        match self {
            Language::C => "analyse the directory of its sources, which `warp pack` builds",
            Language::Cxx => "it is written in C++, of which there is no packer",
            Language::Go => "it is written in Go: analyse the directory of its module",
            Language::Rust => "it is written in Rust: analyse the directory of its Cargo.toml",
        }
    }
}

/// One program, library or object.
#[derive(Debug)]
struct Image {
    name: String,
    machine: &'static str,
    language: Language,
    /// Libraries that it is linked with while it starts.
    needed: Vec<String>,
    /// Functions of others, and the library that is to have them.
    wanted: BTreeMap<String, Option<String>>,
    defined: BTreeSet<String>,
}

impl Image {
    fn read(name: String, bytes: &[u8]) -> Result<Self, String> {
        let kind = FileKind::parse(bytes).map_err(|error| error.to_string())?;
        let read = match kind {
            FileKind::Elf32 => Self::of::<elf::FileHeader32<Endianness>>(name, bytes),
            FileKind::Elf64 => Self::of::<elf::FileHeader64<Endianness>>(name, bytes),
            _ => return Err("it is of a kind that is not known".to_owned()),
        };
        read.map_err(|error| error.to_string())
    }

    fn of<Elf: FileHeader<Endian = Endianness>>(
        name: String,
        bytes: &[u8],
    ) -> object::Result<Self> {
        let header = Elf::parse(bytes)?;
        let endian = header.endian()?;
        let sections = header.sections(endian, bytes)?;
        let has = |name: &[u8]| sections.section_by_name(endian, name).is_some();
        let mut symbols = sections.symbols(endian, bytes, elf::SHT_DYNSYM)?;
        if symbols.is_empty() {
            symbols = sections.symbols(endian, bytes, elf::SHT_SYMTAB)?;
        }
        let versions = sections.versions(endian, bytes)?;
        let (mut wanted, mut defined) = (BTreeMap::new(), BTreeSet::new());
        for (index, symbol) in symbols.enumerate() {
            let text = symbol.name(endian, symbols.strings())?;
            let text = String::from_utf8_lossy(text).into_owned();
            let is_data = matches!(
                symbol.st_type(),
                elf::STT_OBJECT | elf::STT_TLS | elf::STT_FILE | elf::STT_SECTION
            );
            if text.is_empty() || is_data {
                continue;
            }
            if !symbol.is_undefined(endian) {
                defined.insert(text);
                continue;
            }
            let library = match &versions {
                Some(versions) => versions
                    .version(versions.version_index(endian, index))?
                    .and_then(|version| version.file())
                    .map(|file| String::from_utf8_lossy(file).into_owned()),
                None => None,
            };
            wanted.insert(text, library);
        }
        let mut needed = Vec::new();
        if let Some((entries, link)) = sections.dynamic(endian, bytes)? {
            let strings = sections.strings(endian, bytes, link)?;
            for entry in entries {
                if entry.tag(endian) == elf::DT_NEEDED {
                    needed
                        .push(String::from_utf8_lossy(entry.string(endian, strings)?).into_owned());
                }
            }
        }
        let comment = sections
            .section_by_name(endian, b".comment")
            .and_then(|(_, section)| section.data(endian, bytes).ok())
            .unwrap_or_default();
        let language = if has(b".go.buildinfo") {
            Language::Go
        } else if contains(comment, b"rustc version") {
            Language::Rust
        } else if needed
            .iter()
            .any(|library| stem(library) == "libstdc++" || stem(library) == "libc++")
        {
            Language::Cxx
        } else {
            Language::C
        };
        Ok(Image {
            name,
            machine: machine(header.e_machine(endian)),
            language,
            needed,
            wanted,
            defined,
        })
    }
}

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    memchr::memmem::find(bytes, words).is_some()
}

fn machine(number: u16) -> &'static str {
    match number {
        elf::EM_X86_64 => "x86-64",
        elf::EM_386 => "x86",
        elf::EM_AARCH64 => "ARM of 64 bits",
        elf::EM_ARM => "ARM",
        elf::EM_RISCV => "RISC-V",
        _ => "a machine",
    }
}

/// The objects of an archive.
fn of_archive(name: &str, bytes: &[u8]) -> Result<Vec<Image>, String> {
    let mut archive = ar::Archive::new(bytes);
    let mut images = Vec::new();
    while let Some(entry) = archive.next_entry() {
        let mut entry = entry.map_err(|error| error.to_string())?;
        let member = String::from_utf8_lossy(entry.header().identifier()).into_owned();
        let mut bytes = Vec::new();
        entry
            .read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        if bytes.starts_with(ELF) {
            images.push(Image::read(format!("{name}({member})"), &bytes)?);
        }
    }
    Ok(images)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(wanted: &[(&str, Option<&str>)], needed: &[&str]) -> Image {
        let wanted = wanted.iter();
        Image {
            name: "a".to_owned(),
            machine: "x86-64",
            language: Language::C,
            needed: needed.iter().map(ToString::to_string).collect(),
            wanted: wanted
                .map(|(name, of)| (name.to_string(), of.map(str::to_owned)))
                .collect(),
            defined: BTreeSet::new(),
        }
    }

    fn sysroot() -> Sysroot {
        ["printf", "open"].into_iter().collect()
    }

    fn verdict_of(wanted: &[(&str, Option<&str>)], needed: &[&str]) -> (Verdict, usize) {
        let report = judged(&[image(wanted, needed)], &sysroot());
        (report.verdict, report.findings.len())
    }

    #[test]
    fn what_libc_has_is_no_finding() {
        let libc = Some("libc.so.6");
        let all = [
            ("__printf_chk", libc),
            ("open64", libc),
            ("__libc_start_main", libc),
        ];
        assert_eq!(verdict_of(&all, &["libc.so.6"]), (Verdict::NeedsChanges, 1));
        assert_eq!(
            verdict_of(&[("fork", libc)], &["libc.so.6"]),
            (Verdict::Cannot, 2)
        );
        assert_eq!(verdict_of(&[("argp_parse", libc)], &["libc.so.6"]).1, 2);
    }

    #[test]
    fn other_libraries_are_named_once() {
        let ssl = Some("libssl.so.3");
        let report = judged(
            &[image(
                &[("SSL_new", ssl), ("SSL_free", ssl)],
                &["libssl.so.3"],
            )],
            &sysroot(),
        );
        assert_eq!(report.findings.len(), 2, "{report:?}");
        assert!(
            report
                .findings
                .iter()
                .any(|finding| finding.what == "links the C library ssl")
        );
    }

    #[test]
    fn what_another_object_defines_is_there() {
        let mut second = image(&[], &[]);
        second.defined.insert("helper".to_owned());
        let report = judged(&[image(&[("helper", None)], &[]), second], &sysroot());
        assert!(
            report
                .findings
                .iter()
                .all(|finding| !finding.what.contains("helper")),
            "{report:?}"
        );
    }

    #[test]
    fn a_damaged_file_is_an_error_and_no_panic() {
        for bytes in [&b"\x7fELF"[..], b"\x7fELF\x02\x01\x01", b"!<arch>\nxx"] {
            let whole: Vec<u8> = bytes.iter().copied().chain([0xff; 100]).collect();
            assert!(Image::read("x".to_owned(), &whole).is_err());
        }
        let program = fs::read(std::env::current_exe().unwrap()).unwrap();
        let found = Image::read("me".to_owned(), &program).unwrap();
        assert_eq!(found.language, Language::Rust);
        assert!(
            found
                .needed
                .iter()
                .any(|library| library.starts_with("libc.so"))
        );
        for end in (0..4096).step_by(37) {
            drop(Image::read("cut".to_owned(), &program[..end]));
        }
    }
}
