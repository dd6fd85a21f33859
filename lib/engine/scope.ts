import type { Thrown } from '../protocol.ts';
import { isGeneratorLike, kindOf, markHandled } from '../support/describe.ts';
import { notScope, plainYield, scopeReturned, type FunctionForm } from '../support/messages.ts';
import { asyncIterator } from '../support/symbols.ts';
import { isEnterable } from './adapt.ts';
import { refuseGenerator, refuseUnfinished } from './body.ts';
import { markRefusal } from './outcome.ts';
import { asyncForm, lastStepOf, passStep, syncForm, type Form, type Resumable } from './compose.ts';
import { keepBoth } from './join.ts';
import type { TellExit } from './observer.ts';
import { exitStep, isRequest, stopAsync, type Run, type Step } from './run.ts';
import { unwindAsync, unwindSync, type Exits } from './unwind.ts';

export const asyncScope: FunctionForm = {
  name: 'scopeAsync',
  other: 'scopeSync',
  syntax: 'async function*',
  kind: 'AsyncGeneratorFunction',
};

export const syncScope: FunctionForm = {
  name: 'scopeSync',
  other: 'scopeAsync',
  syntax: 'function*',
  kind: 'GeneratorFunction',
};

/**
 * Runs an async scope. Both forms are written out: sharing a generator that drives either would take 1.08 times as
 * long.
 */
export async function runScopeAsync(fn: unknown, args: unknown[], tell?: TellExit): Promise<unknown> {
  const generator = startScope(asyncScope, fn, args);
  const exits: Exits = { items: [] };
  const { items } = exits;
  let result: unknown;
  let thrown: Thrown | undefined;
  let refused: TypeError | undefined;
  try {
    const first = await generator.next();
    const step = isRequest(first.value) ? await asyncForm.enterAll(generator, exits, first, passStep) : first;
    result = step.done ? step.value : await driveAsync(refuseYield(asyncScope, asyncForm, generator, exits, step));
    refused = refuseGenerator('scopeAsync()', result);
    if (refused) throw refused;
  } catch (error) {
    thrown = { error };
  }
  tell?.();
  // A scope that succeeds exits here: `unwindAsync` is one more async function, and would take 1.08 times as long.
  try {
    for (let item = thrown ? undefined : items.pop(); item; item = items.pop()) {
      const { manager, within } = item;
      const run = item.run as Run;
      const step = await (within ? within(exitStep, run, undefined) : exitStep(run, undefined));
      if (!step.done) items.push({ run: await stopAsync(run, manager, step, undefined), manager, within });
    }
  } catch (error) {
    // To the unwinding, it's the error of an exit, not of the function.
    items.push({
      disposal() {
        throw error;
      },
    });
  }
  if (!thrown && items.length === 0) return result;
  const { value } = await unwindAsync(exits, false, thrown, lastStepOf);
  // A manager that suppresses can't make up for a function that hasn't finished.
  if (refused) throw refused;
  return thrown ? value : result;
}

/** {@link runScopeAsync} for a sync scope. */
export function runScopeSync(fn: unknown, args: unknown[], tell?: TellExit): unknown {
  const generator = startScope(syncScope, fn, args);
  const exits: Exits = { items: [] };
  let result: unknown;
  let thrown: Thrown | undefined;
  let refused: TypeError | undefined;
  try {
    const first = generator.next() as Step;
    const step = isRequest(first.value) ? (syncForm.enterAll(generator, exits, first, passStep) as Step) : first;
    result = step.done ? step.value : driveSync(refuseYield(syncScope, syncForm, generator, exits, step));
    refused = refuseUnfinished('scopeSync()', result);
    if (refused) throw refused;
  } catch (error) {
    thrown = { error };
  }
  tell?.();
  const { value } = unwindSync(exits, false, thrown, lastStepOf);
  if (refused) throw refused;
  return thrown ? value : result;
}

interface Tagged {
  readonly [Symbol.toStringTag]?: unknown;
}

/** Calls the function, and refuses it if it doesn't return a generator of that form. */
export function startScope(form: FunctionForm, fn: unknown, args: unknown[]): Resumable {
  // Not by `kindOf` first: a scope of three managers would take 1.09 times as long. Compilers may make plain functions.
  if (typeof fn !== 'function' || ((fn as Tagged)[Symbol.toStringTag] !== form.kind && kindOf(fn) !== 'Function'))
    throw notScope(form, fn);
  const generator: unknown = fn(...args);
  if (isGeneratorLike(generator) && asyncIterator in generator === (form === asyncScope)) return generator as Resumable;
  markHandled(generator);
  throw scopeReturned(form, generator, isEnterable(generator));
}

/** Throws at a plain `yield`; at a second one, closes the generator. Yields what an async scope must await. */
function* refuseYield(
  { name }: FunctionForm,
  { enterAll }: Form,
  generator: Resumable,
  exits: Exits,
  { value }: Step,
): Generator<unknown, unknown, unknown> {
  markHandled(value);
  const error = markRefusal(plainYield(name, value, isEnterable(value)));
  const last = (yield enterAll(generator, exits, (yield generator.throw(error)) as Step, passStep)) as Step;
  if (last.done) return last.value;
  try {
    yield enterAll(generator, exits, ((yield generator.return?.()) ?? { done: true }) as Step, passStep);
  } catch (closing) {
    throw keepBoth(closing, { error });
  }
  throw error;
}

async function driveAsync(steps: Generator<unknown, unknown, unknown>): Promise<unknown> {
  let step = steps.next();
  while (!step.done) {
    try {
      step = steps.next(await step.value);
    } catch (error) {
      step = steps.throw(error);
    }
  }
  return step.value;
}

function driveSync(steps: Generator<unknown, unknown, unknown>): unknown {
  let step = steps.next();
  while (!step.done) step = steps.next(step.value);
  return step.value;
}
