//! The bits that a seed gives. A change here is a breaking change and is listed in the CHANGELOG.
//!
//! The numbers must be the same on every machine and at every CPU level. `.ci/run` runs this file as built, once for each
//! level (`OUTGROW_CPU=baseline`, …), with FMA masked in the C library (`GLIBC_TUNABLES`), and without rayon.

use std::sync::Mutex;

use outgrow::analysis::Report;
use outgrow::{
    Centring, Curve, Factor, Innovations, Jump, Measure, Overtake, Provider, Question, Sampling, Scenario,
    ScenarioBuilder, Shock, Tail, interval, log_interval, lognormal, normal, pert, triangular, truncated, uniform,
};

/// Fifteen whole groups and a partial one; few enough for a debug build at the baseline level.
const PATHS: u64 = 1000;
const SEED: u64 = 2018;

/// The pinned values of a scenario.
#[derive(Debug, PartialEq, Eq)]
struct Pins<'a> {
    /// Of the first question: paths by first overtake (ahead at base, each period, not by the horizon).
    overtakes: &'a [u64],
    /// FNV-1a of the counts in the tally's JSON: classes, histograms, sums and extremes of every part.
    counts: u64,
    /// The bits of each provider's revenue at the middle period and at the horizon, on the first and on the last path.
    revenue: &'a [[u64; 4]],
    /// The bits of the smallest and the largest revenue at the horizon, by provider.
    extremes: &'a [[u64; 2]],
}

#[track_caller]
fn check(scenario: &Scenario, pinned: &Pins<'_>) {
    let tally = scenario.simulate().paths(PATHS).seed(SEED).tally().expect("a tally");
    let written = serde_json::to_string(&tally).expect("a tally without closures");
    let counts = written.find("\"parts\":").expect("the counts come last");
    let outcome = tally.outcome().expect("an outcome");
    let names = || scenario.providers().iter().map(Provider::name);
    let extremes = |name| {
        let fan = outcome.revenue(name).expect("a fan");
        [fan.min(scenario.horizon()), fan.max(scenario.horizon())].map(|bound| bound.expect("a period").to_bits())
    };
    let found = Pins {
        overtakes: outcome.questions().first().map_or(&[], Overtake::counts),
        counts: fnv_1a(&written.as_bytes()[counts..]),
        revenue: &names().map(|name| first_and_last_path(scenario, name)).collect::<Vec<_>>(),
        extremes: &names().map(extremes).collect::<Vec<_>>(),
    };
    assert_eq!(&found, pinned, "\nnow: {found:#x?}, overtakes {:?}", found.overtakes);
}

fn first_and_last_path(scenario: &Scenario, name: &str) -> [u64; 4] {
    let seen = Mutex::new(Vec::new());
    let see = |[path]: [outgrow::Path<'_>; 1]| {
        let revenue = [path.periods() / 2, path.periods()].map(|t| path.revenue(t).to_bits());
        seen.lock().expect("no panic").push(revenue);
        true
    };
    let simulation = scenario.simulate().paths(PATHS).seed(SEED).threads(1).fans(false).ranks(false).shares(false);
    let _ = simulation.event("see", [name], see).tally().expect("a tally");
    let seen = seen.into_inner().expect("no panic");
    let ([a, b], [c, d]) = (seen[0], seen[seen.len() - 1]);
    [a, b, c, d]
}

/// Fowler, Noll and Vo's hash, 64 bits.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

#[test]
fn the_hash_is_fnv_1a() {
    assert_eq!(fnv_1a(b"foobar"), 0x8594_4171_F739_67E8, "published");
}

