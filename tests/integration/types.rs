//! Traits of the public types.

use outgrow::{
    Assumption, AssumptionPlace, Audit, Claim, Counts, Curve, Error, Estimate, Fan, Figure, Finding, FindingKind,
    LeadChanges, Measure, Outcome, Overtake, Path, Paths, Period, Place, Pool, Problem, Progress, Provider, Quantiles,
    Question, RankTable, Rows, Scenario, ScenarioBuilder, Shape, ShareFan, Simulation, Step, Tail, Tally, View,
    ViewAnswer, Weight, Weights, When,
};

/// Every public type may be sent to and shared between threads. Checked by the compiler.
#[test]
fn types_are_send_and_sync() {
    fn assert<T: Send + Sync>() {}
    macro_rules! all {
        ($($name:ty),* $(,)?) => { $(assert::<$name>();)* };
    }
    all!(
        Assumption,
        AssumptionPlace,
        Audit,
        Claim,
        Counts,
        Curve,
        Error,
        Estimate,
        Fan,
        Figure,
        Finding,
        FindingKind,
        LeadChanges,
        Measure,
        Outcome,
        Overtake,
        Path<'static>,
        Paths<'static>,
        Period,
        Place,
        Pool,
        Problem,
        Progress,
        Provider,
        Quantiles,
        Question,
        RankTable,
        Rows,
        Scenario,
        ScenarioBuilder,
        Shape,
        ShareFan,
        Simulation<'static>,
        Step,
        Tail,
        Tally,
        View,
        ViewAnswer,
        Weight,
        Weights,
        When,
    );
}

/// The same for histories.
#[cfg(feature = "history")]
#[test]
fn types_of_histories_are_send_and_sync() {
    use outgrow::history::{Advantage, ClassIntervals, Exits, Figure, FigureKind, Series};
    use outgrow::{Date, History, OutsideView, Rates, ReferenceClass};

    fn assert<T: Send + Sync>() {}
    assert::<(Advantage, ClassIntervals, Exits, Figure, FigureKind, Series)>();
    assert::<(Date, History, OutsideView, Rates, ReferenceClass)>();
}
