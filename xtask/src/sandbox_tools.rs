//! The two programs that wasi-libc's CMake files look for and would otherwise
//! download. CMake is given links to this executable under their names.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use wit_component::StringEncoding;
use wit_parser::Resolve;

/// Version of wkg that wasi-libc's `cmake/wasi-wits.cmake` insists on. It is
/// asked for its version only: the WIT files it would fetch are in the tree.
const WKG_VERSION: &str = "wkg 0.13.0";

/// The names under which this executable serves.
pub const NAMES: [&str; 2] = ["wasm-tools", "wkg"];

/// Serves if this process was started under one of [`NAMES`].
pub fn dispatch() -> Option<ExitCode> {
    let mut args = std::env::args_os();
    let name = PathBuf::from(args.next()?);
    let rest: Vec<String> = args.map(|a| a.to_string_lossy().into_owned()).collect();
    let done = match name.file_name()?.to_str()? {
        "wasm-tools" => wasm_tools(&rest),
        "wkg" => wkg(&rest),
        _ => return None,
    };
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::FAILURE
        }
    })
}

fn wkg(args: &[String]) -> anyhow::Result<()> {
    if args != ["--version"] {
        bail!("this wkg only tells its version; the sysroot is built without fetching anything");
    }
    println!("{WKG_VERSION}");
    Ok(())
}

/// `component embed WITDIR OBJECT --world WORLD -o OUTPUT`, as
/// `libc-bottom-half/CMakeLists.txt` calls it for crt1-command.o.
fn wasm_tools(args: &[String]) -> anyhow::Result<()> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let [
        "component",
        "embed",
        wit,
        object,
        "--world",
        world,
        "-o",
        output,
    ] = args[..]
    else {
        bail!("this wasm-tools only knows: component embed WITDIR OBJECT --world WORLD -o OUTPUT");
    };
    embed(Path::new(wit), Path::new(object), world, Path::new(output))
}

/// What embedding makes of an empty module and world. It changes with the
/// encoder (which also signs its version), and so with what is embedded in
/// crt1-command.o.
pub fn sample() -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("sample.wit", "package warpgrid:sample; world sample {}")?;
    let world = resolve.select_world(&[package], None)?;
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    wit_component::embed_component_metadata(&mut wasm, &resolve, world, StringEncoding::UTF8)?;
    Ok(wasm)
}

fn embed(wit: &Path, object: &Path, world: &str, output: &Path) -> anyhow::Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut wasm = std::fs::read(object).with_context(|| object.display().to_string())?;
    wit_component::embed_component_metadata(&mut wasm, &resolve, world, StringEncoding::UTF8)?;
    std::fs::write(output, wasm).with_context(|| output.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_gets_the_type_of_its_world() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name).display().to_string();
        std::fs::create_dir(path("wit")).unwrap();
        let wit = "package a:b@0.1.0;\nworld w { export run: func() -> u32; }\nworld other {}\n";
        std::fs::write(path("wit/w.wit"), wit).unwrap();
        std::fs::write(path("in.o"), b"\0asm\x01\0\0\0").unwrap();
        let args = [
            "component",
            "embed",
            &path("wit"),
            &path("in.o"),
            "--world",
            "a:b/w@0.1.0",
            "-o",
        ];
        let mut args: Vec<String> = args.iter().map(ToString::to_string).collect();
        args.push(path("out.o"));
        wasm_tools(&args).unwrap();
        let out = std::fs::read(path("out.o")).unwrap();
        let (_, decoded) = wit_component::metadata::decode(&out).unwrap();
        let exports = &decoded.resolve.worlds[decoded.world].exports;
        assert_eq!(exports.len(), 1);

        args[5] = "a:b/missing".to_owned();
        assert!(wasm_tools(&args).is_err());
        assert!(wasm_tools(&args[1..]).is_err());
    }

    #[test]
    fn wkg_tells_its_version_and_fetches_nothing() {
        assert!(wkg(&["--version".to_owned()]).is_ok());
        assert!(wkg(&["wit".to_owned(), "fetch".to_owned()]).is_err());
    }
}