/// A drawn number in each place of each growth law with a closed form, and shares.
#[test]
fn growth_laws() {
    let rate = || normal(0.4, 0.05);
    let saturation = || uniform(1.5, 20.0);
    let small = || log_interval(0.1, 0.6);
    let fraction = || uniform(0.05, 0.4);
    let laws = [
        ("hyperbolic", Curve::hyperbolic(rate(), small())),
        ("damped", Curve::damped(rate(), uniform(0.6, 1.05))),
        ("logistic", Curve::logistic(saturation(), small())),
        ("gompertz", Curve::gompertz(saturation(), small())),
        ("richards", Curve::richards(saturation(), small(), small())),
        ("bass", Curve::bass(small(), small(), fraction())),
        ("weibull", Curve::weibull(saturation(), small(), uniform(0.5, 3.0))),
        ("share", Curve::share(Curve::constant(rate()), fraction(), fraction(), small())),
        ("share of damped", Curve::share(Curve::damped(0.3, 0.8), 0.1, fraction(), 2)),
    ];
    let builder = laws.into_iter().fold(Scenario::builder("2018-Q1", "2028-Q1"), |builder, (name, curve)| {
        builder.provider(Provider::new(name, 100).growth(curve).volatility(0.1))
    });
    let scenario = builder.question(Question::overtakes("bass", "weibull")).build().expect("valid");
    check(
        &scenario,
        &Pins {
            overtakes: &[
                0, 382, 25, 9, 5, 5, 4, 0, 4, 5, 2, 2, 0, 1, 5, 3, 3, 0, 2, 1, 0, 3, 1, 1, 3, 3, 4, 0, 3, 0, 4, 1, 2,
                1, 3, 0, 0, 3, 1, 1, 1, 507,
            ],
            counts: 0xBDFC_5758_088C_4B3E,
            revenue: &[
                [0x4061_20A2_26E0_ECF8, 0x406A_A9D6_B7DE_CABF, 0x4065_6938_798A_6A3C, 0x4067_CEDE_762A_0AE8],
                [0x4079_E7CE_12ED_7B70, 0x40A6_2077_C5EC_57C8, 0x4077_C568_F176_70E8, 0x4091_C536_FCDD_2490],
                [0x406F_6DC9_90DF_E19D, 0x4076_46F3_B004_2E57, 0x4084_B6A7_F49E_76ED, 0x4091_8228_DB48_DA44],
                [0x4073_60F1_2B4C_8FEE, 0x407E_1AEA_56EF_1FB6, 0x4094_713C_223A_E76B, 0x40A3_43EB_F6DC_D99C],
                [0x4078_EE47_CD63_1C1E, 0x4087_D4A4_32AC_833D, 0x407B_6A93_645C_9ABE, 0x408D_08FA_1AC2_1A6E],
                [0x407D_D802_6277_DCB7, 0x4080_C899_A97A_F050, 0x406A_5D5E_EFDD_EC32, 0x4068_0629_8199_CDE8],
                [0x407E_447C_6917_57EC, 0x4083_6397_87E0_0E27, 0x409A_41DF_51C2_EC21, 0x409D_E5BE_F4C0_43DD],
                [0x406B_7BEB_E22A_B228, 0x4091_2763_930D_124E, 0x40A0_3400_4DA9_3B5C, 0x40C8_61F0_47C1_4EFE],
                [0x4079_E110_6429_C01C, 0x4081_D140_1AD4_EC4E, 0x4082_2A09_3908_A664, 0x408A_F039_ACB7_FBA2],
            ],
            extremes: &[
                [0x4049_18A5_7692_E9ED, 0x4086_594F_E35E_DF74],
                [0x4050_515A_B0CB_84FD, 0x40CB_825A_B1C6_4463],
                [0x4056_E71D_5945_2268, 0x40AA_3574_9D3D_AB8B],
                [0x4057_1503_AEE3_5B02, 0x40B1_ED44_6358_40C1],
                [0x4056_0FFA_22F6_3906, 0x40B0_1C0E_BFC7_DF4B],
                [0x405D_FB31_87E5_5096, 0x40A9_03FC_BA96_BFBC],
                [0x4057_2105_CD59_27F6, 0x40AB_2488_63F2_5424],
                [0x4067_4359_8020_A658, 0x40EA_A134_3998_919B],
                [0x4052_52D3_0E55_DDF5, 0x40A4_A570_67AF_5FC0],
            ],
        },
    );
}

