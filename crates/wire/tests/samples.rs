//! One sample of every operation: what is sent and what comes back, byte for byte. A change here is a change of the API.

#![expect(clippy::expect_used, reason = "a sample that does not survive the wire should stop the test")]

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::auth::*;
use wire::envelope::Empty;
use wire::history::{Counted, FilterProperty, Histogram, JobPage};
use wire::job::*;
use wire::log::*;
use wire::plugin::*;
use wire::resource::*;
use wire::text::*;
use wire::workflow::*;
use wire::*;

/// Writes a value, reads it back as the same type, and finds it unchanged.
fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) -> Value {
    let written = serde_json::to_value(&value).expect("it serialises");
    let read: T = serde_json::from_value(written.clone()).expect("it reads back");
    assert_eq!(read, value);
    written
}

fn operation(operation: Operation, parameters: &[&str], request: Value, response: Value) -> Value {
    json!({
        "call": format!("{} {}", operation.method().as_str(), operation.url_path(parameters)),
        "permission": operation.permission().map(|permission| format!("{permission:?}")),
        "request": request,
        "response": response,
    })
}

fn job() -> Job {
    Job {
        job_name: "failover-20261123-0001".into(),
        workflow_id: "7f89269373dd4521b1daaea77b4e8a37".into(),
        workflow_name: "failover".into(),
        status: Status::Waiting,
        started_by: "admin".into(),
        started_at: "2026-11-23T03:00:00Z".into(),
        ended_at: None,
        dry_run: false,
        waiting: vec![WaitingTask {
            task_id: "failover-20261123-0001.7".into(),
            name: "confirm".into(),
            kind: "approval".into(),
            since: "2026-11-23T03:00:04Z".into(),
        }],
        waiting_omitted: 0,
        tasks_total: 9,
        tasks_done: 4,
        error: None,
        parent: Some(ParentTask {
            job_name: "weekly-20261123-0001".into(),
            workflow_id: "0a89269373dd4521b1daaea77b4e8a37".into(),
            task_id: "weekly-20261123-0001.3".into(),
        }),
    }
}

fn task() -> Task {
    Task {
        task_id: "failover-20261123-0001.7".into(),
        state_id: "/do/1/confirm".into(),
        pointer: "/do/1/confirm".into(),
        name: "confirm".into(),
        kind: "call".into(),
        plugin: Some("manual-gate".into()),
        status: Status::Waiting,
        attempt: 1,
        started_at: Some("2026-11-23T03:00:04Z".into()),
        waiting: Some(Waiting {
            kind: "approval".into(),
            message: "Move the traffic?".into(),
            approvers: vec!["role:operator".into()],
            min_approvals: 2,
            four_eyes: true,
            approvals: vec![Approval {
                by: "olga".into(),
                at: "2026-11-23T03:03:00Z".into(),
                comment: Some("seen".into()),
            }],
            may_decide: Some(false),
            may_not: Some("starter".into()),
            deadline: Some("2026-11-23T03:30:04Z".into()),
            since: Some("2026-11-23T03:00:04Z".into()),
            definition_digest: Some("sha256:00".into()),
        }),
        log_lines: 2,
        sub_job: Some(SubJob {
            job_name: "heal-20261123-0002".into(),
            workflow_id: "1b89269373dd4521b1daaea77b4e8a37".into(),
        }),
        ..Task::default()
    }
}

fn page<T>(item: T) -> ResourcePage<T> {
    ResourcePage { data: vec![item], total: 1, page_num: 1, page_size: 10 }
}

macro_rules! samples {
    ($($name:ident: $operation:ident, $parameters:expr, $request:expr, $response:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_json_snapshot!(operation(Operation::$operation, &$parameters, $request, $response));
        })*

        #[test]
        fn every_operation_has_a_sample() {
            let sampled = [$(Operation::$operation),*];
            for operation in Operation::ALL {
                assert!(sampled.contains(&operation), "{operation:?} has none");
            }
        }
    };
}

