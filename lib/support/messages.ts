import { describe, isObject, isThenable, kindOf } from './describe.ts';
import { platformError } from './platform-error.ts';
import { ContextManagerError, type ContextManagerErrorCode } from '../context-manager-error.ts';
import { isAsyncContextManager } from '../is-async-context-manager.ts';
import { isContextManager } from '../is-context-manager.ts';
import type { Thrown } from '../protocol.ts';

/** Every message of this package says what was done, what is required, what was given and what to do. */
export function explain(action: string, required: string, given: string, advice: string): string {
  return `Cannot ${action}: ${required}, but ${given}. ${advice}`;
}

export function wrongInput(action: string, required: string, given: unknown, advice: string): TypeError {
  return new TypeError(explain(action, required, `${describe(given)} was given`, advice));
}

function wrongReturn(action: string, required: string, returned: unknown, advice: string): TypeError {
  return new TypeError(explain(action, required, `it returned ${describe(returned)}`, advice));
}

// What is wrong with a manager

export function notEnterable(caller: string, given: unknown, advice: string = likelySlip(given)): TypeError {
  return wrongInput('enter', `${caller} takes a manager or a disposable`, given, advice);
}

function likelySlip(given: unknown): string {
  if (isObject(given) && 'hear' in given) return 'Pass the manager, not enter(manager).';
  if (isThenable(given)) return 'Did you forget await?';
  if (typeof given === 'function')
    return kindOf(given).endsWith('GeneratorFunction')
      ? 'Did you mean asyncContextManager() or contextManager()?'
      : 'Did you forget to call it?';
  if (isObject(given) && 'next' in given) return 'Did you mean aclosing()?';
  for (const half of ['enterAsync', 'exitAsync', 'enter', 'exit'])
    if (isObject(given) && typeof given[half] === 'function') return `It has only ${half}().`;
  return 'Did you mean closing() or all()?';
}

/** What a sync driver says about a manager whose `enter` is async. */
export function enterReturnedPromise(given: unknown, asyncForm: string): TypeError {
  return wrongReturn(
    'enter',
    'a sync block takes a manager whose enter() is synchronous',
    given,
    `Did you mean ${asyncForm}, or enterAsync()?`,
  );
}

export function exitReturnedPromise(given: unknown): TypeError {
  return wrongReturn(
    'exit',
    'withSync() takes a manager whose exit() is synchronous',
    given,
    'Did you mean withAsync(), or exitAsync()?',
  );
}

// What is wrong with a body

export function bodyNotFunction(caller: string, given: unknown): TypeError {
  return wrongInput('enter', `${caller} takes a body`, given, 'Write a function.');
}

/** The sync forms are withSync() and scopeSync(). */
export function bodyReturnedPromise(caller: string, given: unknown): TypeError {
  const required = `${caller} takes a synchronous ${caller === 'withSync()' ? 'body' : 'function'}`;
  return wrongReturn('exit', required, given, `Did you mean ${caller.replace('Sync', 'Async')}?`);
}

/** `given` is a generator function, or the generator that a body returned. */
export function bodyIsGenerator(caller: string, given: unknown): TypeError {
  const found = typeof given === 'function' ? `${describe(given)} makes a generator` : `it returned ${describe(given)}`;
  const required = `${caller} takes a plain function`;
  return new TypeError(explain('run the block', required, found, 'Write scopeAsync(), or iterate it.'));
}

// What is wrong with a generator function, or with its generator

/** How messages name the sync or the async form of a function that takes a generator function. */
export interface FunctionForm {
  readonly name: string;
  readonly other: string;
  /** The function that it takes, as you write it, and as the engine calls it. */
  readonly syntax: string;
  readonly kind: string;
}

