// A thread that ends the process if a changed source blocks it forever, and leaves a file that says so. See
// mutation-runner.mjs.

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { setInterval } from 'node:timers';
import { workerData } from 'node:worker_threads';

const { watched, hungFile } = workerData;

setInterval(() => {
  const [change, deadline] = watched;
  if (!(Date.now() > deadline)) return;
  writeFileSync(`${hungFile}${String(change)}`, '');
  process.kill(process.pid, 'SIGKILL');
}, 250);
