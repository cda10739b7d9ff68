//! The surface of crate `zstd` that `parquet` and `arrow-ipc` call, without C.
//!
//! Decoding is `ruzstd`'s. Output never grows past what the caller reserved, whatever the frame declares, so a
//! hostile frame costs no more memory than an honest one. Encoding is an error: the engine writes no zstd.

use std::io::{self, Cursor, Read};

use ruzstd::decoding::StreamingDecoder;

/// The levels that the C library accepts; readers of file metadata check against them.
#[must_use]
pub fn compression_level_range() -> std::ops::RangeInclusive<i32> {
    -131_072..=22
}

/// One-shot compression and decompression of whole buffers.
pub mod bulk {
    use std::marker::PhantomData;

    use super::{Cursor, io, read_bounded};

    /// Stands in for the encoder, which this build does not have.
    #[derive(Debug)]
    pub struct Compressor<'a>(PhantomData<&'a ()>);

    impl Compressor<'_> {
        /// Always succeeds: codecs are made in pairs, and only writing needs the encoder.
        pub fn new(_level: i32) -> io::Result<Self> {
            Ok(Self(PhantomData))
        }

        /// Always an error: this build decodes zstd and does not encode it.
        pub fn compress_to_buffer(&mut self, _input: &[u8], _output: &mut Cursor<&mut Vec<u8>>) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::Unsupported, "zstd can be read here, not written"))
        }
    }

    /// Decodes frames into buffers of bounded size.
    #[derive(Debug)]
    pub struct Decompressor<'a>(PhantomData<&'a ()>);

    impl Decompressor<'_> {
        /// Always succeeds; the state is made a frame.
        pub fn new() -> io::Result<Self> {
            Ok(Self(PhantomData))
        }

        /// Decodes `input` behind the cursor, into the capacity that the vector already has.
        /// An error where the output would not fit, or the frame is damaged.
        pub fn decompress_to_buffer(&mut self, input: &[u8], output: &mut Cursor<&mut Vec<u8>>) -> io::Result<usize> {
            let start = usize::try_from(output.position()).map_err(io::Error::other)?;
            let buffer = &mut **output.get_mut();
            let bound = buffer.capacity().saturating_sub(start);
            buffer.truncate(start);
            let written = read_bounded(input, buffer, bound)?;
            output.set_position((start + written) as u64);
            Ok(written)
        }

        /// Decodes `input` into a new vector of at most `capacity` bytes.
        pub fn decompress(&mut self, input: &[u8], capacity: usize) -> io::Result<Vec<u8>> {
            let mut output = Vec::new();
            read_bounded(input, &mut output, capacity)?;
            Ok(output)
        }
    }
}

/// Facts of a frame, under the name of the crate that gives them.
pub mod zstd_safe {
    /// The header of the frame could not be read.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct ContentSizeError;

    /// The size that the frame declares, in bytes, where it declares one.
    pub fn get_frame_content_size(src: &[u8]) -> Result<Option<u64>, ContentSizeError> {
        let mut decoder = ruzstd::decoding::FrameDecoder::new();
        decoder.init(src).map_err(|_| ContentSizeError)?;
        Ok(Some(decoder.content_size()).filter(|&size| size > 0))
    }

    /// An upper bound of what `src_size` bytes compress to (`ZSTD_compressBound`).
    #[must_use]
    pub fn compress_bound(src_size: usize) -> usize {
        src_size + (src_size >> 8) + 64
    }
}

/// Appends all frames of `input` to `output`, at most `bound` bytes.
fn read_bounded(mut input: &[u8], output: &mut Vec<u8>, bound: usize) -> io::Result<usize> {
    let start = output.len();
    while !input.is_empty() {
        let mut decoder = StreamingDecoder::new(&mut input).map_err(io::Error::other)?;
        let left = bound - (output.len() - start);
        (&mut decoder).take(left as u64).read_to_end(output)?;
        if output.len() - start == bound && decoder.read(&mut [0u8])? > 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a zstd frame holds more than its {bound} bytes")));
        }
    }
    Ok(output.len() - start)
}
