use std::process::Command;

fn main() {
    let worker = std::thread::spawn(|| println!("{:?}", std::env::temp_dir()));
    println!("{:?}", Command::new("ls").status());
    drop(worker.join());
}
