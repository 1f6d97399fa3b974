// Our console as a peer of the rig: `node rig.mjs --adapter …/bench/adapters/ours.mjs --peer ours-canvas,reactflow …`.
//
// It starts a hub with an empty data directory, signs in by the link that the first start prints, publishes a workflow of
// `size` tasks through the API, and opens the editor at the workflow's own address. MAS_HUB_BIN and MAS_DIST name another
// hub and another built console than those of `cargo xtask build`.
import fs from 'node:fs';
import { runbook } from '../runbook.mjs';
import { API, DIST, HUB, json, launch, signedIn } from './hub.mjs';

/** A hub, and the workflows that were published there. */
const start = async (kept) => ({ ...await launch({ kept }), workflows: new Map() });

/** The workflow of this size; published once per hub. */
async function workflow(live, size) {
  if (!live.workflows.has(size)) {
    const headers = { 'content-type': 'application/json', 'x-auth-token': live.session.token };
    const [saved] = await json(`${live.base}${API}/workflow/build`, { method: 'POST', headers, body: JSON.stringify({ workflowDef: JSON.stringify(runbook(size)) }) });
    live.workflows.set(size, (saved.data ?? saved.result ?? saved).workflow_id);
  }
  return live.workflows.get(size);
}

/** Of the cards that are seen whole, or of all, the one nearest to where the rig's drags begin: it and its way there. */
const places = (whole) => `(() => {
  const canvas = document.querySelector('.flow__surface').getBoundingClientRect();
  const middle = [canvas.x + canvas.width / 2, canvas.y + canvas.height / 2];
  let node = null, way = null, least = 1e9;
  for (const card of document.querySelectorAll('.node--card')) {
    const r = card.getBoundingClientRect(), at = [r.x + r.width / 2, r.y + r.height / 2];
    if (${whole} && (r.left < canvas.left || r.right > canvas.right || r.top < canvas.top || r.bottom > canvas.bottom)) continue;
    const [x, y] = [at[0] - middle[0] + 180, at[1] - middle[1] + 90], far = Math.hypot(x, y);
    if (far < least) { least = far; node = at; way = [x, y]; }
  }
  return { node, way, center: middle, pan: [canvas.right - 130, canvas.bottom - 60] };
})()`;

export default [
  {
    name: 'ours-canvas', kind: 'canvas', data: /\/workflow\/list/, available: () => fs.existsSync(HUB) && fs.existsSync(DIST), start: () => start(),
    async prepare(b, o) {
      this.id = await workflow(this.live, o.size);
      await b.page.addInitScript(signedIn(this.live));
    },
    url(o) { return `${o.base}/workflows/${this.id}`; },
    // What is in sight is drawn at once, and less than two dozen cards never fill the canvas at the first look.
    ready: () => 'document.getElementsByClassName("node--card").length >= 24',
    // Life size, as the peers begin; the wheel pans, with Ctrl it zooms, by the factor that 50 pixels are to the peers. A
    // press on empty canvas draws a marquee, so the rig pans as people do: with the wheel.
    points: async (b) => {
      await b.page.click('.flow__percent');
      await b.page.mouse.move(800, 450);
      await new Promise((ok) => setTimeout(ok, 500));
      // A card to drag stands where its whole way is on the canvas, as with the peers.
      const { way } = await b.ev(places(false));
      await b.page.mouse.wheel(...way);
      await new Promise((ok) => setTimeout(ok, 500));
      return { ...(await b.ev(places(true))), panWheel: true, modifiers: 2, wheel: 34.7 };
    },
  },
  {
    // `--mode paged`: the executions of MAS_HISTORY_DATA, a data directory that `cargo bench -p hub --bench history` has
    // filled and kept. The peers' server holds its rows in memory; ours answers from SQLite.
    name: 'ours-table', kind: 'table', data: /\/workflows\/jobs/,
    available: () => Boolean(process.env.MAS_HISTORY_DATA) && fs.existsSync(HUB) && fs.existsSync(DIST), start: () => start(process.env.MAS_HISTORY_DATA),
    async prepare(b) {
      // 50 rows a page and nothing but the table, as the peers.
      await b.page.addInitScript(`${signedIn(this.live)} localStorage['mas.history.overview'] = ${JSON.stringify(process.env.MAS_OVERVIEW ?? 'closed')};`);
    },
    url: (o) => `${o.base}/runs?size=50`,
    ready: () => 'document.querySelectorAll("tr[data-job]").length > 20',
    change: 'document.querySelector(".pager__count")?.textContent + document.querySelector("tr[data-job]")?.dataset.job',
    sort: { number: 'th[data-col=duration] button', text: 'th[data-col=workflow] button' }, filter: '.search input', next: '[data-page=next]',
  },
];
