//! The growth laws that are fitted without a stated start.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, did_you_mean};
use crate::growth::{Curve, CurveFamily};

/// A growth law to fit, whose starts are found from the data.
///
/// A `share` of a market is not among them: revenue alone does not tell the growth of the market from that of the share.
/// [`CurveFit::new`](super::CurveFit::new) fits one whose market is held fixed. Schedules and mixtures are no laws of a history.
///
/// # Example: a law by its key
/// ```
/// use outgrow::fit::GrowthLaw;
/// assert_eq!("gompertz".parse::<GrowthLaw>()?, GrowthLaw::Gompertz);
/// let error = "gomperz".parse::<GrowthLaw>().unwrap_err();
/// assert_eq!(error.to_string(), "invalid fit: law: no law is named \"gomperz\"; did you mean \"gompertz\"?");
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrowthLaw {
    /// [`Curve::constant`].
    Constant,
    /// [`Curve::fade`].
    Fade,
    /// [`Curve::hyperbolic`].
    Hyperbolic,
    /// [`Curve::damped`].
    Damped,
    /// [`Curve::logistic`].
    Logistic,
    /// [`Curve::gompertz`].
    Gompertz,
    /// [`Curve::richards`].
    Richards,
    /// [`Curve::bass`].
    Bass,
    /// [`Curve::weibull`].
    Weibull,
}

impl GrowthLaw {
    /// All laws.
    pub const ALL: [Self; 9] = [
        Self::Constant,
        Self::Fade,
        Self::Hyperbolic,
        Self::Damped,
        Self::Logistic,
        Self::Gompertz,
        Self::Richards,
        Self::Bass,
        Self::Weibull,
    ];

    /// The key of the law in a scenario file, such as `logistic`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Fade => "fade",
            Self::Hyperbolic => CurveFamily::Hyperbolic.key(),
            Self::Damped => CurveFamily::Damped.key(),
            Self::Logistic => CurveFamily::Logistic.key(),
            Self::Gompertz => CurveFamily::Gompertz.key(),
            Self::Richards => CurveFamily::Richards.key(),
            Self::Bass => CurveFamily::Bass.key(),
            Self::Weibull => CurveFamily::Weibull.key(),
        }
    }

    /// The curve with numbers that a fit replaces.
    pub(super) fn curve(self) -> Curve {
        match self {
            Self::Constant => Curve::constant(0.1),
            Self::Fade => Curve::fade(0.2, 0.05, 2),
            Self::Hyperbolic => Curve::hyperbolic(0.2, 2),
            Self::Damped => Curve::damped(0.2, 0.8),
            Self::Logistic => Curve::logistic(2, 0.5),
            Self::Gompertz => Curve::gompertz(2, 0.5),
            Self::Richards => Curve::richards(2, 0.5, 1),
            Self::Bass => Curve::bass(0.03, 0.4, 0.5),
            Self::Weibull => Curve::weibull(2, 0.2, 1.5),
        }
    }
}

impl fmt::Display for GrowthLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

impl FromStr for GrowthLaw {
    type Err = Error;

    fn from_str(key: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|law| law.key() == key).ok_or_else(|| {
            let near = did_you_mean(key, Self::ALL.map(Self::key));
            Error::invalid("fit", "law", format!("no law is named {key:?}{near}"))
        })
    }
}
