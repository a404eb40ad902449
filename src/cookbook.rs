//! Twenty-one questions and how to ask them. Every answer is a tested example.
//!
//! The figures are invented. Growth is a fraction a year, half-lives are in years, volatility is the standard deviation
//! of log revenue per √year.
//!
//! # 1. Who leads the market by 2030?
//! Ranks are counted in every run; rank 1 is the largest. For shares of the *market*, add the rest of the market as a
//! provider of its own ("Others").
//! ```
//! use outgrow::{normal, Curve, Provider, Scenario};
//! let scenario = Scenario::builder("2026", "2030")
//!     .provider(Provider::new("North", 10).growth(Curve::constant(normal(0.15, 0.05))).volatility(0.10))
//!     .provider(Provider::new("South", 8).growth(Curve::constant(normal(0.20, 0.05))).volatility(0.10))
//!     .provider(Provider::new("East", 6).growth(Curve::constant(normal(0.30, 0.10))).volatility(0.15))
//!     .build()?;
//! let outcome = scenario.simulate().paths(10_000).run()?;
//! let mut whole = 0.0;
//! for provider in scenario.providers() {
//!     let first = outcome.rank(provider.name())?.probability("2030", 1)?;
//!     println!("{} leads in 2030: {first}", provider.name());
//!     whole += first.value();
//! }
//! assert!((whole - 1.0).abs() < 1e-9);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 2. Is it ever in the top three?
//! A rank table gives the probability of a rank in one period. "Ever" depends on a whole path, so it is an event: a
//! period in which fewer than three others are larger.
//! ```
//! use outgrow::{normal, Curve, Provider, Scenario};
//! let growth = || Curve::constant(normal(0.20, 0.05));
//! let provider = |name: &str, revenue: f64| Provider::new(name, revenue).growth(growth()).volatility(0.15);
//! let scenario = Scenario::builder("2026-Q1", "2030-Q4")
//!     .provider(provider("Us", 3.0))
//!     .provider(provider("A", 5.0))
//!     .provider(provider("B", 4.0))
//!     .provider(provider("C", 3.5))
//!     .build()?;
//! let outcome = scenario
//!     .simulate()
//!     .paths(5_000)
//!     .event("ever in the top three", ["Us", "A", "B", "C"], |[us, others @ ..]| {
//!         (1..=us.periods()).any(|t| others.iter().filter(|other| other.revenue(t) > us.revenue(t)).count() < 3)
//!     })
//!     .run()?;
//! let ever = outcome.event("ever in the top three")?;
//! let last = outcome.rank("Us")?;
//! let at_the_end: f64 = (1..=3).map(|rank| last.probability("2030-Q4", rank).map(|p| p.value())).sum::<Result<_, _>>()?;
//! assert!(ever.value() > at_the_end);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 3. Is it ahead for two years in a row?
//! A single good quarter is not a lasting lead. `sustained` counts a lead only if it lasts, dated by its first period.
//! The base is a date like the others: a lead there counts only if it lasts too. A lead that begins too late to be
//! confirmed counts as "not by the horizon".
//! ```
//! use outgrow::{normal, Curve, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2034-Q4")
//!     .provider(Provider::new("Challenger", 6).growth(Curve::constant(normal(0.35, 0.08))).volatility(0.20))
//!     .provider(Provider::new("Incumbent", 10).growth(Curve::constant(normal(0.20, 0.04))).volatility(0.10))
//!     .question(Question::overtakes("Challenger", "Incumbent").name("a quarter"))
//!     .question(Question::overtakes("Challenger", "Incumbent").sustained_years(2).name("two years"))
//!     .build()?;
//! let outcome = scenario.simulate().paths(10_000).run()?;
//! let (quarter, years) = (outcome.question("a quarter")?, outcome.question("two years")?);
//! assert!(years.by("2032-Q4")?.value() < quarter.by("2032-Q4")?.value());
//! assert!(years.quantile(0.25)? >= quarter.quantile(0.25)?);      // dates are ordered, "not by" last
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 4. How likely is a custom event?
//! A closure sees one path at a time and decides whether the event happens. The library counts, so the answer has an
//! error estimate. Every [`Path`](crate::Path) gives revenue by period and the first period that meets a condition.
//! ```
//! use outgrow::{Curve, Provider, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2030-Q4")
//!     .provider(Provider::new("Us", 90).growth(Curve::fade(0.40, 0.10, 2)).volatility(0.20))
//!     .build()?;
//! let outcome = scenario
//!     .simulate()
//!     .paths(5_000)
//!     .event("200 a quarter, and never below 80 before", ["Us"], |[us]| {
//!         us.first(|revenue| revenue > 200.0) < us.first(|revenue| revenue < 80.0)
//!     })
//!     .run()?;
//! outcome.event("200 a quarter, and never below 80 before")?.check_within(0.3..=0.9)?;
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 5. Which rate gives a certain answer?
//! Every number has an address. With the same seed only the change affects the answer, so bisection converges.
//! ```
//! use outgrow::{Curve, Error, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026", "2031")
//!     .provider(Provider::new("Challenger", 6).growth(Curve::constant(0.30)).volatility(0.20))
//!     .provider(Provider::new("Incumbent", 10).growth(Curve::constant(0.20)).volatility(0.10))
//!     .question(Question::overtakes("Challenger", "Incumbent"))
//!     .build()?;
//! let by_2031 = |rate: f64| -> Result<f64, Error> {
//!     let changed = scenario.with("provider[Challenger].growth.constant", rate)?;
//!     let outcome = changed.simulate().paths(4_000).fans(false).ranks(false).shares(false).run()?;
//!     Ok(outcome.overtake("Challenger", "Incumbent")?.by("2031")?.value())
//! };
//! let (mut low, mut high) = (0.20, 0.60);
//! while high - low > 1e-3 {
//!     let middle = 0.5 * (low + high);
//!     if by_2031(middle)? < 0.5 { low = middle } else { high = middle }
//! }
//! assert!((by_2031(high)? - 0.5).abs() < 0.02);               // even odds at this growth
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 6. The estimates are for fiscal years: how are they read?
//! Estimates such as "87 %, then 60 %" for a company are growth rates of its fiscal-year totals.
//! [`Curve::totals`](crate::Curve::totals) matches those totals. It needs the quarters before the base and the month in
//! which the year ends. If decelerating growth is read as year-on-year growth of quarters instead, with
//! [`Curve::schedule`](crate::Curve::schedule), revenue is overstated.
//! ```
//! use outgrow::{Curve, Provider, Scenario, Tail};
//! let with = |growth: Curve| -> Result<f64, outgrow::Error> {
//!     let scenario = Scenario::builder("2018-Q1", "2020-Q1")
//!         .provider(Provider::new("Alibaba Cloud", 4385)
//!             .history([2431.0, 2975.0, 3599.0])
//!             .fiscal_year_ends(3)
//!             .growth(growth))
//!         .build()?;
//!     scenario.simulate().paths(64).run()?.revenue("Alibaba Cloud")?.quantile("2019-Q1", 0.5)
//! };
//! let as_totals = with(Curve::totals([0.87, 0.60], Tail::hold()))?;
//! let as_points = with(Curve::schedule([0.87, 0.60], Tail::hold()))?;
//! assert!((as_points - 4385.0 * 1.87).abs() < 1.0 && as_totals < 0.92 * as_points);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 7. "Already a billion a quarter": how does a claim enter?
//! It is a lower bound, valid for its own period. To use it for the base, truncate the base's distribution with
//! [`truncated`](crate::truncated) at the bound, extrapolated to the base period. As a [`Claim`](crate::Claim), the
//! audit checks the base against it.
//! ```
//! use outgrow::{lognormal, truncated, Claim, Curve, Provider, Scenario};
//! let claimed = |base| {
//!     let google = Provider::new("Google Cloud", base).growth(Curve::fade(0.45, 0.12, 4)).volatility(0.10);
//!     Scenario::builder("2018-Q1", "2023-Q1").provider(google.claim(Claim::of("2017-Q4").at_least(1.0e9))).build()
//! };
//! let floor = claimed(truncated(lognormal(1.2e9, 0.12), 1.1e9, None))?;
//! let itself = claimed(1.0e9.into())?;                         // no growth at all since it was said
//! let about_base = |scenario: &Scenario| -> Result<bool, outgrow::Error> {
//!     Ok(scenario.audit()?.findings().iter().any(|finding| finding.address == "provider[Google Cloud].revenue"))
//! };
//! assert!(about_base(&itself)? && !about_base(&floor)?);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 8. Which growth curve?
//! Nobody knows. Run the same estimates with several curves and report the answers side by side. If they differ by more
//! than the assumptions move them, the audit says so (`form`).
//! ```
//! # #[cfg(feature = "charts")] {
//! use outgrow::{Chart, Curve, Provider, Question, Scenario, Tail};
//! let scenario = Scenario::builder("2026", "2036")
//!     .provider(Provider::new("Challenger", 4).growth(Curve::constant(0.40)).volatility(0.20))
//!     .provider(Provider::new("Incumbent", 10).growth(Curve::constant(0.15)).volatility(0.10))
//!     .question(Question::overtakes("Challenger", "Incumbent"))
//!     .build()?;
//! let laws = [
//!     ("held", Curve::schedule([0.40, 0.30], Tail::hold())),
//!     ("fades to 12 %", Curve::schedule([0.40, 0.30], Tail::fade(0.12, 2))),
//!     ("falls by the same ratio", Curve::schedule([0.40, 0.30], Tail::ratio("auto"))),
//! ];
//! let mut outcomes = Vec::new();
//! for (name, curve) in laws {
//!     outcomes.push((name, scenario.with_growth("Challenger", curve)?.simulate().paths(5_000).run()?));
//! }
//! let by = |place: usize| outcomes[place].1.overtake("Challenger", "Incumbent")?.by("2036").map(|by| by.value());
//! assert!(by(0)? > by(1)? && by(0)? > by(2)?);
//! let svg = Chart::compare(outcomes.iter().map(|(name, outcome)| (*name, outcome))).overtake("Challenger overtakes Incumbent")?;
//! # }
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 9. How certain is the date?
//! Report quantiles instead of a single date, and the probability of no overtake. The interval of an estimate contains
//! only the simulation's error; the audit lists the assumptions that move the answer.
//! ```
//! use outgrow::{normal, Curve, Provider, Question, Scenario, When};
//! let scenario = Scenario::builder("2026-Q1", "2036-Q4")
//!     .provider(Provider::new("Challenger", 6).growth(Curve::constant(normal(0.30, 0.08))).volatility(0.20))
//!     .provider(Provider::new("Incumbent", 10).growth(Curve::constant(normal(0.20, 0.04))).volatility(0.10))
//!     .question(Question::overtakes("Challenger", "Incumbent"))
//!     .build()?;
//! let outcome = scenario.simulate().paths(10_000).run()?;
//! let overtake = outcome.overtake("Challenger", "Incumbent")?;
//! for p in [0.1, 0.5, 0.9] {
//!     let (low, high) = overtake.quantile_interval(p)?;
//!     println!("{p}: {} ({low} to {high})", overtake.quantile(p)?);
//! }
//! let mean = overtake.mean_date();
//! println!("{} to the horizon at most", mean.restricted);      // years after the base
//! assert!(matches!(overtake.quantile(0.1)?, When::At(_)) && matches!(overtake.quantile(0.9)?, When::NotBy(_)));
//! let audit = scenario.audit()?;
//! let heaviest = &audit.weights()[0].assumptions[0];
//! assert_eq!(heaviest.address, "provider[Challenger].growth.constant");
//! assert!(heaviest.swing() > 20.0 * overtake.by("2030-Q4")?.standard_error());
//! # #[cfg(feature = "charts")]
//! let html = outcome.report().html()?;                         // all of it, for those who read no code
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 10. How many paths are enough?
//! Often none are needed: if revenue of single periods is compared, [`Scenario::exact`](crate::Scenario::exact)
//! computes the answer to a tolerance, without sampling. Otherwise request a standard error:
//! [`Simulation::until`](crate::Simulation::until) runs until every date of every question has it, up to the limit of
//! [`at_most`](crate::Simulation::at_most) paths. The error is proportional to one over the square root of the number
//! of paths: a tenth of the error takes a hundred times the paths.
//! ```
//! use outgrow::{normal, Curve, Precision, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2031-Q1")
//!     .provider(Provider::new("Challenger", 6).growth(Curve::constant(normal(0.30, 0.08))).volatility(0.20))
//!     .provider(Provider::new("Incumbent", 10).growth(Curve::constant(0.20)).volatility(0.10))
//!     .question(Question::overtakes("Challenger", "Incumbent"))
//!     .build()?;
//! let exact = scenario.exact().tolerance(1e-6).run()?.overtake("Challenger", "Incumbent")?.by("2031-Q1")?;
//! let (low, high) = exact.interval();
//! assert!(high - low <= 2e-6);
//! let run = scenario.simulate().until(Precision::standard_error(2e-3)).at_most(1_000_000).run()?;
//! let sampled = run.overtake("Challenger", "Incumbent")?.by("2031-Q1")?;
//! assert!(sampled.standard_error() <= 2e-3);
//! assert!((sampled.value() - exact.value()).abs() < 4.0 * sampled.standard_error());
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 11. What happened in comparable cases?
//! An author sees why a challenger grows; history shows how long such advantages last. With the feature `history`, revenue
//! figures and a reference class give a scenario of their own: the outside view. Answer the same question with both.
//! ```
//! # #[cfg(feature = "history")] {
//! use outgrow::{Curve, History, Provider, Question, ReferenceClass, Scenario};
//! let mut text = String::from("name,period,value,known_from\n");
//! for (year, us, them) in [(2021, 40, 100), (2022, 52, 112), (2023, 66, 122), (2024, 88, 135), (2025, 112, 146)] {
//!     text += &format!("Us,{year},{us},{}-02-15\nThem,{year},{them},{}-03-01\n", year + 1, year + 1);
//! }
//! let known = History::from_csv(&text)?.as_of("2026-06-30")?;
//! let view = known.outside_view("Us", "Them", "2025", "2030")?.with_class(ReferenceClass::large_companies());
//! println!("{view}");                                      // the advantage, its error, and the weight of each year
//! let outside = view.scenario()?;                          // every number with its source
//!
//! let inside = Scenario::builder("2025", "2030")           // "the advantage lasts"
//!     .provider(Provider::new("Us", 112).growth(Curve::constant(0.28)).volatility(0.10))
//!     .provider(Provider::new("Them", 146).growth(Curve::constant(0.10)).volatility(0.05))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let by_2027 = |scenario: &Scenario| scenario.simulate().paths(20_000).run()?.overtake("Us", "Them")?.by("2027");
//! assert!(by_2027(&outside)?.value() < by_2027(&inside)?.value());
//! # }
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 12. Which assumption decides?
//! A tornado sets each assumption to its 10 % and 90 % quantiles. Sobol' and Shapley indices also see what several do together.
//! ```
//! use outgrow::{lognormal, normal, Curve, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2030-Q4")
//!     .provider(Provider::new("Us", 80).growth(Curve::fade(normal(0.40, 0.08), 0.12, lognormal(2.0, 0.3))).volatility(0.10))
//!     .provider(Provider::new("Them", 120).growth(Curve::constant(normal(0.12, 0.03))).volatility(0.08))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let found = scenario.sensitivity("Us overtakes Them", "2028-Q4")?.run()?;
//! println!("{found}");
//! assert_eq!(found.tornado[0].address, "provider[Us].growth.fade.from");
//! let shapley: f64 = found.indices.iter().map(|index| index.shapley.value).sum();
//! assert!((shapley - 1.0).abs() < 1e-9);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 13. How much would better estimates settle?
//! The variance of the event splits into what the drawn numbers leave open, the shocks, and what knowing them would settle.
//! ```
//! use outgrow::{lognormal, normal, Curve, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2030-Q4")
//!     .provider(Provider::new("Us", 80).growth(Curve::fade(normal(0.40, 0.08), 0.12, lognormal(2.0, 0.3))).volatility(0.10))
//!     .provider(Provider::new("Them", 120).growth(Curve::constant(normal(0.12, 0.03))).volatility(0.08))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let split = scenario.sensitivity("Us overtakes Them", "2028-Q4")?.run()?.variance.expect("an exact answer");
//! println!("no estimate settles {:.0} % of it", 100.0 * split.shocks.value);
//! let whole: f64 = split.providers.iter().map(|share| share.share.value).sum::<f64>() + split.shocks.value;
//! assert!((whole - 1.0).abs() < 1e-9 && split.providers[0].group == "Us");
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 14. What would have to be true for even odds?
//! A goal seek finds the value of one number, or the range of probabilities that any value reaches.
//! ```
//! use outgrow::{lognormal, normal, Curve, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2030-Q4")
//!     .provider(Provider::new("Us", 80).growth(Curve::fade(normal(0.40, 0.08), 0.12, lognormal(2.0, 0.3))).volatility(0.10))
//!     .provider(Provider::new("Them", 120).growth(Curve::constant(normal(0.12, 0.03))).volatility(0.08))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let first_year = "provider[Us].growth.fade.from.normal[0]";
//! let solution = scenario.solve(first_year)?.for_median("Us overtakes Them", "2028-Q4")?;
//! println!("{solution}");                                  // our growth would have to start at this rate, ± its error
//! let needed = solution.value.expect("a value in reach");
//! assert!(needed.value > 0.2 && needed.value < 0.6 && needed.standard_error < 1e-3);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 15. Which pairs of two numbers have the same odds?
//! A surface interpolates exact answers over two numbers, with a measured error. Its lines of equal probability are data and a chart.
//! ```
//! use outgrow::{lognormal, normal, Curve, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2030-Q4")
//!     .provider(Provider::new("Us", 80).growth(Curve::fade(normal(0.40, 0.08), 0.12, lognormal(2.0, 0.3))).volatility(0.10))
//!     .provider(Provider::new("Them", 120).growth(Curve::constant(normal(0.12, 0.03))).volatility(0.08))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let axes = [("provider[Us].growth.fade.from.normal[0]", 0.2..=0.6), ("provider[Them].growth.constant.normal[0]", 0.05..=0.2)];
//! let surface = scenario.surface("Us overtakes Them", "2028-Q4", axes)?.tolerance(1e-3).run()?;
//! let lines = surface.iso_lines(&[0.25, 0.5, 0.75])?;
//! assert!(lines.iter().all(|line| line.pieces.len() == 1));
//! # #[cfg(feature = "charts")] {
//! let svg = surface.chart(&[0.25, 0.5, 0.75], ["our first year", "their growth"], 640)?;
//! assert!(svg.contains("0.75"));
//! # }
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 16. Why did the answer change with this quarter?
//! Reports condition the scenario. The change is split into the passing of time with reports as expected, and each report's surprise.
//! ```
//! use outgrow::analysis::Report;
//! use outgrow::{lognormal, normal, Curve, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2030-Q4")
//!     .provider(Provider::new("Us", 80).growth(Curve::fade(normal(0.40, 0.08), 0.12, lognormal(2.0, 0.3))).volatility(0.10))
//!     .provider(Provider::new("Them", 120).growth(Curve::constant(normal(0.12, 0.03))).volatility(0.08))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let reports = [Report::new("Us", "2026-Q2", 90.0)?, Report::new("Them", "2026-Q2", 121.0)?];
//! let news = scenario.update(&reports)?.news("Us overtakes Them", "2028-Q4")?;
//! println!("{news}");
//! assert!(news.after.value > news.before.value);           // both reports are good news for us
//! let sum: f64 = news.parts.iter().map(|part| part.change).sum();
//! assert!((sum - (news.after.value - news.before.value)).abs() < 1e-12);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 17. Whose next report matters more?
//! Before a quarter, the updated probability is itself uncertain. Its mean is the probability of today.
//! ```
//! use outgrow::{lognormal, normal, Curve, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026-Q1", "2030-Q4")
//!     .provider(Provider::new("Us", 80).growth(Curve::fade(normal(0.40, 0.08), 0.12, lognormal(2.0, 0.3))).volatility(0.10))
//!     .provider(Provider::new("Them", 120).growth(Curve::constant(normal(0.12, 0.03))).volatility(0.08))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let outlook = scenario.outlook("Us overtakes Them", "2028-Q4", 0.75)?;
//! println!("{outlook}");                                   // and the report that would carry the probability past 0.75
//! let [us, them] = &outlook.providers;
//! assert!(us.standard_deviation > them.standard_deviation);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 18. Three people disagree: what do they say together?
//! Each is a [`View`](crate::View): the numbers that this person would change, and a weight. The pool is the weighted mean of
//! their probabilities at every date, and the disagreement the share of its variance that is between them. If it is large,
//! more data about what they disagree on helps; if it is small, chance decides even for those who agree.
//! ```
//! use outgrow::{normal, Curve, Provider, Question, Scenario, View};
//! let growth = "provider[Challenger].growth.constant";
//! let scenario = Scenario::builder("2026-Q1", "2031-Q1")
//!     .provider(Provider::new("Challenger", 6).growth(Curve::constant(normal(0.30, 0.08))).volatility(0.20))
//!     .provider(Provider::new("Incumbent", 10).growth(Curve::constant(0.20)).volatility(0.10))
//!     .question(Question::overtakes("Challenger", "Incumbent"))
//!     .view(View::new("sales").weight(1).with(growth, normal(0.45, 0.05)))
//!     .view(View::new("finance").weight(2).with(growth, normal(0.30, 0.08)))
//!     .view(View::new("a rival").weight(1).with(growth, 0.22).with("provider[Incumbent].growth.constant", 0.25))
//!     .build()?;
//! let outcome = scenario.simulate().paths(5_000).views(true).run()?;
//! let asked = "Challenger overtakes Incumbent";
//! for view in outcome.views() {
//!     println!("{} ({:.2}): {}", view.name(), view.weight(), view.question(asked)?.by("2031-Q1")?);
//! }
//! let pool = outcome.pool().expect("asked for");
//! println!("together: {}, median {}", pool.question(asked)?.by("2031-Q1")?, pool.question(asked)?.quantile(0.5)?);
//! assert!(pool.disagreement(asked, "2031-Q1")?.expect("neither 0 nor 1") > 0.1);
//! # #[cfg(feature = "charts")]
//! let svg = outcome.chart().views(asked)?;                     // a line for each, and the pool
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 19. How do I let readers of a report try other values?
//! Sliders for up to four drawn numbers, in the same file and without a library. The error of the polynomial behind them is printed.
//! ```
//! use outgrow::{normal, Curve, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026", "2029")
//!     .provider(Provider::new("Us", 80).growth(Curve::constant(normal(0.30, 0.08))).volatility(0.15))
//!     .provider(Provider::new("Them", 120).growth(Curve::constant(0.12)).volatility(0.10))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let live = scenario.live("Us overtakes Them", "2028", &["provider[Us].growth.constant"])?;
//! assert!(live.error < 2e-4 && live.at(&[0.35])? > live.at(&[0.25])?);
//! let outcome = scenario.simulate().paths(2_000).run()?;
//! # #[cfg(feature = "charts")] {
//! let html = outcome.report().live(&live).html()?;          // one file for the readers
//! assert!(html.contains("type=\"range\""));
//! # }
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 20. How do two plans compare, date by date?
//! One line for each scenario, in one chart. [`Simulation::difference`](crate::Simulation::difference) has the error of the difference.
//! ```
//! # #[cfg(feature = "charts")] {
//! use outgrow::{Chart, Curve, Provider, Question, Scenario};
//! let plan = |growth: f64| Scenario::builder("2026-Q1", "2029-Q4")
//!     .provider(Provider::new("Us", 80).growth(Curve::constant(growth)).volatility(0.15))
//!     .provider(Provider::new("Them", 100).growth(Curve::constant(0.12)).volatility(0.10))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build();
//! let (slow, fast) = (plan(0.25)?, plan(0.35)?);
//! let [first, second] = [slow.exact().run()?, fast.exact().run()?];
//! let svg = Chart::compare([("25 % a year", &first), ("35 % a year", &second)]).scenarios("Us overtakes Them")?;
//! assert!(svg.contains("35 % a year"));
//! let change = slow.simulate().paths(20_000).difference(&fast)?.question("Us overtakes Them")?.by("2028-Q4")?;
//! assert!(change.value > 10.0 * change.standard_error);
//! # }
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # 21. Can somebody else check a stored answer?
//! An outcome file holds its scenario and settings. Computing it again gives the same bytes, or an error that names the first value
//! that differs. On the command line it is `outgrow run --again result.json`.
//! ```
//! use outgrow::{normal, Curve, Outcome, Provider, Question, Scenario};
//! let scenario = Scenario::builder("2026", "2029")
//!     .provider(Provider::new("Us", 80).growth(Curve::constant(normal(0.30, 0.08))).volatility(0.15))
//!     .provider(Provider::new("Them", 120).growth(Curve::constant(0.12)).volatility(0.10))
//!     .question(Question::overtakes("Us", "Them"))
//!     .build()?;
//! let outcome = scenario.simulate().paths(4_096).seed(7).run()?;
//! let file = serde_json::to_string(&outcome).expect("an outcome is data");
//! assert_eq!(Outcome::reproduce(&file)?, outcome);
//! assert!(Outcome::reproduce(&file.replace("\"seed\":7", "\"seed\":8")).is_err());
//! # Ok::<(), outgrow::Error>(())
//! ```
