//! The 25 operations of the API reference and the sign-in: method, path, and who may.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Every operation there is. The hub routes by it, the client calls by it, permissions hang on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    BuildWorkflow,
    ListWorkflows,
    StartWorkflow,
    StopJob,
    UpdateWorkflow,
    ShowJobStatus,
    SearchPlugins,
    DeleteWorkflows,
    FollowWorkflow,
    UnfollowWorkflow,
    CopyWorkflow,
    ListJobs,
    ShowLog,
    NotifyTask,
    RetryJob,
    SkipTask,
    ListBuckets,
    ShowBucketPolicy,
    ShowDcsInstanceName,
    ListDcsInstances,
    ListPrivateZones,
    ListTestSuites,
    CountTestSuites,
    ListTestTasks,
    ListPrivateResourceGroups,
    CreateToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What an operation asks of the one who calls it (the product's permission table).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// List, view, follow.
    View,
    /// Start, stop, retry, skip, approve.
    Operate,
    /// Build, update, copy, delete.
    Edit,
}

/// The roles of the product; the ones above may all that the ones below may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Viewer,
    Operator,
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    pub fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::View => true,
            Permission::Operate => self >= Self::Operator,
            Permission::Edit => self >= Self::Admin,
        }
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).ok_or_else(|| serde::de::Error::custom("a role is admin, operator or viewer"))
    }
}

impl Operation {
    pub const ALL: [Self; 26] = [
        Self::BuildWorkflow,
        Self::ListWorkflows,
        Self::StartWorkflow,
        Self::StopJob,
        Self::UpdateWorkflow,
        Self::ShowJobStatus,
        Self::SearchPlugins,
        Self::DeleteWorkflows,
        Self::FollowWorkflow,
        Self::UnfollowWorkflow,
        Self::CopyWorkflow,
        Self::ListJobs,
        Self::ShowLog,
        Self::NotifyTask,
        Self::RetryJob,
        Self::SkipTask,
        Self::ListBuckets,
        Self::ShowBucketPolicy,
        Self::ShowDcsInstanceName,
        Self::ListDcsInstances,
        Self::ListPrivateZones,
        Self::ListTestSuites,
        Self::CountTestSuites,
        Self::ListTestTasks,
        Self::ListPrivateResourceGroups,
        Self::CreateToken,
    ];

    pub fn method(self) -> Method {
        match self {
            Self::BuildWorkflow
            | Self::ListWorkflows
            | Self::StartWorkflow
            | Self::FollowWorkflow
            | Self::CopyWorkflow
            | Self::ListJobs
            | Self::NotifyTask
            | Self::CreateToken => Method::Post,
            Self::StopJob | Self::UpdateWorkflow | Self::RetryJob | Self::SkipTask => Method::Put,
            Self::DeleteWorkflows | Self::UnfollowWorkflow => Method::Delete,
            _ => Method::Get,
        }
    }

    /// The path below [`crate::BASE_PATH`] (the sign-in: below the root), parameters in braces.
    pub fn path(self) -> &'static str {
        match self {
            Self::BuildWorkflow => "/workflow/build",
            Self::ListWorkflows => "/workflow/list",
            Self::StartWorkflow => "/workflow/{workflow_id}/start",
            Self::StopJob => "/workflow/{job_name}/stop",
            Self::UpdateWorkflow => "/workflow/{workflow_id}/update",
            Self::ShowJobStatus => "/workflows/{workflow_id}/jobs/show-status",
            Self::SearchPlugins => "/plugin-dsl-mapping/search",
            Self::DeleteWorkflows => "/workflows/delete",
            Self::FollowWorkflow | Self::UnfollowWorkflow => "/workflows/{workflow_id}/follow",
            Self::CopyWorkflow => "/workflows/{id}/copy",
            Self::ListJobs => "/workflows/jobs",
            Self::ShowLog => "/jobs/{job_name}/{state_id}/log",
            Self::NotifyTask => "/tasks/{task_id}/notify",
            Self::RetryJob => "/job/{job_name}/manual-retry",
            Self::SkipTask => "/job/{job_name}/manual-skip",
            Self::ListBuckets => "/obs/buckets/{region_id}",
            Self::ShowBucketPolicy => "/obs/buckets/policy/{region_id}/{bucket_name}",
            Self::ShowDcsInstanceName => "/dcs/instance/name/{region_id}/{project_id}/{instance_id}",
            Self::ListDcsInstances => "/{region_id}/{project_id}/dcs/instances",
            Self::ListPrivateZones => "/{region_id}/{project_id}/dns/private_zones",
            Self::ListTestSuites => "/cpts/test-suites/{region_id}/{project_id}",
            Self::CountTestSuites => "/cpts/count/{region_id}/{project_id}",
            Self::ListTestTasks => "/cpts/tasks/{region_id}/{project_id}/{test_suites_id}",
            Self::ListPrivateResourceGroups => "/cpts/prgs/{region_id}/{project_id}",
            Self::CreateToken => crate::TOKENS_PATH,
        }
    }

    /// What the caller must be allowed; `None` for the sign-in, which nobody is signed in for yet.
    pub fn permission(self) -> Option<Permission> {
        match self {
            Self::CreateToken => None,
            Self::BuildWorkflow | Self::UpdateWorkflow | Self::DeleteWorkflows | Self::CopyWorkflow => {
                Some(Permission::Edit)
            }
            Self::StartWorkflow | Self::StopJob | Self::NotifyTask | Self::RetryJob | Self::SkipTask => {
                Some(Permission::Operate)
            }
            _ => Some(Permission::View),
        }
    }

    /// The full path with its parameters filled in, in the order in which they stand, percent-encoded.
    /// Parameters that are missing leave an empty segment, which no server routes.
    pub fn url_path(self, parameters: &[&str]) -> String {
        let mut path = String::new();
        if self != Self::CreateToken {
            path.push_str(crate::BASE_PATH);
        }
        let mut parameters = parameters.iter();
        for segment in self.path().split('/').skip(1) {
            path.push('/');
            if segment.starts_with('{') {
                path.push_str(&encode_segment(parameters.next().copied().unwrap_or_default()));
            } else {
                path.push_str(segment);
            }
        }
        path
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986: right for a path segment and for the
/// value of a query parameter alike.
pub fn encode_segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// The text that [`encode_segment`] was given; `None` where an escape is cut or is no UTF-8.
pub fn decode_segment(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_decoded_to_what_it_was() {
        for text in ["drill-1", "/do/0/切换", "100 %&?#", ""] {
            assert_eq!(decode_segment(&encode_segment(text)).as_deref(), Some(text));
        }
        for wrong in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode_segment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_pointer_is_one_segment_of_the_log_path() {
        let path = Operation::ShowLog.url_path(&["drill-1", "/do/0/切换"]);
        assert_eq!(path, "/octopus-jobmanager/v1/jobs/drill-1/%2Fdo%2F0%2F%E5%88%87%E6%8D%A2/log");
    }

    #[test]
    fn a_viewer_views_and_an_operator_does_not_edit() {
        assert!(Role::Viewer.may(Permission::View) && !Role::Viewer.may(Permission::Operate));
        assert!(Role::Operator.may(Permission::Operate) && !Role::Operator.may(Permission::Edit));
        assert!(Role::Admin.may(Permission::Edit));
    }

    #[test]
    fn the_reference_has_25_operations_and_none_shares_its_method_and_path() {
        let mut seen: Vec<_> =
            Operation::ALL.iter().map(|operation| (operation.method().as_str(), operation.path())).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 26);
    }
}
