//! The visitor of the numbers of a provider beside its revenue, growth and volatility.

use std::iter::zip;

use super::item_key::keys;
use super::{Provider, Segment, Shock};
use crate::assumption::address::{JumpKey, Key, ProviderKey, Trail};
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::{Visitor, VisitorMut};

/// Visits the numbers of a shock.
macro_rules! shock_walks {
    ($walk:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(super) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            let kind = self.key();
            let (share, half_life) = match self {
                Self::RandomWalk => return,
                Self::Persistent { half_life } | Self::Reverting { half_life } => (None, half_life),
                Self::DampedTrend { share, half_life } => (Some(share), half_life),
            };
            trail.at(ProviderKey::Shock, |trail| {
                trail.at(Key::Field(kind), |trail| {
                    if let Some(share) = share {
                        trail.at(Key::Field("share"), |trail| visitor.number(trail, Quantity::TrendShare, share));
                    }
                    trail.at(Key::Field("half_life"), |trail| visitor.number(trail, Quantity::HalfLife, half_life));
                });
            });
        }
    };
}

impl Shock {
    shock_walks!(walk, Visitor);
    shock_walks!(walk_mut, VisitorMut, mut);
}

/// Visits the numbers of a provider: its own, or its exit and those of its segments.
macro_rules! provider_walks {
    ($walk:ident, $walk_series:ident, $walk_exit:ident, $walk_past:ident, $walk_moves:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(super) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            if self.segments.is_empty() {
                self.$walk_series(trail, visitor, true);
                return;
            }
            trail.at(ProviderKey::FiscalYearEnds, |trail| {
                visitor.count(trail, Quantity::Month, & $($mut)? self.fiscal_year_ends);
            });
            self.$walk_exit(trail, visitor);
            let names = self.segment_keys();
            for (Segment(own), key) in zip(& $($mut)? self.segments, &names) {
                trail.at(ProviderKey::Segment, |trail| {
                    trail.at(key.borrow(), |trail| own.$walk_series(trail, visitor, false));
                });
            }
        }

        /// Visits the numbers of a series; those of a whole provider if `is_whole`.
        fn $walk_series(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor, is_whole: bool) {
            if let Some(revenue) = & $($mut)? self.revenue {
                trail.at(ProviderKey::Revenue, |trail| visitor.number(trail, Quantity::Revenue, revenue));
            }
            if let Some(curve) = & $($mut)? self.growth {
                trail.at(ProviderKey::Growth, |trail| curve.$walk(trail, visitor));
            }
            trail.at(ProviderKey::Volatility, |trail| {
                visitor.number(trail, Quantity::Volatility, & $($mut)? self.volatility);
            });
            self.shock.$walk(trail, visitor);
            self.$walk_past(trail, visitor, is_whole);
            if is_whole {
                self.$walk_exit(trail, visitor);
            }
            self.$walk_moves(trail, visitor);
        }

        fn $walk_exit(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            if self.exit.to_bits() != 0.0_f64.to_bits() {
                trail.at(ProviderKey::Exit, |trail| {
                    visitor.plain(trail, Quantity::Probability, & $($mut)? self.exit);
                });
            }
        }
    };
}

/// Visits the loadings and the jumps of a series.
macro_rules! moves_walks {
    ($walk:ident, $Visitor:ident $(, $mut:tt)?) => {
        fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            let factors = keys(self.loadings.iter().map(|(name, _)| Some(name.as_str())));
            for ((_, loading), key) in zip(& $($mut)? self.loadings, &factors) {
                trail.at(ProviderKey::Loading, |trail| {
                    trail.at(key.borrow(), |trail| visitor.plain(trail, Quantity::Loading, loading));
                });
            }
            for (index, jump) in zip(0.., & $($mut)? self.jumps) {
                trail.at(ProviderKey::Jump, |trail| {
                    trail.at(Key::Index(index), |trail| {
                        trail.at(JumpKey::LogSize, |trail| {
                            visitor.number(trail, Quantity::LogSize, & $($mut)? jump.log_size);
                        });
                        trail.at(JumpKey::Probability, |trail| {
                            visitor.plain(trail, Quantity::Probability, & $($mut)? jump.probability);
                        });
                    });
                });
            }
        }
    };
}

/// Visits the plain numbers of a series' past.
macro_rules! past_walks {
    ($walk_past:ident, $Visitor:ident $(, $mut:tt)?) => {
        fn $walk_past(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor, is_whole: bool) {
            trail.at(ProviderKey::History, |trail| {
                for (index, revenue) in zip(0.., & $($mut)? self.history) {
                    trail.at(Key::Index(index), |trail| visitor.plain(trail, Quantity::Revenue, revenue));
                }
            });
            if is_whole {
                trail.at(ProviderKey::FiscalYearEnds, |trail| {
                    visitor.count(trail, Quantity::Month, & $($mut)? self.fiscal_year_ends);
                });
            }
            for (index, claim) in zip(0.., & $($mut)? self.claims) {
                trail.at(ProviderKey::Claim, |trail| {
                    trail.at(Key::Index(index), |trail| {
                        let bounds = [("at_least", & $($mut)? claim.at_least), ("at_most", & $($mut)? claim.at_most)];
                        for (key, bound) in bounds {
                            if let Some(bound) = bound {
                                trail.at(Key::Field(key), |trail| visitor.plain(trail, Quantity::Revenue, bound));
                            }
                        }
                    });
                });
            }
        }
    };
}

impl Provider {
    provider_walks!(walk, walk_series, walk_exit, walk_past, walk_moves, Visitor);
    provider_walks!(walk_mut, walk_series_mut, walk_exit_mut, walk_past_mut, walk_moves_mut, VisitorMut, mut);
    past_walks!(walk_past, Visitor);
    past_walks!(walk_past_mut, VisitorMut, mut);
    moves_walks!(walk_moves, Visitor);
    moves_walks!(walk_moves_mut, VisitorMut, mut);
}
