//! The budgets of what a reader downloads.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::bundle::{ENGINE, PAGE};
use crate::layout;

struct Budget {
    name: &'static str,
    files: Vec<PathBuf>,
    bytes: usize,
}

fn budgets() -> [Budget; 2] {
    let (site, package) = (layout::site(), layout::package_dist());
    [
        Budget {
            name: "page, wasm and glue",
            files: vec![site.join(format!("{PAGE}_bg.wasm")), site.join(format!("{PAGE}.js"))],
            bytes: 450_000,
        },
        // The aim is 1.8 MB; what reads other people's files and settles them has taken it a hundredth above.
        Budget { name: "engine, wasm", files: vec![package.join(format!("{ENGINE}_bg.wasm"))], bytes: 1_850_000 },
    ]
}

/// `cargo xtask size`: brotli sizes against the budgets; an error where one is exceeded.
pub fn run() -> Result<()> {
    let mut above = Vec::new();
    println!("    {:<24} {:>12} {:>12} {:>12}", "", "bytes", "brotli", "budget");
    for budget in budgets() {
        let files: Vec<Vec<u8>> = budget
            .files
            .iter()
            .map(|file| std::fs::read(file).with_context(|| format!("{} is missing: build first", file.display())))
            .collect::<Result<_>>()?;
        let packed_at = |quality| files.iter().map(|bytes| brotli_size(bytes, quality)).sum::<Result<usize>>();
        let mut packed = packed_at(QUICK)?;
        if packed > budget.bytes {
            packed = packed_at(BEST)?;
        }
        let plain: usize = files.iter().map(Vec::len).sum();
        println!("    {:<24} {plain:>12} {packed:>12} {:>12}", budget.name, budget.bytes);
        if packed > budget.bytes {
            above.push(format!("{} is {} bytes above its budget", budget.name, packed - budget.bytes));
        }
    }
    if above.is_empty() { Ok(()) } else { bail!("{}", above.join("; ")) }
}

/// What hosts reach on the fly: an upper bound that is quick to know.
const QUICK: u32 = 9;
/// What hosts serve that compress beforehand; slow, so it is asked only where the bound is above the budget.
const BEST: u32 = 11;

fn brotli_size(bytes: &[u8], quality: u32) -> Result<usize> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, 24);
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(writer.into_inner().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_packs_and_noise_does_not() {
        let zeros = vec![0; 100_000];
        assert!(brotli_size(&zeros, QUICK).unwrap() < 200);
        let mut state = 1_u64;
        let noise: Vec<u8> = (0..10_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect();
        assert!(brotli_size(&noise, BEST).unwrap() > 9_900);
    }
}
