//! Each argument asks for something of the standard library; what came of it is
//! printed as `works`, or as the error.

use std::fmt::Debug;
use std::fs::File;
use std::process::Command;
use std::thread;

fn main() {
    for name in std::env::args().skip(1) {
        match name.as_str() {
            "process" => say(Command::new("true").status()),
            "output" => say(Command::new("true").output()),
            "thread" => say(thread::Builder::new().spawn(|| ()).map(|_| ())),
            "temp_dir" => say(Ok::<_, ()>(std::env::temp_dir())),
            "id" => say(Ok::<_, ()>(std::process::id())),
            "current_exe" => say(std::env::current_exe()),
            "current_dir" => say(std::env::current_dir()),
            "set_current_dir" => say(std::env::set_current_dir("/")),
            "canonicalize" => say(std::fs::canonicalize("/")),
            "try_clone" => say(File::open("/").and_then(|file| file.try_clone())),
            "lock" => say(File::open("/")
                .map_err(|_| ())
                .and_then(|file| file.lock().map_err(|_| ()))),
            "set_permissions" => say(std::fs::metadata("/")
                .and_then(|there| std::fs::set_permissions("/", there.permissions()))),
            "available_parallelism" => say(thread::available_parallelism()),
            "pipe" => say(std::io::pipe()),
            other => println!("{other}: unknown"),
        }
    }
}

fn say<T, E: Debug>(result: Result<T, E>) {
    match result {
        Ok(_) => println!("works"),
        Err(error) => println!("{error:?}"),
    }
}
