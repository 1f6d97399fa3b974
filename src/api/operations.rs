//! The 25 operations as functions. Every write carries an idempotency key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::history::{Filter, FilterProperty, JobPage, Sort};
use wire::job::{DecisionRequest, NotifyRequest};
use wire::log::{LogPage, LogQuery};
use wire::operation::encode_segment;
use wire::plugin::PluginList;
use wire::resource::{
    BucketList, BucketPolicy, DcsInstance, PrivateResourceGroup, PrivateZone, ResourcePage, ResourceQuery,
    TestSuite, TestSuiteCount, TestTask,
};
use wire::text::{DefinitionText, JsonText};
use wire::workflow::{
    CopyInfo, DefinitionRequest, ExecuteRequest, ListRequest, SavedWorkflow, StartRequest, StartedJob,
    WorkflowQuery,
};
use wire::{Job, JobStatus, Operation, Page, Workflow};

use super::client::{Call, to_json};
use super::{Api, ApiError, IdempotencyKey, News};

impl Call {
    fn new(operation: Operation, parameters: &[&str]) -> Self {
        Self {
            operation,
            path: operation.url_path(parameters),
            query: String::new(),
            body: None,
            key: None,
            if_match: None,
            if_none_match: None,
        }
    }

    /// Adds `name=value` for every value that is there.
    fn query(mut self, pairs: &[(&str, Option<&str>)]) -> Self {
        for (name, value) in pairs {
            if let Some(value) = value {
                if !self.query.is_empty() {
                    self.query.push('&');
                }
                self.query.push_str(name);
                self.query.push('=');
                self.query.push_str(&encode_segment(value));
            }
        }
        self
    }

    fn body<T: Serialize>(mut self, body: &T) -> Result<Self, ApiError> {
        self.body = Some(to_json(body)?);
        Ok(self)
    }

    fn key(mut self, key: &IdempotencyKey) -> Self {
        self.key = Some(key.clone());
        self
    }
}

/// What is asked of the history. A service that knows no cursors answers by `page_no`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobSearch {
    pub filters: Vec<Filter>,
    pub sort: Sort,
    pub ascending: bool,
    /// Empty is the beginning.
    pub cursor: String,
    pub page_no: u32,
    pub page_size: u32,
    /// Into how many parts of time the runs are counted instead of being listed.
    pub histogram: Option<u32>,
}

impl Api {
    pub async fn build_workflow(
        &self,
        definition: String,
        key: &IdempotencyKey,
    ) -> Result<SavedWorkflow, ApiError> {
        let body = DefinitionRequest { workflow_def: DefinitionText(definition) };
        self.enveloped(Call::new(Operation::BuildWorkflow, &[]).key(key).body(&body)?).await
    }

    /// Saves over `revision`; a newer one on the service answers 409.
    pub async fn update_workflow(
        &self,
        workflow_id: &str,
        revision: u64,
        definition: String,
        key: &IdempotencyKey,
    ) -> Result<SavedWorkflow, ApiError> {
        let body = DefinitionRequest { workflow_def: DefinitionText(definition) };
        let mut call = Call::new(Operation::UpdateWorkflow, &[workflow_id]).key(key).body(&body)?;
        call.if_match = Some(revision);
        self.enveloped(call).await
    }

    pub async fn list_workflows(&self, query: WorkflowQuery) -> Result<Page<Workflow>, ApiError> {
        let body = ListRequest { workflow_query: JsonText(query) };
        self.enveloped(Call::new(Operation::ListWorkflows, &[]).body(&body)?).await
    }

    /// One workflow with its definition; `None` where there is none of that id.
    pub async fn workflow(&self, workflow_id: &str) -> Result<Option<Workflow>, ApiError> {
        let query = WorkflowQuery {
            workflow_id: Some(workflow_id.to_owned()),
            with_def: Some(true),
            ..WorkflowQuery::default()
        };
        Ok(self.list_workflows(query).await?.items.into_iter().next())
    }

    pub async fn start_workflow(
        &self,
        workflow_id: &str,
        request: ExecuteRequest,
        key: &IdempotencyKey,
    ) -> Result<StartedJob, ApiError> {
        let body = StartRequest { workflow_execute_request: JsonText(request) };
        self.enveloped(Call::new(Operation::StartWorkflow, &[workflow_id]).key(key).body(&body)?).await
    }

