//! The keys of the parts of a scenario, and the steps of an address.

use crate::error::did_you_mean;

/// A step of an address as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    /// `.rates`
    Field(&'a str),
    /// `[1]`
    Index(usize),
    /// `[Alibaba Cloud]`
    Name(&'a str),
}

/// Defines an enum of keys with their text in the scenario file.
macro_rules! keys {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name {
            $($variant),*
        }

        impl $name {
            /// Every key, in the order of the file.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The text of every key, in the order of the file.
            pub(crate) const TEXTS: &'static [&'static str] = &[$($text),*];

            pub(crate) const fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }

            pub(super) fn of(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => {
                        let hint = did_you_mean(text, Self::TEXTS.iter().copied());
                        Err(format!("unknown key {text:?}{hint}; known keys: {}", Self::TEXTS.join(", ")))
                    }
                }
            }
        }

        impl From<$name> for Key<'static> {
            fn from(key: $name) -> Self {
                Self::Field(key.text())
            }
        }
    };
}

keys! {
    /// The keys of a scenario.
    ScenarioKey {
        Base = "base",
        Horizon = "horizon",
        Unit = "unit",
        Quantity = "quantity",
        Ceiling = "ceiling",
        Innovations = "innovations",
        Assumption = "assumption",
        Dependence = "dependence",
        Provider = "provider",
        Factor = "factor",
        Correlation = "correlation",
        View = "view",
        Question = "question",
    }
}

keys! {
    /// The keys of a provider.
    ProviderKey {
        Name = "name",
        Revenue = "revenue",
        Growth = "growth",
        Volatility = "volatility",
        Shock = "shock",
        Centring = "centring",
        History = "history",
        FiscalYearEnds = "fiscal_year_ends",
        Source = "source",
        Claim = "claim",
        Exit = "exit",
        Loading = "loading",
        Jump = "jump",
        Segment = "segment",
    }
}

keys! {
    /// The keys of a jump.
    JumpKey {
        At = "at",
        LogSize = "log_size",
        Probability = "probability",
    }
}

keys! {
    /// The keys of a factor.
    FactorKey {
        Name = "name",
        Drift = "drift",
        Volatility = "volatility",
    }
}

keys! {
    /// The keys of a dependence.
    DependenceKey {
        Between = "between",
        RankCorrelation = "rank_correlation",
    }
}

keys! {
    /// The keys of a correlation.
    CorrelationKey {
        Between = "between",
        Value = "value",
    }
}

keys! {
    /// The keys of a view.
    ViewKey {
        Name = "name",
        Weight = "weight",
        With = "with",
    }
}

keys! {
    /// The keys of a question.
    QuestionKey {
        Overtakes = "overtakes",
        Leads = "leads",
        Top = "top",
        Name = "name",
        Measure = "measure",
        Sustained = "sustained",
    }
}
