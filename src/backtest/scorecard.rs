//! The scores of a back-test, with intervals.

use std::fmt;

use serde::{Serialize, Serializer};

use super::cases::{Known, Outcome, Pair};
use super::forecast::Forecast;
use super::hedgehog::Hedgehog;
use crate::error::{Error, did_you_mean};
use crate::math;
use crate::math::gauss::as_f64;
use crate::scores::{self, Clusters, Coverage, DieboldMariano, Reliability, diebold_mariano};

/// The name of the baseline of skill.
pub(super) const BASELINE: &str = "no_drift";
/// The share of cases whose forecasts are compared at the top.
const TOP: f64 = 0.2;

/// A case with its outcome and the forecasts of all forecasters.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Case {
    /// The pair, and the period at which it was forecast.
    pub pair: Pair,
    /// ln(incumbent/challenger) at the base, .05 to ln 3.
    pub gap: f64,
    /// What happened.
    pub outcome: Outcome,
    /// ln(challenger/incumbent) at the horizon, if both existed.
    pub log_ratio: Option<f64>,
    /// The forecasts, in the order of the forecasters.
    pub forecasts: Vec<Forecast>,
    names: [usize; 2],
    origin: usize,
}

impl Case {
    pub(super) fn of(known: &Known, outcome: Outcome, forecasts: Vec<Forecast>) -> Self {
        let Known { pair, origin, names, gap, observed, .. } = known;
        Self { pair: pair.clone(), gap: *gap, outcome, log_ratio: *observed, forecasts, names: *names, origin: *origin }
    }
}

/// The scores of one forecaster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ForecasterScores {
    /// The name.
    pub name: String,
    /// The mean Brier score of an overtake by the horizon; a name that is gone did not overtake.
    pub brier: f64,
    /// 1 − Brier score / Brier score of `no_drift`.
    pub skill: f64,
    /// The central 90 % interval of the skill, by bootstrap over names and blocks of origins.
    pub interval: [f64; 2],
    /// Among the fifth of cases with the largest forecasts, the mean forecast and the frequency of an overtake.
    pub top_fifth: [f64; 2],
    /// How often the central 80 % band of the log-ratio at the horizon contained the observation. `None` without a band.
    pub coverage_80: Option<f64>,
    /// The central 90 % interval of the coverage.
    pub coverage_interval: Option<[f64; 2]>,
    /// The mean width of the band.
    pub width_80: Option<f64>,
    /// The mean continuous ranked probability score of the log-ratio.
    pub crps: Option<f64>,
    /// The mean logarithmic score; `None` if infinite, since an outcome had the probability 0.
    pub log_score: Option<f64>,
    /// What recalibration would gain (CORP).
    pub miscalibration: f64,
    /// What the recalibrated forecasts gain over the frequency (CORP).
    pub discrimination: f64,
    /// The Brier score of the constant frequency (CORP).
    pub uncertainty: f64,
    /// The mean Brier score of the three outcomes overtaken, behind and gone, from 0 to 2.
    pub brier_of_three: f64,
    /// The test of Diebold & Mariano against `no_drift`: the p-value of equal Brier scores by origin. `None` where there are too few
    /// origins, or for the baseline.
    pub p_value: Option<f64>,
    /// Reliability by deciles: mean forecast and frequency.
    pub deciles: Vec<[f64; 2]>,
    /// Shares of the probability integral transform of the log-ratio in ten bins. `None` without a distribution.
    pub pit: Option<Vec<f64>>,
}

/// The scores of all forecasters of a back-test, and its cases.
///
/// `Display` prints a table. serde writes `{ "horizon", "cases", "origins", "first_origin", "last_origin", "outcomes",
/// "forecasters" }`.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Scorecard {
    names: Vec<String>,
    years: u32,
    cases: Vec<Case>,
    forecasters: Vec<ForecasterScores>,
    hedgehog: Hedgehog,
}

impl Scorecard {
    pub(super) fn of(names: Vec<String>, years: u32, cases: Vec<Case>, hedgehog: Hedgehog) -> Result<Self, Error> {
        let mut card = Self { names, years, cases, forecasters: Vec::new(), hedgehog };
        let clusters = card.clusters()?;
        let baseline = card.losses(BASELINE)?;
        let all = card.names.clone();
        card.forecasters =
            all.iter().map(|name| card.scores(name, &clusters, &baseline)).collect::<Result<Vec<_>, Error>>()?;
        Ok(card)
    }

    /// The number of years that were forecast.
    #[must_use]
    pub fn horizon(&self) -> u32 {
        self.years
    }

    /// The cases, by origin, group and name.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// What the outside view forecast of one pair from every origin, and what happened: of the pair with the most cases, unless
    /// [`Backtest::hedgehog_of`](super::Backtest::hedgehog_of) asked for another.
    #[must_use]
    pub fn hedgehog(&self) -> &Hedgehog {
        &self.hedgehog
    }

