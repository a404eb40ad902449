//! Limits: each is an error that names row and period and says what to switch off, never a wrong number.

use outgrow::{Curve, Error, Provider, Question, Sampling, Scenario};

/// One provider that overflows, and one that does not.
fn pair(growth: f64, volatility: f64) -> Scenario {
    Scenario::builder("2000", "2100")
        .provider(Provider::new("steady", 1.0).growth(Curve::constant(0.1)).volatility(0.1))
        .provider(Provider::new("wild", 1.0).growth(Curve::constant(growth)).volatility(volatility))
        .question(Question::overtakes("wild", "steady"))
        .build()
        .expect("a scenario")
}

fn limit(error: &Error) -> String {
    assert!(error.is_limit() && !error.is_invalid_input(), "{error}");
    error.to_string()
}

#[test]
fn revenue_beyond_a_number_is_an_error_that_says_what_to_switch_off() {
    for (growth, volatility) in [(1e6, 0.1), (1e6, 0.0), (-0.9999, 0.1)] {
        let scenario = pair(growth, volatility);
        let message = limit(&scenario.simulate().paths(100).run().expect_err("revenue of e^±900"));
        assert!(message.contains("provider[wild] at 20") && message.contains("switch fans off"), "{message}");
        // Probabilities do not need revenue itself: shares and the question are answered.
        let outcome = scenario.simulate().paths(100).fans(false).run().expect("an answer");
        let ahead = outcome.overtake("wild", "steady").expect("asked").ahead("2100").expect("a date").value();
        assert!((ahead - f64::from(u8::from(growth > 0.0))).abs() < 1e-9);
        let share = outcome.share("wild").expect("a share").mean("2100").expect("a date");
        assert!((share - ahead).abs() < 1e-6, "{share}");
    }
}

#[test]
fn shares_of_revenue_beyond_a_number_are_shares() {
    let giant = |name| Provider::new(name, 1e300).growth(Curve::constant(1000.0));
    let scenario = Scenario::builder("2000", "2010").provider(giant("a")).provider(giant("b")).build().expect("two");
    let outcome = scenario.simulate().paths(100).fans(false).run().expect("an answer");
    let share = outcome.share("a").expect("a share").mean("2010").expect("a date");
    assert!((share - 0.5).abs() < 1e-12, "{share}");
}

#[test]
fn a_row_that_spans_too_much_is_refused_before_its_memory_is_taken() {
    let message = limit(&pair(0.1, 90.0).simulate().paths(1000).run().expect_err("a volatility of 9,000 %"));
    assert!(message.contains("provider[wild] at 20") && message.contains("e^256"), "{message}");
}

#[test]
fn a_sum_beyond_its_bound_is_an_error_that_says_what_to_switch_off() {
    // A standard deviation of e^40 after a hundred years: one path in a thousand is 2^63 times above the median.
    let scenario = pair(0.1, 4.0);
    let message = limit(&scenario.simulate().paths(20_000).run().expect_err("a sum of e^44"));
    assert!(message.contains("provider[wild] at 20") && message.contains("switch fans off"), "{message}");
    assert!(scenario.simulate().paths(20_000).fans(false).run().is_ok());
}

#[test]
fn histograms_beyond_their_memory_are_an_error_that_says_what_to_switch_off() {
    let mut builder = Scenario::builder("2000-01", "2040-01");
    for index in 0..64 {
        let curve = Curve::constant(0.1);
        builder = builder.provider(Provider::new(format!("p{index}"), 1.0).growth(curve).volatility(0.5));
    }
    let scenario = builder.build().expect("a scenario");
    let message = limit(&scenario.simulate().paths(64).ranks(false).run().expect_err("64 × 480 histograms, twice"));
    assert!(message.contains("provider[p") && message.contains("120 MiB"), "{message}");
    assert!(message.contains("switch fans") || message.contains("switch shares"), "{message}");
    assert!(scenario.simulate().paths(64).fans(false).shares(false).ranks(false).run().is_ok());
}

#[test]
fn counts_beyond_their_bound_are_refused_before_their_memory_is_taken() {
    let provider = |index: i32| {
        let provider = Provider::new(format!("p{index}"), 100 + index).growth(Curve::constant(0.1));
        provider.volatility(0.1)
    };
    let builder =
        (0..64).fold(Scenario::builder("2018-01", "2060-12"), |builder, index| builder.provider(provider(index)));
    let scenario = builder.question(Question::overtakes("p0", "p1")).build().expect("valid");
    let run = |sampling| scenario.simulate().paths(64).sampling(sampling).fans(false).shares(false);
    let message = limit(&run(Sampling::Plain).run().expect_err("too many ranks"));
    assert!(message.contains("counts are more than 2097152: switch ranks off"), "{message}");
    let shorter = scenario.with_horizon("2030-12").expect("valid");
    let run = shorter.simulate().paths(64).sampling(Sampling::Sobol).fans(false).shares(false);
    let message = limit(&run.run().expect_err("too many ranks"));
    assert!(
        message.contains("counts in 32 replicates take more than 120 MiB") && message.contains("--no-ranks"),
        "{message}"
    );
}

/// Endless rows of a table, of 20 names and all months from the year 1 on.
#[cfg(feature = "history")]
struct Endless {
    rows: usize,
    rest: Vec<u8>,
}

#[cfg(feature = "history")]
impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.len() < buffer.len() {
            let (month, name) = (self.rows / 20, self.rows % 20);
            self.rest.extend(format!("N{name},{:04}-{:02},1\n", 1 + month / 12, 1 + month % 12).bytes());
            self.rows += 1;
        }
        let rest = self.rest.split_off(buffer.len());
        buffer.copy_from_slice(&self.rest);
        self.rest = rest;
        Ok(buffer.len())
    }
}

#[test]
#[cfg(feature = "history")]
fn a_table_without_end_is_refused_by_its_rows() {
    let endless = Endless { rows: 0, rest: b"name,period,value\n".to_vec() };
    let message = limit(&outgrow::History::from_csv_reader(endless).expect_err("too long"));
    assert!(message.contains("the file has more than 2000000 rows"), "{message}");
}

#[test]
#[cfg(feature = "history")]
fn a_row_without_end_is_refused_before_it_is_held() {
    let zeros = std::io::Read::chain(&b"name,period,value\nA,2018,1\n"[..], std::io::repeat(0));
    let error = outgrow::History::from_csv_reader(zeros).expect_err("no table");
    assert!(error.to_string().contains("after line 2: a row is longer than 1 MiB"), "{error}");
}
