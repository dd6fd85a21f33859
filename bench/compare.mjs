// What each of those that could be used instead does with a block, asked by running it. Prints a table; the one in the
// README is compared with it. Run it with `npm run compare`.

import { setTimeout as sleep } from 'node:timers/promises';
import { peers, untold } from './peers.mjs';

// Some end the process where a release fails.
const uncaught = [];
process.on('uncaughtException', (error) => uncaught.push(error));
process.on('unhandledRejection', () => {});

const questions = {
  'teardown sees the error': seesError,
  'can recover, with a value': recovers,
  'both errors are kept': keepsBoth,
  'a teardown that fails skips no other': skipsNone,
  'teardown is awaited': awaits,
};

const block = new Error('block');
const teardown = new Error('teardown');

const fail = (error) => async () => {
  throw error;
};

async function seesError(peer) {
  const told = async (error) => {
    let seen;
    await outcomeOf(peer([resource((outcome) => void (seen = outcome))], fail(error)));
    return seen !== untold && seen !== undefined && Object.is(seen.error, error);
  };
  if (!(await told(block))) return 'no';
  return (await told(undefined)) ? 'yes' : 'not of `throw undefined`';
}

async function recovers(peer) {
  const outcome = await outcomeOf(peer([resource(() => ({ value: 'fallback' }))], fail(block)));
  if (!('value' in outcome)) return 'no';
  return outcome.value === 'fallback' ? 'yes' : 'without a value';
}

async function keepsBoth(peer) {
  uncaught.length = 0;
  const outcome = await outcomeOf(peer([resource(fail(teardown))], fail(block)));
  if (uncaught.length > 0) return 'no: ends the process';
  const found = reachableFrom(outcome.error);
  if (found.has(block) && found.has(teardown)) return 'yes';
  return found.has(block) ? "no: only the block's" : "no: only the teardown's";
}

async function skipsNone(peer) {
  const released = [];
  const failing = resource(async () => {
    released.push('inner');
    throw teardown;
  });
  await outcomeOf(peer([resource(() => void released.push('outer')), failing], () => 'result'));
  return released.includes('outer') ? 'yes' : 'no';
}

async function awaits(peer) {
  let isReleased = false;
  const slow = resource(async () => {
    await sleep(5);
    isReleased = true;
  });
  await outcomeOf(peer([slow], () => 'result'));
  return isReleased ? 'yes' : 'no';
}

function resource(release) {
  return { acquire: async () => 'value', release: async (told) => release(told) };
}

/** How the block ended: `{ value }`, `{ error }`, or neither where it never does. */
async function outcomeOf(ended) {
  const settled = Promise.resolve(ended).then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  return Promise.race([settled, sleep(500, {})]);
}

function reachableFrom(error) {
  const found = new Set([error]);
  for (const node of found) {
    const { cause, error: newer, suppressed, errors = [] } = Object(node);
    for (const next of [cause, newer, suppressed, ...errors]) found.add(next);
  }
  return found;
}

const row = (cells) => console.log(`| ${cells.join(' | ')} |`);

row(['', ...Object.keys(questions)]);
for (const [name, peer] of Object.entries(peers)) {
  const answers = [];
  for (const ask of Object.values(questions)) answers.push(await ask(peer));
  row([name, ...answers]);
}
