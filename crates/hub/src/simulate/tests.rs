use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

const DEFINITION: &str = "
document: {dsl: '1.0.3', namespace: default, name: move, version: '1.0.0', metadata: {mas.rto: PT10M}}
do:
  - both:
      fork:
        branches:
          - quick: {call: 'dcs-failover:1.0.0@default', with: {region: a, project: default, instance: i}, metadata: {mas.duration: PT20S}}
          - slow: {do: [pause: {wait: PT1M}]}
  - approve: {call: 'manual-gate:1.0.0@default', with: {message: Go?, deadline: PT30M}, metadata: {mas.duration: PT3M}}
  - verify:
      try: [{ask: {call: http, with: {method: get, endpoint: 'https://a.example'}}}]
      catch: {retry: {delay: PT30S, limit: {attempt: {count: 2}}}}
";

fn simulated(more: &[&str]) -> Result<(String, bool), String> {
    let line = Line::try_parse_from(["simulate", "move.yaml"].iter().chain(more)).unwrap();
    let (document, _) = Document::import(DEFINITION).unwrap();
    super::simulated(&line.arguments, "move.yaml", &document)
}

#[test]
fn the_timeline_shows_where_the_time_goes() {
    let (text, passes) = simulated(&[]).unwrap();
    insta::assert_snapshot!(text, @r"
        move 1.0.0: completes after 0:04:02
        target (mas.rto) 0:10:00: met, 0:05:58 to spare

          0:00:00 |───────                         |     0:01:00  both
          0:00:00 |██                              |     0:00:20    quick
          0:00:00 |───────                         |     0:01:00    slow
          0:00:00 |░░░░░░░                         | *   0:01:00      pause
          0:01:00 |       ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒ | *   0:03:00  approve
          0:04:00 |                               ─|     0:00:02  verify
          0:04:00 |                               █| *   0:00:02    ask (assumed)

        * critical path   █ work   ▒ people   ░ time, events   · pause before a retry   ─ holds others
        critical path: pause 0:01:00 → approve 0:03:00 → ask 0:00:02
        work 0:00:02, people 0:03:00, time 0:01:00
        of this, 0:00:02 is assumed
        note: Nobody knows how long these take, so it was assumed: `ask`. Write `mas.duration` into their `metadata`. [assumed-duration]
        ");
    assert!(passes);
}

#[test]
fn faults_decisions_and_durations_are_chosen_by_name_or_pointer() {
    let chosen =
        ["--fault", "/do/2/verify/try/0/ask=503*1", "--duration", "approve=PT9M", "--language", "zh"];
    let (text, passes) = simulated(&chosen).unwrap();
    insta::assert_snapshot!(text, @r"
        move 1.0.0: 用时 0:10:34 完成
        目标（mas.rto）0:10:00：未达成，超出 0:00:34

          0:00:00 |───                             |     0:01:00  both
          0:00:00 |█                               |     0:00:20    quick
          0:00:00 |───                             |     0:01:00    slow
          0:00:00 |░░░                             | *   0:01:00      pause
          0:01:00 |   ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  | *   0:09:00  approve
          0:10:00 |                              ·─| *   0:00:34  verify #2
          0:10:00 |                              █ | *   0:00:02    ask · 故障: Simulated fault (503) (假定)
          0:10:32 |                               █| *   0:00:02    ask #2 (假定)

        * 关键路径   █ 执行   ▒ 等待人工   ░ 等待时间或事件   · 重试间隔   ─ 包含其他任务
        关键路径: pause 0:01:00 → approve 0:09:00 → ask 0:00:02 → verify 0:00:30 → ask 0:00:02
        执行 0:00:04，等待人工 0:09:00，定时等待 0:01:00，重试间隔 0:00:30
        其中 0:00:04 为假定
        提示: 以下任务的耗时未知，按假定值计算：`ask`。可在其 `metadata` 中写明 `mas.duration`。 [assumed-duration]
        ");
    assert!(!passes, "it completes too late");
    let (text, passes) = simulated(&["--decide", "approve=reject"]).unwrap();
    assert!(
        text.starts_with("move 1.0.0: is at fault after 0:04:00 at /do/1/approve: Rejected (403)"),
        "{text}"
    );
    assert!(!passes);
    let (text, _) = simulated(&["--decide", "approve=ignore", "--retry", "approve=PT1M"]).unwrap();
    assert!(text.contains("approve #2"), "{text}");
}

#[test]
fn what_a_task_cannot_do_is_refused_and_not_passed_over() {
    for (arguments, told) in [
        (["--fault", "nowhere"], "no such task"),
        (["--fault", "approve"], "--decide"),
        (["--fault", "pause"], "calls nothing"),
        (["--fault", "ask=tiemout"], "none of configuration"),
        (["--fault", "ask=503*x"], "no number"),
        (["--decide", "ask=approve"], "no gate"),
        (["--decide", "approve=maybe"], "approve, reject or ignore"),
        (["--duration", "ask=5 minutes"], "no duration"),
        (["--duration", "pause=PT5M"], "follows from the definition"),
        (["--input", "{"], "not JSON"),
    ] {
        let wrong = simulated(&arguments).unwrap_err();
        assert!(wrong.contains(told), "{arguments:?}: {wrong}");
    }
}
