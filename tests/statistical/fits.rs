//! Simulation-based calibration of fitted laws.

use outgrow::fit::CurveFit;
use outgrow::{Curve, Period};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// 500 histories of 40 quarters with known logistic laws, of which 80 % of the saturation is reached, and a residual sd of
/// 0.05: intervals by the likelihood ratio and bands at 90 % cover 86 to 94 %. (The sd of a coverage of 500 is 1.3 %.)
#[test]
fn intervals_and_bands_cover_what_they_state() {
    let base: Period = "2018-Q1".parse().expect("a period");
    let mut rng = StdRng::seed_from_u64(1);
    let (mut covered, mut in_band, mut bands) = ([0; 2], 0, 0);
    for _ in 0..500 {
        let (saturation, rate) = (rng.random_range(1.05..1.25), rng.random_range(0.4..0.9));
        let mut observed = |k: i32| {
            let noise: f64 = StandardNormal.sample(&mut rng);
            let left = (saturation - 1.0) * libm::exp(-rate * f64::from(k) / 4.0);
            700.0 * saturation / (1.0 + left) * libm::exp(0.05 * noise)
        };
        let history: Vec<(Period, f64)> =
            (-39..=0).map(|k| (base.checked_add(k).expect("a period"), observed(k))).collect();
        let fit = CurveFit::new(Curve::logistic(1.5, 0.5)).seasons(false).fit(base, &history).expect("a fit");
        for (count, (name, truth)) in
            covered.iter_mut().zip([("logistic.saturation", saturation), ("logistic.rate", rate)])
        {
            let [low, high] = fit.profile(name, 0.9).expect("an interval");
            *count += usize::from(low <= truth && truth <= high);
        }
        for k in [4, 20, 40] {
            let band = fit.revenue(base.checked_add(k).expect("a period"), 0.9).expect("a prediction").band;
            let revenue = observed(k);
            in_band += usize::from(band[0] <= revenue && revenue <= band[1]);
            bands += 1;
        }
    }
    let within = |count: usize, of: usize| (86 * of..=94 * of).contains(&(100 * count));
    assert!(covered.iter().all(|count| within(*count, 500)), "{covered:?} of 500");
    assert!(within(in_band, bands), "{in_band} of {bands}");
}
