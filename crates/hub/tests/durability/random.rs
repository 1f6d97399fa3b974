//! Random programs, dozens at a time in one hub that is killed at random instants, against a hub that is not.

use std::time::{Duration, Instant};

use programs::{Outcome, Person, Races, Suite, definition, early, is_whole};
use serde_json::{Value, json};
use wire::{Decision, JobStatus, Status};

use super::hub::Hub;
use super::world::World;

/// Programs that are started in each life, and so how many kills there are.
const AT_ONCE: usize = 4;
/// The power of a hub lasts at most so many milliseconds while there are programs to start.
const LONGEST_LIFE: u64 = 250;
const DEADLINE: Duration = Duration::from_secs(240);

#[tokio::test]
async fn random_programs_come_to_the_same_however_often_the_hub_is_killed() {
    let suite = Suite {
        name: "process, calm, killed at random instants",
        programs: 64,
        races: Races::None,
        most_tasks: 80,
        threads: 1,
    };
    let (programs, seed) = suite.sample().unwrap();
    let world = World::start().await;
    let call = |asked: Value| world.call(asked);
    let cases: Vec<Case> = programs
        .iter()
        .enumerate()
        .map(|(number, program)| {
            let mut definition = definition(program, &call);
            // A namespace for each: what one emits is not for another.
            definition["document"]["namespace"] = json!(format!("random-{number}"));
            definition["document"]["name"] = json!(format!("random-{number}"));
            Case { definition, person: Person { patience: usize::from(program.patience) } }
        })
        // A task that no way leads to is refused at the start; the other suites run such programs without asking.
        .filter(|case| is_startable(&case.definition))
        .collect();
    assert!(cases.len() * 4 > programs.len(), "too few programs can be started: {}", cases.len());
    let begun = Instant::now();
    let mut calm = Play::new(&world, &cases).await;
    let (expected, _) = calm.all(cases.len(), |_| None).await;
    let mut random = seed;
    let mut killed = Play::new(&world, &cases).await;
    let next = move |_| {
        // The high bits of Knuth's generator: good enough to choose an instant.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(Duration::from_millis((random >> 33) % LONGEST_LIFE))
    };
    let (outcomes, kills) = killed.all(AT_ONCE, next).await;
    for ((expected, outcome), case) in expected.iter().zip(&outcomes).zip(&cases) {
        assert!(["completed", "cancelled"].contains(&expected.status.as_str()), "{expected:#?}");
        assert_eq!(expected, outcome, "MAS_SEED={seed}\n{}", case.definition);
    }
    let (repeated, wrong) = world.repeated();
    assert!(wrong.is_empty(), "MAS_SEED={seed}: {wrong:#?}");
    eprintln!(
        "{}: {} programs in {:.1} s, {kills} kills, {repeated} calls under way repeated (MAS_SEED={seed})",
        suite.name,
        cases.len(),
        begun.elapsed().as_secs_f64(),
    );
}

struct Case {
    definition: Value,
    person: Person,
}

/// One hub that runs every program once.
struct Play<'a> {
    hub: Hub,
    world: &'a World,
    cases: &'a [Case],
    workflows: Vec<String>,
    /// The name of each job that has been started.
    jobs: Vec<String>,
    outcomes: Vec<Option<Outcome>>,
}

impl<'a> Play<'a> {
    async fn new(world: &'a World, cases: &'a [Case]) -> Self {
        let hub = Hub::start(world.address).await;
        let mut workflows = Vec::new();
        for case in cases {
            workflows.push(hub.build(&case.definition).await);
        }
        Self { hub, world, cases, workflows, jobs: Vec::new(), outcomes: vec![None; cases.len()] }
    }

    /// Runs all programs, so many more in each life of the hub; the last life goes on to the end.
    async fn all(
        &mut self,
        at_once: usize,
        mut life: impl FnMut(usize) -> Option<Duration>,
    ) -> (Vec<Outcome>, usize) {
        let begun = Instant::now();
        let mut kills = 0;
        while self.outcomes.iter().any(Option::is_none) {
            assert!(begun.elapsed() < DEADLINE, "the programs do not come to an end");
            for _ in 0..at_once.min(self.cases.len() - self.jobs.len()) {
                let job = self.hub.run(&self.workflows[self.jobs.len()]).await;
                self.jobs.push(job);
            }
            let is_last = self.jobs.len() == self.cases.len();
            match life(kills).filter(|_| !is_last || kills < 2 * self.cases.len() / AT_ONCE) {
                None => self.operate_until_over().await,
                Some(life) => {
                    // The instant is the subject: a request of a person may be under way like anything else.
                    if tokio::time::timeout(life, self.operate_until_over()).await.is_err() || !is_last {
                        self.hub.kill();
                        self.world.killed().await;
                        kills += 1;
                        self.hub.start_again().await;
                    }
                }
            }
        }
        (self.outcomes.iter().flatten().cloned().collect(), kills)
    }

    async fn operate_until_over(&mut self) {
        let begun = Instant::now();
        while let Some(number) = (0..self.jobs.len()).find(|number| self.outcomes[*number].is_none()) {
            assert!(begun.elapsed() < DEADLINE, "program {number} does not come to an end");
            for number in number..self.jobs.len() {
                if self.outcomes[number].is_none() {
                    self.operate(number).await;
                }
            }
        }
    }

    /// Looks at a job and does what a person would.
    async fn operate(&mut self, number: usize) {
        let (case, job) = (&self.cases[number], self.jobs[number].clone());
        let status = self.hub.status(&self.workflows[number], &job).await;
        if status.job.status.is_final() {
            self.outcomes[number] = Some(self.outcome(case, &job, &status).await);
            return;
        }
        for task in &status.tasks {
            let waiting = task.waiting.as_ref().filter(|waiting| waiting.kind == "approval");
            let Some((waiting, approves)) = waiting
                .and_then(|waiting| Person::decides(&waiting.message).map(|approves| (waiting, approves)))
            else {
                continue;
            };
            let decision = if approves { Decision::Approve } else { Decision::Reject };
            if waiting.approvals.is_empty() {
                self.hub.decide(&task.task_id, decision).await;
            } else {
                self.hub.decide_second(&task.task_id, decision).await;
            }
        }
        if status.job.status == Status::Faulted {
            let retried = status.acts.iter().filter(|act| act.act == "retry").count();
            if case.person.retries(retried) {
                return self.hub.retry(&job).await;
            }
            let mut skipped = false;
            for task in
                status.tasks.iter().filter(|task| task.status == Status::Faulted && task.error.is_some())
            {
                // Some are at fault no more: a `try` around them has dealt with it.
                skipped |= self.hub.skip(&job, &task.task_id).await;
            }
            if !skipped {
                // What holds a gate for two people cannot be skipped.
                self.hub.stop(&job).await;
            }
        }
    }

    async fn outcome(&self, case: &Case, job: &str, status: &JobStatus) -> Outcome {
        assert!(is_whole(&self.hub.log(job).await), "the log of {job} has a gap");
        let millisecond_of =
            |text: &str| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
        let early = early(&case.definition, status, millisecond_of);
        assert!(early.is_empty(), "timers were early: {early:#?}\n{}", case.definition);
        Outcome::new(status, self.world.asked(job))
    }
}

fn is_startable(definition: &Value) -> bool {
    let document = flow::Document::from_value(definition.clone());
    !flow::validate(&document, &flow::Catalog::default()).iter().any(flow::Problem::refuses_start)
}
