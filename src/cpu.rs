//! Which instructions the hot loop may use, found at run time: the user's build is a plain `cargo build --release`.
//!
//! The numerical code is written as plain loops over arrays, once; [`run`] has it compiled once more for each level,
//! and LLVM vectorises each copy with the instructions of that level. Every operation used there is correctly rounded
//! by IEEE 754, `mul_add` included, so a level changes the speed and never a bit.

use std::ffi::OsStr;
use std::sync::OnceLock;

use crate::error::Error;

/// Forces a level, for tests: `baseline`, `avx2` or `avx512`.
const VARIABLE: &str = "OUTGROW_CPU";

/// A set of instructions, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// What the target promises: SSE2 on x86-64. Its fused multiply-add is a call of `fmaf`, right and slow.
    Baseline,
    /// x86-64-v3: AVX2 and FMA.
    Avx2,
    /// x86-64-v4: AVX-512 F, BW, CD, DQ and VL as well.
    Avx512,
}

impl Level {
    const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// The most this machine has, or what `OUTGROW_CPU` says (empty is the same as unset); read once per process.
    ///
    /// # Errors
    /// If the variable holds an unknown word or a level that this machine lacks. A test that asks for a level must not
    /// pass on another one unnoticed.
    pub(crate) fn detect() -> Result<Self, Error> {
        static LEVEL: OnceLock<Result<Level, Error>> = OnceLock::new();
        LEVEL.get_or_init(|| Self::choose(std::env::var_os(VARIABLE).as_deref(), &Self::available())).clone()
    }

    /// The level of this process for loops that have the same bits at every level; a wrong `OUTGROW_CPU`, which ends
    /// a run before its first path, is the baseline here.
    pub(crate) fn of_this_process() -> Self {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| Self::detect().unwrap_or(Self::Baseline))
    }

    /// Every level of this machine, ascending; never empty.
    pub(crate) fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|level| level.is_available()).collect()
    }

    fn choose(asked: Option<&OsStr>, available: &[Self]) -> Result<Self, Error> {
        // A shell cannot always unset a variable; `OUTGROW_CPU= command` sets it to nothing.
        let Some(asked) = asked.filter(|asked| !asked.is_empty()) else {
            return Ok(available.iter().copied().max().unwrap_or(Self::Baseline));
        };
        let wrong = |why: &str| Error::invalid("environment", VARIABLE, format!("{asked:?} {why}"));
        let level = Self::ALL
            .into_iter()
            .find(|level| asked == level.name())
            .ok_or_else(|| wrong("is not a level: say baseline, avx2 or avx512, or leave it unset"))?;
        if available.contains(&level) { Ok(level) } else { Err(wrong("is a level that this machine lacks")) }
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

/// Runs `kernel` compiled for `level`; a level that the machine lacks runs as the baseline, with the same bits.
///
/// Mark the closure `#[inline(always)]`, and every function it calls in a loop: only what is inlined into the two
/// functions below is compiled for their instructions. So prefer `for` to methods that take closures: `for_each` was
/// once left behind at the baseline, its multiply-adds calls of `fmaf`, and cost forty times as much.
#[inline]
#[allow(unsafe_code)]
pub(crate) fn run<R>(level: Level, kernel: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    match level {
        // SAFETY: the guard has just found every feature that `avx512` enables.
        Level::Avx512 if level.is_available() => return unsafe { avx512(kernel) },
        // SAFETY: the guard has just found every feature that `avx2` enables.
        Level::Avx2 if level.is_available() => return unsafe { avx2(kernel) },
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

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Level; 2] = [Level::Baseline, Level::Avx2];

    #[test]
    fn the_most_is_taken_if_nothing_is_asked() {
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
    fn what_cannot_be_had_is_an_error_that_names_it() {
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

    /// Runs both `unsafe` calls where the machine can, and the way around them where it cannot.
    #[test]
    fn every_level_gives_the_same_bits() {
        let x: [f32; 64] = std::array::from_fn(|i| 1.0 + i as f32 / 7.0);
        let kernel = || x.map(|x| x.mul_add(x, -x).sqrt().to_bits());
        for level in Level::ALL {
            assert_eq!(run(level, kernel), kernel(), "{level:?}");
        }
    }
}
