//! Scores of a joint distribution of several numbers, from a sample.

use super::{as_f64, check_finite, check_one, invalid};
use crate::error::Error;
use crate::math;

/// The energy score of a sample of vectors, `E‖X − y‖ − ½E‖X − X′‖` (Gneiting & Raftery 2007, eq. 22), with Euclidean
/// norms. With vectors of one number it is [`crps_sample`](super::crps_sample).
///
/// # Errors
/// If the sample is empty, if vectors differ in length, or if a number is not finite.
///
/// # Example: one vector has the distance
/// ```
/// use outgrow::scores::energy_score;
/// assert_eq!(energy_score(&[[3.0, 0.0]], &[0.0, 4.0])?, 5.0);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn energy_score<V: AsRef<[f64]>>(sample: &[V], observed: &[f64]) -> Result<f64, Error> {
    check_sample(sample, observed)?;
    let distance = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
    let n = as_f64(sample.len());
    let vectors = || sample.iter().map(AsRef::as_ref);
    let from_came: f64 = vectors().map(|x| distance(x, observed)).sum();
    let between: f64 = vectors().map(|x| vectors().map(|other| distance(x, other)).sum::<f64>()).sum();
    Ok(from_came / n - 0.5 * between / (n * n))
}

/// The variogram score of a sample of vectors: the sum over ordered pairs of components of
/// `(|yᵢ − yⱼ|^p − E|Xᵢ − Xⱼ|^p)²`, with equal weights 1 (Scheuerer & Hamill 2015). Each pair is counted twice. It is sensitive to dependence
/// between components, and blind to a shift of all of them.
///
/// # Errors
/// Those of [`energy_score`], and if the order is not finite and above 0. Orders ½ and 1 are usual.
///
/// # Example: a shift of both components costs nothing
/// ```
/// use outgrow::scores::variogram_score;
/// assert_eq!(variogram_score(&[[3.0, 4.0]], &[0.0, 1.0], 0.5)?, 0.0);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn variogram_score<V: AsRef<[f64]>>(sample: &[V], observed: &[f64], order: f64) -> Result<f64, Error> {
    check_sample(sample, observed)?;
    check_one("order", order, |p| p.is_finite() && p > 0.0, "an order must be finite and above 0")?;
    let power = |x: f64| if x > 0.0 { math::exp(order * math::ln(x)) } else { 0.0 };
    let n = as_f64(sample.len());
    let mut sum = 0.0;
    for i in 0..observed.len() {
        for j in 0..i {
            let expected: f64 = sample.iter().map(AsRef::as_ref).map(|x| power((x[i] - x[j]).abs())).sum();
            let difference = power((observed[i] - observed[j]).abs()) - expected / n;
            sum += 2.0 * difference * difference;
        }
    }
    Ok(sum)
}

fn check_sample<V: AsRef<[f64]>>(sample: &[V], observed: &[f64]) -> Result<(), Error> {
    check_finite("observed", observed)?;
    if sample.is_empty() {
        return Err(invalid("sample", "at least one vector is needed, got none".to_owned()));
    }
    for (at, vector) in sample.iter().map(AsRef::as_ref).enumerate() {
        let address = format!("sample[{at}]");
        if vector.len() != observed.len() {
            let message =
                format!("a vector must have {} numbers like the observation, got {}", observed.len(), vector.len());
            return Err(invalid(&address, message));
        }
        check_finite(&address, vector)?;
    }
    Ok(())
}
