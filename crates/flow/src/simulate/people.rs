//! Who decides at the gates of a simulated run: whoever the gate asks for, as many as it takes.

use crate::engine::Approval;
use crate::gate::{ROLE_PREFIX, ROLES};

/// Who sees to faults.
pub(super) const OPERATOR: &str = "simulated operator";

/// People whose decisions count, with their roles: those who are asked by name first.
pub(super) fn who_decides(approval: &Approval) -> Vec<(String, Vec<String>)> {
    let role_of = |approver: &str| {
        let role = approver.strip_prefix(ROLE_PREFIX).unwrap_or(approver);
        ROLES.contains(&role).then(|| role.to_owned())
    };
    let named = approval.approvers.iter().filter(|approver| role_of(approver).is_none());
    let named = named.filter(|name| !approval.four_eyes || **name != approval.starter);
    let role = approval.approvers.iter().find_map(|approver| role_of(approver));
    let others = (1..).map(|number| (format!("{OPERATOR} {number}"), role.iter().cloned().collect()));
    named.map(|name| (name.clone(), Vec::new())).chain(others).take(approval.needed().min(MOST)).collect()
}

pub(super) fn roles() -> Vec<String> {
    ROLES.map(str::to_owned).to_vec()
}

/// A gate asks for fewer.
const MOST: usize = 100;
