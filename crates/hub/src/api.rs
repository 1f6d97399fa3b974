//! The operations, one file for each. What they have in common stands in `server`.

mod build_workflow;
mod copy_workflow;
mod count_test_suites;
pub(crate) mod create_token;
mod delete_workflows;
mod follow_workflow;
pub(crate) mod health;
mod list_buckets;
mod list_dcs_instances;
mod list_jobs;
mod list_private_resource_groups;
mod list_private_zones;
mod list_test_suites;
mod list_test_tasks;
mod list_workflows;
mod notify_task;
mod paging;
mod reason;
mod retry_job;
mod search_plugins;
mod show_bucket_policy;
mod show_dcs_instance_name;
mod show_job_status;
mod show_log;
mod skip_task;
mod start_workflow;
mod stop_job;
mod unfollow_workflow;
mod update_workflow;

use wire::Operation;

use crate::error::HubError;
use crate::server::{Call, Reply};

/// Performs a call that is permitted.
pub(crate) async fn dispatch(call: Call) -> Result<Reply, HubError> {
    match call.operation {
        Operation::BuildWorkflow => build_workflow::handle(&call).await,
        Operation::ListWorkflows => list_workflows::handle(&call).await,
        Operation::StartWorkflow => start_workflow::handle(&call).await,
        Operation::StopJob => stop_job::handle(&call).await,
        Operation::UpdateWorkflow => update_workflow::handle(&call).await,
        Operation::ShowJobStatus => show_job_status::handle(&call).await,
        Operation::SearchPlugins => search_plugins::handle(&call),
        Operation::DeleteWorkflows => delete_workflows::handle(&call).await,
        Operation::FollowWorkflow => follow_workflow::handle(&call).await,
        Operation::UnfollowWorkflow => unfollow_workflow::handle(&call).await,
        Operation::CopyWorkflow => copy_workflow::handle(&call).await,
        Operation::ListJobs => list_jobs::handle(&call).await,
        Operation::ShowLog => show_log::handle(&call).await,
        Operation::NotifyTask => notify_task::handle(&call).await,
        Operation::RetryJob => retry_job::handle(&call).await,
        Operation::SkipTask => skip_task::handle(&call).await,
        Operation::ListBuckets => list_buckets::handle(&call).await,
        Operation::ShowBucketPolicy => show_bucket_policy::handle(&call).await,
        Operation::ShowDcsInstanceName => show_dcs_instance_name::handle(&call).await,
        Operation::ListDcsInstances => list_dcs_instances::handle(&call).await,
        Operation::ListPrivateZones => list_private_zones::handle(&call).await,
        Operation::ListTestSuites => list_test_suites::handle(&call).await,
        Operation::CountTestSuites => count_test_suites::handle(&call).await,
        Operation::ListTestTasks => list_test_tasks::handle(&call).await,
        Operation::ListPrivateResourceGroups => list_private_resource_groups::handle(&call).await,
        // It is answered before anybody is signed in.
        Operation::CreateToken => Err(HubError::not_found("the sign-in is not here", "此处没有登录接口")),
    }
}
