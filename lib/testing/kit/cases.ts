import type { Thrown } from '../../index.ts';
import {
  expectBlock,
  expectOutcome,
  managersOf,
  returning,
  run,
  throwing,
  throwingError,
  type Ending,
} from './block.ts';
import { sleep, within } from './environment.ts';
import { setupFaults, teardownFaults } from './fault-cases.ts';
import { actedEarly, calledEarly, otherEffect, overlapping, releasedEarly } from '../messages.ts';
import type { Setting } from './setting.ts';
import { shown } from './shown.ts';
import { inWorld, type Kit } from './trial.ts';
import {
  byEnter,
  byHand,
  decorated,
  inAll,
  inWithSync,
  isDisposable,
  onStack,
  tryingInSync,
  underUsing,
  withoutComplete,
  type Way,
} from './ways.ts';

/** What a manager does in a case. */
export type Case = readonly [name: string, run: (kit: Kit) => Promise<void>];

/** All cases that apply. */
export function casesFor({ throws, concurrent, nested }: Setting): Case[] {
  return [
    ['does nothing before it is entered', inertUntilEntered],
    ['sets up, and tears down after a block that returns', blocks(returning)],
    ...[...thrown, ...throws].map(([what, make]): Case => [
      `tears down after a block that throws ${what}`,
      blocks(throwing(what, make)),
    ]),
    ['stays set up while its block waits to be aborted', waiting],
    ['can be entered five times in a row', blocks(returning, returning, throwingError, returning, throwingError)],
    ...(concurrent ? [['can be entered three times at once', threeAtOnce] as const] : []),
    ...(nested ? [['can be entered inside its own block', withinItself] as const] : []),
    ['works on an exit stack', ways(onStack)],
    ['works under using, with complete()', ways(underUsing)],
    ['sees a failure under using, without complete()', ways(withoutComplete)],
    ['works in a manager that enters it', ways(byEnter)],
    ['works in all()', ways(inAll)],
    ['works as a decorator', ways(decorated)],
    ['works by hand', manually],
    ['works in withSync(), if it is synchronous', synchronously],
    ['leaves nothing open when its setup fails', setupFaults],
    ['reports a teardown that fails after a block that returns', teardownFaults(returning)],
    ['loses no error when its teardown fails after a block that throws', teardownFaults(throwingError)],
  ];
}

const throwingUndefined = throwing('undefined', () => undefined);

/** What blocks throw: not always an error. */
const thrown: readonly (readonly [string, () => unknown])[] = [
  ['an Error', () => new Error('The block failed.')],
  ['undefined', () => undefined],
  ['null', () => null],
  ['0', () => 0],
  ["''", () => ''],
  ['NaN', () => NaN],
  ['a frozen Error', () => Object.freeze(new Error('The block failed.'))],
  ['an AbortError', abortError],
  ['an error with a cause', () => new Error('The block failed.', { cause: new Error('for that reason') })],
];

function abortError(): unknown {
  const { AbortController } = globalThis as unknown as { AbortController: new () => AbortLike };
  const controller = new AbortController();
  controller.abort();
  return controller.signal.reason;
}

interface AbortLike {
  readonly signal: { readonly reason: unknown };
  abort(): void;
}

// Blocks, one after the other

function blocks(...endings: Ending[]): Case[1] {
  return (kit) =>
    inWorld(kit, async (trial) => {
      const manager = managersOf(trial);
      for (const ending of endings) await expectBlock(trial, manager, ending);
    });
}

function ways(way: Way): Case[1] {
  return (kit) =>
    inWorld(kit, async (trial) => {
      const manager = managersOf(trial);
      for (const ending of [returning, throwingError]) await expectBlock(trial, manager, ending, way);
    });
}

async function inertUntilEntered(kit: Kit): Promise<void> {
  await inWorld(kit, async (trial) => {
    const look = async () => shown({ ...(await trial.look()), effect: await trial.effect() });
    const before = await look();
    // A disposable is set up when it is made.
    if (isDisposable(trial.make())) return;
    await sleep(0);
    const call = trial.recorder.calls.find(({ isAsync }) => isAsync);
    if (call) throw calledEarly(trial.name, call);
    const after = await look();
    if (after !== before) throw actedEarly(trial.name, `the world changed from ${before} to ${after}`);
  });
}

