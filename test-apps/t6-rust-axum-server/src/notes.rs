//! Notes in a directory, one file each.

use std::fs;
use std::io;
use std::path::Path;

/// Keeps a note, whole or not at all.
pub fn write(directory: &Path, name: &str, text: &str) -> io::Result<()> {
    let partial = directory.join(format!("{name}.partial"));
    fs::write(&partial, text)?;
    fs::rename(partial, directory.join(name))
}

/// The text of a note.
pub async fn read(directory: &Path, name: &str) -> io::Result<String> {
    tokio::fs::read_to_string(directory.join(name)).await
}

/// The names of all notes, in order.
pub fn list(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.metadata()?.is_file()
            && let Ok(name) = entry.file_name().into_string()
            && name.ends_with(".txt")
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
