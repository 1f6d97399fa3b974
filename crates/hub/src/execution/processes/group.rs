//! Everything that a process has started, to be ended as a whole.
//!
//! A process leads a group of its own; what leaves the group is still known by the cookie in its environment, where the
//! system tells environments (Linux).

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::process::Child;

/// How often it is looked whether a process that was asked to end has ended.
const LOOK: Duration = Duration::from_millis(20);
/// A process that forks as fast as it is killed is given up after so many rounds.
const ROUNDS: usize = 50;

pub(super) struct Group {
    leader: Option<u32>,
    cookie: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Signal {
    Terminate,
    Kill,
}

impl Group {
    /// The group of a process that has just begun.
    pub(super) fn led_by(leader: Option<u32>, cookie: &str) -> Self {
        Self { leader, cookie: cookie.to_owned() }
    }

    /// What an earlier hub has begun. Its number may be somebody else's by now, so only the cookie counts.
    pub(super) fn left_by(cookie: &str) -> Self {
        Self { leader: None, cookie: cookie.to_owned() }
    }

    /// Kills what is left once the leader has ended; says how many processes that were.
    pub(super) async fn kill(&self) -> usize {
        if !cfg!(target_os = "linux")
            && let Some(leader) = self.leader
        {
            system::signal_group(leader, Signal::Kill);
        }
        let mut killed = BTreeSet::new();
        for _ in 0..ROUNDS {
            let members = self.members().await;
            if members.is_empty() {
                break;
            }
            members.iter().for_each(|member| system::signal(*member, Signal::Kill));
            killed.extend(members);
            tokio::time::sleep(LOOK).await;
        }
        killed.len()
    }

    /// Asks the group to end, and kills it where it does not within a moment. The leader has not been waited for yet.
    pub(super) async fn terminate(&self, grace: Duration, child: &mut Child) {
        if let Some(leader) = self.leader {
            // Its number is its own until it has been waited for.
            system::signal_group(leader, Signal::Terminate);
        }
        for member in self.members().await {
            system::signal(member, Signal::Terminate);
        }
        let all_ended = async {
            let _ = child.wait().await;
            while !self.members().await.is_empty() {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(grace, all_ended).await.is_ok() {
            return;
        }
        // Does nothing where the leader has ended.
        let _ = child.start_kill();
        self.kill().await;
        let _ = tokio::time::timeout(grace, child.wait()).await;
    }

    /// The processes of the group that live, without the zombies.
    async fn members(&self) -> Vec<u32> {
        let (leader, cookie) = (self.leader, self.cookie.clone());
        tokio::task::spawn_blocking(move || system::members(leader, &cookie)).await.unwrap_or_default()
    }
}

#[cfg(unix)]
mod system {
    use rustix::process::{Pid, kill_process, kill_process_group};

    use super::Signal;

    fn number(signal: Signal) -> rustix::process::Signal {
        match signal {
            Signal::Terminate => rustix::process::Signal::TERM,
            Signal::Kill => rustix::process::Signal::KILL,
        }
    }

    fn pid(process: u32) -> Option<Pid> {
        i32::try_from(process).ok().filter(|process| *process > 1).and_then(Pid::from_raw)
    }

    /// One that has ended in the meantime needs no signal.
    pub(super) fn signal(process: u32, signal: Signal) {
        if let Some(pid) = pid(process) {
            let _ = kill_process(pid, number(signal));
        }
    }

    pub(super) fn signal_group(leader: u32, signal: Signal) {
        if let Some(pid) = pid(leader) {
            let _ = kill_process_group(pid, number(signal));
        }
    }

    #[cfg(target_os = "linux")]
    pub(super) fn members(leader: Option<u32>, cookie: &str) -> Vec<u32> {
        let marked = format!("{}={cookie}", super::super::command::COOKIE);
        let Ok(all) = std::fs::read_dir("/proc") else { return Vec::new() };
        all.flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .filter(|process| {
                // `pid (name) state parent group …`; a name may hold anything, so it is the last bracket that counts.
                let Ok(stat) = std::fs::read_to_string(format!("/proc/{process}/stat")) else { return false };
                let Some((_, rest)) = stat.rsplit_once(") ") else { return false };
                let mut fields = rest.split(' ');
                let state = fields.next();
                let group = fields.nth(1).and_then(|group| group.parse::<u32>().ok());
                if matches!(state, Some("Z" | "X")) {
                    return false;
                }
                (leader.is_some() && group == leader)
                    || std::fs::read(format!("/proc/{process}/environ"))
                        .is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == marked.as_bytes()))
            })
            .collect()
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn members(_leader: Option<u32>, _cookie: &str) -> Vec<u32> {
        // Only the group as a whole can be reached here.
        Vec::new()
    }
}

#[cfg(not(unix))]
mod system {
    use super::Signal;

    pub(super) fn signal(_process: u32, _signal: Signal) {}

    pub(super) fn signal_group(_leader: u32, _signal: Signal) {}

    pub(super) fn members(_leader: Option<u32>, _cookie: &str) -> Vec<u32> {
        Vec::new()
    }
}
