//! The deployable site: `www/dist`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::bundle::ENGINE;
use crate::layout;

/// Empties the site, so that nothing of an earlier build is left in it.
pub fn clear() -> Result<()> {
    let site = layout::site();
    if site.exists() {
        fs::remove_dir_all(&site).with_context(|| format!("cannot empty {}", site.display()))?;
    }
    Ok(())
}

/// Puts everything beside the page's wasm: the page itself, `www/`, and the package with the engine.
pub fn lay_out() -> Result<()> {
    let (root, site) = (layout::root(), layout::site());
    copy_file(&root.join("index.html"), &site.join("index.html"))?;
    copy_folder(&root.join("www"), &site, &|path| !path.ends_with("www/dist") && !path.ends_with("www/screenshot.png"))?;
    copy_folder(&root.join("pkg"), &site.join("pkg"), &|path| {
        path.is_dir() && path.ends_with("pkg/dist") || path.extension().is_some_and(|extension| extension == "js" || extension == "wasm")
    })?;
    write_file_list(&site)?;
    ensure!(site.join(format!("pkg/dist/{ENGINE}_bg.wasm")).exists(), "the engine is missing in pkg/dist: build it first");
    Ok(())
}

/// `files.json`: everything that the service worker keeps for when the network is gone.
fn write_file_list(site: &Path) -> Result<()> {
    let mut files = Vec::new();
    list(site, site, &mut files)?;
    files.retain(|file| !matches!(file.as_str(), "_headers" | "files.json" | "index.html" | "sw.js"));
    files.push(String::new());
    files.sort();
    let lines: Vec<String> = files.iter().map(|file| format!("  \"./{file}\"")).collect();
    fs::write(site.join("files.json"), format!("[\n{}\n]\n", lines.join(",\n"))).context("cannot write files.json")
}

fn list(folder: &Path, site: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, site, files)?;
        } else if let Ok(relative) = path.strip_prefix(site) {
            files.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if !wanted(&path) {
            continue;
        }
        if path.is_dir() {
            copy_folder(&path, &target, wanted)?;
        } else {
            copy_file(&path, &target)?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
