import { isError, isThenable } from '../../support/describe.ts';
import { reach } from '../../engine/join.ts';
import { ContextManagerError, type Thrown } from '../../index.ts';
import { within } from './environment.ts';
import { expectCalls } from './expect-calls.ts';
import type { Call } from './recorder.ts';
import {
  committed,
  dropped,
  endless,
  failed,
  notSuppressed,
  replaced,
  rewritten,
  swallowed,
  withoutEffect,
} from '../messages.ts';
import { cut, shown } from './shown.ts';
import type { Trial } from './trial.ts';
import { inWithAsync, inWithSync, isDisposable, type Body, type Way } from './ways.ts';

/** How a body ends. */
export interface Ending {
  /** Its description, such as "a block that returns". */
  readonly name: string;
  /** Makes the thing that it throws, if it throws. */
  readonly thrown?: () => unknown;
  /** What it does before it ends. */
  readonly before?: (value: unknown) => Promise<void>;
  /** Whether it waits for other blocks. */
  readonly isLong?: boolean;
}

export const returning: Ending = { name: 'returns' };

export function throwing(what: string, thrown: () => unknown): Ending {
  return { name: `throws ${what}`, thrown };
}

export const throwingError: Ending = throwing('an Error', () => new Error('The block failed.'));

/** A block that has run, and its result. */
export interface Ran {
  /** Its description, such as "a block that returns on an exit stack". */
  readonly when: string;
  readonly way: Way;
  readonly thrown: Thrown | undefined;
  /** The fields of the error, before the block threw it. */
  readonly fields: Fields;
  readonly calls: readonly Call[];
  /** How it rejected, if it did. */
  rejected: Thrown | undefined;
  hasRun: boolean;
  /** The manager's value, not wrapped. */
  given: unknown;
  useFailure: Thrown | undefined;
}

/** Returns a function that gives the same manager each time, or a new one for each block if a block uses it up. */
export function managersOf(trial: Trial): () => unknown {
  let manager: unknown;
  return () => {
    if (!trial.setting.reusable || isDisposable(manager)) manager = trial.make();
    return manager;
  };
}

/** Runs a block, and checks everything that must hold for every block. */
export async function expectBlock(
  trial: Trial,
  manager: () => unknown,
  ending: Ending,
  way: Way = inWithAsync,
): Promise<void> {
  const before = await trial.look();
  const effect = await trial.effect();
  trial.recorder.forget();
  const ran = await run(trial, manager(), ending, way);
  expectOutcome(trial, ran);
  expectCalls(trial, ran);
  await expectEffect(trial, ran, effect);
  await trial.expectNothingLeft(before, ran.when);
}

/** Runs a block, and records its result. */
export async function run(trial: Trial, manager: unknown, ending: Ending, way: Way = inWithAsync): Promise<Ran> {
  const { recorder, setting } = trial;
  const thrown = ending.thrown && { error: ending.thrown() };
  const ran: Ran = {
    ...{ when: `a block that ${ending.name}${way.name}`, way, thrown, fields: fieldsOf(thrown) },
    ...{ calls: recorder.calls, rejected: undefined, hasRun: false, given: undefined, useFailure: undefined },
  };
  recorder.phase = 'setup';
  const body = way === inWithSync ? syncBody(trial, ran) : asyncBody(trial, ran, ending);
  const settled = way.run(manager, body).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const ms = setting.timeout * (ending.isLong ? 2 : 1);
  ran.rejected = await within<Ran['rejected']>(ms, settled, async () => {
    const { phase, calls } = recorder;
    const waiting = calls.filter((call) => call.phase === phase && call.state === 'pending').pop();
    throw endless(trial.name, ran.when, ms, phase, waiting);
  });
  return ran;
}

function asyncBody(trial: Trial, ran: Ran, { before }: Ending): Body {
  return async (value) => {
    begin(trial, ran, value);
    try {
      const used = ran.way.hasValue ? trial.setting.use?.(value, trial.world) : undefined;
      trial.isUseAsync ||= isThenable(used);
      await used;
      await before?.(value);
    } catch (error) {
      ran.useFailure = { error };
    }
    finish(trial, ran);
  };
}

