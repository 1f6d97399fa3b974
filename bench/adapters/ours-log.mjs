// The log of a run as a peer of the rig: `--peer ours-log` beside lazylog, xterm and vlist.
//
// The lines are written by a real task of a real run (`run: shell`), go through the hub's queue and store as any task's do,
// and are read by its API. They are the rig's own lines, made by its generator, so that all peers show the same text. For
// `--live` a task writes the rig's live lines at the asked rate while one looks; the hub's numbers are compared with the
// task's when it has ended, and a line that is missing, double or out of order fails the run.
import fs from 'node:fs';
import path from 'node:path';
import { API, json, launch, signedIn } from './hub.mjs';

/** Lines of one task's process: as many tasks as it takes follow each other. */
const PER_TASK = 250_000;
const WARM_UP = 4;

/** Writes the rig's lines from `first` to `last` as fast as the hub takes them. */
const still = (rig) => `
  import { logChunks } from ${JSON.stringify(path.join(rig, 'lib/data.mjs'))};
  const [first, last, all] = process.argv.slice(2).map(Number);
  let at = 0;
  for (const chunk of logChunks(all)) {
    for (const line of chunk.split('\\n')) {
      if (!line) continue;
      if (at >= first && at < last && !process.stdout.write(line + '\\n')) await new Promise((ok) => process.stdout.once('drain', ok));
      at += 1;
    }
    if (at >= last) break;
  }
`;

/** Writes `rate` lines a second for so many seconds, in the rig's batches of 50 ms. */
const live = (rig) => `
  import { tailer } from ${JSON.stringify(path.join(rig, 'lib/data.mjs'))};
  const [rate, seconds] = process.argv.slice(2).map(Number), next = tailer(), begun = Date.now(), end = seconds * 1000;
  let sent = 0;
  const timer = setInterval(() => {
    const elapsed = Math.min(Date.now() - begun, end), due = Math.floor((elapsed * rate) / 1000) - sent;
    if (due > 0) { sent += due; process.stdout.write(next(due).join('\\n') + '\\n'); }
    if (elapsed >= end) clearInterval(timer);
  }, 50);
`;

async function start() {
  const hub = await launch({ settings: `[processes]\nallow = ["bench"]\noutput_limit = 1000000000\nlongest = 3600\n` });
  const folder = fs.mkdtempSync(path.join(hub.data, 'lines-')), rig = process.cwd();
  fs.writeFileSync(path.join(folder, 'still.mjs'), still(rig));
  fs.writeFileSync(path.join(folder, 'live.mjs'), live(rig));
  return { ...hub, folder, runs: new Map() };
}

const call = (hub, path, body) => json(`${hub.base}${API}${path}`, {
  method: body ? 'POST' : 'GET', headers: { 'content-type': 'application/json', 'x-auth-token': hub.session.token }, body: body && JSON.stringify(body),
}).then(([answer]) => answer.data ?? answer.result ?? answer);

/** Starts a run of these tasks: `[name, arguments of node]`. */
async function run(hub, name, tasks) {
  const shell = (words) => ({ run: { shell: { command: `exec ${process.execPath} "$@"`, arguments: words.map(String) }, return: 'none' } });
  const definition = {
    document: { dsl: '1.0.3', namespace: 'bench', name, version: '1.0.0' },
    do: tasks.map(([task, words]) => ({ [task]: shell(words) })),
  };
  const { workflow_id: id } = await call(hub, '/workflow/build', { workflowDef: JSON.stringify(definition) });
  const { job_name: job } = await call(hub, `/workflow/${id}/start`, { workflowExecuteRequest: {} });
  return { id, job };
}

const page = (hub, { job }, query) => call(hub, `/jobs/${encodeURIComponent(job)}/-/log?${query}`);

async function until(what, test) {
  for (const end = Date.now() + 300_000; Date.now() < end; await new Promise((ok) => setTimeout(ok, 50))) {
    const found = await test();
    if (found) return found;
  }
  throw new Error(`waited in vain: ${what}`);
}

/** A finished run whose log has `size` lines of the rig among those of the hub. */
async function finished(hub, size) {
  if (!hub.runs.has(size)) {
    const tasks = [];
    for (let first = 0; first < size; first += PER_TASK) tasks.push([`write${tasks.length}`, [path.join(hub.folder, 'still.mjs'), first, Math.min(size, first + PER_TASK), size]]);
    const begun = performance.now(), made = await run(hub, `still-${size}`, tasks);
    const { total } = await until('the last line', async () => {
      const { complete, end_offset: total } = await page(hub, made, 'size=1&sort=DESC&filter=false');
      return complete && { total };
    });
    if (total < size) throw new Error(`the run wrote ${total} lines instead of ${size}`);
    console.error(`ours-log: a run wrote ${total} lines in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    hub.runs.set(size, { ...made, total });
  }
  return hub.runs.get(size);
}

/** Every line of the task once and in order. */
async function complete(hub, made, wanted) {
  await until('the end of the live run', async () => (await page(hub, made, 'size=1&sort=DESC&filter=false')).complete);
  let from = 0, next = 0;
  for (;;) {
    const got = await page(hub, made, `start_offset=${from}&size=10000&filter=false`);
    for (const { message } of got.lines) {
      const number = /^#(\d+) t=/.exec(message)?.[1];
      if (number !== undefined && +number !== next++) throw new Error(`line ${next - 1} is missing: ${message}`);
    }
    if (got.lines.length < 10_000) break;
    from = got.next_offset;
  }
  if (next !== wanted) throw new Error(`${next} of ${wanted} live lines are in the log`);
}

export default [
  {
    name: 'ours-log', kind: 'log', data: /\/log\?/, start, available: () => true,
    async prepare(b, o) {
      if (o.live) {
        const seconds = o.secs + WARM_UP;
        this.run = await run(this.live, 'live', [['write', [path.join(this.live.folder, 'live.mjs'), o.rate, seconds]]]);
        await until('the first live line', async () => (await page(this.live, this.run, 'size=5&filter=false')).lines.some((line) => line.message.startsWith('#0 ')));
        const close = b.close, made = this.run;
        // The browser is gone when the lines are counted: that costs it nothing.
        b.close = async () => { await close(); await complete(this.live, made, o.rate * seconds); };
      } else this.run = await finished(this.live, o.size);
      await b.page.addInitScript(signedIn(this.live));
    },
    // The peers begin at the top, so that the first gesture finds lines below; live ones at the end.
    url(o) { return `${o.base}/runs/${this.run.id}/${encodeURIComponent(this.run.job)}?tab=log${o.live ? '' : '&lines=1'}`; },
    firstLine: () => '[...document.querySelectorAll(".log__message")].some((line) => line.textContent.includes("t=1"))',
    // Every line can be scrolled to, found and copied from now on; the viewer reads what is looked at.
    loaded(o) { return `+document.querySelector('[role=log]').dataset.total >= ${o.size} && document.querySelectorAll('.log__line:not([data-gap])').length > 40`; },
    tail: '[...document.querySelectorAll(".log__message")].slice(-60).map((line) => line.textContent).filter((text) => text.includes("t=1")).pop()',
  },
];