/// Every kind of assumption for rates, tails and bases, and correlated shocks.
#[test]
fn a_pair_with_drawn_rates() {
    let scenario = Scenario::builder("2018-Q1", "2028-Q1")
        .assumption("mature", triangular(0.05, 0.12, 0.20))
        .provider(
            Provider::new("Alibaba Cloud", 690e6)
                .growth(Curve::schedule(
                    [normal(0.87, 0.10), normal(0.60, 0.15)],
                    Tail::fade("mature", lognormal(2.0, 0.3)),
                ))
                .volatility(0.15),
        )
        .provider(
            Provider::new("Google Cloud", truncated(lognormal(1.2e9, 0.12), 1.0e9, None))
                .growth(Curve::fade(interval(0.35, 0.55), "mature", pert(2.0, 4.0, 8.0)))
                .volatility(0.10),
        )
        .correlation("Alibaba Cloud", "Google Cloud", 0.3)
        .question(Question::overtakes("Alibaba Cloud", "Google Cloud"))
        .question(Question::overtakes("Google Cloud", "Alibaba Cloud").sustained(4))
        .build()
        .expect("a valid scenario");
    check(
        &scenario,
        &Pins {
            overtakes: &[
                0, 0, 0, 14, 65, 67, 60, 68, 76, 68, 58, 43, 47, 29, 21, 19, 11, 9, 7, 9, 13, 5, 4, 5, 5, 6, 4, 4, 2,
                1, 4, 5, 2, 3, 5, 2, 2, 2, 0, 0, 0, 255,
            ],
            counts: 0x17D4_CAFB_FBCE_AB38,
            revenue: &[
                [0x41F8_460F_055F_E08A, 0x4208_D4BF_86B2_B366, 0x41F6_CE00_8CA4_DB25, 0x4217_1F31_36AB_0BB8],
                [0x41EE_4942_9AFE_E090, 0x4202_73D9_CB83_4A08, 0x41F6_9271_0981_BC0E, 0x4216_C6DA_2CB9_9AC0],
            ],
            extremes: &[[0x41D9_8205_A570_620E, 0x4237_F69E_E240_7DAE], [0x41E7_924D_42C5_35F6, 0x4228_6FCF_E2BD_C73A]],
        },
    );
}

/// A drawn volatility, drawn bases, a ratio tail, and a series correlated with two others.
#[test]
fn three_with_drawn_volatility_and_base() {
    let scenario = Scenario::builder("2020", "2035")
        .provider(
            Provider::new("a", log_interval(80.0, 125.0)).growth(Curve::constant(0.2)).volatility(uniform(0.1, 0.3)),
        )
        .provider(
            Provider::new("b", uniform(60.0, 90.0))
                .growth(Curve::schedule([0.5, 0.4], Tail::ratio(uniform(0.7, 0.9))))
                .volatility(0.2),
        )
        .provider(Provider::new("c", 40).growth(Curve::fade(0.6, 0.1, 3)).volatility(uniform(0.05, 0.15)))
        .correlation("a", "b", -0.4)
        .correlation("b", "c", 0.5)
        .correlation("a", "c", 0.2)
        .question(Question::overtakes("c", "a"))
        .build()
        .expect("a valid scenario");
    check(
        &scenario,
        &Pins {
            overtakes: &[0, 3, 55, 100, 90, 104, 46, 32, 18, 16, 12, 13, 7, 9, 8, 1, 486],
            counts: 0x9D16_D806_F4AE_4413,
            revenue: &[
                [0x4071_C606_6A52_AFE2, 0x409F_6118_3D24_F13C, 0x406A_B93A_824C_FA10, 0x4090_9F15_78D4_63B0],
                [0x4082_8F8A_F724_87D4, 0x4082_CBE6_7C72_0E08, 0x4072_45D0_96FC_CF06, 0x4079_E5C2_C864_797D],
                [0x4076_6318_9324_A8DF, 0x409E_8C00_FDB9_D1D9, 0x4065_1453_E4FD_2980, 0x4076_DEB1_9CF4_EE2E],
            ],
            extremes: &[
                [0x4053_E32A_15C9_A0E6, 0x40D5_1E37_AD23_F566],
                [0x403C_C390_3095_4F12, 0x40C0_35D4_C84D_A535],
                [0x4062_5933_88B0_C3C6, 0x40AC_6A82_A946_FAFE],
            ],
        },
    );
}

