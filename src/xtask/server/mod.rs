//! A small HTTP/1.1 server for the built site: a thread a connection, GET and HEAD, the security headers on every answer.

mod files;
mod request;
mod response;

use std::io::{BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use request::Request;
use response::Response;

/// Serves one folder on 127.0.0.1.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    port: u16,
    folder: Arc<PathBuf>,
}

impl Server {
    /// Listens on the port (0: a free one).
    pub fn bind(port: u16, folder: PathBuf) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("port {port} is taken or not allowed; choose another with --port"))?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port, folder: Arc::new(folder) })
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Serves for as long as the program runs.
    pub fn run(self) {
        for stream in self.listener.incoming() {
            let Ok(stream) = stream else { continue };
            let folder = Arc::clone(&self.folder);
            // A reader who closes the tab in mid-answer is no fault of the server's.
            thread::spawn(move || serve_connection(&stream, &folder).ok());
        }
    }
}

fn serve_connection(stream: &TcpStream, folder: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(request) = Request::read(&mut reader)? {
        let (response, stay) = match request {
            Ok(request) => (files::answer(&request, folder), request.keep_alive),
            Err(status) => (Response::plain(status), false),
        };
        writer.write_all(&response.to_bytes(stay))?;
        if !stay {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn ask(port: u16, text: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn every_answer_carries_the_policy() {
        let folder = std::env::temp_dir().join(format!("straingauge-server-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("worker.js"), "1").unwrap();
        let server = Server::bind(0, folder.clone()).unwrap();
        let port = server.port;
        thread::spawn(move || server.run());
        for (line, status) in [
            ("GET /worker.js HTTP/1.1", "200 OK"),
            ("HEAD /worker.js HTTP/1.1", "200 OK"),
            ("GET /missing HTTP/1.1", "404 Not Found"),
            ("GET /../../etc/passwd HTTP/1.1", "404 Not Found"),
            ("POST /worker.js HTTP/1.1", "405 Method Not Allowed"),
            ("nonsense", "400 Bad Request"),
        ] {
            let answer = ask(port, &format!("{line}\r\nHost: here\r\nConnection: close\r\n\r\n"));
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{line}: {answer}");
            assert!(answer.contains("Content-Security-Policy: default-src 'none'"), "{line}: {answer}");
            assert!(answer.contains("X-Content-Type-Options: nosniff"), "{line}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
