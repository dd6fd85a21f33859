/**
 * Watches a whole program without touching its code: `node --import withal/observe/register app.js`.
 *
 * `kill -USR2 <pid>` prints the blocks that are open to stderr. What is slow and what leaks is printed as it is found.
 * `WITHAL_SLOW` is the time in milliseconds after which a setup or a teardown is slow, 5,000 unless given;
 * `WITHAL_SITES=1` says where each block was entered; `WITHAL_SIGNAL` is another signal, or empty for none.
 *
 * @module withal/observe/register
 */

import process from 'node:process';
import { observe } from './observe.ts';
import { report } from './report.ts';

const { WITHAL_SLOW = '5000', WITHAL_SITES, WITHAL_SIGNAL = 'SIGUSR2' } = process.env;

const watch = observe({
  slow: Number(WITHAL_SLOW),
  sites: WITHAL_SITES === '1',
  onSlow: ({ message }) => print(message),
  onLeak: ({ kind, name, site }) => print([`${name} was ${kind}.`, site].filter(Boolean).join('\n')),
});

if (WITHAL_SIGNAL) listen(WITHAL_SIGNAL as NodeJS.Signals);

function listen(signal: NodeJS.Signals): void {
  try {
    process.on(signal, () => print(`\n${report(watch.open(), { colors: process.stderr.isTTY })}`));
  } catch {
    // Windows has no such signal.
  }
}

function print(text: string): void {
  process.stderr.write(`withal: ${text}\n`);
}