    /// The scores, one forecaster each.
    #[must_use]
    pub fn forecasters(&self) -> &[ForecasterScores] {
        &self.forecasters
    }

    /// The scores of a forecaster.
    ///
    /// # Errors
    /// If there is none of this name; the message gives the most similar name.
    pub fn forecaster(&self, name: &str) -> Result<&ForecasterScores, Error> {
        Ok(&self.forecasters[self.index(name)?])
    }

    /// The probabilities of an overtake by a forecaster, and whether it happened, by case.
    ///
    /// # Errors
    /// Those of [`forecaster`](Self::forecaster).
    pub fn probabilities(&self, name: &str) -> Result<(Vec<f64>, Vec<bool>), Error> {
        let at = self.index(name)?;
        let both = self.cases.iter().map(|case| (case.forecasts[at].overtaken, case.outcome.is_overtaken()));
        Ok(both.unzip())
    }

    /// The Brier scores of a forecaster, by case.
    ///
    /// # Errors
    /// Those of [`forecaster`](Self::forecaster).
    pub fn losses(&self, name: &str) -> Result<Vec<f64>, Error> {
        let (forecasts, happened) = self.probabilities(name)?;
        let loss = |(p, y): (f64, bool)| (p - f64::from(u8::from(y))) * (p - f64::from(u8::from(y)));
        Ok(forecasts.into_iter().zip(happened).map(loss).collect())
    }

    /// The cases as clusters of names and of blocks of origins as long as the horizon.
    ///
    /// # Errors
    /// None for a scorecard with cases, which every one has.
    pub fn clusters(&self) -> Result<Clusters, Error> {
        let pairs: Vec<[usize; 2]> = self.cases.iter().map(|case| case.names).collect();
        let origins: Vec<usize> = self.cases.iter().map(|case| case.origin).collect();
        Clusters::new(&pairs, &origins, self.years as usize)
    }

    /// The reliability of a forecaster by isotonic regression.
    ///
    /// # Errors
    /// Those of [`forecaster`](Self::forecaster).
    pub fn reliability(&self, name: &str) -> Result<Reliability, Error> {
        let (forecasts, happened) = self.probabilities(name)?;
        Reliability::of(&forecasts, &happened)
    }

    /// The cases with the largest Brier scores of a forecaster, the worst first.
    ///
    /// # Errors
    /// Those of [`forecaster`](Self::forecaster).
    pub fn worst(&self, name: &str, count: usize) -> Result<Vec<&Case>, Error> {
        let losses = self.losses(name)?;
        Ok(math::descending(&losses).into_iter().take(count).map(|at| &self.cases[at]).collect())
    }

    fn index(&self, name: &str) -> Result<usize, Error> {
        let found = self.names.iter().position(|known| known == name);
        found.ok_or_else(|| {
            let hint = did_you_mean(name, self.names.iter().map(String::as_str));
            Error::lookup("scorecard", format!("no forecaster is named {name:?}{hint}"))
        })
    }

    fn scores(&self, name: &str, clusters: &Clusters, baseline: &[f64]) -> Result<ForecasterScores, Error> {
        let at = self.index(name)?;
        let (forecasts, happened) = self.probabilities(name)?;
        let losses = self.losses(name)?;
        let three: Vec<[f64; 3]> = self.cases.iter().map(|case| case.forecasts[at].classes()).collect();
        let classes: Vec<usize> = self.cases.iter().map(|case| case.outcome.class()).collect();
        let log_score = scores::log_score(&forecasts, &happened)?;
        let reliability = Reliability::of(&forecasts, &happened)?;
        let banded: Vec<Option<([f64; 2], f64)>> =
            self.cases.iter().map(|case| case.forecasts[at].band.zip(case.log_ratio)).collect();
        let (bands, observed): (Vec<[f64; 2]>, Vec<f64>) = banded.iter().flatten().copied().unzip();
        let coverage = if bands.is_empty() { None } else { Some(Coverage::of(&bands, &observed)?) };
        let inside: Vec<Option<f64>> = banded
            .iter()
            .map(|both| both.map(|([low, high], observed)| f64::from(u8::from(low <= observed && observed <= high))))
            .collect();
        let numbers = |of: fn(&Forecast) -> Option<f64>| -> Vec<f64> {
            self.cases.iter().filter_map(|case| of(&case.forecasts[at])).collect()
        };
        let (pit, crps) = (numbers(|one| one.pit), numbers(|one| one.crps));
        let [interval, covered] = clusters.intervals(|weights| {
            let sum = |of: &[f64]| weights.iter().zip(of).map(|(w, x)| w * x).sum::<f64>();
            let known = weights.iter().zip(&inside).filter_map(|(w, x)| x.map(|x| (w, w * x)));
            let (all, hits) = known.fold((0.0, 0.0), |(all, hits), (w, hit)| (all + w, hits + hit));
            [1.0 - sum(&losses) / sum(baseline), hits / all]
        });
        Ok(ForecasterScores {
            name: name.to_owned(),
            brier: scores::brier(&forecasts, &happened)?,
            skill: scores::skill(&losses, baseline)?,
            interval,
            top_fifth: scores::top_share(&forecasts, &happened, TOP)?,
            coverage_80: coverage.map(|coverage| coverage.share),
            coverage_interval: coverage.map(|_| covered),
            width_80: coverage.map(|coverage| coverage.width),
            crps: (!crps.is_empty()).then(|| crps.iter().sum::<f64>() / as_f64(crps.len())),
            log_score: Some(log_score).filter(|score| score.is_finite()),
            miscalibration: reliability.miscalibration,
            discrimination: reliability.discrimination,
            uncertainty: reliability.uncertainty,
            brier_of_three: scores::brier_of_classes(&three, &classes)?,
            p_value: self.compared(&losses, baseline).map(|test| test.p_value),
            deciles: scores::deciles(&forecasts, &happened, None)?
                .iter()
                .map(|one| [one.forecast, one.frequency])
                .collect(),
            pit: if pit.is_empty() { None } else { Some(scores::pit_histogram(&pit, 10)?) },
        })
    }

