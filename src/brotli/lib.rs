//! The surface of crate `brotli` that `parquet` calls: a decoder, and an encoder that says that there is none.

use std::io::{self, Read, Write};

/// The decoder's input buffer, at most: what a file says of its own size decides on no memory.
const MOST_BUFFER: usize = 1 << 16;

/// Decodes what a reader gives.
pub struct Decompressor<R: Read>(brotli_decompressor::Decompressor<R>);

impl<R: Read> Decompressor<R> {
    /// A decoder with an input buffer of about the given size.
    pub fn new(reader: R, buffer_size: usize) -> Self {
        Self(brotli_decompressor::Decompressor::new(reader, buffer_size.clamp(1 << 10, MOST_BUFFER)))
    }
}

impl<R: Read> Read for Decompressor<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

/// Stands in for the encoder, which this build does not have.
#[derive(Debug)]
pub struct CompressorWriter<W>(W);

impl<W: Write> CompressorWriter<W> {
    /// Always succeeds: codecs are made in pairs, and only writing needs the encoder.
    pub fn new(writer: W, _buffer_size: usize, _quality: u32, _window: u32) -> Self {
        Self(writer)
    }

    /// What was to be written to.
    pub fn into_inner(self) -> W {
        self.0
    }
}

impl<W: Write> Write for CompressorWriter<W> {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "brotli can be read here, not written"))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
