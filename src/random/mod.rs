//! Random numbers: streams keyed by (seed, group of paths, slot), their normal numbers, and scrambled Sobol points.

#[cfg(test)]
mod battery;
mod joe_kuo;
mod mixing;
mod normal;
mod quantile;
mod sobol;
mod stream;

pub(crate) use mixing::Mixing;
pub(crate) use normal::{Bits, BoxMuller, normals};
pub(crate) use quantile::tail;
pub(crate) use sobol::{DIMENSIONS, Dimension, GroupNumber, MOST_POINTS, Net};
pub(crate) use stream::{Aligned, AlignedRow, GROUP, Lanes, StreamKey, mix64, slot_of, uniforms};
