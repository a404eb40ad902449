//! Paths meet reports, whatever moves a series.

use super::*;
use crate::assumption::{lognormal, normal, uniform};
use crate::growth::Curve;
use crate::paths::{Block, Paths, Sampler, Sobol};
use crate::random::GROUP;
use crate::scenario::{Factor, Innovations, Jump, Provider, Scenario, Shock};

const NAMES: [&str; 5] = ["walk", "persistent", "reverting", "trend", "other trend"];

/// Every kind of shock, correlated, with factors and a jump.
fn everything(innovations: Innovations) -> Plan {
    let one = |name: &str, shock: Shock| {
        Provider::new(name, 1.0).growth(Curve::constant(0.2)).volatility(0.2).shock(shock).loading("f", 0.7)
    };
    let jump = Jump::at("2018-Q2", 0.3).probability(0.01);
    let scenario = Scenario::builder("2018-Q1", "2020-Q4")
        .innovations(innovations)
        .factor(Factor::new("f", uniform(0.1, 0.2)).drift(normal(0.02, 0.01)))
        .provider(one("walk", Shock::RandomWalk))
        .provider(one("persistent", Shock::persistent(1.5)).volatility(uniform(0.1, 0.3)))
        .provider(one("reverting", Shock::reverting(lognormal(1.0, 0.2))).jump(jump))
        .provider(one("trend", Shock::damped_trend(uniform(0.1, 0.5), 2)))
        .provider(one("other trend", Shock::damped_trend(0.3, 1)))
        .correlation("walk", "trend", 0.5)
        .correlation("trend", "other trend", 0.6)
        .correlation("f", "reverting", -0.4)
        .build()
        .expect("valid");
    Plan::new(&scenario, 5).expect("a plan")
}

/// Reports of several series over up to three periods: the kernels compute from the changed innovations what was reported, so the
/// coefficients of the innovations are right.
#[test]
fn paths_meet_reports() {
    for innovations in [Innovations::Gaussian, Innovations::student_t(4.0)] {
        let plan = everything(innovations);
        let reports =
            |place: usize| [vec![1.2, 1.1, 1.4], vec![0.9], vec![1.3, 1.2], vec![], vec![1.1, 1.2]][place].clone();
        let reports: Vec<(SeriesId, Vec<f64>)> =
            NAMES.iter().enumerate().map(|(place, name)| (plan.row_named(name), reports(place))).collect();
        let sampler = Sampler::Observed(Sobol::new(&plan), Box::new(Observations::new(&plan, reports.clone())));
        let mut block = Block::new(&plan, 2);
        block.fill((&plan, &sampler), 64, 2, 2 * GROUP).expect("finite");
        let paths = Paths::new(&plan, &block);
        for (SeriesId(row), revenue) in &reports {
            for (t, y) in (1..).zip(revenue) {
                let log = plan.log_base(*y);
                let worst = paths.row(*row, t).iter().map(|x| (f64::from(*x) - log).abs()).fold(0.0, f64::max);
                assert!(worst < 1e-5, "{} at {t} {innovations:?}: {worst}", NAMES[*row]);
            }
            let later = paths.row(*row, 4);
            assert!(later.iter().any(|x| (x - later[0]).abs() > 1e-3), "later periods remain open");
        }
        assert!(block.log_weights().iter().all(|weight| weight.is_finite()));
        // A jump in a reported period happens on about half of the paths, however rare it is.
        let coin = paths.draw(plan.first_coin).iter().filter(|happens| **happens > 0.5).count();
        assert!((30..98).contains(&coin), "{coin} of 128");
    }
}
