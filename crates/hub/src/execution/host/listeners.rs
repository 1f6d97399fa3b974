//! Finds the next event for every task that waits for one, and makes it part of its run.
//!
//! A task asks for one event and asks again when it is ready (`flow`'s `Subscribe`), so what is kept here is who asks.
//! The database holds the same; it is read when the hub opens. A delivery may come twice, after a crash or beside an
//! unsubscription: the engine tells by the event's sequence.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flow::engine::{Event, TaskId, Timestamp, may_match};
use serde_json::Value;
use tokio::sync::Notify;

use super::Host;
use super::calls::{FIRST_PAUSE, LONGEST_PAUSE};
use crate::clock;
use crate::events::Recorded;
use crate::events::table::{self, Subscription};

/// So many events are looked at at once.
const BATCH: u32 = 100;

/// Who waits for an event.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    registry: Mutex<Registry>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Registry {
    /// Those whose past has not been looked at yet, in the order of their coming.
    new: Vec<Listener>,
    /// Those that wait for events to come, by namespace.
    idle: HashMap<String, HashMap<(i64, TaskId), Listener>>,
}

#[derive(Clone, Debug)]
struct Listener {
    job: i64,
    job_name: String,
    subscription: Subscription,
    /// No event up to here is for it.
    looked_at: u64,
}

impl Listeners {
    pub(super) fn add(&self, job: i64, job_name: &str, subscription: Subscription) {
        let looked_at = subscription.after;
        let job_name = job_name.to_owned();
        self.lock().new.push(Listener { job, job_name, subscription, looked_at });
        self.changed.notify_one();
    }

    pub(super) fn remove(&self, job: i64, task: TaskId, attempt: u32) {
        self.retain(|listener| {
            (listener.job, listener.subscription.task, listener.subscription.attempt) != (job, task, attempt)
        });
    }

    pub(super) fn remove_job(&self, job: i64) {
        self.retain(|listener| listener.job != job);
    }

    fn retain(&self, keep: impl Fn(&Listener) -> bool) {
        let mut registry = self.lock();
        registry.new.retain(|listener| keep(listener));
        for idle in registry.idle.values_mut() {
            idle.retain(|_, listener| keep(listener));
        }
        registry.idle.retain(|_, idle| !idle.is_empty());
    }

    fn take_new(&self) -> Vec<Listener> {
        std::mem::take(&mut self.lock().new)
    }

    fn wait(&self, listener: Listener) {
        let key = (listener.job, listener.subscription.task);
        let namespace = listener.subscription.namespace.clone();
        self.lock().idle.entry(namespace).or_default().insert(key, listener);
    }

    /// Takes out those that an event may be for.
    fn take_interested(&self, namespace: &str, recorded: &Recorded) -> Vec<Listener> {
        let mut registry = self.lock();
        let Some(idle) = registry.idle.get_mut(namespace) else { return Vec::new() };
        idle.extract_if(|_, listener| listener.looked_at < recorded.sequence && listener.wants(recorded))
            .map(|(_, listener)| listener)
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    fn wants(&self, recorded: &Recorded) -> bool {
        recorded.received_at >= self.subscription.since
            && self.subscription.filters.iter().any(|filter| may_match(filter, &recorded.event))
    }
}

impl Host {
    /// Takes up those that waited when the last hub ended.
    pub(super) async fn take_up_listeners(&self) -> sqlx::Result<()> {
        for (job, job_name, subscription) in table::subscriptions(self.database.read()).await? {
            self.listeners.add(job, &job_name, subscription);
        }
        Ok(())
    }

    /// Gives events to those that wait for them, until the hub shuts down.
    pub(super) async fn hand_out_events(self: Arc<Self>) {
        let mut publications = self.events.watch();
        let mut seen = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let turn = self.draining.run_until_cancelled(self.hand_out(&mut seen)).await;
            match turn {
                None => return,
                Some(Ok(())) => pause = FIRST_PAUSE,
                Some(Err(error)) => {
                    tracing::error!(%error, "events cannot be handed out, and it is tried again");
                    if self.draining.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                        return;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
            }
            tokio::select! {
                () = self.draining.cancelled() => return,
                () = self.listeners.changed.notified() => {}
                // The bus lives as long as the host.
                _ = publications.changed() => {}
            }
        }
    }

    /// One round: whoever is new is given what is there already, then whoever waits what is new.
    async fn hand_out(self: &Arc<Self>, seen: &mut Option<u64>) -> sqlx::Result<()> {
        let mut last = match *seen {
            Some(last) => last,
            None => self.events.head().await?,
        };
        *seen = Some(last);
        let mut new = self.listeners.take_new().into_iter();
        while let Some(listener) = new.next() {
            if let Err(error) = self.look_back(&listener).await {
                // None of them is forgotten.
                let mut registry = self.listeners.lock();
                registry.new.push(listener);
                registry.new.extend(new);
                return Err(error);
            }
        }
        loop {
            let batch = self.events.all_after(last, BATCH).await?;
            let Some((_, newest)) = batch.last() else { return Ok(()) };
            last = newest.sequence;
            for (namespace, recorded) in &batch {
                for listener in self.listeners.take_interested(namespace, recorded) {
                    self.deliver(listener, recorded.sequence, recorded.event.clone());
                }
            }
            *seen = Some(last);
        }
    }

    async fn look_back(self: &Arc<Self>, listener: &Listener) -> sqlx::Result<()> {
        // Read before the events: what comes in between is looked at again, not passed over.
        let head = self.events.head().await?;
        let mut after = listener.looked_at;
        loop {
            let subscription = &listener.subscription;
            let events =
                table::candidates(self.database.read(), listener.job, subscription, after, BATCH).await?;
            if let Some(found) = events.iter().find(|recorded| listener.wants(recorded)) {
                self.deliver(listener.clone(), found.sequence, found.event.clone());
                return Ok(());
            }
            match events.last() {
                Some(last) => after = last.sequence,
                None => {
                    self.listeners.wait(Listener { looked_at: head, ..listener.clone() });
                    return Ok(());
                }
            }
        }
    }

    /// Makes an event part of the run that asked for it, however long the database refuses.
    fn deliver(self: &Arc<Self>, listener: Listener, sequence: u64, event: Value) {
        let host = Arc::clone(self);
        let Subscription { task, attempt, .. } = listener.subscription;
        let delivering: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            let mut pause = FIRST_PAUSE;
            loop {
                let at = Timestamp(clock::now());
                let event = Event::Delivered { at, task, attempt, sequence, event: event.clone() };
                let mut locked = host.lock(&listener.job_name).await;
                let Err(error) = host.apply(&mut locked, None, event, Vec::new()).await else { return };
                drop(locked);
                tracing::error!(job = listener.job_name, sequence, %error, "an event could not be committed, and is tried again");
                tokio::select! {
                    () = host.draining.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        });
        self.tracker.spawn(delivering);
    }
}
