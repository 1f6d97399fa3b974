// What a key typed into the inspector costs until the canvas shows it, and what an edit costs that moves tasks, in
// documents of different size: node bench/typing.mjs RIG [SIZE…], where RIG is the built rig (see README.md).
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import adapter from './adapters/ours.mjs';

const [rig, ...sizes] = process.argv.slice(2);
if (!rig) throw new Error('node bench/typing.mjs RIG [SIZE…]');
const load = (file) => import(pathToFileURL(path.resolve(rig, 'lib', file)));
const { open, reached, sleep } = await load('browser.mjs');
const { median } = await load('stats.mjs');

const peer = adapter.find((one) => one.name === 'ours-canvas');
peer.live = await peer.start();
const KEYS = 40;

/** Main-thread milliseconds that the page has spent so far. */
const spent = async (b) => 1e3 * (await b.cdp.send('Performance.getMetrics')).metrics.find((one) => one.name === 'TaskDuration').value;

try {
  for (const size of sizes.length ? sizes.map(Number) : [100, 1000, 5000, 10000]) {
    const o = { base: peer.live.base, size }, b = await open({}, { painted: peer.ready(o) });
    try {
      await peer.prepare(b, o);
      await b.page.goto(peer.url(o), { waitUntil: 'commit' });
      if ((await reached(b, 'painted')) === null) throw new Error(`never painted: ${b.errors.join()}`);
      await sleep(1000);
      // A card that calls something: its address is its second line.
      const card = await b.ev(`(() => { const canvas = document.querySelector('.flow__surface').getBoundingClientRect(); const card = [...document.querySelectorAll('.node--card.node--call')].map((card) => card.getBoundingClientRect()).find((r) => r.x > canvas.x + 20 && r.right < canvas.right - 20 && r.y > canvas.y + 20 && r.bottom < canvas.bottom - 200); return [card.x + 30, card.y + 20]; })()`);
      await b.page.mouse.click(...card);
      await b.page.waitForFunction(() => [...document.querySelectorAll('.inspector input, .inspector textarea')].some((field) => field.value.startsWith('https://')));
      const at = await b.ev(`(() => { const field = [...document.querySelectorAll('.inspector input, .inspector textarea')].find((field) => field.value.startsWith('https://')); field.focus(); field.setSelectionRange(8, 8); return document.querySelector('.node--selected').dataset.pointer; })()`);
      // From the key's own moment until the frame after the canvas has its letter.
      await b.ev(`(() => {
        window.keys = [];
        const subtitle = () => document.querySelector('.node--selected .node__subtitle').textContent;
        let before = subtitle();
        addEventListener('input', (event) => {
          const look = () => { const now = subtitle(); if (now === before) return requestAnimationFrame(look); before = now; const done = new MessageChannel(); done.port1.onmessage = () => keys.push(performance.now() - event.timeStamp); requestAnimationFrame(() => done.port2.postMessage(0)); };
          queueMicrotask(look);
        }, true);
      })()`);
      const before = await spent(b);
      for (let i = 0; i < KEYS; i++) { await b.page.keyboard.press('abcdefghij'[i % 10]); await sleep(25); }
      const main = ((await spent(b)) - before) / KEYS;
      await sleep(1500);
      const keys = await b.ev('keys'), pause = await b.ev('Math.max(0, ...__rig.long.map((x) => x[1]))');
      // The task changes places with its neighbours, there and back.
      await b.ev(`document.querySelector('.flow__surface [data-pointer="${at}"]').focus()`);
      const start = await spent(b);
      for (let i = 0; i < 10; i++) { await b.page.keyboard.press(i % 2 ? 'Alt+ArrowUp' : 'Alt+ArrowDown'); await sleep(60); }
      const moved = ((await spent(b)) - start) / 10;
      console.log(JSON.stringify({ size, key_to_canvas_p50_ms: +median(keys).toFixed(1), key_to_canvas_max_ms: +Math.max(...keys).toFixed(1), keys: keys.length, main_per_key_ms: +main.toFixed(2), longest_task_ms: +pause.toFixed(0), main_per_move_ms: +moved.toFixed(1) }));
    } finally { await b.close(); }
  }
} finally { await peer.live.stop(); }
