/**
 * Watches a whole program without touching its code: `node --import withal/observe/register app.js`.
 *
 * `kill -USR2 <pid>` prints the open blocks to stderr. What is slow and what leaks is printed as it is found.
 * `WITHAL_SLOW` sets the number of milliseconds after which a setup or a teardown counts as slow, 5,000 by default.
 * `WITHAL_SITES=1` shows where each block was entered. `WITHAL_SIGNAL` sets another signal, or none if it's empty.
 *
 * @module withal/observe/register
 */

import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import process from 'node:process';
import { observe } from './observe.ts';
import { notSlow } from '../support/messages.ts';
import { report } from './report.ts';

const { WITHAL_SLOW, WITHAL_SITES, WITHAL_SIGNAL = 'SIGUSR2' } = process.env;
const slow = Number(WITHAL_SLOW || 5_000);

if (!(slow >= 0)) throw notSlow(WITHAL_SLOW);

const watch = observe({
  slow,
  sites: WITHAL_SITES === '1',
  onSlow: ({ message }) => print(message),
  onLeak: ({ message }) => print(message),
});

if (WITHAL_SIGNAL) listen(WITHAL_SIGNAL);

function listen(signal: string): void {
  if (!(signal in constants.signals)) {
    print(`There is no signal ${signal} here. Set WITHAL_SIGNAL to another one.`);
    return;
  }
  process.on(signal, () => print(`\n${report(watch.open(), { colors: process.stderr.isTTY })}`));
}

/** Bypasses redirections, which may belong to a stuck block. */
function print(text: string): void {
  writeSync(process.stderr.fd, `withal: ${text}\n`);
}
