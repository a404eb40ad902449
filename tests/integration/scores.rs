//! Scores against NumPy and published values (tests/reference/scores.py), and what they refuse.

use outgrow::Error;
use outgrow::scores::{
    Clusters, Coverage, Murphy, Reliability, brier, brier_of_classes, crps_beta, crps_normal, crps_sample, deciles,
    diebold_mariano, discrimination, energy_score, log_score, pinball, pit_histogram, pit_sample, skill, top_share,
    variogram_score,
};

const REFERENCE: &str = include_str!("../reference/scores.csv");

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|x| x.parse().expect("a number")).collect()
}

fn booleans(list: &[f64]) -> Vec<bool> {
    list.iter().map(|y| *y > 0.5).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]
fn whole(x: f64) -> usize {
    x as usize
}

/// The value of a row, computed here.
fn computed(score: &str, lists: &[Vec<f64>]) -> Result<Vec<f64>, Error> {
    let last = || booleans(&lists[1]);
    let one = |at: usize| lists[at][0];
    Ok(match score {
        "brier" => vec![brier(&lists[0], &last())?],
        "log_score" => vec![log_score(&lists[0], &last())?],
        "murphy" => {
            let parts = Murphy::of(&lists[0], &last(), 10)?;
            vec![parts.reliability, parts.resolution, parts.uncertainty, parts.within_bins]
        }
        "corp" => {
            let parts = Reliability::of(&lists[0], &last())?;
            vec![parts.miscalibration, parts.discrimination, parts.uncertainty]
        }
        "discrimination" => vec![discrimination(&lists[0], &last())?.expect("both happened")],
        "top_fifth" => top_share(&lists[0], &last(), 0.2)?.to_vec(),
        "crps_sample" => vec![crps_sample(&lists[0], one(1))?],
        "pit_sample" => vec![pit_sample(&lists[0], one(1))?],
        "crps_normal" => vec![crps_normal(one(0), one(1), one(2))?],
        "crps_beta" => vec![crps_beta(one(0), one(1), one(2))?],
        "pinball" => vec![pinball(one(0), one(1), one(2))?],
        "energy" => {
            let sample: Vec<&[f64]> = lists[1].chunks_exact(whole(one(0))).collect();
            vec![energy_score(&sample, &lists[2])?]
        }
        "variogram" => {
            let sample: Vec<&[f64]> = lists[2].chunks_exact(whole(one(0))).collect();
            vec![variogram_score(&sample, &lists[3], one(1))?]
        }
        "brier_of_classes" => {
            let rows: Vec<&[f64]> = lists[0].chunks_exact(3).collect();
            let classes: Vec<usize> = lists[1].iter().map(|k| whole(*k)).collect();
            vec![brier_of_classes(&rows, &classes)?]
        }
        "diebold_mariano" => {
            let test = diebold_mariano(&lists[1], &lists[2], whole(one(0)))?;
            vec![test.difference, test.statistic, test.p_value]
        }
        _ => panic!("no score {score}"),
    })
}

#[test]
fn scores_are_those_of_numpy_and_of_the_papers() -> Result<(), Error> {
    let mut rows = csv::Reader::from_reader(REFERENCE.as_bytes());
    let mut count = 0;
    for row in rows.records().map(|row| row.expect("a row")) {
        let lists: Vec<Vec<f64>> = row[1].split(';').map(numbers).collect();
        let expected = numbers(&row[2]);
        // The published values have seven digits, the integrals of the reference nine.
        let is_published = row[2].len() < 14;
        let tolerance = if is_published { 6e-8 } else { 1e-8 };
        // The flat arguments of mean, sd and value are one list.
        let lists = if lists.len() == 1 { lists[0].iter().map(|x| vec![*x]).collect() } else { lists };
        let found = computed(&row[0], &lists)?;
        assert_eq!(found.len(), expected.len(), "{}", &row[0]);
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < tolerance, "{}: {found}, expected {expected}", &row[0]);
        }
        count += 1;
    }
    assert_eq!(count, 69);
    Ok(())
}

/// The mean pinball loss over levels is half of the continuous ranked probability score, by definition of both.
#[test]
fn pinball_losses_integrate_to_half_of_crps() -> Result<(), Error> {
    let sample = [0.3, -1.2, 2.5, 0.9, 0.9];
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    for observed in [-2.0, 0.5, 3.0] {
        let mut mean = 0.0;
        for step in 0..10_000 {
            let level = (f64::from(step) + 0.5) / 10_000.0;
            mean += pinball(level, sorted[whole(level * 5.0)], observed)? / 10_000.0;
        }
        let crps = crps_sample(&sample, observed)?;
        assert!((2.0 * mean - crps).abs() < 1e-6, "{mean}, {crps}");
    }
    Ok(())
}

