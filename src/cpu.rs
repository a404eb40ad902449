//! Instruction sets for the hot loop, detected at run time, so that a plain `cargo build --release` suffices.
//!
//! Numerical code is written once, as plain loops over arrays. [`run`] compiles it again for each level, and LLVM
//! vectorizes each copy with the instructions of that level. All operations used there are correctly rounded by IEEE
//! 754, including `mul_add`, so the level affects speed but not a single bit of the results.

use std::ffi::OsStr;
use std::sync::OnceLock;

use crate::error::Error;

/// Forces a level in tests: `baseline`, `avx2` or `avx512`.
const VARIABLE: &str = "OUTGROW_CPU";

/// A set of instructions, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The target's baseline: SSE2 on x86-64. Fused multiply-add is a call of `fmaf`, which is correct but slow.
    Baseline,
    /// x86-64-v3: AVX2 and FMA.
    Avx2,
    /// x86-64-v4: AVX-512 F, BW, CD, DQ and VL as well.
    Avx512,
}

impl Level {
    const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// The highest level of this machine, or the value of `OUTGROW_CPU` (empty is the same as unset); read once per
    /// process.
    ///
    /// # Errors
    /// If the variable is not a level, or a level that this machine does not support. A test that requests a level must
    /// not silently pass on another one.
    pub(crate) fn detect() -> Result<Self, Error> {
        static LEVEL: OnceLock<Result<Level, Error>> = OnceLock::new();
        LEVEL.get_or_init(|| Self::choose(std::env::var_os(VARIABLE).as_deref(), &Self::available())).clone()
    }

    /// The level of this process, for loops with the same bits at every level. Falls back to the baseline if
    /// `OUTGROW_CPU` is invalid, since a run reports that before its first path.
    pub(crate) fn of_this_process() -> Self {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| Self::detect().unwrap_or(Self::Baseline))
    }

    /// Every level of this machine, ascending; never empty.
    pub(crate) fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|level| level.is_available()).collect()
    }

    /// Whether this machine has the instructions of a level, from a single word: it is asked once a loop.
    fn is_supported(self) -> bool {
        static HIGHEST: OnceLock<Level> = OnceLock::new();
        self <= *HIGHEST.get_or_init(|| Self::available().into_iter().max().unwrap_or(Self::Baseline))
    }

    fn choose(asked: Option<&OsStr>, available: &[Self]) -> Result<Self, Error> {
        // A shell cannot always unset a variable; `OUTGROW_CPU= command` sets it to an empty string.
        let Some(asked) = asked.filter(|asked| !asked.is_empty()) else {
            return Ok(available.iter().copied().max().unwrap_or(Self::Baseline));
        };
        let wrong = |why: &str| Error::invalid("environment", VARIABLE, format!("{asked:?} {why}"));
        let level = Self::ALL
            .into_iter()
            .find(|level| asked == level.name())
            .ok_or_else(|| wrong("is not a level; use baseline, avx2 or avx512, or leave it unset"))?;
        if available.contains(&level) { Ok(level) } else { Err(wrong("is not supported by this machine")) }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn is_available(self) -> bool {
        macro_rules! has {
            ($($feature:tt)+) => { $(std::arch::is_x86_feature_detected!($feature))&&+ };
        }
        match self {
            Self::Baseline => true,
            Self::Avx2 => has!("avx2" "bmi1" "bmi2" "fma" "lzcnt" "popcnt"),
            Self::Avx512 => Self::Avx2.is_available() && has!("avx512bw" "avx512cd" "avx512dq" "avx512f" "avx512vl"),
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn is_available(self) -> bool {
        self == Self::Baseline
    }
}

/// Runs `kernel` compiled for `level`. A level that the machine does not support runs as the baseline, with the same
/// bits.
///
/// Mark the closure, and every function that it calls in a loop, as `#[inline(always)]`: only code inlined into the two
/// functions below is compiled for their instructions. Prefer `for` to methods that take closures: `for_each` was once
/// not inlined, so its multiply-adds were calls of `fmaf` at the baseline and took forty times as long.
#[inline]
#[allow(unsafe_code)]
pub(crate) fn run<R>(level: Level, kernel: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    match level {
        // SAFETY: `is_supported` has found every feature that `avx512` enables.
        Level::Avx512 if level.is_supported() => return unsafe { avx512(kernel) },
        // SAFETY: `is_supported` has found every feature that `avx2` enables.
        Level::Avx2 if level.is_supported() => return unsafe { avx2(kernel) },
        _ => {}
    }
    let _ = level;
    kernel()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,fma,lzcnt,popcnt")]
fn avx2<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,fma,lzcnt,popcnt,avx512bw,avx512cd,avx512dq,avx512f,avx512vl")]
fn avx512<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}

/// The results of `one` for 0 to `count`, in order, on all cores where the feature `parallel` is on.
#[cfg(feature = "parallel")]
pub(crate) fn in_parallel<T: Send>(count: usize, one: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    use rayon::prelude::*;
    (0..count).into_par_iter().map(one).collect()
}

/// The results of `one` for 0 to `count`, in order.
#[cfg(not(feature = "parallel"))]
pub(crate) fn in_parallel<T>(count: usize, one: &dyn Fn(usize) -> T) -> Vec<T> {
    (0..count).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Level; 2] = [Level::Baseline, Level::Avx2];

    #[test]
    fn the_highest_level_is_the_default() {
        for unset in [None, Some("".as_ref())] {
            assert_eq!(Level::choose(unset, &BOTH).unwrap(), Level::Avx2);
        }
        assert_eq!(Level::choose(None, &[Level::Baseline]).unwrap(), Level::Baseline);
    }

    #[test]
    fn a_level_can_be_forced() {
        assert_eq!(Level::choose(Some("baseline".as_ref()), &BOTH).unwrap(), Level::Baseline);
        assert_eq!(Level::choose(Some("avx2".as_ref()), &BOTH).unwrap(), Level::Avx2);
        assert_eq!(Level::choose(Some("avx512".as_ref()), &Level::ALL).unwrap(), Level::Avx512);
    }

    #[test]
    fn unsupported_levels_are_errors_that_name_them() {
        for word in ["avx512", "AVX2", "sse2", " ", " avx2"] {
            let error = Level::choose(Some(word.as_ref()), &BOTH).unwrap_err();
            assert!(error.is_invalid_input());
            assert_eq!(error.problems()[0].address, "OUTGROW_CPU");
            assert!(error.problems()[0].message.contains(&format!("{word:?}")), "{error}");
        }
    }

    #[test]
    fn the_baseline_is_always_available() {
        assert_eq!(Level::available()[0], Level::Baseline);
    }

    /// Runs both `unsafe` calls where the machine supports them, and the fallback where it does not.
    #[test]
    fn every_level_gives_the_same_bits() {
        let x: [f32; 64] = std::array::from_fn(|i| 1.0 + i as f32 / 7.0);
        let kernel = || x.map(|x| x.mul_add(x, -x).sqrt().to_bits());
        for level in Level::ALL {
            assert_eq!(run(level, kernel), kernel(), "{level:?}");
        }
    }
}