#[test]
fn five_by_month() {
    let provider = |name, revenue: i32, growth| Provider::new(name, revenue).growth(Curve::constant(growth));
    let scenario = Scenario::builder("2026-01", "2027-12")
        .provider(provider("a", 100, 0.1).volatility(0.1))
        .provider(provider("b", 90, 0.2).volatility(0.2))
        .provider(provider("c", 80, 0.4).volatility(0.0))
        .provider(provider("d", 70, 0.6).volatility(0.3))
        .provider(
            Provider::new("e", 60)
                .growth(Curve::custom("line", [normal(0.5, 0.1)], |tau, p| p[0] * tau))
                .volatility(0.15),
        )
        .correlation("d", "e", 0.7)
        .question(Question::overtakes("d", "a"))
        .build()
        .expect("a valid scenario");
    // A tally whose scenario contains a closure cannot be written.
    let plain = scenario.with_growth("e", Curve::constant(normal(0.5, 0.1))).expect("a valid scenario");
    check(
        &plain,
        &Pins {
            overtakes: &[
                0, 0, 16, 32, 66, 83, 71, 62, 56, 58, 41, 50, 46, 40, 40, 30, 33, 24, 22, 19, 20, 15, 12, 19, 145,
            ],
            counts: 0xD372_6686_A7AA_60BC,
            revenue: &[
                [0x405D_708F_6A30_20ED, 0x4060_9889_3A14_998E, 0x4059_2E47_2DB0_C56A, 0x4058_77B2_99C2_F66D],
                [0x405B_19AC_357C_3A32, 0x4063_D671_CCDC_DDA0, 0x4051_DD1D_738B_1D7E, 0x4057_CE10_C165_D282],
                [0x405B_39CE_36DE_2A5C, 0x4063_0EDD_2668_50DA, 0x405B_39CE_36DE_2A5C, 0x4063_0EDD_2668_50DA],
                [0x4062_061F_6115_A3BA, 0x4070_ADFA_0A4E_C43C, 0x404F_974F_B6E8_437B, 0x4061_A04F_D35D_989F],
                [0x4059_BBA3_8EC5_8102, 0x4064_8E2A_1BF7_3F2C, 0x4053_4DBD_90A6_5114, 0x405F_8922_4559_F0DE],
            ],
            extremes: &[
                [0x4053_3112_A7AC_FE28, 0x4068_E2F6_6A2D_A44E],
                [0x404A_B204_50AD_777E, 0x4070_DAA2_E127_8820],
                [0x4063_0EDD_2668_50DA, 0x4063_0EDD_2668_50DA],
                [0x4045_FF49_BAD1_6D95, 0x4084_6153_221F_EA48],
                [0x404F_3601_15A7_1C86, 0x4073_4D78_8033_681E],
            ],
        },
    );
    assert_eq!(
        first_and_last_path(&scenario, "e"),
        [0x4058_CB20_81CD_4A1A, 0x4063_0473_7DAB_C120, 0x4052_FBF2_EF4A_2B2F, 0x405E_7444_C322_6885]
    );
}