#[test]
fn equal_weights_pool_panels_equally() -> Result<(), Error> {
    // The second panel has ten times the cases, half of the weight, and other frequencies.
    let (mut forecasts, mut happened, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (count, frequency) in [(20_u32, 1.0), (200, 0.0)] {
        for k in 0..count {
            forecasts.push((f64::from(k) + 0.5) / f64::from(count));
            happened.push(frequency > 0.5);
            weights.push(1.0 / f64::from(count));
        }
    }
    for decile in deciles(&forecasts, &happened, Some(&weights))? {
        assert!((decile.frequency - 0.5).abs() < 0.05, "{decile:?}");
    }
    for decile in deciles(&forecasts, &happened, None)? {
        assert!(decile.frequency < 0.2, "{decile:?}");
    }
    Ok(())
}

#[test]
fn intervals_by_case_would_be_too_narrow() -> Result<(), Error> {
    // Twenty names with a loss each, in 4,000 pairs: the mean of twenty numbers, not of four thousand.
    let pairs: Vec<[usize; 2]> = (0..4_000).map(|k| [k % 20, 20 + k % 3]).collect();
    let dates: Vec<usize> = (0..4_000).map(|k| k / 100).collect();
    let losses: Vec<f64> = pairs.iter().map(|[a, _]| f64::from(u8::from(a % 2 == 0))).collect();
    let clusters = Clusters::new(&pairs, &dates, 5)?;
    let mean =
        |weights: &[f64]| weights.iter().zip(&losses).map(|(w, x)| w * x).sum::<f64>() / weights.iter().sum::<f64>();
    let [low, high] = clusters.interval(mean);
    // The standard error of a mean of twenty coins is .11, that of four thousand .008.
    assert!(high - low > 0.3 && high - low < 0.6 && low < 0.5 && high > 0.5, "{low} to {high}");
    assert_eq!(clusters.interval(mean).map(f64::to_bits), [low, high].map(f64::to_bits));
    // A replicate that draws none of the three incumbents has no case.
    assert!(clusters.replicates(mean).len() > 900);
    Ok(())
}

/// The share of a kind of cases is undefined in replicates without them, and its interval is that of the others.
#[test]
fn undefined_replicates_are_left_out_of_an_interval() -> Result<(), Error> {
    let clusters = outgrow::scores::Clusters::new(&[[0, 1], [2, 3], [4, 5]], &[0, 0, 0], 1)?;
    let [[low, high], all] =
        clusters.intervals(|weights| [weights[0] * 0.25 / weights[0], weights.iter().sum::<f64>().min(1.0)]);
    let apart = [low - 0.25, high - 0.25, all[0] - 1.0, all[1] - 1.0];
    assert!(apart.iter().all(|apart| apart.abs() < 1e-15), "{apart:?}");
    Ok(())
}

#[test]
fn wrong_arguments_are_errors_with_address_and_value() {
    let address = |error: Error| {
        assert!(error.is_invalid_input());
        (error.problems()[0].address.clone(), error.problems()[0].message.clone())
    };
    let checks: Vec<(&str, &str, Error)> = vec![
        ("forecasts[1]", "1.5", brier(&[0.5, 1.5], &[true, false]).unwrap_err()),
        ("forecasts[0]", "NaN", log_score(&[f64::NAN], &[true]).unwrap_err()),
        ("happened", "1 and 2", brier(&[0.5, 0.5], &[true]).unwrap_err()),
        ("happened", "0 and 0", brier(&[], &[]).unwrap_err()),
        ("share", "0", top_share(&[0.5], &[true], 0.0).unwrap_err()),
        ("bins", "0", Murphy::of(&[0.5], &[true], 0).unwrap_err()),
        ("weights[0]", "-1", deciles(&[0.5], &[true], Some(&[-1.0])).unwrap_err()),
        ("weights", "2", deciles(&[0.5], &[true], Some(&[1.0, 1.0])).unwrap_err()),
        ("forecasts[0]", "0.9", brier_of_classes(&[[0.5, 0.4]], &[0]).unwrap_err()),
        ("happened[0]", "2", brier_of_classes(&[[0.5, 0.5]], &[2]).unwrap_err()),
        ("sample", "none", crps_sample(&[], 0.0).unwrap_err()),
        ("sample[1]", "inf", pit_sample(&[0.0, f64::INFINITY], 0.0).unwrap_err()),
        ("sd", "-1", crps_normal(0.0, -1.0, 0.0).unwrap_err()),
        ("shapes[1]", "0", crps_beta(1.0, 0.0, 0.5).unwrap_err()),
        ("level", "1", pinball(1.0, 0.0, 0.0).unwrap_err()),
        ("intervals[0]", "2 to 1", Coverage::of(&[[2.0, 1.0]], &[0.0]).unwrap_err()),
        ("observed", "0", Coverage::of(&[[1.0, 2.0]], &[]).unwrap_err()),
        ("values[0]", "2", pit_histogram(&[2.0], 10).unwrap_err()),
        ("sample[0]", "1", energy_score(&[[1.0]], &[0.0, 1.0]).unwrap_err()),
        ("order", "0", variogram_score(&[[1.0, 2.0]], &[0.0, 1.0], 0.0).unwrap_err()),
        ("baseline", "0", skill(&[0.0], &[0.0]).unwrap_err()),
        ("losses", "1", skill(&[0.0], &[0.5, 0.5]).unwrap_err()),
        ("horizon", "0", diebold_mariano(&[0.0, 1.0], &[1.0, 0.0], 0).unwrap_err()),
        ("losses", "0", diebold_mariano(&[1.0; 9], &[1.0; 9], 1).unwrap_err()),
        ("dates", "1 and 2", Clusters::new(&[[0, 1], [1, 2]], &[0], 1).unwrap_err()),
        ("block", "0", Clusters::new(&[[0, 1]], &[0], 0).unwrap_err()),
    ];
    for (expected, value, error) in checks {
        let (address, message) = address(error);
        assert!(address == expected && message.contains(value), "{expected}, {value}: {address}: {message}");
    }
}
