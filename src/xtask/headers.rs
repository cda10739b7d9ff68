//! The headers that keep data in the tab. They stand on every response: a worker obeys the policy of its own response, so
//! one script without them would be a way out.

/// What may be loaded, and from where: everything from the page's own origin, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// All of them, in the order in which they are sent.
pub const HEADERS: [(&str, &str); 7] = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    (
        "Permissions-Policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    ),
    ("X-Content-Type-Options", "nosniff"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout;

    /// The same as a `_headers` file, which Netlify, Cloudflare Pages and others read.
    fn host_file() -> String {
        let fields: String = HEADERS.iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
        format!("/*\n{fields}  Cache-Control: no-cache\n")
    }

    #[test]
    fn the_committed_host_file_is_the_one_that_is_served() {
        assert_eq!(std::fs::read_to_string(layout::root().join("www/_headers")).unwrap(), host_file());
    }

    #[test]
    fn the_service_worker_gives_out_the_same_policy() {
        let worker = std::fs::read_to_string(layout::root().join("www/sw.js")).unwrap();
        let begin = worker.find("const POLICY =").unwrap();
        let end = begin + worker[begin..].find("\";\n").unwrap();
        let policy: String = worker[begin..end].split('"').skip(1).step_by(2).collect();
        assert_eq!(policy, CONTENT_SECURITY_POLICY);
    }

    #[test]
    fn nothing_off_origin_and_no_inline_script_is_allowed() {
        assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none';"));
        assert!(!CONTENT_SECURITY_POLICY.contains("'unsafe-inline'") && !CONTENT_SECURITY_POLICY.contains("'unsafe-eval'"));
        assert!(!CONTENT_SECURITY_POLICY.contains("http") && !CONTENT_SECURITY_POLICY.contains('*'));
    }
}