function syncBody(trial: Trial, ran: Ran): Body {
  return (value) => {
    begin(trial, ran, value);
    try {
      if (!trial.isUseAsync) trial.setting.use?.(value, trial.world);
    } catch (error) {
      ran.useFailure = { error };
    }
    finish(trial, ran);
  };
}

function begin({ recorder }: Trial, ran: Ran, value: unknown): void {
  recorder.phase = 'body';
  ran.hasRun = true;
  ran.given = recorder.unwrap(value);
}

function finish({ recorder }: Trial, { useFailure, thrown }: Ran): void {
  recorder.phase = 'teardown';
  if (useFailure) throw useFailure.error;
  if (thrown) throw thrown.error;
}

// Expectations

/** Expects a block to resolve or reject as it should. */
export function expectOutcome(trial: Trial, ran: Ran): void {
  const { when, thrown, rejected, useFailure, hasRun, way } = ran;
  const { name } = trial;
  if (useFailure) throw failed(name, when, 'use()', useFailure.error);
  if (!hasRun) throw failed(name, when, 'its setup', (rejected as Thrown).error);
  if (thrown) expectFailure(trial, ran, thrown);
  else if (rejected && !(way.isUnknown && isTranslated(trial, rejected.error)))
    throw failed(name, when, 'its teardown', rejected.error);
}

function expectFailure({ name, setting }: Trial, ran: Ran, { error }: Thrown): void {
  const { when, rejected, way, fields } = ran;
  // Under `using`, a manager doesn't get the error itself, so it can neither suppress nor replace it.
  const isSuppressed = !way.isUsing && setting.suppresses(error);
  if (!rejected) {
    if (!isSuppressed) throw swallowed(name, when);
    return;
  }
  if (isSuppressed) throw notSuppressed(name, when, rejected.error);
  if (Object.is(rejected.error, error)) expectUnchanged(name, when, error, fields);
  else if (!setting.translates(error) || isMisuse(rejected.error)) throw replaced(name, when, rejected.error);
  else if (!leadsTo(rejected.error, error)) throw dropped(name, when, rejected.error);
}

/** Whether the manager replaced the unknown outcome with another error, which it may. */
function isTranslated({ setting }: Trial, error: unknown): boolean {
  return [...reach(error, undefined)].some((node) => isMisuse(node) && setting.translates(node));
}

/** Whether a manager broke the protocol, which no option excuses. */
function isMisuse(error: unknown): boolean {
  return error instanceof ContextManagerError;
}

export function leadsTo(error: unknown, target: unknown): boolean {
  return reach(error, target).has(target);
}

type Fields = readonly (readonly [string, string])[];

function fieldsOf(thrown: Thrown | undefined): Fields {
  if (!thrown || !isError(thrown.error)) return [];
  const error = thrown.error as unknown as Record<string, unknown>;
  return ['message', 'name', 'cause', 'stack'].map((field) => [field, cut(shown(error[field]), 200)] as const);
}

function expectUnchanged(name: string, when: string, error: unknown, fields: Fields): void {
  const now = new Map(fieldsOf({ error }));
  for (const [field, was] of fields) {
    const is = String(now.get(field));
    if (is !== was) throw rewritten(name, when, field, was, is);
  }
}

/** Expects a block to have an effect if it succeeds, and none if it fails. */
export async function expectEffect(trial: Trial, { when, thrown, way, hasRun }: Ran, before: string): Promise<void> {
  if (!trial.setting.effect) return;
  const after = await trial.effect();
  if (thrown || way.isUnknown || !hasRun) {
    if (after !== before) throw committed(trial.name, when, before, after);
  } else if (way.hasValue && !trial.noteSuccess(after !== before)) {
    throw withoutEffect(trial.name, when, after);
  }
}
