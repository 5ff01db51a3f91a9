//! Files that may hold secrets.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// The contents of a regular file, at most so many bytes, wiped when dropped.
pub(crate) fn read_file(path: &Path, longest: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let metadata = path.metadata()?;
    // Anything else might never end, or never begin.
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    // One that grows leaves copies behind.
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut contents = Zeroizing::new(Vec::with_capacity(expected.min(longest) + 64));
    let mut file = File::open(path)?.take(longest as u64 + 1);
    file.read_to_end(&mut contents)?;
    if contents.len() > longest {
        let what = format!("it is longer than {longest} bytes");
        return Err(io::Error::other(what));
    }
    Ok(contents)
}