#[test]
fn a_lead_that_lasts() {
    let scenario = Scenario::builder("2018-Q1", "2021-Q1")
        .provider(Provider::new("a", 95).growth(Curve::constant(0.35)).volatility(0.3))
        .provider(Provider::new("b", normal(100.0, 5.0)).growth(Curve::constant(0.30)).volatility(0.2))
        .question(Question::overtakes("a", "b").sustained(3))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a valid scenario");
    check(
        &scenario,
        &Pins {
            overtakes: &[78, 202, 81, 65, 51, 43, 37, 22, 21, 27, 19, 0, 0, 354],
            counts: 0xA0CA_E215_6F85_6CA1,
            revenue: &[
                [0x4065_05A4_F1B7_F3EA, 0x4075_C09D_C167_3742, 0x4056_70FA_8865_2A61, 0x4061_C0CF_130D_0CD5],
                [0x4069_FB90_7409_5929, 0x406D_7DEF_FFA2_9B0E, 0x4057_3B06_F65A_E704, 0x4060_90A2_5A43_F439],
            ],
            extremes: &[[0x404C_8364_D2E2_0B3C, 0x4093_1555_05D4_0621], [0x4050_BACC_09B2_D717, 0x4087_C825_6C68_4C32]],
        },
    );
}

/// Estimates read as fiscal totals from mid-year with a drawn base, and a question over trailing years.
#[test]
fn fiscal_totals_and_a_trailing_year() {
    let scenario = Scenario::builder("2018-Q1", "2023-Q1")
        .provider(
            Provider::new("a", lognormal(4385.0, 0.05))
                .history([1700.0, 1900.0, 2150.0, 2431.0, 2975.0, 3599.0])
                .fiscal_year_ends(6)
                .growth(Curve::totals([normal(0.87, 0.05), normal(0.60, 0.10)], Tail::fade(0.12, 2)))
                .volatility(0.15),
        )
        .provider(
            Provider::new("b", 8000.0)
                .history([6000.0, 6600.0, 7300.0])
                .growth(Curve::constant(normal(0.3, 0.05)))
                .volatility(0.1),
        )
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b").measure(Measure::Trailing))
        .build()
        .expect("a valid scenario");
    check(
        &scenario,
        &Pins {
            overtakes: &[0, 0, 0, 0, 0, 0, 11, 38, 55, 49, 44, 35, 43, 39, 25, 27, 14, 5, 15, 7, 10, 583],
            counts: 0xBA19_19AC_19FD_2E47,
            revenue: &[
                [0x40C7_7786_86D0_28F2, 0x40DB_6E5B_5DC1_1E70, 0x40CB_40F6_7286_AAAB, 0x40D5_5E58_6261_6811],
                [0x40D2_B1FD_F969_BD4C, 0x40E6_2445_AD7C_CBBA, 0x40C4_1538_ABBA_C101, 0x40D0_ADBE_3B63_D0CC],
            ],
            extremes: &[[0x40B8_4255_CC32_13F7, 0x40FA_F2E9_6018_8874], [0x40C2_07A9_FC0D_2236, 0x40F2_A25E_E8D2_0424]],
        },
    );
}

/// Two drawn numbers and two correlated walks under every sampling scheme but plain; for importance sampling also the
/// shifts that its search finds.
#[test]
fn every_other_sampling() {
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .provider(Provider::new("a", lognormal(70.0, 0.05)).growth(Curve::constant(normal(0.4, 0.1))).volatility(0.2))
        .provider(Provider::new("b", 120).growth(Curve::constant(0.2)).volatility(0.1))
        .correlation("a", "b", 0.4)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a valid scenario");
    let counts = |sampling| {
        let tally = scenario.simulate().paths(4096).seed(SEED).sampling(sampling).tally().expect("a tally");
        let written = serde_json::to_string(&tally).expect("a tally without closures");
        fnv_1a(&written.as_bytes()[written.find("\"parts\":").expect("the counts come last")..])
    };
    let found = [Sampling::Antithetic, Sampling::Sobol, Sampling::Importance].map(counts);
    assert_eq!(found, [0xD65A_80C2_505A_CAA9, 0x31C3_9AB0_ACB9_9BB8, 0x50AF_3A00_CDC2_83E7], "\nnow: {found:#x?}");
}

