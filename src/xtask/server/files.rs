//! From a request's path to a file of the site.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::request::Request;
use super::response::{Response, Status};

/// The file that was asked for, or why not.
pub fn answer(request: &Request, folder: &Path) -> Response {
    let Some(path) = resolve(&request.path, folder) else { return Response::plain(Status::NotFound) };
    let Ok(body) = fs::read(&path) else { return Response::plain(Status::NotFound) };
    let tag = entity_tag(&body);
    if request.known.as_deref() == Some(tag.as_str()) {
        return Response { tag: Some(tag), ..Response::plain(Status::NotModified) };
    }
    Response { status: Status::Ok, media_type: media_type(&path), tag: Some(tag), body, head_only: request.head_only }
}

/// The file below `folder`; `None` for anything that would lead out of it, links included.
fn resolve(path: &str, folder: &Path) -> Option<PathBuf> {
    let path = decode(path.strip_prefix('/')?)?;
    if path.contains(['\0', '\\']) {
        return None;
    }
    let relative = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path };
    let relative = Path::new(&relative);
    if !relative.components().all(|component| matches!(component, Component::Normal(_))) {
        return None;
    }
    let file = folder.join(relative).canonicalize().ok()?;
    (file.starts_with(folder.canonicalize().ok()?) && file.is_file()).then_some(file)
}

/// Undoes percent encoding.
fn decode(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

/// A tag from the content (FNV-1a, 64 bits): equal content, equal tag, whenever it was built.
fn entity_tag(body: &[u8]) -> String {
    let hash = body.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("\"{hash:016x}\"")
}

/// Browsers compile wasm while it streams, and run modules, only under the right type.
fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> Request {
        Request { head_only: false, path: path.into(), known: None, keep_alive: true }
    }

    #[test]
    fn only_files_below_the_folder_are_found() {
        let outer = std::env::temp_dir().join(format!("straingauge-files-{}", std::process::id()));
        let folder = outer.join("site");
        fs::create_dir_all(folder.join("pkg")).unwrap();
        fs::write(outer.join("secret.txt"), "secret").unwrap();
        fs::write(folder.join("index.html"), "<p>").unwrap();
        fs::write(folder.join("pkg/a b.wasm"), "wasm").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outer.join("secret.txt"), folder.join("link.txt")).unwrap();

        let page = answer(&request("/"), &folder);
        assert_eq!((page.status, page.media_type), (Status::Ok, "text/html; charset=utf-8"));
        assert_eq!(answer(&request("/pkg/a%20b.wasm"), &folder).media_type, "application/wasm");
        for path in
            ["/../secret.txt", "/%2e%2e/secret.txt", "/pkg/..%2f../secret.txt", "//etc/passwd", "/link.txt", "/pkg", "/%zz", "/a\\b", "x"]
        {
            assert_eq!(answer(&request(path), &folder).status, Status::NotFound, "{path}");
        }

        let known = Request { known: page.tag, ..request("/index.html") };
        assert_eq!(answer(&known, &folder).status, Status::NotModified);
        fs::remove_dir_all(outer).unwrap();
    }
}
