//! A request's head.

use std::io::{self, BufRead, Read};

use super::response::Status;

/// No head is longer than this; a longer one is refused.
const LONGEST_HEAD: u64 = 16 << 10;

/// What the server needs to know of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Whether only the head of the answer is wanted.
    pub head_only: bool,
    /// The path as it came, without query.
    pub path: String,
    /// The value of `If-None-Match`.
    pub known: Option<String>,
    /// Whether the connection stays open.
    pub keep_alive: bool,
}

impl Request {
    /// Reads one head. `None` where the connection has ended; the status to answer where the head is no good.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Result<Self, Status>>> {
        let mut lines = Vec::new();
        let mut head = reader.take(LONGEST_HEAD);
        loop {
            let mut line = Vec::new();
            if head.read_until(b'\n', &mut line)? == 0 {
                return Ok(if lines.is_empty() { None } else { Some(Err(Status::BadRequest)) });
            }
            let Ok(text) = String::from_utf8(line) else { return Ok(Some(Err(Status::BadRequest))) };
            let text = text.trim_end().to_owned();
            if text.is_empty() {
                break;
            }
            lines.push(text);
        }
        Ok(Some(Self::parse(&lines)))
    }

    fn parse(lines: &[String]) -> Result<Self, Status> {
        let mut words = lines.first().ok_or(Status::BadRequest)?.split(' ');
        let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next()) else {
            return Err(Status::BadRequest);
        };
        let head_only = match method {
            "GET" => false,
            "HEAD" => true,
            _ => return Err(Status::MethodNotAllowed),
        };
        let field = |name: &str| {
            let mut fields = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
            fields.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        let close = field("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Ok(Self {
            head_only,
            path: target.split(['?', '#']).next().unwrap_or_default().to_owned(),
            known: field("if-none-match"),
            keep_alive: version == "HTTP/1.1" && !close,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Result<Request, Status>> {
        Request::read(&mut text.as_bytes()).unwrap()
    }

    #[test]
    fn a_head_is_read_to_its_empty_line() {
        let request = read("GET /a.js?x=1 HTTP/1.1\r\nIf-None-Match: \"7\"\r\n\r\nrest").unwrap().unwrap();
        assert_eq!(request, Request { head_only: false, path: "/a.js".into(), known: Some("\"7\"".into()), keep_alive: true });
    }

    #[test]
    fn an_ended_connection_is_no_request() {
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_head_without_end_is_refused() {
        assert_eq!(read(&format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(100_000))), Some(Err(Status::BadRequest)));
        assert_eq!(read("PUT / HTTP/1.1\r\n\r\n"), Some(Err(Status::MethodNotAllowed)));
    }
}