/// Drawn growth, volatility and base, integrated at scrambled points with a control variate; and a derivative, by the
/// adjoint.
#[test]
fn exact_answers() {
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .provider(
            Provider::new("a", lognormal(80.0, 0.05))
                .growth(Curve::schedule([normal(0.4, 0.1), normal(0.3, 0.1)], Tail::hold()))
                .volatility(uniform(0.1, 0.2)),
        )
        .provider(Provider::new("b", 100).growth(Curve::constant(0.2)).volatility(0.1))
        .correlation("a", "b", 0.4)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a valid scenario");
    let outcome = scenario.exact().run().expect("an outcome");
    let answer = &outcome.questions()[0];
    let by = |period: &str| answer.by(period).expect("a date").value().to_bits();
    let ahead = answer.ahead("2020-Q1").expect("a date").value().to_bits();
    let changes = answer.lead_changes()[1].probability.value().to_bits();
    let error = answer.by("2020-Q1").expect("a date").standard_error().to_bits();
    let found = [by("2018-Q2"), by("2019-Q1"), by("2020-Q1"), ahead, changes, error];
    let gradient = scenario.exact().gradient("a overtakes b", "2020-Q1").expect("a gradient");
    let slope = gradient.of("provider[a].growth.schedule.rates[0].normal[0]").expect("a slope").to_bits();
    let pinned = [
        0x3F95_23E0_C7EC_9B65,
        0x3FD7_415D_BDBB_EE85,
        0x3FE3_98CC_20CD_EE0E,
        0x3FE0_55D0_805E_87A7,
        0x3FDC_210D_D872_2CA7,
        0x3F12_EDE3_663E_7FC0,
    ];
    assert_eq!((found, slope), (pinned, 0x3FF6_489B_2C7F_C043), "\nnow: {found:#x?}, slope {slope:#x}");
}

/// Without shocks: lines and a surrogate of them, whose first dates have an axis of their own.
#[test]
fn exact_answers_on_two_levels() {
    let growth = |first: f64, sd: f64| {
        let tail = Tail::fade(0.12, lognormal(2.0, 0.3));
        Curve::schedule([normal(first, sd), normal(0.75 * first, 1.5 * sd)], tail)
    };
    let scenario = Scenario::builder("2018-Q1", "2024-Q1")
        .provider(Provider::new("a", 700).growth(growth(0.8, 0.1)))
        .provider(Provider::new("b", lognormal(1200.0, 0.12)).growth(growth(0.45, 0.08)))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a valid scenario");
    let outcome = scenario.exact().tolerance(2e-4).run().expect("an outcome");
    let answer = &outcome.questions()[0];
    let by = |period: &str| answer.by(period).expect("a date").value().to_bits();
    let ahead = answer.ahead("2024-Q1").expect("a date").value().to_bits();
    let error = answer.by("2024-Q1").expect("a date").standard_error().to_bits();
    let found = [by("2018-Q4"), by("2019-Q4"), by("2021-Q1"), by("2024-Q1"), ahead, error];
    let pinned = [
        0x3F63_C9CA_74E3_1A51,
        0x3FC1_D4D3_60F2_4244,
        0x3FE0_5531_08D9_1427,
        0x3FE6_947F_6102_76E3,
        0x3FE6_69D2_4828_B9F9,
        0x3F29_2141_76B0_4F39,
    ];
    assert_eq!(found, pinned, "\nnow: {found:#x?}");
}

