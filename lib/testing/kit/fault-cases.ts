import { expectEffect, expectOutcome, leadsTo, returning, run, type Ending, type Ran } from './block.ts';
import { Recorder, type Call, type Injection } from './recorder.ts';
import type { Thrown } from '../../index.ts';
import {
  injected,
  ranAnyway,
  setupFailureDropped,
  swallowed,
  teardownFailureDropped,
  teardownFailureIgnored,
} from '../messages.ts';
import { inWorld, type Kit, type Trial } from './trial.ts';
import { isDisposable } from './ways.ts';

/** Each call of the setup fails once, before it acts. */
export async function setupFaults(kit: Kit): Promise<void> {
  for (const call of await callsOf(kit, returning)) {
    if (call.phase !== 'setup' && call.phase !== 'make') continue;
    const ending = { name: `returns, with ${call.label} failing in the setup` };
    await whileFailing(kit, ending, { call, acts: isReleasing(call) }, expectSetupFailure);
  }
}

/** Each call of the teardown fails once, after it has acted. */
export function teardownFaults(ended: Ending): (kit: Kit) => Promise<void> {
  return async (kit) => {
    for (const call of await callsOf(kit, ended)) {
      if (call.doneIn !== 'teardown') continue;
      const ending = { ...ended, name: `${ended.name}, with ${call.label} failing in the teardown` };
      await whileFailing(kit, ending, { call, acts: !isAcquiring(call) }, expectTeardownFailure);
    }
  };
}

/** The calls that can fail, from a run in which none does. Other cases find what else is wrong in that run. */
async function callsOf(kit: Kit, ending: Ending): Promise<Call[]> {
  let recorder = new Recorder();
  await inWorld(kit, async (trial) => {
    // This shows whether the calls can be counted while they're made.
    await trial.look();
    const manager = trial.make();
    recorder = trial.recorder;
    await run(trial, manager, ending);
  }).catch(() => undefined);
  return recorder.calls.filter(({ canFail, state }) => canFail && state === 'done');
}

/** A run in which a call has failed. */
interface Failing {
  readonly trial: Trial;
  readonly ran: Ran;
  readonly call: Call;
  readonly error: Error;
  /** Whether the failure may be ignored, or the call succeeded on a retry. */
  readonly isExcused: boolean;
}

async function whileFailing(
  kit: Kit,
  ending: Ending,
  fault: Omit<Injection, 'error'>,
  expect: (failing: Failing) => void,
): Promise<void> {
  const error = injected(fault.call);
  const work = async (trial: Trial) => {
    const before = await trial.look();
    const effect = await trial.effect();
    const manager = trial.make();
    const ran = await run(trial, manager, ending);
    const { recorder } = trial;
    // It may take a different path this time.
    if (!recorder.failed) return;
    const isExcused = kit.setting.mayIgnore(recorder.failed.label) || recorder.isRetried();
    expect({ trial, ran, call: recorder.failed, error, isExcused });
    // A call that committed and only then failed can't be undone.
    if (ran.thrown || !ran.hasRun) await expectEffect(trial, ran, effect);
    if (kit.setting.mayLeave(recorder.failed.label)) return;
    await trial.expectNothingLeft(before, ran.when);
    await expectUsable(trial, manager, ran.when);
  };
  await inWorld(kit, work, { ...fault, error });
}

/** After a failure, the manager can be entered again. */
async function expectUsable(trial: Trial, manager: unknown, when: string): Promise<void> {
  if (!trial.setting.reusable || isDisposable(manager)) return;
  expectOutcome(trial, await run(trial, manager, { name: `returns, after ${when}` }));
}

// A failed call hasn't acquired what it should acquire, but it has released what it should release. Otherwise something
// would be left that isn't the manager's fault.

function isReleasing({ name, opened }: Call): boolean {
  return opened < 0 || (opened === 0 && releases.test(name));
}

function isAcquiring({ name, opened }: Call): boolean {
  return opened > 0 || (opened === 0 && acquires.test(name));
}

const releases =
  /(^|\.)(release|close|end|quit|disconnect|destroy|dispose|unlock|unlink|free|stop|terminate|rm|\[Symbol\.\w*dispose\])/i;

const acquires = /(^|\.)(acquire|connect|open|lock|listen|mkdtemp|mkdir|start|create|checkout)/i;

function expectSetupFailure({ trial, ran, call, error, isExcused }: Failing): void {
  const { rejected, hasRun } = ran;
  if (hasRun && !isExcused) throw ranAnyway(trial.name, call);
  if (rejected && leadsTo(rejected.error, error)) return;
  // If the setup succeeded in the end, it must have set up.
  if (trial.recorder.isRetried()) expectOutcome(trial, ran);
  if (!hasRun && !isExcused) throw setupFailureDropped(trial.name, call, (rejected as Thrown).error);
}

function expectTeardownFailure({ trial, ran, call, error, isExcused }: Failing): void {
  const { rejected, thrown, when } = ran;
  const { name, setting } = trial;
  const isSuppressed = thrown && setting.suppresses(thrown.error);
  if (!rejected) {
    if (thrown && !isSuppressed) throw swallowed(name, when);
    if (!isExcused) throw teardownFailureIgnored(name, when, call);
  } else if (!isExcused && !leadsTo(rejected.error, error) && (!thrown || isSuppressed)) {
    // A caller that gets the block's error already knows that something went wrong.
    throw teardownFailureDropped(name, when, call, rejected.error);
  }
}
