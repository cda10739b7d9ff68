//! gzip and Zstandard, undone as a stream, in bounded steps.

use flate2::{Decompress, FlushDecompress, Status};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use straingauge_api::Compression;

use super::bounds::{MAX_DECOMPRESSED_BYTES, MAX_RATIO, RATIO_GRACE_BYTES};
use crate::{Error, Result};

/// What takes the bytes that come out.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Bytes that come out of gzip in one step.
const STEP: usize = 128 << 10;

/// Zstandard's largest block with its header, and the largest header of a frame.
const ZSTD_HEADER: usize = 18;

/// Windows up to 128 MiB, as the zstd tool reads without being asked.
const ZSTD_WINDOW: u64 = 128 << 20;

/// The compression that the first four bytes speak of.
pub(crate) fn sniff(head: &[u8]) -> Compression {
    if head.starts_with(&GZIP_MAGIC) {
        Compression::Gzip
    } else if head.starts_with(&ZSTD_MAGIC) || matches!(head, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..]) {
        Compression::Zstd
    } else {
        Compression::None
    }
}

/// Undoes a compression.
#[derive(Debug)]
pub(crate) enum Decompressor {
    /// Nothing to undo.
    None,
    /// gzip, any number of members.
    Gzip(Box<Gzip>),
    /// Zstandard, any number of frames.
    Zstd(Box<Zstd>),
}

impl Decompressor {
    pub(crate) fn new(compression: Compression) -> Self {
        match compression {
            Compression::None => Self::None,
            Compression::Gzip => Self::Gzip(Box::new(Gzip {
                state: Decompress::new_gzip(15),
                out: vec![0; STEP],
                within: false,
                ended: false,
                ignored: 0,
                flow: Flow::default(),
                held: Vec::new(),
            })),
            Compression::Zstd => Self::Zstd(Box::new(Zstd {
                decoder: None,
                pending: Vec::new(),
                skip: 0,
                out: Vec::new(),
                flow: Flow::default(),
                checksum: false,
            })),
        }
    }