/// Indices, a goal seek, an update by reports and an interpolated answer.
#[test]
fn analyses() {
    let a = Provider::new("A", lognormal(10.0, 0.05)).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1);
    let b = Provider::new("B", 15).growth(Curve::fade(normal(0.15, 0.05), 0.05, 2.0)).volatility(0.08);
    let scenario = Scenario::builder("2018", "2021").provider(a).provider(b).correlation("A", "B", 0.3);
    let scenario = scenario.question(Question::overtakes("A", "B")).build().expect("valid");
    let (asked, growth) = ("A overtakes B", "provider[A].growth.constant.normal[0]");
    let sensitivity = scenario.sensitivity(asked, "2020").and_then(|analysis| analysis.precision(0.2).run());
    let sensitivity = sensitivity.expect("an analysis");
    let index = &sensitivity.indices[0];
    let solution = scenario.solve(growth).and_then(|seek| seek.tolerance(1e-3).for_probability(asked, "2020", 0.6));
    let report = Report::new("A", "2019", 13.4).expect("a report");
    let news = scenario.update(&[report]).and_then(|update| update.tolerance(0.01).news(asked, "2020")).expect("news");
    let axes = [(growth, 0.2..=0.4), ("provider[B].revenue", 14.0..=16.0)];
    let surface = scenario.surface(asked, "2020", axes).and_then(|settings| settings.tolerance(0.01).run());
    let found = [
        index.first.value,
        index.shapley.value,
        sensitivity.variance.expect("an exact answer").shocks.value,
        solution.expect("a solution").value.expect("a value").value,
        news.after.value,
        surface.expect("a surface").at(0.31, 15.2).expect("within").value(),
    ];
    let pinned = [
        0x3FE7_E938_CACD_322A,
        0x3FE8_F883_5629_BE5E,
        0x3FE4_7AA8_42E8_DADE,
        0x3FDA_7ACB_A5B8_2D89,
        0x3FD5_2796_4AC2_D264,
        0x3FD4_41FD_B200_2F0B,
    ];
    assert_eq!(found.map(f64::to_bits), pinned, "\nnow: {:#x?}", found.map(f64::to_bits));
}

/// An update by weighted paths: reports of a pair with Student-t innovations, two kinds of shocks, a factor and a jump.
#[test]
fn weighted_news() {
    let jump = Jump::at("2019", 0.1).probability(0.2);
    let (a, b) = (moving("A", Shock::persistent(1.5)).jump(jump), moving("B", Shock::damped_trend(0.3, 2)));
    let scenario = Scenario::builder("2018", "2021").innovations(Innovations::student_t(4.0));
    let scenario = scenario.factor(Factor::new("f", 0.1)).provider(a).provider(b).correlation("A", "B", 0.3);
    let scenario = scenario.question(Question::overtakes("A", "B").sustained(2)).build().expect("valid");
    let reports = [("A", "2019", 115.0), ("A", "2020", 150.0), ("B", "2019", 125.0)];
    let reports = reports.map(|(name, period, value)| Report::new(name, period, value).expect("a report"));
    let news =
        scenario.update(&reports).and_then(|update| update.tolerance(0.01).news("A overtakes B (sustained 2)", "2020"));
    let news = news.expect("news");
    let report = &news.parts[1];
    let size = news.effective_sample_size.expect("weights");
    let found = [news.before.value, news.after.value, report.change, report.standard_error, size].map(f64::to_bits);
    let pinned = [
        0x3FE0_3F80_0000_0000,
        0x3FCF_AA18_D260_F7CC,
        0xBFBD_BA62_3CDC_18D4,
        0x3F73_AB47_3E56_B064,
        0x40B6_D993_1291_6868,
    ];
    assert_eq!(found, pinned, "\nnow: {found:#x?}");
}

fn moving(name: &str, shock: Shock) -> Provider {
    let growth = Curve::constant(normal(0.2, 0.05));
    Provider::new(name, 100).growth(growth).volatility(uniform(0.1, 0.3)).shock(shock).loading("f", 0.7)
}