    /// An empty reason is none; so it is with every act by hand.
    pub async fn stop_job(&self, job_name: &str, reason: &str, key: &IdempotencyKey) -> Result<(), ApiError> {
        self.done(Call::new(Operation::StopJob, &[job_name]).query(&[("reason", given(reason))]).key(key))
            .await
    }

    /// `with_definition` asks for the definition that runs; leave it out of polls.
    pub async fn job_status(
        &self,
        workflow_id: &str,
        job_name: &str,
        with_definition: bool,
    ) -> Result<JobStatus, ApiError> {
        self.enveloped(status_call(workflow_id, job_name, with_definition)).await
    }

    /// Like [`Api::job_status`], where `known` is the entity tag of what is known already: it becomes that of the answer.
    pub async fn job_status_news(
        &self,
        workflow_id: &str,
        job_name: &str,
        with_definition: bool,
        known: &mut Option<String>,
    ) -> Result<News<JobStatus>, ApiError> {
        self.news(status_call(workflow_id, job_name, with_definition), known).await
    }

    pub async fn plugins(&self) -> Result<PluginList, ApiError> {
        self.enveloped(Call::new(Operation::SearchPlugins, &[]).query(&[("type", Some("all"))])).await
    }

    pub async fn delete_workflows(
        &self,
        workflow_ids: &[&str],
        key: &IdempotencyKey,
    ) -> Result<(), ApiError> {
        let pairs: Vec<_> = workflow_ids.iter().map(|id| ("workflow_id", Some(*id))).collect();
        self.done(Call::new(Operation::DeleteWorkflows, &[]).query(&pairs).key(key)).await
    }

    pub async fn set_followed(&self, workflow_id: &str, followed: bool) -> Result<(), ApiError> {
        let operation = if followed { Operation::FollowWorkflow } else { Operation::UnfollowWorkflow };
        self.done(Call::new(operation, &[workflow_id]).key(&IdempotencyKey::new())).await
    }

    pub async fn copy_workflow(
        &self,
        workflow_id: &str,
        copy: &CopyInfo,
        key: &IdempotencyKey,
    ) -> Result<SavedWorkflow, ApiError> {
        self.enveloped(Call::new(Operation::CopyWorkflow, &[workflow_id]).key(key).body(copy)?).await
    }

    pub async fn list_jobs(
        &self,
        filters: &[Filter],
        page_no: u32,
        page_size: u32,
    ) -> Result<Page<Job>, ApiError> {
        let body: Vec<FilterProperty> = filters.iter().map(FilterProperty::from).collect();
        let call = Call::new(Operation::ListJobs, &[])
            .query(&[("page_no", Some(&page_no.to_string())), ("page_size", Some(&page_size.to_string()))]);
        self.enveloped_kept(call.body(&body)?).await
    }

    /// A page of the history by its cursor, in any order; or how many runs began when.
    pub async fn search_jobs(&self, search: &JobSearch) -> Result<JobPage, ApiError> {
        let body: Vec<FilterProperty> = search.filters.iter().map(FilterProperty::from).collect();
        let call = Call::new(Operation::ListJobs, &[]).query(&[
            ("page_no", Some(&search.page_no.max(1).to_string())),
            ("page_size", Some(&search.page_size.to_string())),
            ("sort", Some(search.sort.as_str())),
            ("order", Some(if search.ascending { "asc" } else { "desc" })),
            ("cursor", Some(&search.cursor)),
            ("histogram", search.histogram.map(|parts| parts.to_string()).as_deref()),
        ]);
        self.enveloped(call.body(&body)?).await
    }

    /// `state_id` is a task's pointer, or `-` for the whole job.
    pub async fn log(&self, job_name: &str, state_id: &str, query: &LogQuery) -> Result<LogPage, ApiError> {
        let sort = match query.sort {
            wire::log::SortOrder::Asc => "ASC",
            wire::log::SortOrder::Desc => "DESC",
        };
        let call = Call::new(Operation::ShowLog, &[job_name, state_id]).query(&[
            ("start_offset", Some(&query.start_offset)),
            ("end_offset", Some(&query.end_offset)),
            ("size", Some(&query.size.to_string())),
            ("sort", Some(sort)),
            ("level", Some(query.level.as_str())),
            ("filter", Some(if query.filter { "true" } else { "false" })),
        ]);
        self.enveloped_kept(call).await
    }

