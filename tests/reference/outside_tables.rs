//! The histories of the outside view, and what NumPy makes of them.

use outgrow::{Error, History, OutsideView, ReferenceClass};

pub(crate) const PAIR: &str = include_str!("../data/history/pair.csv");
pub(crate) const QUARTERS: &str = include_str!("../data/history/quarters.csv");
pub(crate) const FIVE: &str = include_str!("../data/history/five.csv");
const TABLE: &str = include_str!("outside_view.csv");

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) name: String,
    pub(crate) quantity: String,
    pub(crate) value: f64,
    pub(crate) standard_error: f64,
}

pub(crate) fn rows() -> Vec<Row> {
    let row = |record: csv::StringRecord| Row {
        case: record[0].to_owned(),
        name: record[1].to_owned(),
        quantity: record[2].to_owned(),
        value: record[3].parse().expect("a number"),
        standard_error: record[4].parse().expect("a number"),
    };
    csv::Reader::from_reader(TABLE.as_bytes()).records().map(|record| row(record.expect("a row"))).collect()
}

/// The cases of the table, each with its view.
pub(crate) fn views() -> Result<Vec<(String, OutsideView)>, Error> {
    let pair = History::from_csv(PAIR)?.outside_view("A", "B", "2018", "2023")?;
    let quarters = History::from_csv(QUARTERS)?.outside_view("Challenger", "Incumbent", "2018-Q1", "2023-Q1")?;
    let four = History::from_csv(FIVE)?.outside_view_of(&["North", "South", "East", "West"], "2018", "2023")?;
    let views = [
        ("pair, general", pair.clone()),
        ("pair, large companies", pair.with_class(ReferenceClass::large_companies())),
        ("quarters", quarters.clone()),
        ("quarters on periods", quarters.on_periods()?),
        ("four", four),
    ];
    Ok(views.map(|(case, view)| (case.to_owned(), view)).to_vec())
}

/// The probabilities of the worked example, by 1 to 5 years, for both ready-made classes.
pub(crate) fn stated_probabilities() -> [(ReferenceClass, [f64; 5]); 2] {
    [
        (ReferenceClass::general(), [0.1938, 0.3702, 0.4745, 0.5405, 0.5861]),
        (ReferenceClass::large_companies(), [0.1559, 0.3234, 0.4309, 0.5014, 0.5510]),
    ]
}
