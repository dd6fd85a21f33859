import type { Case } from './cases.ts';
import { sleep } from './environment.ts';
import { watchLeftovers, type Watch } from './leftovers.ts';
import { leftBehind, unheard } from '../messages.ts';
import type { Setting } from './setting.ts';
import type { Kit } from './trial.ts';

/** The previous case: two at once would count each other's leftovers as their own. */
let last: Promise<unknown> = Promise.resolve();

/** Runs a case when all others are over; rejects if the manager doesn't pass. */
export function runCase(setting: Setting, work: Case[1]): Promise<void> {
  const ran = last.then(() => attemptTwice(setting, work));
  last = ran.catch(() => undefined);
  return ran;
}

/** How many times to look for closed things that take a while to disappear. */
const briefly = 5;
const patiently = 31;

/** Tries again, because something that is left only once is a cache, or was still closing. */
async function attemptTwice(setting: Setting, work: Case[1]): Promise<void> {
  const first = await attempt(setting, work, briefly);
  if (first.left.length === 0) return;
  const { name, left } = await attempt(setting, work, patiently);
  if (left.length > 0) throw leftBehind(name, left);
}

interface Attempt {
  readonly name: string;
  readonly left: readonly string[];
}

async function attempt(setting: Setting, work: Case[1], patience: number): Promise<Attempt> {
  const kit: Kit = { setting, name: 'the manager' };
  const watch = watchLeftovers();
  try {
    const failures = await failuresOf(() => watch.run(() => work(kit)));
    const left = await leftAfter(watch, patience);
    failures.push(...watch.unheard.map((error) => unheard(kit.name, error)));
    const [failure] = failures;
    if (failures.length > 1) throw new AggregateError(failures, (failure as Error).message);
    if (failures.length > 0) throw failure;
    return { name: kit.name, left };
  } finally {
    watch.stop();
  }
}

async function failuresOf(work: () => Promise<void>): Promise<unknown[]> {
  try {
    await work();
    return [];
  } catch (error) {
    return [error];
  }
}

/** Looks until nothing is left, or as many times as it may. */
export async function leftAfter(watch: Pick<Watch, 'left'>, patience: number): Promise<string[]> {
  // After this, the process has reported unhandled rejections.
  await sleep(0);
  const looks = [watch.left()];
  // Something that repeats may leave nothing for a moment, between two of its timers.
  while (looks.slice(-3).some((left) => left.length > 0) && looks.length < patience) {
    await sleep(5);
    looks.push(watch.left());
  }
  return looks.slice(-3).find((left) => left.length > 0) ?? [];
}
