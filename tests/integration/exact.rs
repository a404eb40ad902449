//! Exact answers against recursive quadrature made elsewhere (tests/reference), and what is said where there are none.

use outgrow::Outcome;

#[path = "../reference/tables.rs"]
#[expect(dead_code, reason = "each suite reads some of the tables")]
mod tables;

use tables::Row;

fn answered(outcome: &Outcome, row: &Row) -> (f64, f64) {
    let k = row.count("k");
    let question = if row.text("question") == "by" { k } else { 1 };
    let answer = outcome.question(&tables::sustained_name(question)).expect("the question");
    let at = row.period(row.count("t"));
    let estimate = match row.text("question") {
        "by" => answer.by(at).expect("a date"),
        "ahead" => answer.ahead(at).expect("a date"),
        "ahead_at_base" => answer.ahead_at_base(),
        "lead_changes" => {
            answer.lead_changes().iter().find(|item| item.count == k).map(|item| item.probability).expect("a count")
        }
        other => panic!("question {other:?}"),
    };
    (estimate.value(), estimate.standard_error())
}

#[test]
fn the_reference_tables_are_met() {
    for case in tables::cases(tables::FIRST_PASSAGE) {
        if case[0].text("case").starts_with("trio") { continue; }
        let mut sustained: Vec<u32> =
            case.iter().filter(|row| row.text("question") == "by").map(|row| row.count("k")).collect();
        sustained.push(1);
        sustained.sort_unstable();
        sustained.dedup();
        let scenario = case[0].scenario(["a", "b"], &sustained);
        let at = std::time::Instant::now();
        let outcome = scenario.exact().tolerance(1e-9).fans(false).ranks(false).shares(false).run().expect("an outcome");
        let time = at.elapsed();
        let (mut worst, mut told) = (0.0_f64, 0.0_f64);
        let mut word = String::new();
        for row in &case {
            let (value, error) = answered(&outcome, row);
            let off = (value - row.number("probability")).abs();
            if off > worst { word = format!("{} {} {}: {error:.1e}", row.text("question"), row.text("k"), row.text("t")); }
            worst = worst.max(off);
            told = told.max(error);
        }
        println!("{:28} {worst:.1e} told {told:.1e} {time:?} {word}", case[0].text("case"));
    }
}
