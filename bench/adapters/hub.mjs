// A hub of its own for a measurement, with a session in it. MAS_HUB_BIN and MAS_DIST name another hub and another built
// console than those of `cargo xtask build`.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';

const root = path.resolve(import.meta.dirname, '../..');
export const HUB = process.env.MAS_HUB_BIN ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), 'release/mas-hub');
export const DIST = process.env.MAS_DIST ?? path.join(root, 'dist');
export const API = '/octopus-jobmanager/v1';

const freePort = () => new Promise((ok) => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => ok(port)); }); });

export async function json(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${options?.method ?? 'GET'} ${url}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
  return [await answer.json(), answer.headers];
}

/** Starts a hub with these settings, on a directory that is gone afterwards or on one that is kept, and signs in by the link that it prints. */
export async function launch({ settings, kept } = {}) {
  const data = kept ?? fs.mkdtempSync(path.join(os.tmpdir(), 'mas-bench-')), base = `http://127.0.0.1:${await freePort()}`;
  const config = settings === undefined ? [] : ['--config', path.join(data, 'hub.toml')];
  if (settings !== undefined) fs.writeFileSync(config[1], settings);
  const hub = spawn(HUB, ['serve', '--listen', base.slice(7), '--data', data, '--static', DIST, ...config], { stdio: ['ignore', 'pipe', 'ignore'] });
  const code = await new Promise((ok, no) => {
    let said = '';
    hub.stdout.on('data', (text) => { said += text; const link = /sign-in\?code=([^\s&]+)/.exec(said); if (link) ok(decodeURIComponent(link[1])); });
    hub.on('error', no);
    hub.on('exit', () => no(new Error(`the hub ended: ${said}`)));
  });
  const body = JSON.stringify({ auth: { identity: { methods: ['one_time_code'], one_time_code: { code } } } });
  const [{ token }, headers] = await json(`${base}/v3/auth/tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const session = {
    endpoint: '', token: headers.get('x-subject-token'), expires_at: token.expires_at, user: token.user.name, domain: token.user.domain.name,
    project: token.project.name, project_id: token.project.id, roles: token.roles.map((role) => role.name), regions: [],
  };
  const stop = async () => { hub.removeAllListeners('exit'); const gone = new Promise((ok) => hub.on('exit', ok)); hub.kill(); await gone; if (!kept) fs.rmSync(data, { recursive: true, force: true, maxRetries: 3 }); };
  return { base, data, session, stop, pid: hub.pid };
}

/** What a page runs first, so that it is signed in. */
export const signedIn = (hub) => `localStorage['mas.session'] = ${JSON.stringify(JSON.stringify(hub.session))}; localStorage['mas.theme'] = 'light';`;