    pub async fn notify_task(
        &self,
        task_id: &str,
        request: DecisionRequest,
        key: &IdempotencyKey,
    ) -> Result<(), ApiError> {
        let body = NotifyRequest { request: JsonText(request) };
        self.done(Call::new(Operation::NotifyTask, &[task_id]).key(key).body(&body)?).await
    }

    /// Without a task: every faulted task of the job.
    pub async fn retry_job(
        &self,
        job_name: &str,
        task_id: Option<&str>,
        reason: &str,
        key: &IdempotencyKey,
    ) -> Result<(), ApiError> {
        let query = [("task_id", task_id), ("reason", given(reason))];
        self.done(Call::new(Operation::RetryJob, &[job_name]).query(&query).key(key)).await
    }

    pub async fn skip_task(
        &self,
        job_name: &str,
        task_id: &str,
        reason: &str,
        key: &IdempotencyKey,
    ) -> Result<(), ApiError> {
        let query = [("task_id", Some(task_id)), ("reason", given(reason))];
        self.done(Call::new(Operation::SkipTask, &[job_name]).query(&query).key(key)).await
    }

    pub async fn buckets(&self, region: &str) -> Result<BucketList, ApiError> {
        self.plain(Call::new(Operation::ListBuckets, &[region])).await
    }

    pub async fn bucket_policy(&self, region: &str, bucket: &str) -> Result<BucketPolicy, ApiError> {
        self.plain(Call::new(Operation::ShowBucketPolicy, &[region, bucket])).await
    }

    pub async fn dcs_instance_name(
        &self,
        region: &str,
        project: &str,
        instance: &str,
    ) -> Result<DcsInstance, ApiError> {
        self.enveloped(Call::new(Operation::ShowDcsInstanceName, &[region, project, instance])).await
    }

    pub async fn dcs_instances(
        &self,
        region: &str,
        project: &str,
        query: &ResourceQuery,
    ) -> Result<ResourcePage<DcsInstance>, ApiError> {
        self.resource_page(Operation::ListDcsInstances, &[region, project], query).await
    }

    pub async fn private_zones(
        &self,
        region: &str,
        project: &str,
        query: &ResourceQuery,
    ) -> Result<ResourcePage<PrivateZone>, ApiError> {
        self.resource_page(Operation::ListPrivateZones, &[region, project], query).await
    }

    pub async fn test_suites(
        &self,
        region: &str,
        project: &str,
        query: &ResourceQuery,
    ) -> Result<ResourcePage<TestSuite>, ApiError> {
        self.resource_page(Operation::ListTestSuites, &[region, project], query).await
    }

    pub async fn count_test_suites(&self, region: &str, project: &str) -> Result<TestSuiteCount, ApiError> {
        self.enveloped(Call::new(Operation::CountTestSuites, &[region, project])).await
    }

    pub async fn test_tasks(
        &self,
        region: &str,
        project: &str,
        suite: &str,
        query: &ResourceQuery,
    ) -> Result<ResourcePage<TestTask>, ApiError> {
        self.resource_page(Operation::ListTestTasks, &[region, project, suite], query).await
    }

    pub async fn private_resource_groups(
        &self,
        region: &str,
        project: &str,
    ) -> Result<ResourcePage<PrivateResourceGroup>, ApiError> {
        let query = ResourceQuery::default();
        self.resource_page(Operation::ListPrivateResourceGroups, &[region, project], &query).await
    }

    async fn resource_page<T: DeserializeOwned>(
        &self,
        operation: Operation,
        parameters: &[&str],
        query: &ResourceQuery,
    ) -> Result<ResourcePage<T>, ApiError> {
        let call = Call::new(operation, parameters).query(&[
            ("page_num", query.page_num.map(|number| number.to_string()).as_deref()),
            ("page_size", query.page_size.map(|size| size.to_string()).as_deref()),
            ("search_value", query.search_value.as_deref()),
        ]);
        self.plain(call).await
    }
}

fn status_call(workflow_id: &str, job_name: &str, with_definition: bool) -> Call {
    Call::new(Operation::ShowJobStatus, &[workflow_id])
        .query(&[("job_name", Some(job_name)), ("with_def", with_definition.then_some("true"))])
}

/// What somebody has written, if anything.
fn given(reason: &str) -> Option<&str> {
    (!reason.is_empty()).then_some(reason)
}