/** `method` is the name of a decorated method, which must be a field instead. */
export function notGeneratorFunction(
  { name, other, syntax }: FunctionForm,
  action: string,
  given: unknown,
  method?: string,
): TypeError {
  const field = method ?? 'manager';
  const advice =
    !method && kindOf(given).endsWith('GeneratorFunction')
      ? `Did you mean ${other}()?`
      : `Write ${field} = ${name}(${syntax} ${field}(${method ? 'this: …' : ''}) { … }).`;
  return wrongInput(action, `${name}() takes ${syntax}`, given, advice);
}

export function didNotYield(manager: unknown): ContextManagerError {
  return misuse('ERR_DID_NOT_YIELD', 'enter', manager, 'it must yield once', 'it did not', 'Always yield.');
}

export function didNotStop(manager: unknown, cause: Thrown | undefined): ContextManagerError {
  return misuse(
    'ERR_DID_NOT_STOP',
    'exit',
    manager,
    'it must yield once',
    'it yielded again',
    'Return instead.',
    cause,
  );
}

// What is wrong with an entry by hand

export function alreadyEntered(manager: unknown): ContextManagerError {
  return misuse('ERR_ALREADY_ENTERED', 'enter', manager, 'it must not be entered', 'it already is', 'Exit first.');
}

export function notEntered(manager: unknown): ContextManagerError {
  return misuse('ERR_NOT_ENTERED', 'exit', manager, 'it must be entered', 'it is not', 'Enter first.');
}

export function notThrown(manager: unknown, given: unknown): TypeError {
  return wrongInput(`exit ${subject(manager)}`, 'it takes { error }', given, 'Write { error }.');
}

function misuse(
  code: ContextManagerErrorCode,
  verb: string,
  manager: unknown,
  required: string,
  given: string,
  advice: string,
  cause?: Thrown,
): ContextManagerError {
  return new ContextManagerError(
    code,
    explain(`${verb} ${subject(manager)}`, required, given, advice),
    cause && { cause: cause.error },
  );
}

/** Managers have the names of their generator functions. */
export function subject(manager: unknown): string {
  const name = (manager as { fn?: { name: string } }).fn?.name;
  return name ? `${name}()` : 'an unnamed manager (name its function; keep names when minifying)';
}

// What is wrong with closing() and aclosing()

export function notClosable(required: string, given: unknown): TypeError {
  return wrongInput(
    'make a manager',
    `closing() takes ${required}`,
    given,
    'Write closing(thing, (thing) => thing.end()).',
  );
}

export function notIterable(given: unknown): TypeError {
  const advice = isThenable(given)
    ? 'Did you forget await?'
    : 'Pass an iterable, an iterator, or a function that returns one.';
  return wrongInput(
    'make a manager',
    'aclosing() takes an async iterable, an async iterator or an iterable',
    given,
    advice,
  );
}

const aclosing = { fn: { name: 'aclosing' } };

export function alreadyOwned(): ContextManagerError {
  return misuse(
    'ERR_ALREADY_ENTERED',
    'enter',
    aclosing,
    'a source can be entered only once',
    'this one was already entered or closed',
    'Make another, or pass a function that makes the source: aclosing(() => source()).',
  );
}

export function sourceDidNotStop(): ContextManagerError {
  return misuse(
    'ERR_DID_NOT_STOP',
    'exit',
    aclosing,
    'its source must finish when return() is called',
    'it yielded again',
    'Yield nothing in its finally.',
  );
}

// What is wrong with fromCallback()

const fromCallback = { fn: { name: 'fromCallback' } };

export function notSurround(given: unknown): TypeError {
  return wrongInput(
    'make a manager',
    'fromCallback() takes a function that calls an API with a callback',
    given,
    'Write fromCallback((body) => api(body)).',
  );
}

export function didNotCallBack(): ContextManagerError {
  return misuse(
    'ERR_DID_NOT_YIELD',
    'enter',
    fromCallback,
    'the API must call back once',
    'it ended without calling back',
    'Return its promise: fromCallback((body) => api(body)).',
  );
}

