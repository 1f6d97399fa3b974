//! Resource queries: OBS, DCS, DNS, CPTS, CCE (API reference 4.1.1.3 to 4.1.1.6). Some bodies have no envelope there.

use serde::{Deserialize, Serialize};

/// Body of the OBS bucket list (table 4-45), without envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketList {
    #[serde(default)]
    pub total: u64,
    #[serde(default)]
    pub buckets: Vec<Bucket>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub bucket_name: String,
}

/// Body of the OBS bucket policy (table 4-48), without envelope. `policy` is the policy's JSON as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketPolicy {
    #[serde(default)]
    pub policy: String,
}

/// `{data, total, page_num, page_size}`: the lists of DCS, DNS, CPTS and CCE, without envelope.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcePage<T> {
    #[serde(default = "Vec::new")]
    pub data: Vec<T>,
    #[serde(default)]
    pub total: u64,
    #[serde(default)]
    pub page_num: u32,
    #[serde(default)]
    pub page_size: u32,
}

/// Query of those lists; `search_value` only where the reference has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_num: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search_value: Option<String>,
}

/// A DCS instance; also the result of the query of one instance's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DcsInstance {
    pub id: String,
    #[serde(default)]
    pub name: String,
}

/// A private DNS zone. The reference shows no members; these are DNS's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateZone {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub record_num: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSuite {
    pub id: i64,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub create_time: String,
    #[serde(default)]
    pub update_time: String,
}

/// Result (in an envelope) of the count of test suites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSuiteCount {
    #[serde(default)]
    pub total_count: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestTask {
    pub id: i64,
    /// Running now.
    #[serde(default)]
    pub is_starting: bool,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub parallel: bool,
    #[serde(default)]
    pub update_time: String,
}

/// A private CCE resource group: usable only where both numbers are [`PrivateResourceGroup::USABLE`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateResourceGroup {
    pub id: i64,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub status: i64,
    #[serde(default)]
    pub summary_status: i64,
}

impl PrivateResourceGroup {
    /// The status number of a group in order (reference 4.1.1.6.4).
    pub const USABLE: i64 = 5;

    pub fn is_usable(&self) -> bool {
        self.status == Self::USABLE && self.summary_status == Self::USABLE
    }
}
