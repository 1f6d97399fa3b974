//! A program before it is written down: any tree is a valid one, because writing it down repairs what does not fit.

/// A whole program.
#[derive(Clone, Debug)]
pub struct Program {
    pub steps: Vec<Step>,
    pub races: Races,
    /// The workflow's own timeout, in milliseconds; calm programs have one that never comes.
    pub timeout: Option<u16>,
    /// How often a person retries what is at fault before skipping it.
    pub patience: u8,
}

/// Whether the outcome may depend on which of two things comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Races {
    /// It may not: whatever the order in which branches go on, the outcome is one.
    None,
    /// It may: competing branches, short timeouts, faults and ends across branches.
    Allowed,
}

impl Program {
    /// How many tasks it begins at most, roughly: retries and loops multiply.
    pub fn cost(&self) -> u64 {
        cost(&self.steps) * (1 + u64::from(self.patience))
    }

    /// The shortest pause of any of its retry policies, in milliseconds; a day where it has none.
    pub fn least_delay(&self) -> i64 {
        least_delay(&self.steps)
    }
}

fn least_delay(steps: &[Step]) -> i64 {
    let of = |kind: &Kind| match kind {
        Kind::Do(steps) | Kind::For { steps, .. } => least_delay(steps),
        Kind::Fork { branches, .. } => branches.iter().map(|steps| least_delay(steps)).min().unwrap_or(DAY),
        Kind::Try { steps, catch } => {
            let own = catch.retry.as_ref().map_or(DAY, |retry| i64::from(retry.delay));
            own.min(least_delay(steps)).min(least_delay(&catch.handler))
        }
        _ => DAY,
    };
    steps.iter().map(|step| of(&step.kind)).min().unwrap_or(DAY)
}

const DAY: i64 = 86_400_000;

fn cost(steps: &[Step]) -> u64 {
    steps.iter().map(|step| 1 + step.kind.cost()).sum()
}

impl Kind {
    fn cost(&self) -> u64 {
        match self {
            Self::Do(steps) => cost(steps),
            Self::Fork { branches, .. } => branches.iter().map(|steps| 2 + cost(steps)).sum(),
            Self::For { items, steps, .. } => u64::from(*items) * cost(steps),
            Self::Try { steps, catch } => {
                let retries = catch.retry.as_ref().map_or(0, |retry| u64::from(retry.count));
                (1 + retries) * cost(steps) + cost(&catch.handler)
            }
            Self::Again(times) => 3 * u64::from(*times),
            Self::Long => 20,
            Self::Hear { .. } => 3,
            _ => 0,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Step {
    pub kind: Kind,
    pub extras: Extras,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Set,
    Call(Answer),
    Wait(u8),
    /// The catalog's wait, which takes seconds.
    WaitFunction(u8),
    Gate(Verdict),
    Raise(u16),
    Do(Vec<Step>),
    Fork {
        compete: bool,
        branches: Vec<Vec<Step>>,
    },
    For {
        items: u8,
        /// `while`: as long as the index is below.
        below: Option<u8>,
        steps: Vec<Step>,
    },
    /// Where the sum is even it goes there, else on.
    Switch(Target),
    Try {
        steps: Vec<Step>,
        catch: Catch,
    },
    /// An event is emitted and heard, in branches beside each other or one after the other.
    Hear {
        beside: bool,
    },
    /// A loop by flow directives, so many times.
    Again(u8),
    /// A loop of more iterations than one event of the engine begins.
    Long,
}

/// What the world answers to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// So many attempts fault before one is answered.
    pub faults: u32,
    /// The status that they fault with.
    pub status: u16,
    /// Milliseconds until the answer.
    pub late: u64,
    /// Nobody ever answers.
    pub never: bool,
}

impl Answer {
    /// One that comes at once, and is good.
    pub fn prompt() -> Self {
        Self { faults: 0, status: 500, late: 0, never: false }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approve,
    Reject,
    /// Two people have to approve.
    ApproveTwice,
    /// Nobody decides before the deadline.
    Lapse,
}

#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// `if`: always or never true.
    pub condition: Option<bool>,
    /// In milliseconds.
    pub timeout: Option<u8>,
    pub exports: bool,
    pub input_from: bool,
    pub then: Option<Target>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Continue,
    Exit,
    End,
    /// The task after the next, where there is one.
    Over,
}

#[derive(Clone, Debug)]
pub struct Catch {
    /// Only errors of this status.
    pub status: Option<u16>,
    pub when: Option<bool>,
    pub retry: Option<Retry>,
    pub handler: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Retry {
    pub count: u8,
    pub delay: u8,
    pub backoff: Backoff,
    pub jitter: bool,
    /// `limit.attempt.duration`, in milliseconds; calm programs have one that never comes.
    pub attempt: Option<u8>,
    /// `limit.duration`, likewise.
    pub total: Option<u8>,
    /// Written under `use.retries`, and named.
    pub named: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    None,
    Constant,
    Linear,
    Exponential,
}
