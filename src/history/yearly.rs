//! Sums over years, stepping back in whole years from a period.

use super::data::{Group, History, Member};

impl History {
    /// The sums over the years that end with the period at `end`, one year earlier, and so on, as far as they are known
    /// without a gap and without a change of basis; the latest first, at most `most`.
    pub(super) fn years_up_to(&self, member: &Member, end: i32, most: usize) -> Vec<f64> {
        let per_year = self.step().per_year() as usize;
        let run = self.run_up_to(member, end, most * per_year);
        run.chunks_exact(per_year).map(|year| year.iter().sum()).collect()
    }

    /// The index of the last visible figure of a member.
    pub(super) fn last_figure(&self, member: &Member) -> Option<i32> {
        self.latest(member).filter(|row| !row.kind.is_claim()).map(|row| row.index).last()
    }

    /// The index of the last visible figure of a group.
    pub(super) fn last_of_group(&self, group: &Group) -> Option<i32> {
        self.members(group).filter_map(|member| self.last_figure(member)).max()
    }
}
