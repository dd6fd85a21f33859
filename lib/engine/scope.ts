import type { Thrown } from '../protocol.ts';
import { isGeneratorLike, kindOf, markHandled } from '../support/describe.ts';
import { notScope, plainYield, scopeReturned, type FunctionForm } from '../support/messages.ts';
import { asyncIterator } from '../support/symbols.ts';
import { isEnterable } from './adapt.ts';
import { refuseGenerator, refuseUnfinished } from './body.ts';
import { markRefusal } from './outcome.ts';
import { formOf, lastStepOf, passStep, type Form, type Resumable } from './compose.ts';
import { keepBoth } from './join.ts';
import type { TellExit } from './observer.ts';
import type { Step } from './run.ts';
import type { Exits } from './unwind.ts';

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

/** Runs either scope: yields what the async one awaits. */
export function* stepScope(
  form: FunctionForm,
  fn: unknown,
  args: unknown[],
  tell?: TellExit,
): Generator<unknown, unknown, unknown> {
  const generator = startScope(form, fn, args);
  const driver = formOf(generator);
  const exits: Exits = { items: [] };
  let result: unknown;
  let thrown: Thrown | undefined;
  let refused: TypeError | undefined;
  try {
    result = yield* runToReturn(form, driver, generator, exits);
    refused = (form === syncScope ? refuseUnfinished : refuseGenerator)(`${form.name}()`, result);
    if (refused) throw refused;
  } catch (error) {
    thrown = { error };
  }
  tell?.();
  const step = (yield driver.unwind(exits, false, thrown, lastStepOf)) as Step;
  // A manager that suppresses can't make up for a function that has not finished.
  if (refused) throw refused;
  return thrown ? step.value : result;
}

/** Calls the function, and refuses what gives no generator of that form. */
export function startScope(form: FunctionForm, fn: unknown, args: unknown[]): Resumable {
  const kind = kindOf(fn);
  // A compiler may have made a plain function of it.
  if (typeof fn !== 'function' || (kind !== form.kind && kind !== 'Function')) throw notScope(form, fn);
  const generator: unknown = fn(...args);
  if (isGeneratorLike(generator) && asyncIterator in generator === (form === asyncScope)) return generator as Resumable;
  markHandled(generator);
  throw scopeReturned(form, generator, isEnterable(generator));
}

/** Gives what the generator returns. A plain yield is an error there, and one more closes the generator. */
function* runToReturn(
  { name }: FunctionForm,
  { enterAll }: Form,
  generator: Resumable,
  exits: Exits,
): Generator<unknown, unknown, unknown> {
  const step = (yield enterAll(generator, exits, (yield generator.next()) as Step, passStep)) as Step;
  if (step.done) return step.value;
  markHandled(step.value);
  const error = markRefusal(plainYield(name, step.value, isEnterable(step.value)));
  const last = (yield enterAll(generator, exits, (yield generator.throw(error)) as Step, passStep)) as Step;
  if (last.done) return last.value;
  try {
    yield enterAll(generator, exits, ((yield generator.return?.()) ?? { done: true }) as Step, passStep);
  } catch (closing) {
    throw keepBoth(closing, { error });
  }
  throw error;
}
