//! An exact answer and a simulation of a random small scenario agree: no |z| exceeds the bound that a correct pair exceeds once
//! in a million runs. For up to 12 dates of plain paths it is 5.7 to 6.0; for 32 replicates it is the quantile of Student's t
//! distribution that is as rare.

use bolero::check;
use outgrow::{
    Centring, Curve, Factor, Innovations, Jump, Provider, Question, Sampling, Scenario, Shock, Tail, lognormal, normal,
    triangular, uniform,
};

use crate::numbers::Source;
use crate::scenario_toml::explains;

const PATHS: u64 = 8192;

#[test]
fn exact_and_simulated() {
    check!(name = "exact_and_simulated").for_each(|bytes: &[u8]| {
        let mut source = Source::new(bytes);
        let seed = u64::from(source.byte());
        let sampling =
            [Sampling::Plain, Sampling::Plain, Sampling::Antithetic, Sampling::Sobol][usize::from(source.below(4))];
        let scenario = match drawn(&mut source) {
            Ok(scenario) => scenario,
            Err(error) => return explains(&error),
        };
        let run = scenario.simulate().paths(PATHS).seed(seed).sampling(sampling).threads(1);
        let outcome = match run.cross_check(true).fans(false).ranks(false).shares(false).run() {
            Ok(outcome) => outcome,
            Err(error) => return explains(&error),
        };
        for check in outcome.cross_checks() {
            assert!(check.agrees(), "{check}\nseed {seed}, {sampling:?}\n{}", scenario.to_toml().expect("written"));
        }
    });
}

fn drawn(source: &mut Source<'_>) -> Result<Scenario, outgrow::Error> {
    let horizon = ["2019-Q1", "2020-Q1", "2021-Q1"][usize::from(source.below(3))];
    let (kind, extras) = (source.below(5), source.byte());
    let mut builder = Scenario::builder("2018-Q1", horizon)
        .provider(provider(source, "a", kind, extras))
        .provider(provider(source, "b", kind, extras))
        .correlation("a", "b", source.between(-0.9, 0.9));
    if extras & 1 != 0 {
        builder = builder.factor(Factor::new("yen", source.between(0.0, 0.3)).drift(source.between(-0.2, 0.2)));
    }
    if extras & 14 == 14 {
        builder = builder.innovations(Innovations::StudentT { df: source.between(2.5, 12.0) });
    }
    let sustained = 1 + u32::from(source.below(3));
    builder.question(Question::overtakes("a", "b").sustained(sustained)).build()
}

fn provider(source: &mut Source<'_>, name: &str, kind: u8, extras: u8) -> Provider {
    let revenue = source.between(80.0, 120.0);
    let volatility = source.between(0.0, 0.4);
    let half_life = source.between(0.1, 5.0);
    let mut provider = Provider::new(name, revenue).growth(curve(source)).volatility(volatility).shock(match kind {
        0 | 1 => Shock::RandomWalk,
        2 => Shock::persistent(half_life),
        3 => Shock::reverting(half_life),
        _ => Shock::damped_trend(source.between(0.0, 1.0), half_life),
    });
    if extras & 1 != 0 {
        provider = provider.loading("yen", source.between(-1.5, 1.5));
    }
    if extras & 16 != 0 {
        let jump = Jump::at("2018-Q3", source.between(-0.5, 0.5)).probability(source.between(0.0, 1.0));
        provider = provider.jump(jump);
    }
    if extras & 32 != 0 {
        provider = provider.centring(Centring::Mean);
    }
    if extras & 64 != 0 {
        provider = provider.exit(source.between(0.0, 0.5));
    }
    provider
}

fn curve(source: &mut Source<'_>) -> Curve {
    let rate = source.between(-0.3, 0.9);
    let spread = source.between(0.0, 0.2);
    match source.below(8) {
        0 => Curve::constant(rate),
        1 => Curve::constant(normal(rate, spread / 2.0)),
        2 => Curve::constant(triangular(rate, rate + spread, rate + 2.0 * spread)),
        3 => Curve::fade(uniform(rate, rate + spread), 0.1, lognormal(2.0, spread)),
        4 => Curve::schedule([normal(rate, spread / 2.0), normal(rate / 2.0, spread / 2.0)], Tail::hold()),
        5 => Curve::logistic(uniform(2.0, 2.0 + 10.0 * spread), 0.5),
        6 => Curve::mixture([(0.3, Curve::constant(rate)), (0.7, Curve::damped(rate, 0.8))]),
        _ => Curve::hyperbolic(rate, 1.0 + spread),
    }
}