samples! {
    build: BuildWorkflow, [],
        check(DefinitionRequest { workflow_def: DefinitionText("{\"document\":{}}".into()) }),
        check(Envelope::success(SavedWorkflow { workflow_id: "w1".into(), revision: 1 }));
    list: ListWorkflows, [],
        check(ListRequest { workflow_query: JsonText(WorkflowQuery { keyword: Some("切换".into()), page_no: Some(1), ..WorkflowQuery::default() }) }),
        check(Envelope::success(Page { total: 1, page_no: 1, page_size: 10, items: vec![Workflow {
            workflow_id: "w1".into(), name: "failover".into(), namespace: "default".into(), version: "1.0.0".into(),
            revision: 3, followed: true, stages: vec!["checks".into(), "confirm".into()], last_job: Some(job()),
            ..Workflow::default()
        }] }));
    start: StartWorkflow, ["w1"],
        check(StartRequest { workflow_execute_request: JsonText(ExecuteRequest { input: Some(json!({"site": "site-b"})), stages: Some(vec!["checks".into()]), dry_run: Some(false), reason: Some("drill".into()) }) }),
        check(Envelope::success(StartedJob { job_name: "j1".into(), workflow_id: "w1".into(), status: Status::Running }));
    stop: StopJob, ["j1"], json!({"query": "reason=wrong%20site"}), check(Envelope::success(Empty {}));
    update: UpdateWorkflow, ["w1"],
        check(DefinitionRequest { workflow_def: DefinitionText("{\"document\":{}}".into()) }),
        check(Envelope::success(SavedWorkflow { workflow_id: "w1".into(), revision: 2 }));
    show_status: ShowJobStatus, ["w1"], json!({"query": "job_name=j1&with_def=true"}),
        check(Envelope::success(JobStatus {
            job: job(), input: json!({"site": "site-b"}), definition_revision: 3, tasks: vec![task()],
            paths_not_taken: vec!["/do/3/rollback".into()],
            acts: vec![Act { at: "2026-11-23T03:00:00Z".into(), by: "admin".into(), act: "start".into(), ..Act::default() }],
            ..JobStatus::default()
        }));
    search_plugins: SearchPlugins, [], json!({"query": "type="}),
        check(Envelope::success(PluginList { plugins: vec![Plugin {
            plugin: "wait".into(), version: "1.0.0".into(), call: "wait:1.0.0@default".into(), kind: "general".into(),
            name: LocalizedText { zh: "等待".into(), en: "Wait".into() },
            input_schema: json!({"type": "object"}), dsl: json!({"call": "wait:1.0.0@default", "with": {"seconds": 5}}),
            ..Plugin::default()
        }] }));
    delete: DeleteWorkflows, [], json!({"query": "workflow_id=a&workflow_id=b"}), check(Envelope::success(Empty {}));
    follow: FollowWorkflow, ["w1"], Value::Null, check(Envelope::success(Empty {}));
    unfollow: UnfollowWorkflow, ["w1"], Value::Null, check(Envelope::success(Empty {}));
    copy: CopyWorkflow, ["w1"],
        check(CopyInfo { attribute: "workflow".into(), workflow_name: "test001".into(), description: "空模板".into(), namespace: "qwd12sdw12".into() }),
        check(Envelope::success(SavedWorkflow { workflow_id: "w2".into(), revision: 1 }));
    list_jobs: ListJobs, [],
        check(vec![FilterProperty { operator: "in".into(), property_name: "status".into(), operand: "faulted,waiting".into() }]),
        check(Envelope::success(JobPage {
            total: 1, page_no: 1, page_size: 20, items: vec![job()],
            next: Some("bmV4dA".into()), here: Some("aGVyZQ".into()), total_is: Some(Counted::AtLeast), before: Some(3),
            searched_to: Some("2026-11-23T03:00:00.000Z".into()),
            histogram: Some(Histogram {
                from: "2026-11-23T00:00:00.000Z".into(), to: "2026-11-24T00:00:00.000Z".into(),
                buckets: vec![wire::history::Bucket { runs: 1, faulted: Some(0) }], searched_to: None,
            }),
            ..JobPage::default()
        }));
    log: ShowLog, ["j1", "/do/0/check"],
        check(LogQuery { start_offset: "100".into(), sort: SortOrder::Desc, level: Level::Warn, ..LogQuery::default() }),
        check(Envelope::success(LogPage {
            lines: vec![LogLine { offset: 0, time: "2026-11-23T03:00:01Z".into(), level: Level::Info, task_id: Some("j1.1".into()), attempt: 1, message: "GET http://127.0.0.1/healthz".into() }],
            start_offset: 0, end_offset: 1, next_offset: 1, complete: true,
        }));
    notify: NotifyTask, ["j1.7"],
        check(NotifyRequest { request: JsonText(DecisionRequest { decision: Decision::Approve, comment: "go".into(), definition_digest: Some("sha256:00".into()) }) }),
        check(Envelope::success(Empty {}));
    retry: RetryJob, ["j1"], json!({"query": "task_id=j1.7&reason=the%20network%20is%20back"}), check(Envelope::success(Empty {}));
    skip: SkipTask, ["j1"], json!({"query": "task_id=j1.7&reason=done%20by%20hand"}), check(Envelope::success(Empty {}));
    list_buckets: ListBuckets, ["site-a"], Value::Null,
        check(BucketList { total: 1, buckets: vec![Bucket { bucket_name: "orders".into() }] });
    bucket_policy: ShowBucketPolicy, ["site-a", "orders"], Value::Null,
        check(BucketPolicy { policy: "{}".into() });
    dcs_name: ShowDcsInstanceName, ["site-a", "p1", "i1"], Value::Null,
        check(Envelope::success(DcsInstance { id: "i1".into(), name: "mas-test-dcs01".into() }));
    list_dcs: ListDcsInstances, ["site-a", "p1"],
        check(ResourceQuery { page_num: Some(1), page_size: Some(10), search_value: Some(String::new()) }),
        check(page(DcsInstance { id: "i1".into(), name: "mas-test-dcs01".into() }));
    list_zones: ListPrivateZones, ["site-a", "p1"], check(ResourceQuery::default()),
        check(page(PrivateZone { id: "z1".into(), name: "shop.internal.".into(), status: "ACTIVE".into(), record_num: 2 }));
    list_suites: ListTestSuites, ["site-a", "p1"], check(ResourceQuery::default()),
        check(page(TestSuite { id: 316572, name: "mas-hub_test".into(), description: String::new(), create_time: "2023-02-02T10:05:26+08:00".into(), update_time: "2023-02-02T10:05:26+08:00".into() }));
    count_suites: CountTestSuites, ["site-a", "p1"], Value::Null,
        check(Envelope::success(TestSuiteCount { total_count: 117 }));
    list_test_tasks: ListTestTasks, ["site-a", "p1", "98675"], check(ResourceQuery::default()),
        check(page(TestTask { id: 245150, is_starting: true, name: "DRS查询状态".into(), parallel: true, update_time: "2023-02-02T11:49:05.504893+08:00".into() }));
    list_groups: ListPrivateResourceGroups, ["site-a", "p1"], Value::Null,
        check(page(PrivateResourceGroup { id: 1692, name: "cpts".into(), status: 5, summary_status: 5 }));
    sign_in: CreateToken, [],
        check(TokenRequest::password("default", "admin", "secret", "default")),
        check(TokenResponse { token: Token {
            expires_at: "2026-11-24T03:00:00.000000Z".into(), issued_at: "2026-11-23T03:00:00.000000Z".into(),
            methods: vec!["password".into()],
            user: Scoped { id: "u1".into(), name: "admin".into(), domain: Named { id: "d1".into(), name: "default".into() } },
            project: Scoped { id: "p1".into(), name: "default".into(), domain: Named { id: "d1".into(), name: "default".into() } },
            roles: vec![Named { id: "admin".into(), name: "admin".into() }],
            catalog: vec![CatalogEntry { kind: "mas".into(), name: "mas".into(), endpoints: vec![CatalogEndpoint { region: "site-a".into(), region_id: "site-a".into(), url: "/".into() }] }],
        } });
}

#[test]
fn both_documented_error_shapes_come_at_once() {
    let body = ApiErrorBody::new(
        ErrorCode::InvalidDefinition,
        "the definition is not valid".into(),
        vec![ProblemReport {
            pointer: "/do".into(),
            message: "missing".into(),
            severity: ReportSeverity::Error,
        }],
    );
    insta::assert_json_snapshot!(check(body));
}

#[test]
fn a_response_with_members_and_words_of_tomorrow_still_reads() {
    let job: Job =
        serde_json::from_value(json!({"job_name": "j", "status": "hibernating", "colour": "red"})).unwrap();
    assert_eq!(job.status, Status::Other("hibernating".into()));
    let error: ApiErrorBody =
        serde_json::from_value(json!({"error_msg": "no", "error_code": "AS.0001"})).unwrap();
    assert_eq!(error.error_code, ErrorCode::Other("AS.0001".into()));
}
