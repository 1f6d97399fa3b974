//! The binary itself: what a newcomer, a script and an init system see.
//!
//! Nothing here sleeps: the hub prints its link when it listens, and ends when it is told to.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

struct Serving {
    child: Child,
    /// The sign-in link.
    link: String,
    address: String,
}

fn hub(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mas-hub"));
    command.arg("--data").arg(data);
    command
}

fn serve(data: &Path) -> Serving {
    let mut child = hub(data)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut link = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut link).unwrap();
    let link = link.trim_end().to_owned();
    let address = link.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap().0.to_owned();
    Serving { child, link, address }
}

impl Serving {
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn sign_in(&self, body: &str) -> String {
        let length = body.len();
        self.ask(&format!(
            "POST /v3/auth/tokens HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
    }

    /// Tells it to end, and waits until it has.
    fn terminate(mut self) -> Option<i32> {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already ended where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn with_input(mut command: Command, input: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_first_start_prints_a_link_that_signs_in_once_and_a_restart_a_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let first = serve(directory.path());
    let code = first.link.split_once("/sign-in?code=").unwrap().1.to_owned();
    let body = format!(
        r#"{{"auth":{{"identity":{{"methods":["one_time_code"],"one_time_code":{{"code":"{code}"}}}}}}}}"#
    );
    assert!(first.sign_in(&body).starts_with("HTTP/1.1 201"));
    assert!(first.sign_in(&body).starts_with("HTTP/1.1 401"));
    assert_eq!(first.terminate(), Some(0));
    let second = serve(directory.path());
    assert!(!second.link.contains(&code));
    assert_eq!(second.terminate(), Some(0));
}

#[test]
fn users_are_added_beside_a_hub_that_serves() {
    let directory = tempfile::tempdir().unwrap();
    let serving = serve(directory.path());
    let mut add = hub(directory.path());
    add.args(["user", "add", "ada", "--role", "operator"]);
    let added = with_input(add, "correct horse\nsecond line\n");
    assert!(added.status.success(), "{added:?}");
    let body = r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ada","password":"correct horse"}}}}}"#;
    let answer = serving.sign_in(body);
    assert!(answer.starts_with("HTTP/1.1 201") && answer.contains("\"operator\""), "{answer}");
    let mut link = hub(directory.path());
    link.args(["user", "link", "ada", "--listen", &serving.address]);
    let link = String::from_utf8(with_input(link, "").stdout).unwrap();
    assert!(link.starts_with(&format!("http://{}/sign-in?code=", serving.address)), "{link}");
    let mut key = hub(directory.path());
    key.args(["key", "add", "ada"]);
    let key = String::from_utf8(with_input(key, "").stdout).unwrap();
    assert_eq!(key.split_whitespace().count(), 2, "{key}");
    for (arguments, input) in [
        (vec!["user", "add", "ada", "--role", "viewer"], "correct horse\n"),
        (vec!["user", "add", "bob", "--role", "viewer"], "short\n"),
        (vec!["user", "add", "bob", "--role", "viewer"], ""),
        (vec!["user", "password", "eve"], "correct horse\n"),
        (vec!["user", "link", "eve"], ""),
        (vec!["user", "add", "bob", "--role", "king"], "correct horse\n"),
    ] {
        let mut command = hub(directory.path());
        command.args(&arguments);
        let refused = with_input(command, input);
        assert!(!refused.status.success() && !refused.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn a_second_hub_on_the_same_data_says_why_it_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    let serving = serve(directory.path());
    let mut second = hub(directory.path());
    second.args(["serve", "--listen", "127.0.0.1:0"]);
    let second = with_input(second, "");
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another hub serves from"));
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn check_tells_the_line_and_exits_with_1_on_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let good = directory.path().join("good.yaml");
    let bad = directory.path().join("bad.yaml");
    let head = "document: {dsl: '1.0.3', namespace: default, name: a, version: '1.0.0'}\ndo:\n  - one:\n      set: {a: 1}\n";
    std::fs::write(&good, head).unwrap();
    std::fs::write(&bad, format!("{head}      then: nowhere\n")).unwrap();
    let check = |arguments: &[&str], files: &[&Path]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mas-hub"));
        let output = command.arg("check").args(arguments).args(files).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(check(&[], &[&good]), (Some(0), String::new()));
    let (code, told) = check(&[], &[&good, &bad]);
    assert_eq!(code, Some(1));
    assert!(told.contains("bad.yaml:5:7: error: /do/0/one/then: "), "{told}");
    let (_, told) = check(&["--language", "zh"], &[&bad]);
    assert!(told.contains(": 错误: /do/0/one/then: 此列表中没有名为 `nowhere` 的任务"), "{told}");
    assert_eq!(check(&["--format", "xml"], &[&good]).0, Some(2));
    assert_eq!(check(&[], &[]).0, Some(2));
    assert_eq!(check(&[], &[&directory.path().join("none.yaml")]).0, Some(1));
}

/// Point 7 of the language's issue: what people put into their own CI.
#[test]
fn check_reads_folders_and_prints_for_scripts_and_code_hosts() {
    let directory = tempfile::tempdir().unwrap();
    let head = "{\"document\": {\"dsl\": \"1.0.3\", \"namespace\": \"a\", \"name\": \"a\", \"version\": \"1.0.0\"},\n \"do\": [{\"one\": ";
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("warned/later.json", &format!("{head}{{\"call\": \"nobody:1.0.0@default\"}}}}]}}"));
    write("wrong/deep/bad.json", &format!("{head}{{\"wait\": \"soon\"}}}}]}}"));
    write("wrong/package.json", "{\"name\": \"no definition\"}");
    write("wrong/.hidden/bad.yaml", "do: 1\n");
    write("wrong/readme.md", "do: 1\n");
    write(
        "noted/notes.yaml",
        "# why\ndocument: {dsl: '1.0.3', namespace: a, name: a, version: '1.0.0'}\ndo: []\n",
    );
    let check = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mas-hub"));
        let output = command.current_dir(directory.path()).arg("check").args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, told) = check(&["wrong"]);
    assert_eq!((code, told.lines().count()), (Some(1), 1), "{told}");
    assert!(told.starts_with("wrong/deep/bad.json:2:18: error: /do/0/one/wait: "), "{told}");
    let (code, told) = check(&["warned", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(told[0]["code"], "unknown-function");
    assert_eq!(told[0]["severity"], "warning");
    assert_eq!(told[0]["refuses_start"], true);
    assert_eq!((&told[0]["line"], &told[0]["column"]), (&serde_json::json!(2), &serde_json::json!(18)));
    assert_eq!(check(&["warned", "--deny-warnings"]).0, Some(1));
    let (code, told) = check(&["noted", "--deny-warnings"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("noted/notes.yaml:1:1: note: This comment"), "{told}");
    let (_, told) = check(&["wrong", "--format", "sarif"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let result = &told["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "bad-duration");
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "wrong/deep/bad.json");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    let mut standard_input = Command::new(env!("CARGO_BIN_EXE_mas-hub"));
    standard_input.args(["check", "-"]);
    let told = with_input(standard_input, "do: 1\n");
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8(told.stdout).unwrap().starts_with("-:1:1: error: "));
}

/// Point 8 of the language's issue: what a failover drill on paper comes to.
#[test]
fn simulate_tells_whether_the_target_is_met_and_exits_accordingly() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("move.yaml");
    let definition = "document: {dsl: '1.0.3', namespace: default, name: move, version: '1.0.0', metadata: {mas.rto: PT10M}}
do:
  - approve: {call: 'manual-gate:1.0.0@default', with: {message: Go?}, metadata: {mas.duration: PT3M}}
  - ask: {call: http, with: {method: get, endpoint: 'https://a.example'}, metadata: {mas.duration: PT2M}}
";
    std::fs::write(&file, definition).unwrap();
    let simulate = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mas-hub"));
        let output = command.arg("simulate").arg(&file).args(arguments).output().unwrap();
        let told = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        (output.status.code(), String::from_utf8(told).unwrap())
    };
    let (code, told) = simulate(&[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("move 1.0.0: completes after 0:05:00\ntarget (mas.rto) 0:10:00: met"), "{told}");
    let (code, told) = simulate(&["--fault", "/do/1/ask", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(code, Some(1));
    assert_eq!((&told["outcome"]["kind"], &told["passes"]), (&"faulted".into(), &false.into()));
    assert_eq!(told["steps"][1]["pointer"], "/do/1/ask");
    assert_eq!(told["steps"][1]["spans"][0]["source"], "metadata");
    assert_eq!(simulate(&["--duration", "ask=PT8M"]).0, Some(1), "it completes, and too late");
    assert_eq!(simulate(&["--decide", "/do/0/approve=reject", "--skip", "approve=PT1M"]).0, Some(0));
    let (code, told) = simulate(&["--fault", "/do/7/nothing"]);
    assert_eq!((code, told.contains("no such task")), (Some(2), true), "{told}");
    assert_eq!(simulate(&["--format", "sarif"]).0, Some(2));
    std::fs::write(&file, definition.replace("PT3M}}", "PT3M}, then: nowhere}")).unwrap();
    let (code, told) = simulate(&[]);
    assert_eq!(code, Some(1));
    assert!(told.contains("move.yaml:3:") && told.contains("[dangling-then]"), "{told}");
}

#[test]
fn a_configuration_with_a_mistake_is_not_served() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("hub.toml");
    std::fs::write(&config, "[egress]\nalow = []\n").unwrap();
    let mut command = hub(directory.path());
    command.arg("serve").arg("--config").arg(&config);
    let refused = with_input(command, "");
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("hub.toml") && told.contains("alow"), "{told}");
}
