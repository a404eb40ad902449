//! Any text read as a history in CSV is a history or an error. Its series have positive figures in the order of their periods;
//! a view as of a date knows nothing later; an outside view of two of its names is a scenario or an error.

use bolero::check;
use outgrow::{History, Rates};

use crate::scenario_toml::explains;

#[test]
fn history_csv() {
    check!(name = "history_csv").for_each(|bytes: &[u8]| {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        if let Err(error) = Rates::from_csv(text) {
            explains(&error);
        }
        match History::from_csv(text) {
            Ok(history) => holds(&history),
            Err(error) => explains(&error),
        }
    });
}

fn holds(history: &History) {
    for group in history.groups() {
        let group = history.group(group).expect("one of its groups");
        for name in group.names() {
            let series = group.series(name).unwrap_or_else(|error| panic!("{name:?}: {error}"));
            let figures = series.figures();
            assert!(figures.iter().all(|figure| figure.value().is_finite() && figure.value() > 0.0), "{name:?}");
            assert!(figures.windows(2).all(|pair| pair[0].period() < pair[1].period()), "{name:?}");
            let _ = series.fiscal_years();
            for figure in figures {
                let earlier = group.as_of(figure.known_from()).expect("a date");
                let seen = earlier.series(name).unwrap_or_else(|error| panic!("{name:?}: {error}"));
                let is_known = |seen: &outgrow::history::Figure| seen.known_from() <= figure.known_from();
                assert!(seen.figures().iter().chain(seen.claims()).all(is_known), "{name:?}");
                for growth in [series.yearly_growth(figure.period()), series.year_on_year(figure.period())] {
                    let growth = growth.unwrap_or_else(|error| panic!("{name:?}: {error}"));
                    assert!(growth.is_none_or(f64::is_finite), "{name:?}: {growth:?}");
                }
            }
        }
    }
    if let [a, b, ..] = history.names()[..]
        && let Some(base) =
            history.series(a).ok().and_then(|series| series.last().map(outgrow::history::Figure::period))
    {
        let horizon = base.checked_add(8);
        let seen = horizon.and_then(|horizon| history.outside_view(a, b, base, horizon));
        match seen.and_then(|view| view.scenario()) {
            Ok(scenario) => assert_eq!(scenario.providers().len(), 2),
            Err(error) => explains(&error),
        }
    }
}
