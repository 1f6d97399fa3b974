//! How many programs a suite tries, and which: more by `MAS_PROGRAMS`, the same again by `MAS_SEED`.

use std::time::Instant;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, Reason, RngAlgorithm, TestCaseResult, TestError, TestRng, TestRunner};

use crate::strategy::programs;
use crate::tree::{Program, Races};

/// How many programs all suites try together where `MAS_PROGRAMS` is not set.
const ALL: u64 = 574;

/// Strategies that nest are deep calls, and those of a debug build are large.
const STACK: usize = 64 * 1024 * 1024;

/// One property, and what part of all programs is tried for it.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    pub name: &'static str,
    /// So many programs in a usual run; `MAS_PROGRAMS=10000` makes all suites together try so many.
    pub programs: u64,
    pub races: Races,
    /// How many tasks a program begins at most, roughly.
    pub most_tasks: u64,
    /// Tried at the same time, each on a thread of its own.
    pub threads: u64,
}

impl Suite {
    /// Tries the property on random programs.
    ///
    /// # Errors
    /// The smallest program found that does not have the property, why, and the seed that finds it again.
    pub fn run(self, property: impl Fn(&Program) -> TestCaseResult + Sync) -> Result<String, String> {
        let seed = seed();
        let each = self.count().div_ceil(self.threads);
        let begun = Instant::now();
        let outcomes: Vec<Result<(), String>> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..self.threads)
                .map(|thread| {
                    let property = &property;
                    let part = move || self.part(seed, thread, each, property);
                    std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, part)
                })
                .collect();
            let ended = running.into_iter();
            ended
                .map(|thread| {
                    let thread = thread.map_err(|cause| cause.to_string())?;
                    thread.join().unwrap_or_else(|_| Err("a thread failed".to_owned()))
                })
                .collect()
        });
        outcomes.into_iter().collect::<Result<(), String>>()?;
        let tried = each * self.threads;
        Ok(format!(
            "{}: {tried} programs in {:.1} s (MAS_SEED={seed})",
            self.name,
            begun.elapsed().as_secs_f64()
        ))
    }

    /// That many programs of the suite without trying them, and the seed that gives the same again.
    ///
    /// # Errors
    /// Where no program can be found that is small enough.
    pub fn sample(self) -> Result<(Vec<Program>, u64), String> {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || self.sampled());
        let thread = thread.map_err(|cause| cause.to_string())?;
        thread.join().unwrap_or_else(|_| Err("a thread failed".to_owned()))
    }

    fn sampled(self) -> Result<(Vec<Program>, u64), String> {
        let seed = seed();
        let mut runner = TestRunner::new_with_rng(config(1), rng(seed, 0));
        let strategy = programs(self.races, self.most_tasks);
        let sampled = (0..self.count()).map(|_| Ok(strategy.new_tree(&mut runner)?.current()));
        let sampled: Result<_, Reason> = sampled.collect();
        Ok((sampled.map_err(|reason| format!("{}: {reason}", self.name))?, seed))
    }

    fn count(self) -> u64 {
        number("MAS_PROGRAMS").map_or(self.programs, |all| (all * self.programs).div_ceil(ALL))
    }

    fn part(
        self,
        seed: u64,
        thread: u64,
        count: u64,
        property: &impl Fn(&Program) -> TestCaseResult,
    ) -> Result<(), String> {
        let cases = u32::try_from(count).unwrap_or(u32::MAX);
        let mut runner = TestRunner::new_with_rng(config(cases), rng(seed, thread));
        runner.run(&programs(self.races, self.most_tasks), |program| property(&program)).map_err(|error| {
            match error {
                TestError::Fail(reason, program) => {
                    format!("{} (MAS_SEED={seed}): {reason}\n{program:#?}", self.name)
                }
                TestError::Abort(reason) => format!("{} (MAS_SEED={seed}): {reason}", self.name),
            }
        })
    }
}

fn rng(seed: u64, thread: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&thread.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        // The seed finds it again; a file in the tree would only find yesterday's programs.
        failure_persistence: None,
        max_local_rejects: u32::MAX,
        max_shrink_time: 60_000,
        ..Config::default()
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What a usual test begins with: it tries the same programs every time, so that it tells the same twice.
const USUAL_SEED: u64 = 20_261_123;

/// `MAS_SEED`, or another one each time where more programs are asked for than usual: that is for finding, and what is
/// found is printed with its seed.
fn seed() -> u64 {
    let is_search = std::env::var_os("MAS_PROGRAMS").is_some();
    number("MAS_SEED").unwrap_or_else(|| if is_search { random_seed() } else { USUAL_SEED })
}

/// From the time.
fn random_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}