/** The API retries, or calls back after it has ended. */
export function calledBackAgain(isCalled: boolean, outcome: Thrown | undefined): ContextManagerError {
  return misuse(
    'ERR_ALREADY_ENTERED',
    'enter',
    fromCallback,
    'the API must call back once',
    isCalled ? 'it called back again' : 'it called back after it had ended',
    isCalled
      ? 'A body runs once: to retry, put the retry around the block.'
      : 'Return its promise: fromCallback((body) => api(body)).',
    outcome,
  );
}

/** The block succeeded, but the API has committed, unlocked or closed before that. */
export function didNotWait(): ContextManagerError {
  return misuse(
    'ERR_OUTCOME_UNKNOWN',
    'exit',
    fromCallback,
    'the API must wait for the block',
    'it ended before the block did',
    'Return its promise: fromCallback((body) => api(body)).',
  );
}

// What is wrong with a composition

/** The block has no value, even though the failure was suppressed. */
export function setupSuppressed(manager: unknown, failure: Thrown): ContextManagerError {
  return misuse(
    'ERR_DID_NOT_YIELD',
    'enter',
    manager,
    'it must yield once',
    'its setup failed, and a manager that it had entered suppressed the error',
    'Suppress around the block instead.',
    failure,
  );
}

export function starForgotten(given: unknown): TypeError {
  return wrongInput('enter', 'a generator yields enter() with a star', given, 'Write yield* enter(manager).');
}

/** The generator's driver doesn't know requests: a loop, or a decorator. */
export function notAnswered(): TypeError {
  return new TypeError(
    explain(
      'enter',
      'yield* enter() works in the generator of a manager or a scope',
      'other code drives this generator',
      'Write it in the generator of asyncContextManager() or scopeAsync().',
    ),
  );
}

export function notScope({ name, other, syntax }: FunctionForm, given: unknown): TypeError {
  const advice = kindOf(given).endsWith('GeneratorFunction')
    ? `Did you mean ${other}()?`
    : kindOf(given) === 'AsyncFunction'
      ? 'Is its star missing?'
      : `Write ${name}(${syntax} () { … }).`;
  return wrongInput('run', `${name}() takes ${syntax}`, given, advice);
}

/** It was called, because a compiler may have turned a generator function into a plain function. */
export function scopeReturned({ name, syntax }: FunctionForm, returned: unknown, isManager: boolean): TypeError {
  const advice = isManager ? 'Did you mean withAsync()?' : `Write ${name}(${syntax} () { … }).`;
  const found = `a function that returned ${describe(returned)} was given`;
  return new TypeError(explain('run', `${name}() takes ${syntax}`, found, advice));
}

export function plainYield(name: string, given: unknown, isManager: boolean): TypeError {
  return wrongInput(
    'run',
    `a function in ${name}() may yield only yield* enter(manager)`,
    given,
    isManager ? 'Write yield* enter(manager).' : 'Return the value instead.',
  );
}

export function notAll(given: unknown, required: string): TypeError {
  return wrongInput('make a manager', `all() takes ${required}`, given, 'Write all([a, b]) or all({ a, b }).');
}

export function notMember(given: unknown, place: string): TypeError {
  const found = `${describe(given)} was given ${place}`;
  return new TypeError(explain('make a manager', 'all() takes managers and disposables', found, likelySlip(given)));
}

export function someNotEntered(errors: unknown[], count: number): AggregateError {
  const message = explain(
    'enter all()',
    'each manager must be entered',
    `${String(errors.length)} of ${String(count)} failed`,
    'See errors.',
  );
  return new AggregateError(errors, message);
}

// What is wrong with timeout() and deadline()

export function notDuration(caller: string, given: unknown, form: string): TypeError {
  return wrongInput('make a manager', `${caller} takes milliseconds, 0 or more`, given, `Write ${form}.`);
}

export function notSignal(caller: string, given: unknown, form: string): TypeError {
  return wrongInput('make a manager', `${caller} takes { signal }, an AbortSignal`, given, `Write ${form}.`);
}