async function waiting(kit: Kit): Promise<void> {
  await inWorld(kit, async (trial) => {
    let early = 0;
    const before = async () => {
      const { open = 0 } = await trial.look();
      await sleep(20);
      early = open - ((await trial.look()).open ?? 0);
    };
    await expectBlock(trial, managersOf(trial), { name: 'waits to be aborted', thrown: abortError, before });
    if (early > 0) throw releasedEarly(trial.name, 'a block that waits', early);
  });
}

/** A sync manager, with a sync body. */
async function synchronously(kit: Kit): Promise<void> {
  await inWorld(kit, async (trial) => {
    const manager = managersOf(trial);
    const found = { isSync: true };
    const way = tryingInSync(() => (found.isSync = false));
    // This also shows whether the body's work returns a promise.
    await expectBlock(trial, manager, returning, way);
    if (!found.isSync) return;
    for (const ending of [returning, throwingError]) await expectBlock(trial, manager, ending, inWithSync);
  });
}

/** By hand, a manager object only has to work once. */
async function manually(kit: Kit): Promise<void> {
  await inWorld(kit, async (trial) => {
    for (const ending of [returning, throwingError, throwingUndefined])
      await expectBlock(trial, () => trial.make(), ending, byHand);
  });
}

// Blocks at the same time

async function threeAtOnce(kit: Kit): Promise<void> {
  const isExclusive = kit.setting.concurrent === 'exclusive';
  const expected = await effectInTurn(kit);
  await inWorld(kit, async (trial) => {
    const manager = managersOf(trial);
    const before = await trial.look();
    const size = await trial.effectSize();
    const meet = meeting(isExclusive ? 1 : 3);
    const found = { inside: 0, isCrowded: false };
    const endings = three.map(({ name, ...ending }, index): Ending => ({
      ...ending,
      name: `${name} while two others run`,
      before: async (value) => {
        found.inside += 1;
        found.isCrowded ||= found.inside > 1;
        await meet();
        // They leave one after the other, and the others continue with what they hold.
        await sleep(2 * index);
        await kit.setting.use?.(value, trial.world);
        found.inside -= 1;
      },
      isLong: true,
    }));
    const all = await Promise.all(endings.map((ending) => run(trial, manager(), ending)));
    if (isExclusive && found.isCrowded) throw overlapping(trial.name);
    for (const ran of all) expectOutcome(trial, ran);
    await trial.expectNothingLeft(before, 'three concurrent blocks');
    const effect = (await trial.effectSize()) - size;
    if (expected > 1 && effect !== expected) throw otherEffect(trial.name, expected, effect);
  });
}

const three = [returning, throwingError, returning] as const;

/** How much three blocks in turn add to the effect: NaN if that can't be counted, or isn't worth it. */
async function effectInTurn(kit: Kit): Promise<number> {
  let effect = NaN;
  if (!kit.setting.effect) return effect;
  await inWorld(kit, async (trial) => {
    const manager = managersOf(trial);
    const size = await trial.effectSize();
    const before = async (value: unknown): Promise<void> => void (await kit.setting.use?.(value, trial.world));
    for (const ending of three) await run(trial, manager(), { ...ending, before });
    effect = (await trial.effectSize()) - size;
  }).catch(() => undefined);
  return effect;
}

/** Waits until that many have arrived, but not for long: a pool may have fewer. */
function meeting(count: number): () => Promise<void> {
  let missing = count;
  let open!: () => void;
  const isComplete = new Promise<void>((resolve) => (open = resolve));
  return () => {
    missing -= 1;
    if (missing === 0) open();
    return within(50, isComplete, async () => undefined);
  };
}

async function withinItself(kit: Kit): Promise<void> {
  await inWorld(kit, async (trial) => {
    const manager = managersOf(trial);
    const before = await trial.look();
    let problem: Thrown | undefined;
    const inner = async () => {
      for (const { name, ...ending } of [throwingError, returning]) {
        const outside = await trial.look();
        const ran = await run(trial, manager(), { ...ending, name: `${name} within another` });
        expectOutcome(trial, ran);
        await trial.expectNothingLeft(outside, ran.when);
      }
    };
    const ran = await run(trial, manager(), {
      name: 'returns, with others within it',
      before: async (value) => {
        await inner().catch((error: unknown) => (problem = { error }));
        await kit.setting.use?.(value, trial.world);
      },
      isLong: true,
    });
    if (problem) throw problem.error;
    expectOutcome(trial, ran);
    await trial.expectNothingLeft(before, ran.when);
  });
}
