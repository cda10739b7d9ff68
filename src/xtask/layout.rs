//! Where things lie in the repository.

use std::path::PathBuf;

/// The repository.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or_else(|| here.clone(), PathBuf::from)
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The built engine: glue and wasm, used by the browser and by Node.
pub fn package_dist() -> PathBuf {
    root().join("pkg/dist")
}

/// The built site.
pub fn site() -> PathBuf {
    root().join("www/dist")
}