export function noAbortController(): TypeError {
  return new TypeError(
    explain(
      'make a signal',
      'the platform needs an AbortController',
      'it has none',
      'Load a polyfill first, such as abort-controller/polyfill.',
    ),
  );
}

export function timedOut(ms: number): Error {
  const message = explain(
    'finish',
    `the block must be done within ${String(ms)} ms`,
    'it was not',
    'Give it more time, or make it faster.',
  );
  return platformError('TimeoutError', message);
}

export function teardownTimedOut(manager: unknown, ms: number): Error {
  const name = isObject(manager) && 'fn' in manager ? subject(manager) : describe(manager);
  const message = explain(
    `exit ${name}`,
    `its teardown must be done within ${String(ms)} ms`,
    'it was not',
    'Give it more time, or find what it waits for.',
  );
  return platformError('TimeoutError', message);
}

// What is wrong with abandonable() and deadline()

export function notAbortSignal(given: unknown): TypeError {
  const advice = 'Write abandonable(manager, signal).';
  return wrongInput('make a manager', 'abandonable() takes an AbortSignal', given, advice);
}

export function notLate(caller: string, given: unknown, form: string): TypeError {
  return wrongInput('make a manager', `${caller} takes { late }, a function`, given, `Write ${form}.`);
}

// What is wrong with taskGroup()

export function notTask(given: unknown): TypeError {
  return wrongInput('start a task', 'start() takes a function', given, 'Write start((signal) => work(signal)).');
}

export function groupFinished(given: unknown): ReferenceError {
  return new ReferenceError(
    explain(
      `start ${describe(given)}`,
      'the group must not be over',
      'its body has returned, and no task runs anymore',
      'Start it earlier, or from a task.',
    ),
  );
}

export function severalFailed(errors: unknown[]): AggregateError {
  const message = explain(
    'finish taskGroup()',
    'its body and its tasks must succeed',
    `${String(errors.length)} of them failed`,
    'See errors.',
  );
  return new AggregateError(errors, message);
}

// What is wrong with resultBlocks()

export function notFailed(given: unknown): TypeError {
  return wrongInput('make drivers', 'resultBlocks() takes a function that recognizes an Err', given, failedForm);
}

export function notFailure(given: unknown): TypeError {
  return wrongReturn(
    'check the Result',
    'the function given to resultBlocks() returns { error } for an Err, and false for an Ok',
    given,
    failedForm,
  );
}

const failedForm = 'Write resultBlocks((result) => result.isErr() && { error: result.error }).';

// What is wrong with the functions of withal/fp

export function notMapper(caller: string, given: unknown, form: string): TypeError {
  return wrongInput('make a manager', `${caller} takes a function`, given, `Write ${form}.`);
}

export function notAlternative(given: unknown): TypeError {
  const advice = 'Write orElse(other), or orElse((error) => other).';
  return wrongInput('make a manager', 'orElse() takes a manager, or a function that returns one', given, advice);
}

// What is wrong with a stack

export function stackFinished(stack: string, method: string, given: unknown): ReferenceError {
  const advice =
    given === undefined
      ? 'Make a new one.'
      : `Nothing was done with ${describe(given)}: dispose it, and make a new stack.`;
  return new ReferenceError(
    explain(`call ${method}() on ${stack}`, 'it must not be finished', 'it was exited, disposed or moved', advice),
  );
}

export function stackAlreadyEntered(stack: string): ContextManagerError {
  return new ContextManagerError(
    'ERR_ALREADY_ENTERED',
    explain(
      `enter ${stack}`,
      'one block at a time can own it',
      'another block has entered it',
      'Make a new stack for this block.',
    ),
  );
}

export function notDisposable(given: unknown): TypeError {
  const isManager = isAsyncContextManager(given) || isContextManager(given);
  const advice = isManager ? 'Did you mean enterContext()?' : 'Write adopt(value, (value) => value.close()).';
  return wrongInput('use', 'use() takes a disposable, null or undefined', given, advice);
}