    /// The comparison of mean losses by origin with those of the baseline.
    fn compared(&self, losses: &[f64], baseline: &[f64]) -> Option<DieboldMariano> {
        let mut means: Vec<[f64; 2]> = Vec::new();
        let both: Vec<(usize, [f64; 2])> =
            self.cases.iter().zip(losses.iter().zip(baseline)).map(|(case, (a, b))| (case.origin, [*a, *b])).collect();
        for of_origin in both.chunk_by(|a, b| a.0 == b.0) {
            let count = as_f64(of_origin.len());
            means.push([0, 1].map(|k| of_origin.iter().map(|(_, losses)| losses[k]).sum::<f64>() / count));
        }
        let [own, others]: [Vec<f64>; 2] = [0, 1].map(|k| means.iter().map(|means| means[k]).collect());
        diebold_mariano(&own, &others, self.years as usize).ok()
    }

    /// The number of origins.
    #[must_use]
    pub fn origins(&self) -> usize {
        self.cases.chunk_by(|a, b| a.origin == b.origin).count()
    }

    /// The number of cases that were overtaken, still behind, and gone.
    #[must_use]
    pub fn outcomes(&self) -> [usize; 3] {
        [0, 1, 2].map(|class| self.cases.iter().filter(|case| case.outcome.class() == class).count())
    }
}

impl Serialize for Scorecard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Entry<'a> {
            horizon: u32,
            cases: usize,
            origins: usize,
            first_origin: String,
            last_origin: String,
            outcomes: Outcomes,
            forecasters: &'a [ForecasterScores],
        }
        #[derive(Serialize)]
        struct Outcomes {
            overtaken: usize,
            behind: usize,
            gone: usize,
        }
        let [overtaken, behind, gone] = self.outcomes();
        let label = |case: Option<&Case>| case.map_or_else(String::new, |case| case.pair.base.to_string());
        let entry = Entry {
            horizon: self.years,
            cases: self.cases.len(),
            origins: self.origins(),
            first_origin: label(self.cases.first()),
            last_origin: label(self.cases.last()),
            outcomes: Outcomes { overtaken, behind, gone },
            forecasters: &self.forecasters,
        };
        entry.serialize(serializer)
    }
}

impl fmt::Display for Scorecard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [overtaken, behind, gone] = self.outcomes();
        let label = |case: Option<&Case>| case.map_or_else(String::new, |case| case.pair.base.to_string());
        writeln!(
            f,
            "{} cases from {} origins, {} to {}: {overtaken} overtaken within {} years, {behind} not, {gone} gone\n",
            self.cases.len(),
            self.origins(),
            label(self.cases.first()),
            label(self.cases.last()),
            self.years
        )?;
        writeln!(
            f,
            "  {:<26}{:>8}{:>9}   {:<20}{:<32}80 % band covers",
            "", "Brier", "skill", "90 % interval", "top fifth: forecast, observed"
        )?;
        for one in &self.forecasters {
            let ([low, high], [said, was]) = (one.interval, one.top_fifth);
            let interval = format!("{} to {}", shown_skill(low), shown_skill(high));
            let skill = shown_skill(one.skill);
            let covers = one.coverage_80.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", 100.0 * share));
            let top = format!("{said:.2}, {was:.2}");
            writeln!(f, "  {:<26}{:>8.4}{skill:>9}   {interval:<20}{top:<32}{covers}", one.name, one.brier)?;
        }
        Ok(())
    }
}

/// A skill with three decimals. That of few cases may be any number below 1, and has two digits below −100.
pub(crate) fn shown_skill(skill: f64) -> String {
    if skill > -100.0 { format!("{skill:+.3}") } else { format!("{skill:+.1e}") }
}