    /// Takes compressed bytes, gives plain ones.
    pub(crate) fn push(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<()> {
        match self {
            Self::None => sink(bytes),
            Self::Gzip(gzip) => gzip.push(bytes, sink),
            Self::Zstd(zstd) => zstd.push(bytes, sink),
        }
    }

    /// After the last bytes: bytes behind the compressed data that were left out.
    ///
    /// # Errors
    /// `truncated_gzip`, `truncated_zstd`.
    pub(crate) fn finish(&mut self, sink: Sink<'_>) -> Result<u64> {
        match self {
            Self::None => Ok(0),
            Self::Gzip(gzip) => gzip.finish(sink),
            Self::Zstd(zstd) => zstd.finish(),
        }
    }
}

/// Bytes in and out.
#[derive(Debug, Default)]
struct Flow {
    taken: u64,
    given: u64,
}

impl Flow {
    fn give(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<()> {
        self.given += bytes.len() as u64;
        if self.given > MAX_DECOMPRESSED_BYTES {
            return Err(Error::new("too_large", format!("The file decompresses to more than {} GiB.", MAX_DECOMPRESSED_BYTES >> 30))
                .mend("Split it into parts."));
        }
        if self.given > RATIO_GRACE_BYTES && self.given / MAX_RATIO > self.taken {
            return Err(Error::new(
                "decompression_bomb",
                format!(
                    "{} bytes of the file decompress to more than {} bytes, over {MAX_RATIO} to 1; no table does that.",
                    self.taken, self.given
                ),
            )
            .mend("Decompress it with a tool of your choice and look at what it holds."));
        }
        sink(bytes)
    }
}

/// gzip, member after member.
#[derive(Debug)]
pub(crate) struct Gzip {
    state: Decompress,
    out: Vec<u8>,
    /// Bytes of a member have come and its end has not.
    within: bool,
    /// A member has ended; what follows is another one, padding, or something else.
    ended: bool,
    ignored: u64,
    flow: Flow,
    /// One byte behind a member that may be the first of the next one's magic.
    held: Vec<u8>,
}

impl Gzip {
    fn push(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<()> {
        if self.held.is_empty() {
            return self.take(bytes, sink);
        }
        let mut joined = std::mem::take(&mut self.held);
        joined.extend_from_slice(bytes);
        self.take(&joined, sink)
    }

    fn take(&mut self, mut bytes: &[u8], sink: Sink<'_>) -> Result<()> {
        self.flow.taken += bytes.len() as u64;
        while !bytes.is_empty() {
            if self.ended {
                if self.ignored > 0 || (bytes.len() >= 2 && !bytes.starts_with(&GZIP_MAGIC)) || bytes.first() != GZIP_MAGIC.first() {
                    // Tapes and some servers pad with zeros; anything else is told to the reader.
                    self.ignored += bytes.iter().filter(|&&b| b != 0).count() as u64;
                    if self.ignored > 0 || bytes.iter().all(|&b| b == 0) {
                        return Ok(());
                    }
                }
                if bytes.len() < 2 {
                    self.flow.taken -= bytes.len() as u64;
                    self.held = bytes.to_vec();
                    return Ok(());
                }
                self.state = Decompress::new_gzip(15);
                self.ended = false;
            }
            self.within = true;
            bytes = self.step(bytes, sink)?;
        }
        Ok(())
    }

    /// One call of the decoder: gives what comes out, returns what it did not take.
    fn step<'b>(&mut self, bytes: &'b [u8], sink: Sink<'_>) -> Result<&'b [u8]> {
        let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
        let status = self.state.decompress(bytes, &mut self.out, FlushDecompress::None).map_err(|e| damaged_gzip(&e.to_string()))?;
        let taken = (self.state.total_in() - before_in) as usize;
        let given = (self.state.total_out() - before_out) as usize;
        self.flow.give(self.out.get(..given).unwrap_or_default(), sink)?;
        match status {
            Status::StreamEnd => {
                self.ended = true;
                self.within = false;
            }
            _ if taken == 0 && given == 0 => return Err(damaged_gzip("the decoder makes no progress")),
            _ => {}
        }
        Ok(bytes.get(taken..).unwrap_or_default())
    }

    fn finish(&mut self, sink: Sink<'_>) -> Result<u64> {
        // What the decoder still holds comes out without further input.
        while self.within && !self.ended {
            let before = self.state.total_out();
            let status = self.state.decompress(&[], &mut self.out, FlushDecompress::None);
            let given = (self.state.total_out() - before) as usize;
            self.flow.give(self.out.get(..given).unwrap_or_default(), sink)?;
            match status {
                Ok(Status::StreamEnd) => self.ended = true,
                Ok(_) if given > 0 => {}
                _ => {
                    return Err(Error::new(
                        "truncated_gzip",
                        format!("The gzip data end too early, after {} decompressed bytes.", self.flow.given),
                    )
                    .mend("Download or copy the file again; it is not complete."));
                }
            }
        }
        Ok(self.ignored + self.held.len() as u64)
    }
}

fn damaged_gzip(why: &str) -> Error {
    Error::new("damaged_gzip", format!("The gzip data are damaged: {why}."))
        .mend("Download or copy the file again, and check it with `gzip -t`.")
}

/// Zstandard, frame after frame; a block is decoded once all of it has come.
pub(crate) struct Zstd {
    decoder: Option<FrameDecoder>,
    pending: Vec<u8>,
    /// Bytes of a skippable frame still to skip.
    skip: u64,
    out: Vec<u8>,
    flow: Flow,
    /// A checksum follows the frame's last block.
    checksum: bool,
}

impl std::fmt::Debug for Zstd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zstd").field("pending", &self.pending.len()).field("flow", &self.flow).finish_non_exhaustive()
    }
}

impl Zstd {
    fn push(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<()> {
        self.flow.taken += bytes.len() as u64;
        self.pending.extend_from_slice(bytes);
        let mut at = 0;
        let pending = std::mem::take(&mut self.pending);
        while let Some(rest) = pending.get(at..).filter(|r| !r.is_empty()) {
            let taken = self.step(rest, false, sink)?;
            if taken == 0 {
                break;
            }
            at += taken;
        }
        self.pending = pending;
        self.pending.drain(..at.min(self.pending.len()));
        Ok(())
    }

    /// Takes a header or a block from the front, if all of it is there. Returns the bytes taken.
    fn step(&mut self, rest: &[u8], last: bool, sink: Sink<'_>) -> Result<usize> {
        if self.skip > 0 {
            let taken = self.skip.min(rest.len() as u64);
            self.skip -= taken;
            return Ok(taken as usize);
        }
        let Some(decoder) = &mut self.decoder else {
            return self.begin_frame(rest, last);
        };
        let &[a, b, c, ..] = rest else { return Ok(0) };
        let header = u32::from(a) | u32::from(b) << 8 | u32::from(c) << 16;
        // Bit 0: last block; bits 1 and 2: kind (1 is one byte repeated); the rest: size.
        let (is_last, size) = (header & 1 == 1, if header >> 1 & 3 == 1 { 1 } else { header >> 3 } as usize);
        // The checksum of a frame's content, if there is one, stands behind the last block and is read with it.
        let with_checksum = 3 + size + if is_last && self.checksum { 4 } else { 0 };
        if rest.len() < with_checksum {
            return Ok(0);
        }
        let mut source = rest;
        decoder.decode_blocks(&mut source, BlockDecodingStrategy::UptoBlocks(1)).map_err(|e| damaged_zstd(&e.to_string()))?;
        self.out.clear();
        decoder.collect_to_writer(&mut self.out).map_err(|e| damaged_zstd(&e.to_string()))?;
        if decoder.is_finished() {
            self.decoder = None;
        }
        self.flow.give(&self.out, sink)?;
        Ok(rest.len() - source.len())
    }

    fn begin_frame(&mut self, rest: &[u8], last: bool) -> Result<usize> {
        if let Some([kind, 0x2A, 0x4D, 0x18, a, b, c, d]) = rest.first_chunk::<8>()
            && kind >> 4 == 5
        {
            self.skip = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
            return Ok(8);
        }
        if rest.len() < ZSTD_HEADER && !last {
            return Ok(0);
        }
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(ZSTD_WINDOW);
        let mut source = rest;
        decoder.init(&mut source).map_err(|e| damaged_zstd(&e.to_string()))?;
        // Bit 2 of the frame header's first byte says whether a checksum follows the last block.
        self.checksum = rest.get(4).is_some_and(|flags| flags & 4 != 0);
        self.decoder = Some(decoder);
        Ok(rest.len() - source.len())
    }

    fn finish(&mut self) -> Result<u64> {
        if self.decoder.is_none() && self.pending.is_empty() && self.skip == 0 {
            return Ok(0);
        }
        Err(Error::new("truncated_zstd", format!("The zstd data end too early, after {} decompressed bytes.", self.flow.given))
            .mend("Download or copy the file again; it is not complete."))
    }
}

fn damaged_zstd(why: &str) -> Error {
    Error::new("damaged_zstd", format!("The zstd data are damaged: {why}."))
        .mend("Download or copy the file again, and check it with `zstd -t`.")
}
