//! Constructors of curves.

use super::custom::Custom;
use super::family::CurveFamily;
use super::schedule::{Reading, Schedule, Tail};
use super::{Branch, Curve, CurveLaw, Share};
use crate::assumption::Assumption;

impl Curve {
    /// Constant growth: `Γ(τ) = ln(1 + g) τ`.
    ///
    /// # Example: 30 % a year
    /// ```
    /// use outgrow::Curve;
    /// assert_eq!(Curve::constant(0.3).log_growth(2.0)?, 2.0 * 0.3_f64.ln_1p());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn constant(growth: impl Into<Assumption>) -> Self {
        Self(CurveLaw::Constant(growth.into()))
    }

    /// Growth rates for each year from the base on, followed by a [`Tail`].
    ///
    /// The rates use the `point` reading: revenue grows by the factor `1 + g₁` over the first year from the base, by
    /// `1 + g₂` over the next, and so on. The log growth rate is constant within each year.
    ///
    /// # Example: two estimates and a fading tail
    /// ```
    /// use outgrow::{normal, Curve, Tail};
    /// let curve = Curve::schedule([normal(0.87, 0.08), normal(0.60, 0.10)], Tail::fade(0.12, 2));
    /// ```
    pub fn schedule<A: Into<Assumption>>(rates: impl IntoIterator<Item = A>, tail: Tail) -> Self {
        Self::estimates(rates, tail, Reading::Point)
    }

    /// Growth rates of fiscal-year totals, followed by a [`Tail`]. This is how analysts' estimates are usually stated,
    /// such as "FY2019 revenue grows 87 %".
    ///
    /// The first rate applies to the first fiscal year that ends after the base.
    /// [`Provider::history`](crate::Provider::history) must cover the whole fiscal year before it, and the base's own
    /// fiscal year up to the base. The projection is the smoothest path in logs that meets the totals (Boot, Feibes &
    /// Lisman 1967).
    ///
    /// # Example: fiscal years that end in March
    /// ```
    /// use outgrow::{Curve, Provider, Tail};
    /// let alibaba = Provider::new("Alibaba Cloud", 4385.0)
    ///     .history([2431.0, 2975.0, 3599.0])
    ///     .fiscal_year_ends(3)
    ///     .growth(Curve::totals([0.87, 0.60], Tail::hold()));
    /// ```
    pub fn totals<A: Into<Assumption>>(rates: impl IntoIterator<Item = A>, tail: Tail) -> Self {
        Self::estimates(rates, tail, Reading::Totals)
    }

    fn estimates<A: Into<Assumption>>(rates: impl IntoIterator<Item = A>, tail: Tail, reading: Reading) -> Self {
        Self(CurveLaw::Schedule(Schedule { rates: rates.into_iter().map(Into::into).collect(), tail, reading }))
    }

    /// Growth that moves from one rate to another, covering half of the remaining distance in each half-life:
    /// `γ(τ) = γ∞ + (γ₀ − γ∞) 2^(−τ/h)`, `Γ(τ) = γ∞ τ + (γ₀ − γ∞) (h/ln 2) (1 − 2^(−τ/h))`.
    ///
    /// # Example: from 45 % to 12 % with a half-life of four years
    /// ```
    /// use outgrow::Curve;
    /// let curve = Curve::fade(0.45, 0.12, 4);
    /// assert!(curve.log_growth(1.0)? < 0.45_f64.ln_1p());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn fade(from: impl Into<Assumption>, to: impl Into<Assumption>, half_life: impl Into<Assumption>) -> Self {
        Self(CurveLaw::Fade { from: from.into(), to: to.into(), half_life: half_life.into() })
    }

    /// Growth that fades to 0, fast at first and then ever more slowly: `γ(τ) = γ₀/(1 + τ/h)`,
    /// `Γ(τ) = γ₀ h ln(1 + τ/h)`, where `γ₀ = ln(1 + from)`.
    ///
    /// The log growth rate is halved after `half_life` years, and is a third of `γ₀` after two half-lives. Revenue grows
    /// without bound, as a power of time. Source: the harmonic decline of Arps, J. J. (1945), *Analysis of decline
    /// curves*, Transactions of the AIME 160.
    ///
    /// # Example: from 87 % a year, with half of the log growth rate after two years
    /// ```
    /// use outgrow::Curve;
    /// let curve = Curve::hyperbolic(0.87, 2);
    /// let expected = 1.87_f64.ln() * 2.0 * 2.0_f64.ln();      // γ₀ h ln(1 + 2/2)
    /// assert!((curve.log_growth(2.0)? - expected).abs() < 1e-12);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn hyperbolic(from: impl Into<Assumption>, half_life: impl Into<Assumption>) -> Self {
        Self(CurveLaw::Family(CurveFamily::Hyperbolic, vec![from.into(), half_life.into()]))
    }

    /// Growth that is damped period by period: the log growth of period j is `γ₀ Δ φ^(jΔ)`, where Δ is the length of a
    /// period in years and `γ₀ = ln(1 + from)`. The sum over the periods up to τ is
    /// `Γ(τ) = γ₀ Δ φ^Δ (1 − φ^τ)/(1 − φ^Δ)`.
    ///
    /// `phi` is the factor per year: 0.7 leaves 70 % of the log growth rate after one year, 1 is constant growth, and
    /// growth accelerates above 1. With ever shorter periods the law tends to [`Curve::fade`] to 0 with the half-life
    /// `−ln 2/ln φ`. Source: Gardner, E. S., McKenzie, E. (1985), *Forecasting trends in time series*, Management Science
    /// 31.
    ///
    /// A scenario uses the length of its own periods. [`Curve::log_growth`] knows no scenario and uses quarters.
    ///
    /// # Example: 87 % a year, damped by 30 % each year
    /// ```
    /// use outgrow::Curve;
    /// let curve = Curve::damped(0.87, 0.7);
    /// let quarter = 1.87_f64.ln() / 4.0 * 0.7_f64.powf(0.25);
    /// assert!((curve.log_growth(0.25)? - quarter).abs() < 1e-12);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn damped(from: impl Into<Assumption>, phi: impl Into<Assumption>) -> Self {
        Self(CurveLaw::Family(CurveFamily::Damped, vec![from.into(), phi.into()]))
    }

    /// Logistic growth towards a saturation level: revenue is the base times `L(τ) = S/(1 + (S − 1) e^(−kτ))`, so
    /// `Γ(τ) = ln L(τ)`.
    ///
    /// `saturation` S > 1 is the limit as a multiple of base revenue, `rate` k > 0 is per year. The log growth rate is
    /// `k (1 − L/S)`: close to k while revenue is far below saturation, and k/2 at half of it. For large S the curve starts
    /// as constant growth at the log rate `k (S − 1)/S`. Source: Verhulst, P.-F. (1838), *Notice sur la loi que la
    /// population suit dans son accroissement*, Correspondance mathématique et physique 10.
    ///
    /// # Example: towards 20 times base revenue
    /// ```
    /// use outgrow::Curve;
    /// let curve = Curve::logistic(20, 0.6);
    /// let halfway = 19.0_f64.ln() / 0.6;              // years until half of saturation
    /// assert!((curve.log_growth(halfway)? - 10.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn logistic(saturation: impl Into<Assumption>, rate: impl Into<Assumption>) -> Self {
        Self(CurveLaw::Family(CurveFamily::Logistic, vec![saturation.into(), rate.into()]))
    }

    /// Gompertz growth towards a saturation level: `Γ(τ) = ln S · (1 − e^(−kτ))`.
    ///
    /// `saturation` S > 1 is the limit as a multiple of base revenue, `rate` k > 0 is per year. The log growth rate starts
    /// at `k ln S` and falls by the factor `e^(−k)` each year: the curve is [`Curve::fade`] to 0 with the half-life
    /// `ln 2/k`. Compared with [`Curve::logistic`] growth slows down earlier. Source: Gompertz, B. (1825), *On the nature of
    /// the function expressive of the law of human mortality*, Philosophical Transactions 115.
    ///
    /// # Example: towards 20 times base revenue
    /// ```
    /// use outgrow::Curve;
    /// let curve = Curve::gompertz(20, 0.4);
    /// let half_life = 2.0_f64.ln() / 0.4;
    /// assert!((curve.log_growth(half_life)? - 0.5 * 20.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn gompertz(saturation: impl Into<Assumption>, rate: impl Into<Assumption>) -> Self {
        Self(CurveLaw::Family(CurveFamily::Gompertz, vec![saturation.into(), rate.into()]))
    }

    /// Generalized logistic growth towards a saturation level: revenue is the base times
    /// `L(τ) = S/(1 + (S^ν − 1) e^(−kτ))^(1/ν)`, so `Γ(τ) = ln L(τ)`.
    ///
    /// `saturation` S > 1 is the limit as a multiple of base revenue, `rate` k > 0 is per year, and `shape` ν > 0 has no
    /// unit. The log growth rate is `(k/ν)(1 − (L/S)^ν)`. The curve is [`Curve::logistic`] at ν = 1 and tends to
    /// [`Curve::gompertz`] as ν → 0; the larger ν is, the later growth slows down. Source: Richards, F. J. (1959), *A flexible
    /// growth function for empirical use*, Journal of Experimental Botany 10.
    ///
    /// # Example: between Gompertz and logistic
    /// ```
    /// use outgrow::Curve;
    /// let after_five = |shape| Curve::richards(20, 0.5, shape).log_growth(5.0);
    /// assert!((after_five(1.0)? - Curve::logistic(20, 0.5).log_growth(5.0)?).abs() < 1e-12);
    /// assert!((after_five(1e-9)? - Curve::gompertz(20, 0.5).log_growth(5.0)?).abs() < 1e-6);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn richards(
        saturation: impl Into<Assumption>,
        rate: impl Into<Assumption>,
        shape: impl Into<Assumption>,
    ) -> Self {
        Self(CurveLaw::Family(CurveFamily::Richards, vec![saturation.into(), rate.into(), shape.into()]))
    }

    /// The diffusion of an innovation: revenue is proportional to the adopted fraction F of the potential, with
    /// `F' = (p + q F)(1 − F)` and F(0) = `adopted`.
    ///
    /// With `a = p + q` and `z = e^(−aτ)(1 − F₀)/(p + q F₀)`, the adopted fraction is `F(τ) = (1 − p z)/(1 + q z)`, and
    /// `Γ(τ) = ln F(τ) − ln F₀`. `p` > 0 (innovation) and `q` ≥ 0 (imitation) are per year; 0 < `adopted` < 1. Typical
    /// values are p = 0.03 and q = 0.4. Revenue saturates at `1/adopted` times the base. Source: Bass, F. M. (1969), *A new
    /// product growth model for consumer durables*, Management Science 15.
    ///
    /// The model describes sales to first-time buyers as F'. Here revenue is proportional to F, the installed base, as for
    /// a subscription.
    ///
    /// # Example: a tenth of the potential at the base
    /// ```
    /// use outgrow::Curve;
    /// let curve = Curve::bass(0.02, 0.4, 0.1);
    /// assert!((curve.log_growth(100.0)? - 10.0_f64.ln()).abs() < 1e-12);     // all have adopted
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn bass(p: impl Into<Assumption>, q: impl Into<Assumption>, adopted: impl Into<Assumption>) -> Self {
        Self(CurveLaw::Family(CurveFamily::Bass, vec![p.into(), q.into(), adopted.into()]))
    }

    /// Weibull growth towards a saturation level: revenue is proportional to `L(u) = 1 − e^(−(ku)^c)`, where u is the time
    /// since launch. The base lies τ₀ years after the launch, with `L(τ₀) = 1/S`, so
    /// `Γ(τ) = ln L(τ₀ + τ) − ln L(τ₀)`.
    ///
    /// `saturation` S > 1 is the limit as a multiple of base revenue, `rate` k > 0 is per year, and `shape` c > 0 has no
    /// unit: 63 % of saturation is reached 1/k years after the launch, whatever c is. With c ≤ 1 revenue rises fastest at
    /// the launch, with larger c around 1/k. The launch is the earliest time for which the curve is defined. Source:
    /// Sharif, M. N., Islam, M. N. (1980), *The Weibull distribution as a general model for forecasting technological
    /// change*, Technological Forecasting and Social Change 18.
    ///
    /// # Example: towards 20 times base revenue
    /// ```
    /// use outgrow::Curve;
    /// let curve = Curve::weibull(20, 0.2, 1.5);
    /// let launched = (20.0_f64 / 19.0).ln().powf(1.0 / 1.5) / 0.2;            // years before the base
    /// let expected = (20.0 * (1.0 - (-1.0_f64).exp())).ln();
    /// assert!((curve.log_growth(5.0 - launched)? - expected).abs() < 1e-12);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn weibull(
        saturation: impl Into<Assumption>,
        rate: impl Into<Assumption>,
        shape: impl Into<Assumption>,
    ) -> Self {
        Self(CurveLaw::Family(CurveFamily::Weibull, vec![saturation.into(), rate.into(), shape.into()]))
    }

    /// A share of a market: revenue is `M(τ) s(τ)`, where `M` is the market's curve and
    /// `logit s(τ) = logit to + (logit from − logit to) 2^(−τ/h)`, with `logit s = ln(s/(1 − s))`.
    ///
    /// `from` is the share at the base and `to` the share that it tends to, not its value at the horizon; both lie between
    /// 0 and 1. Half of the remaining distance between the logits is covered in each `half_life`, in years. The base
    /// revenue is that of the provider, so only the growth of the market counts, not its size.
    ///
    /// The market may be any curve, also another share of a market, up to eight curves deep. A schedule by
    /// [`Curve::totals`] is an error, since the history is that of the provider and not of the market. Source: the logit of
    /// a share as in Fisher, J. C., Pry, R. H. (1971), *A simple substitution model of technological change*, Technological
    /// Forecasting and Social Change 3, with a limit.
    ///
    /// # Example: from 5 % of a growing market towards 10 %
    /// ```
    /// use outgrow::Curve;
    /// let market = Curve::fade(0.4, 0.1, 3);
    /// let share = Curve::share(market.clone(), 0.05, 0.10, 3);
    /// let gained = share.log_growth(60.0)? - market.log_growth(60.0)?;
    /// assert!((gained - 2.0_f64.ln()).abs() < 1e-5);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn share(
        market: Self,
        from: impl Into<Assumption>,
        to: impl Into<Assumption>,
        half_life: impl Into<Assumption>,
    ) -> Self {
        let (from, to, half_life) = (from.into(), to.into(), half_life.into());
        Self(CurveLaw::Share(Box::new(Share { market, from, to, half_life })))
    }

    /// A mixture of growth laws: each path follows one of them, drawn with probabilities in proportion to the weights.
    ///
    /// A mixture expresses that it is not known which law holds, such as several continuations of the same estimates.
    /// Weights have no unit and need not sum to 1; single ones may be 0. The law is drawn once per path, independently
    /// of everything else, so that a mixture of one law gives the same numbers as that law if its parameters are fixed or
    /// named. Laws may be mixtures or shares themselves, up to eight curves deep. The outcome of a question reports
    /// what each law answers by itself ([`Overtake::laws`](crate::Overtake::laws)).
    ///
    /// Evaluated outside of a scenario, with every assumption at its median, it is the law at the median of the weights
    /// in the given order.
    ///
    /// # Example: three continuations of the same two estimates
    /// ```
    /// use outgrow::{Curve, Tail};
    /// let after = |tail| Curve::schedule([0.87, 0.60], tail);
    /// let curve = Curve::mixture([
    ///     (0.5, after(Tail::fade(0.12, 2))),
    ///     (0.3, after(Tail::ratio("auto"))),
    ///     (0.2, after(Tail::hold())),
    /// ]);
    /// ```
    pub fn mixture(laws: impl IntoIterator<Item = (f64, Self)>) -> Self {
        let branch = |(weight, curve)| Branch { weight, curve };
        Self(CurveLaw::Mixture(laws.into_iter().map(branch).collect()))
    }

    /// A custom law: `log_growth(τ, p)` returns `Γ(τ)`, where `p` holds the parameters in the given order.
    ///
    /// It must be 0 at `τ = 0` and finite at every period; otherwise a run returns an error. A scenario with a custom
    /// curve cannot be serialized to a file or a shard, and its bits depend on your functions.
    ///
    /// # Example: a log growth rate that halves after three years
    /// ```
    /// use outgrow::{normal, Curve};
    /// let curve = Curve::custom("halved", [normal(0.5, 0.1)], |tau, p| {
    ///     let rate = p[0].ln_1p();
    ///     rate * (tau.min(3.0) + 0.5 * (tau - 3.0).max(0.0))
    /// });
    /// ```
    pub fn custom<A: Into<Assumption>>(
        name: impl Into<String>,
        parameters: impl IntoIterator<Item = A>,
        log_growth: impl Fn(f64, &[f64]) -> f64 + Send + Sync + 'static,
    ) -> Self {
        let parameters = parameters.into_iter().map(Into::into).collect();
        Self(CurveLaw::Custom(Custom::new(name.into(), parameters, log_growth)))
    }
}