export function notFunction(method: string, given: unknown): TypeError {
  return wrongInput(
    method,
    `${method}() takes a function`,
    given,
    `Write ${method === 'adopt' ? 'adopt(value, (value) => { … })' : 'defer(() => { … })'}.`,
  );
}

export function notExit(given: unknown): TypeError {
  return wrongInput(
    'push',
    'push() takes a function, or a manager that is already entered',
    given,
    'Did you mean enterContext(), or use()?',
  );
}

export function completedWithPromise(given: unknown): TypeError {
  return wrongInput(
    'complete',
    'complete() takes a result, not a promise',
    given,
    'The block has not succeeded yet: write complete(await …).',
  );
}

export function outcomeNotSaid(): ContextManagerError {
  return new ContextManagerError(
    'ERR_OUTCOME_UNKNOWN',
    explain(
      'exit',
      'a block that succeeded ends with complete()',
      'this one did not',
      'If it succeeded, call complete() at its very end; or use withAsync() or withSync().',
    ),
  );
}

// What is wrong with the managers of withal/node

export function notTarget(caller: string, given: unknown): TypeError {
  return wrongInput(
    'make a manager',
    `${caller} takes a stream, an array or an object with a write()`,
    given,
    'Pass an array to collect the text.',
  );
}

export function notPath(given: unknown): TypeError {
  return wrongInput('make a manager', 'chdir() takes a path or a file: URL', given, 'Write chdir(path).');
}

export function notSignals(given: unknown): TypeError {
  return wrongInput(
    'make a manager',
    'terminationSignal() takes an array of signals that a process can catch',
    given,
    "Write terminationSignal(['SIGINT', 'SIGTERM']).",
  );
}

export function notGrace(given: unknown): TypeError {
  return wrongInput(
    'make a manager',
    'terminationSignal() takes { grace }, milliseconds, 0 or more',
    given,
    'Write terminationSignal({ grace: 10_000 }).',
  );
}

export function notOnGrace(given: unknown): TypeError {
  return wrongInput(
    'make a manager',
    'terminationSignal() takes { onGrace }, a function',
    given,
    'Write terminationSignal({ grace: 10_000, onGrace: (report) => { … } }).',
  );
}

export function inWorker(): string {
  return explain(
    'listen for signals',
    'terminationSignal() needs the main thread',
    'a worker thread entered it',
    'Let the main thread listen, and send the worker a message.',
  );
}

export function notDone(signal: string, grace: number): string {
  return explain(
    'end',
    `the process must be done within ${String(grace)} ms of ${signal}`,
    'it still runs',
    'Close what is left, or give it more time.',
  );
}

/** Nothing keeps the process alive, so it ends. */
export function notFinished(signal: string): string {
  return explain(
    'finish',
    `the block of terminationSignal() must end after ${signal}`,
    'nothing can end it anymore',
    'Look for a promise that never settles.',
  );
}

/** The last line of a report that can't name the open blocks. */
export function notObserved(): string {
  return 'No observer sees the open blocks. Start with node --import withal/observe/register to list them here.';
}

// What is wrong with a decorator, or with what it decorates

export function outcomeUnknown(manager: unknown): ContextManagerError {
  return misuse(
    'ERR_OUTCOME_UNKNOWN',
    'exit',
    manager,
    'its block must declare success',
    'it was left early',
    'To succeed, run it to its end.',
  );
}

export function notManagerOrFunction(name: string, given: unknown, advice: string = likelySlip(given)): TypeError {
  return wrongInput('decorate', `${name}() takes a manager, or a function that returns one`, given, advice);
}

/** The decorator was written without its call. */
export function decoratorNotCalled(name: string, given: string): TypeError {
  const required = `${name}() takes a manager, or a function that returns one`;
  return new TypeError(explain('decorate', required, `${given} was given`, `Write @${name}(manager).`));
}

