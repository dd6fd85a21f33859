// What a request that holds three managers costs, compared with `try`/`catch`/`finally` by hand: the CPU time of the
// server, which is its own process, its requests per second, and its memory for each request in flight. Run it with
// `npm run bench:server`. If DATABASE_URL names a Postgres server, that is measured too.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { Pool } from 'undici';
import { keep } from './results.mjs';
import { print, quantiles, rotated } from './rounds.mjs';
import { forms } from './server/forms.mjs';

const names = Object.keys(forms);
const connections = 50;
const inFlight = 1000;

const { DATABASE_URL } = process.env;
const scenarios = [
  { name: 'in memory', failing: 0, rounds: 31, requests: 2000 },
  { name: 'in memory, 10 % throw', failing: 0.1, rounds: 31, requests: 2000 },
  ...(DATABASE_URL ? [{ name: 'on Postgres', failing: 0, rounds: 15, requests: 500, url: DATABASE_URL }] : []),
];

const found = {};
for (const scenario of scenarios) found[scenario.name] = await measure(scenario);
keep('server', found);

async function measure({ name, failing, rounds, requests, url }) {
  const server = await start(url);
  const measured = [];
  for (let round = -3; round < rounds; round++) {
    const times = {};
    for (const form of rotated(names, round)) times[form] = await cost(server, form, { failing, requests });
    // The engine warms up in the first rounds.
    if (round >= 0) measured.push(times);
  }
  const bytes = url ? {} : await bytesInFlight(server);
  await checkCounts(server);
  await server.stop();
  return report(name, measured, bytes);
}

/** Starts the server, and communicates with it by messages. */
async function start(url) {
  const program = new URL('server/serve.mjs', import.meta.url);
  const child = fork(program, url ? [url] : [], { execArgv: ['--expose-gc'] });
  const [{ port }] = await once(child, 'message');
  const origin = `http://127.0.0.1:${port}`;
  const pool = new Pool(origin, { connections });
  return {
    origin,
    pool,
    async ask(question) {
      child.send(question);
      const [{ answer }] = await once(child, 'message');
      return answer;
    },
    async stop() {
      await pool.close();
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** Microseconds of CPU time per request, and requests per second. */
async function cost({ pool, ask }, form, { failing, requests }) {
  const every = failing > 0 ? 1 / failing : Infinity;
  const before = await ask('cpu');
  const start = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < requests) {
      const isFailing = next++ % every === every - 1;
      await request(pool, form, isFailing ? 'fail' : 'work', isFailing ? 500 : 200);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - start) / 1000;
  const after = await ask('cpu');
  return {
    cpu: (after.user + after.system - before.user - before.system) / requests,
    rate: requests / seconds,
  };
}

async function request(pool, form, work, expected) {
  const { statusCode, body } = await pool.request({ path: `/${names.indexOf(form)}/${work}`, method: 'GET' });
  const text = await body.text();
  if (statusCode !== expected) throw new Error(`${form}: ${statusCode} ${text}`);
}

/** The heap, in bytes each, of a thousand requests that wait in their block. */
async function bytesInFlight({ origin, ask }) {
  const found = {};
  for (const form of [names[0], ...names]) {
    const pool = new Pool(origin, { connections: inFlight });
    const before = await ask('heap');
    await ask('close');
    const requests = Array.from({ length: inFlight }, () => request(pool, form, 'hold', 200));
    while ((await ask('held')) < inFlight);
    found[form] = ((await ask('heap')) - before) / inFlight;
    await ask('open');
    await Promise.all(requests);
    await pool.close();
  }
  return found;
}

/** A form must not win by skipping something. */
async function checkCounts({ ask }) {
  const { connected, released, spans, BEGIN, COMMIT, ROLLBACK = 0, failed = 0 } = await ask('counts');
  const isWhole = [released, spans, BEGIN, COMMIT + ROLLBACK].every((count) => count === connected);
  if (!isWhole || failed !== ROLLBACK) throw new Error('A form skipped some of its work.');
}

function report(name, measured, bytes) {
  print([name, 'CPU, µs', 'ratio', 'quartiles', 'requests/s', 'bytes held']);
  const rows = {};
  for (const form of names) {
    const ratio = quantiles(measured.map((times) => times[form].cpu / times['by hand'].cpu));
    const cpu = quantiles(measured.map((times) => times[form].cpu)).median;
    const rate = Math.round(quantiles(measured.map((times) => times[form].rate)).median);
    const size = bytes[form] && Math.round(bytes[form]);
    rows[form] = { ...ratio, cpu, rate, bytes: size };
    const spread = `${ratio.lower.toFixed(2)} - ${ratio.upper.toFixed(2)}`;
    print([form, cpu.toFixed(1), ratio.median.toFixed(3), spread, String(rate), String(size ?? '')]);
  }
  console.log();
  return rows;
}
