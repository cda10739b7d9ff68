//! An answer with its headers.

use crate::headers::HEADERS;

/// The statuses that we send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Here it is.
    Ok,
    /// You have it already.
    NotModified,
    /// That was no HTTP.
    BadRequest,
    /// There is no such file.
    NotFound,
    /// Only GET and HEAD.
    MethodNotAllowed,
}

impl Status {
    const fn line(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::NotModified => "304 Not Modified",
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
        }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// How it went.
    pub status: Status,
    /// The media type.
    pub media_type: &'static str,
    /// The entity tag.
    pub tag: Option<String>,
    /// The content.
    pub body: Vec<u8>,
    /// Whether the content is left out, as HEAD asks.
    pub head_only: bool,
}

impl Response {
    /// A status with its own words as content.
    pub fn plain(status: Status) -> Self {
        let body = if status == Status::NotModified { Vec::new() } else { status.line().as_bytes().to_vec() };
        Self { status, media_type: "text/plain; charset=utf-8", tag: None, body, head_only: false }
    }

    /// As it goes over the wire.
    pub fn to_bytes(&self, keep_alive: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {}\r\n", self.status.line());
        for (name, value) in HEADERS {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // The browser asks each time whether its copy is still good, so a new build shows at once.
        head.push_str("Cache-Control: no-cache\r\n");
        if let Some(tag) = &self.tag {
            head.push_str(&format!("ETag: {tag}\r\n"));
        }
        if self.status != Status::NotModified {
            head.push_str(&format!("Content-Type: {}\r\nContent-Length: {}\r\n", self.media_type, self.body.len()));
        }
        head.push_str(if keep_alive { "Connection: keep-alive\r\n\r\n" } else { "Connection: close\r\n\r\n" });
        let mut bytes = head.into_bytes();
        if !self.head_only {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}
