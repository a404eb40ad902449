//! The visitor of the numbers of a provider beside its revenue, growth and volatility.

use std::iter::zip;

use super::walk::keys;
use super::{Provider, Shock};
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

/// Visits the exit, the loadings and the jumps of a provider.
macro_rules! moves_walks {
    ($walk:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(super) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            if self.exit.to_bits() != 0.0_f64.to_bits() {
                trail.at(ProviderKey::Exit, |trail| {
                    visitor.plain(trail, Quantity::Probability, & $($mut)? self.exit);
                });
            }
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

/// Visits the plain numbers of a provider's past.
macro_rules! past_walks {
    ($walk_past:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(super) fn $walk_past(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            trail.at(ProviderKey::History, |trail| {
                for (index, revenue) in zip(0.., & $($mut)? self.history) {
                    trail.at(Key::Index(index), |trail| visitor.plain(trail, Quantity::Revenue, revenue));
                }
            });
            trail.at(ProviderKey::FiscalYearEnds, |trail| {
                visitor.count(trail, Quantity::Month, & $($mut)? self.fiscal_year_ends);
            });
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
    past_walks!(walk_past, Visitor);
    past_walks!(walk_past_mut, VisitorMut, mut);
    moves_walks!(walk_moves, Visitor);
    moves_walks!(walk_moves_mut, VisitorMut, mut);
}
