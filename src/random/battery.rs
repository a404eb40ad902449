//! Writes the random streams as bytes for statistical test batteries such as `dieharder`.
//!
//! ```sh
//! OUTGROW_STREAM=words:drawn OUTGROW_STREAM_TO=/dev/fd/3 cargo test --release --lib -- --ignored --exact \
//!     random::battery::streams_are_even 3>&1 >/dev/null | dieharder -g 200 -d 0
//! ```
//!
//! The stream's name selects what is written. `words`: the 64 bits of each pair, as the generators return them.
//! `normals`: the upper 16 bits of Φ(z) of each normal. More bits would show the spacing of f32 numbers, which Φ maps
//! to 2⁻²⁵ at |z| = 1. It also selects the order, always group after group with 40 periods each, as in a run. `drawn`:
//! period by period within a group. `lane`: one lane (or path) after another, from base to horizon. `first`: only the
//! first lane (or path) of every group.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};

use super::normal::normals;
use super::stream::{GROUP, LANES, Lanes, PAIRS, StreamKey};
use crate::cpu::{self, Level};
use crate::math;

const PERIODS: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    Words,
    Normals,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Order {
    Drawn,
    Lane,
    First,
}

const KINDS: [(&str, Source, Order); 6] = [
    ("words:drawn", Source::Words, Order::Drawn),
    ("words:lane", Source::Words, Order::Lane),
    ("words:first", Source::Words, Order::First),
    ("normals:drawn", Source::Normals, Order::Drawn),
    ("normals:lane", Source::Normals, Order::Lane),
    ("normals:first", Source::Normals, Order::First),
];

/// Writes groups until the writer refuses more.
fn write(out: &mut impl Write, source: Source, order: Order) -> io::Result<()> {
    let key = StreamKey::new(2018, 1);
    for group in 0.. {
        let mut lanes = key.lanes(group);
        match source {
            Source::Words => put(out, words(&mut lanes).as_flattened(), LANES, order, |word| word.to_le_bytes())?,
            Source::Normals => put(out, all_normals(&mut lanes).as_flattened(), GROUP, order, uniform)?,
        }
    }
    Ok(())
}

/// Writes numbers that come `width` at a time, one for each lane.
fn put<T: Copy, const N: usize>(
    out: &mut impl Write,
    numbers: &[T],
    width: usize,
    order: Order,
    bytes: impl Fn(T) -> [u8; N],
) -> io::Result<()> {
    let lanes = match order {
        Order::Drawn => return numbers.iter().try_for_each(|x| out.write_all(&bytes(*x))),
        Order::Lane => width,
        Order::First => 1,
    };
    (0..lanes).try_for_each(|lane| numbers[lane..].iter().step_by(width).try_for_each(|x| out.write_all(&bytes(*x))))
}

fn words(lanes: &mut Lanes) -> [[u64; PAIRS]; PERIODS] {
    let (mut high, mut low) = ([0; PAIRS], [0; PAIRS]);
    std::array::from_fn(|_| {
        lanes.draw(&mut high, &mut low);
        std::array::from_fn(|pair| u64::from(high[pair]) << 32 | u64::from(low[pair]))
    })
}

fn all_normals(lanes: &mut Lanes) -> [[f32; GROUP]; PERIODS] {
    let mut z = [[0.0; GROUP]; PERIODS];
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            for z in &mut z {
                normals(lanes, z);
            }
        },
    );
    z
}

/// The upper 16 bits of Φ(z).
#[expect(clippy::cast_possible_truncation, reason = "below 2^16; the upper bits are intended")]
fn uniform(z: f32) -> [u8; 2] {
    ((math::norm_cdf(f64::from(z)) * 65_536.0) as u16).to_le_bytes()
}

/// Counts bytes and pairs of bytes up to a limit.
struct Count {
    pairs: Vec<u64>,
    left: u64,
    odd: Option<u8>,
}

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            if let Some(first) = self.odd.replace(*byte) {
                self.odd = None;
                self.pairs[usize::from(first) << 8 | usize::from(*byte)] += 1;
                self.left = self.left.checked_sub(1).ok_or(ErrorKind::BrokenPipe)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader that has read enough closes the pipe.
fn until_closed(result: io::Result<()>) {
    let error = result.expect_err("a stream has no end");
    assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{error}");
}

/// Number of byte pairs counted for each stream.
const PAIRS_OF_BYTES: u64 = 1 << 24;
/// χ² with 65,535 degrees of freedom is nearly normal. The bound is 5 standard deviations: a false-alarm probability of
/// 1 in 290,000 per stream.
const Z_BOUND: f64 = 5.0;

/// If `OUTGROW_STREAM_TO` is set, writes the stream `OUTGROW_STREAM` to that file instead, until its reader closes it.
#[test]
#[ignore = "statistical: run by .ci/run"]
fn streams_are_even() {
    if let Some(to) = std::env::var_os("OUTGROW_STREAM_TO") {
        let asked = std::env::var_os("OUTGROW_STREAM").unwrap_or_default();
        let kind = KINDS.iter().find(|(name, ..)| asked == OsStr::new(name));
        let (_, source, order) = kind.unwrap_or_else(|| panic!("OUTGROW_STREAM must be one of {KINDS:?}"));
        let file = File::options().write(true).open(to).expect("a file or pipe");
        until_closed(write(&mut BufWriter::with_capacity(1 << 16, file), *source, *order));
        return;
    }
    for (name, source, order) in KINDS {
        let mut count = Count { pairs: vec![0; 1 << 16], left: PAIRS_OF_BYTES, odd: None };
        until_closed(write(&mut count, source, order));
        let (cells, expected) = (count.pairs.len() as f64, (PAIRS_OF_BYTES + 1) as f64 / count.pairs.len() as f64);
        let chi_square: f64 = count.pairs.iter().map(|n| *n as f64 - expected).map(|off| off * off / expected).sum();
        let z = (chi_square - (cells - 1.0)) / (2.0 * (cells - 1.0)).sqrt();
        assert!(z.abs() < Z_BOUND, "{name}: χ² {chi_square}, {z} standard deviations from the expected");
    }
}
