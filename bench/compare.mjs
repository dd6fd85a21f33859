// Finds out what each alternative does with a block, by running it. It prints a table, and a test compares the README's
// table with it. Run it with `npm run compare`.

import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import * as constructs from './constructs.mjs';
import { peers, untold } from './peers.mjs';

// Some end the process if a release fails.
const uncaught = [];
process.on('uncaughtException', (error) => uncaught.push(error));
process.on('unhandledRejection', () => {});

const ofBlocks = {
  'teardown sees the error': seesError,
  'can recover, with a value': recovers,
  'both errors are kept': keepsBoth,
  "a failed teardown doesn't skip the others": skipsNone,
  'teardown is awaited': awaits,
};

const ofMore = {
  'sets ambient context for the body': setsContext,
  'can wrap a callback API': takesCallbacks,
  'tasks end with the block': endsTasks,
  'releases a setup that finishes late': releasesLate,
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
  return (await told(undefined)) ? 'yes' : 'not for `throw undefined`';
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

// The other functions also get the name, for peers that have something of their own.

async function setsContext(peer, name) {
  const set = constructs.ambient[name] ?? constructs.enteredWith(peer);
  const storage = new AsyncLocalStorage();
  return storage.run('outside', async () => {
    let seen;
    await outcomeOf(set(storage, 'inside', async () => (seen = await sleep(1).then(() => storage.getStore()))));
    if (seen !== 'inside') return 'no';
    return storage.getStore() === 'outside' ? 'yes' : 'no: it outlives the block';
  });
}

async function takesCallbacks(_peer, name) {
  const own = constructs.callbacks[name];
  if (own && !(await problemOf(own))) return 'yes';
  const problem = await problemOf(constructs.adapters[name]);
  return problem ? `no: ${problem}` : 'with an adapter';
}

/** What goes wrong if an API that begins, calls back, and commits or rolls back stands between two resources. */
async function problemOf(compose) {
  const succeeded = await visits(compose, {});
  if (!succeeded.log.includes('COMMIT')) return 'it is over before the COMMIT';
  const failed = await visits(compose, { body: block });
  if (failed.log.includes('COMMIT')) return 'a failed block commits';
  uncaught.length = 0;
  const uncommitted = await visits(compose, { commit: teardown });
  if (uncaught.length > 0) return 'a failed COMMIT ends the process';
  const logs = [succeeded, failed, uncommitted].map(({ log }) => log.join());
  if (logs.join('; ') !== 'BEGIN,body,COMMIT; BEGIN,body,ROLLBACK; BEGIN,body,COMMIT') return logs.join('; ');
  return failed.error === block && uncommitted.error === teardown ? undefined : 'an error is lost';
}

async function visits(compose, { body, commit }) {
  const log = [];
  const api = async (callback) => {
    log.push('BEGIN');
    try {
      await callback('value');
    } catch (error) {
      log.push('ROLLBACK');
      throw error;
    }
    log.push('COMMIT');
    if (commit) throw commit;
  };
  const run = async () => {
    log.push('body');
    if (body) throw body;
  };
  const [outer, inner] = [resource(() => {}), resource(() => {})];
  const { error } = await outcomeOf(compose(outer, api, inner, run));
  return { log: [...log], error };
}

async function endsTasks(peer, name) {
  const run = constructs.tasks[name] ?? constructs.promiseAll(peer);
  const isOver = async (isFailing) => {
    let isEnded = false;
    await outcomeOf(run(isFailing, () => (isEnded = true)));
    return isEnded;
  };
  return (await isOver(true)) && (await isOver(false)) ? 'yes' : 'no';
}

async function releasesLate(peer, name) {
  const ways = [constructs.abandoned[name], constructs.raced(peer), constructs.racedSetup(peer)].filter(Boolean);
  const answers = [];
  for (const way of ways) answers.push(await comesLate(way));
  return answers.includes('yes') ? 'yes' : `no: ${answers[0]}`;
}

async function comesLate(way) {
  const log = [];
  const events = new EventEmitter();
  const slow = {
    acquire: async () => {
      await once(events, 'arrives');
      log.push('acquired');
    },
    release: async () => void log.push('released'),
  };
  const outcome = await outcomeOf(way(slow, async () => void log.push('body')));
  await sleep(20);
  events.emit('arrives');
  await sleep(20);
  if (!outcome.error) return 'its caller waits';
  if (log.includes('body')) return 'the body still runs';
  return log.includes('released') ? 'yes' : 'it leaks';
}

function resource(release) {
  return { acquire: async () => 'value', release: async (told) => release(told) };
}

/** How the block ended: `{ value }`, `{ error }`, or neither if it never does. */
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

await compare(ofBlocks);
console.log();
await compare(ofMore);

async function compare(questions) {
  row(['', ...Object.keys(questions)]);
  for (const [name, peer] of Object.entries(peers)) {
    const answers = [];
    for (const ask of Object.values(questions)) answers.push(await ask(peer, name));
    row([name.replace('effection', 'Effection'), ...answers]);
  }
}
