//! What a program of std's alone does with names and sockets: each path names
//! what to do, and where.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs, UdpSocket};

pub fn answer(path: &str) -> Option<Vec<u8>> {
    let (what, endpoint) = path.strip_prefix('/')?.split_once('/')?;
    let done = match what {
        "look-up" => look_up(endpoint),
        "echo" => echo(endpoint),
        "ping" => ping(endpoint),
        "early" => early(endpoint),
        "udp" => udp(endpoint),
        "addresses" => addresses(endpoint),
        "shutdown" => shutdown(endpoint),
        "many" => many(endpoint),
        _ => return None,
    };
    let text = done.unwrap_or_else(|error| format!("{:?}: {error}", error.kind()));
    Some(text.into_bytes())
}

type Said = std::io::Result<String>;

/// The addresses of a name, in their order.
fn look_up(name: &str) -> Said {
    let found = (name, 0).to_socket_addrs()?;
    let texts: Vec<_> = found.map(|address| address.ip().to_string()).collect();
    Ok(texts.join(" "))
}

/// Sends a text to a service that gives it back.
fn echo(endpoint: &str) -> Said {
    let mut stream = TcpStream::connect(endpoint)?;
    stream.write_all(b"hello")?;
    let mut bytes = [0; 5];
    stream.read_exact(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Asks Redis who is logged in, on two connections at once.
fn ping(endpoint: &str) -> Said {
    let mut streams = [TcpStream::connect(endpoint)?, TcpStream::connect(endpoint)?];
    let mut said = Vec::new();
    for stream in &mut streams {
        stream.write_all(b"PING\r\n")?;
    }
    for stream in &mut streams {
        said.push(line(stream)?);
    }
    Ok(said.join(" "))
}

/// Writes much before it reads anything.
fn early(endpoint: &str) -> Said {
    let mut stream = TcpStream::connect(endpoint)?;
    let text = vec![b'x'; 1 << 20];
    write!(stream, "*2\r\n$4\r\nECHO\r\n${}\r\n", text.len())?;
    stream.write_all(&text)?;
    stream.write_all(b"\r\n")?;
    let head = line(&mut stream)?;
    let mut back = vec![0; text.len() + 2];
    stream.read_exact(&mut back)?;
    Ok(format!("{head} {}", back[..text.len()] == text))
}

fn udp(endpoint: &str) -> Said {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(endpoint)?;
    socket.send(b"hello")?;
    let mut bytes = [0; 16];
    let length = socket.recv(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes[..length]).into_owned())
}

/// Where a connection says that its ends are.
fn addresses(endpoint: &str) -> Said {
    let stream = TcpStream::connect(endpoint)?;
    stream.set_nodelay(true)?;
    Ok(format!("{} {}", stream.local_addr()?, stream.peer_addr()?))
}

/// What each direction says once it is shut down.
fn shutdown(endpoint: &str) -> Said {
    let mut stream = TcpStream::connect(endpoint)?;
    stream.write_all(b"PING\r\n")?;
    stream.shutdown(Shutdown::Write)?;
    let sent = stream.write(b"PING\r\n").map_err(|error| error.kind());
    let answer = line(&mut stream)?;
    stream.shutdown(Shutdown::Read)?;
    let read = stream.read(&mut [0]).map_err(|error| error.kind());
    Ok(format!("{sent:?} {answer} {read:?}"))
}

/// Holds as many connections as it gets.
fn many(endpoint: &str) -> Said {
    let mut held = Vec::new();
    loop {
        match TcpStream::connect(endpoint) {
            Ok(stream) => held.push(stream),
            Err(_) => return Ok(held.len().to_string()),
        }
    }
}

fn line(stream: &mut TcpStream) -> Said {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(line.trim_ascii()).into_owned())
}