export function returnedNoManager(name: string, given: unknown, advice: string = slipOfFactory(given)): TypeError {
  return wrongInput('enter', `the function given to ${name}() must return a manager`, given, advice);
}

function slipOfFactory(given: unknown): string {
  return isThenable(given) ? 'Await in the manager instead.' : likelySlip(given);
}

/** `given` says what it is, because a class is a function too. */
export function notDecoratable(name: string, given: string): TypeError {
  const required = `${name}() decorates functions and methods`;
  const advice = 'Put it in front of a method, or call it with a function.';
  return new TypeError(explain('decorate', required, `${given} was given`, advice));
}

export function decoratedAsyncFunction(name: string, given: unknown): TypeError {
  return wrongInput('decorate', synchronous(name), given, 'Did you mean asyncContextDecorator()?');
}

export function functionReturnedPromise(name: string, fn: NamedFunction, given: unknown): TypeError {
  return wrongReturn(call(fn), synchronous(name), given, 'Did you mean asyncContextDecorator()?');
}

function synchronous(name: string): string {
  return `${name}() takes a synchronous function`;
}

export function functionReturnedGenerator(name: string, fn: NamedFunction, given: unknown): TypeError {
  const required = `${name}() must see that a function is a generator function`;
  const advice = 'Decorate the generator function itself, compiled for ES2018 or later.';
  return wrongReturn(call(fn), required, given, advice);
}

/** A caller iterates the promise of a function that isn't a generator function. */
export function promiseNotIterable(name: string): TypeError {
  return new TypeError(
    explain(
      'iterate',
      'for await takes an async iterable',
      `${name}() turned the result of the function into a promise`,
      'Await it.',
    ),
  );
}

interface NamedFunction {
  readonly name: string;
}

function call({ name }: NamedFunction): string {
  return `call ${name ? `${name}()` : 'an unnamed function'}`;
}

// What is wrong with suppress() and passing()

export function notMatcher(caller: string, given: unknown): TypeError {
  const advice =
    caller === 'suppress()'
      ? 'Write suppress(TypeError), or suppress((error) => …).'
      : 'Write passing(manager, Redirect), or passing(manager, (error) => …).';
  return wrongInput('make a manager', `${caller} takes error classes and predicates`, given, advice);
}

export function matcherReturnedPromise(given: unknown): TypeError {
  return wrongReturn('suppress', 'a predicate must be synchronous', given, 'Await in a manager of your own instead.');
}

// What is wrong with the functions of withal/observe

export function notObserveOptions(given: unknown): TypeError {
  return wrongInput('observe', 'observe() takes an object of options', given, 'Write observe({ keep: 100 }).');
}

/** `kind` is what the option takes; it's undefined for an unknown option. */
export function notObserveOption(name: string, kind: string | undefined, given: unknown): TypeError {
  if (!kind)
    return new TypeError(
      explain('observe', 'observe() takes only known options', `"${name}" was given`, 'Is it misspelled?'),
    );
  const taken = { milliseconds: 'milliseconds, 0 or more', count: 'a whole number, 0 or more' }[kind] ?? `a ${kind}`;
  return wrongInput('observe', `${name} takes ${taken}`, given, `Write observe({ ${name}: … }).`);
}

/** For an environment variable. */
export function notSlow(given: unknown): TypeError {
  return wrongInput('observe', 'WITHAL_SLOW takes milliseconds, 0 or more', given, 'Write WITHAL_SLOW=5000.');
}

export function notVisits(caller: string, given: unknown): TypeError {
  return wrongInput('draw', `${caller} takes a list of visits`, given, `Write ${caller.slice(0, -1)}watch.open()).`);
}

export function notDrawingOption(caller: string, name: string, taken: string, given: unknown): TypeError {
  const advice = `Write ${caller.slice(0, -1)}watch.open(), { ${name}: … }).`;
  return wrongInput('draw', `${name} takes ${taken}`, given, advice);
}