/// Factors, jumps and every kind of shock.
fn dynamics() -> ScenarioBuilder {
    let jump = Jump::at("2019-Q1", normal(0.3, 0.1)).probability(0.5);
    Scenario::builder("2018-Q1", "2020-Q4")
        .factor(Factor::new("f", uniform(0.1, 0.2)).drift(normal(0.02, 0.01)))
        .provider(moving("walk", Shock::RandomWalk))
        .provider(moving("persistent", Shock::persistent(1.5)))
        .provider(moving("reverting", Shock::reverting(1)).jump(jump))
        .provider(moving("trend", Shock::damped_trend(uniform(0.1, 0.5), 2)))
        .correlation("walk", "trend", 0.5)
        .correlation("f", "reverting", -0.4)
        .question(Question::overtakes("reverting", "trend"))
}

#[test]
fn student_t_innovations() {
    let scenario = dynamics().innovations(Innovations::student_t(3.5)).build().expect("valid");
    check(
        &scenario,
        &Pins {
            overtakes: &[0, 475, 138, 68, 119, 19, 15, 12, 11, 8, 8, 5, 122],
            counts: 0xFA01_A8DF_70EE_CBAA,
            revenue: &[
                [0x405D_84B5_E9D8_EB81, 0x406C_224B_9506_9D29, 0x405E_D9A1_25EC_EEE0, 0x4067_0A9C_80B9_7E8F],
                [0x4052_4B80_CAA9_37B0, 0x4055_ECD0_EDA8_C744, 0x4059_2E1A_72E3_8F76, 0x4067_2EFF_1683_BF5E],
                [0x405C_62EF_B774_E0B8, 0x4065_92A8_7718_E9A6, 0x4065_305C_E855_2515, 0x4063_FDA5_CF3C_74A4],
                [0x4060_5B0D_EC57_821C, 0x4070_7152_B0E3_F9EE, 0x405B_FD8B_1811_3F2A, 0x4061_9C5C_D38C_334E],
            ],
            extremes: &[
                [0x4044_9FDC_D7A0_40CB, 0x4080_8ACE_1395_8D3D],
                [0x4005_5D50_1E84_33D7, 0x40FD_A10B_55B9_3836],
                [0x4051_276C_F268_C86F, 0x4090_B83B_EDFA_998C],
                [0x4027_9605_9A97_6861, 0x40A7_9FC3_A5E8_9033],
            ],
        },
    );
}

#[test]
fn other_shocks_and_mean_centring() {
    let centred = moving("mean", Shock::damped_trend(0.3, 1)).centring(Centring::Mean);
    let scenario = dynamics().provider(centred).build().expect("valid");
    check(
        &scenario,
        &Pins {
            overtakes: &[0, 476, 135, 57, 121, 22, 21, 15, 4, 10, 7, 5, 127],
            counts: 0x3781_BC01_2944_37B5,
            revenue: &[
                [0x405D_2869_198D_ACB8, 0x406D_1CC7_0855_81E0, 0x4061_18C4_B8C8_A0AD, 0x406C_8EE9_0A9C_4601],
                [0x404D_F1EF_DD2B_854B, 0x404B_84D6_48CD_F759, 0x4049_F787_2321_3A6C, 0x4043_82FC_224D_96C0],
                [0x405A_F7DA_17A1_6C85, 0x4065_2907_70E3_E941, 0x4062_A4E7_EC5F_518A, 0x4061_224A_FD81_E1F9],
                [0x4060_22CF_0AA0_7B03, 0x406B_38D2_F5D9_4ACB, 0x405B_70ED_427C_B65D, 0x4062_4E42_8DB5_BF7D],
                [0x405A_27FE_D606_3206, 0x4069_91EE_1BE7_8220, 0x4059_2523_4C26_108C, 0x4061_0762_894A_0C95],
            ],
            extremes: &[
                [0x4043_1CF5_5B30_AD39, 0x4084_CF21_A41B_6892],
                [0x400A_7925_F2A8_08A9, 0x40BF_DDBF_6824_83C2],
                [0x4051_E95F_7A68_7C58, 0x407E_7F9C_C54E_F127],
                [0x403A_E3C4_2251_F0D2, 0x408A_1782_150D_7A9D],
                [0x4036_2371_14F5_BDA3, 0x408D_8C99_801B_D160],
            ],
        },
    );
}
