// A runbook of so many tasks, as real ones are shaped: stages one after another, in each a fork of sites, in each site the
// steps of a sequence, with a gate, a case, a retry and a loop here and there. About as many lines as tasks, and as wide
// as it is high, as far as stages allow.
const CALLS = ['get', 'post', 'put'];

export function runbook(size) {
  const wide = Math.max(2, Math.round(Math.sqrt(size) / 3.2)), deep = 12;
  let left = size, name = 0;
  const fresh = (what) => `${what}${name++}`;
  // Every task counts, boxes too.
  const step = (i) => {
    left--;
    if (i % 11 === 3) return { [fresh('settle')]: { wait: { seconds: 30 } } };
    if (i % 11 === 5) return { [fresh('note')]: { set: { site: 'west', phase: i } } };
    if (i % 11 === 7) return { [fresh('approve')]: { call: 'manual-gate:1.0.0@default', with: { message: `Go on with step ${i}?` } } };
    return { [fresh('check')]: { call: 'http', with: { method: CALLS[i % 3], endpoint: `https://site-${i % 7}.example/health` } } };
  };
  const steps = (count) => {
    const list = [];
    for (let i = 0; i < count && left > 0; i++) {
      if (i === 4 && left > 4) {
        left--;
        list.push({ [fresh('guarded')]: { try: [step(i), step(i + 1)], catch: { errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication' } }, do: [step(i + 2)] } } });
      } else if (i === 8 && left > 3) {
        left--;
        list.push({ [fresh('each')]: { for: { each: 'host', in: '${ .hosts }' }, do: [step(i)] } });
      } else list.push(step(i));
    }
    return list;
  };
  const site = () => { left--; return { [fresh('site')]: { do: steps(deep) } }; };
  const list = [];
  while (left > 0) {
    if (left < 4) { list.push(step(left)); continue; }
    left--;
    const branches = [];
    while (branches.length < wide && left > 1) branches.push(site());
    list.push({ [fresh('stage')]: { fork: { branches } } });
    if (left > 0) list.push(step(7));
  }
  return { document: { dsl: '1.0.3', namespace: 'bench', name: `runbook-${size}`, version: '1.0.0' }, do: list };
}
