// The server that is measured, in its own process. The process that started it asks for its CPU time and memory.

import { createServer } from 'node:http';
import process from 'node:process';
import { forms } from './forms.mjs';
import { counts, memory, postgres } from './stores.mjs';

const [, , url] = process.argv;
const handlers = Object.values(forms);
const pool = url ? postgres(url) : memory;
const failure = new Error('The tenth request fails.');
let held = 0;
let { promise: gate, open } = closed();

const bodies = {
  async work(client) {
    await client.query('SELECT 1');
    return 'done';
  },
  async fail(client) {
    await client.query('SELECT 1');
    throw failure;
  },
  async hold() {
    held += 1;
    await gate;
    held -= 1;
    return 'done';
  },
};

const questions = {
  cpu: () => process.cpuUsage(),
  counts: () => counts,
  held: () => held,
  open: () => void open(),
  close: () => void ({ promise: gate, open } = closed()),
  heap() {
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  },
};

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', (question) => process.send({ answer: questions[question]() }));

async function answer({ url: path }, response) {
  const [, number, work] = path.split('/');
  try {
    response.end(await handlers[number](pool, bodies[work]));
  } catch (error) {
    // Only the requested failure is expected.
    response.statusCode = error === failure ? 500 : 501;
    response.end(String(error));
  }
}

function closed() {
  let open;
  const promise = new Promise((resolve) => (open = resolve));
  return { promise, open };
}
