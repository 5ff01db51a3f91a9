use std::os::unix::net::UnixStream;

fn main() {
    UnixStream::connect("/socket").expect("a socket");
}
