import { describe, isObject, isThenable, kindOf } from './describe.ts';
import { platformError } from './platform-error.ts';
import { ContextManagerError, type ContextManagerErrorCode } from '../context-manager-error.ts';
import { isAsyncContextManager } from '../is-async-context-manager.ts';
import { isContextManager } from '../is-context-manager.ts';
import type { Thrown } from '../protocol.ts';

/** Every refusal says what was tried, why it can't be done, and what to do instead. */
export function explain(action: string, problem: string, advice: string): string {
  return `Cannot ${action}: ${problem}. ${advice}`;
}

/** For wrong input, the problem is what is required, and what was given. */
export function wrongInput(action: string, required: string, given: unknown, advice: string): TypeError {
  return new TypeError(explain(action, `${required}, but ${describe(given)} was given`, advice));
}

function wrongReturn(action: string, required: string, returned: unknown, advice: string): TypeError {
  return new TypeError(explain(action, `${required}, but it returned ${describe(returned)}`, advice));
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
  return wrongInput('enter', `${caller} takes a body`, given, 'Pass a function.');
}

/** The sync forms are withSync() and scopeSync(). */
export function bodyReturnedPromise(caller: string, given: unknown): TypeError {
  const required = `${caller} takes a synchronous ${caller === 'withSync()' ? 'body' : 'function'}`;
  return wrongReturn('exit', required, given, `Did you mean ${caller.replace('Sync', 'Async')}?`);
}

/** The body is a generator function, or returned a generator. */
export function bodyIsGenerator(caller: string): TypeError {
  const advice = 'Use scopeAsync(), or iterate over it.';
  return new TypeError(explain('run', `the function given to ${caller} returns a generator`, advice));
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

/** The cause is what it returned instead, such as an Err. */
export function didNotYield(manager: unknown, returned: unknown): ContextManagerError {
  const cause = returned === undefined ? returned : { error: returned };
  return misuse(
    'ERR_DID_NOT_YIELD',
    'enter',
    manager,
    'its generator did not yield',
    'Yield once on every path.',
    cause,
  );
}

export function didNotStop(manager: unknown, cause: Thrown | undefined): ContextManagerError {
  return misuse('ERR_DID_NOT_STOP', 'exit', manager, 'its generator yielded twice', 'Return instead.', cause);
}

// What is wrong with an entry by hand

export function alreadyEntered(manager: unknown): ContextManagerError {
  const advice = 'Exit it first, or make another one.';
  return misuse('ERR_ALREADY_ENTERED', 'enter', manager, 'it is already entered', advice);
}

export function notEntered(manager: unknown): ContextManagerError {
  return misuse('ERR_NOT_ENTERED', 'exit', manager, 'it is not entered', 'Enter it first, and exit once.');
}

export function notThrown(manager: unknown, given: unknown): TypeError {
  return wrongInput(`exit ${subject(manager)}`, 'its exit takes { error }', given, 'Write { error }.');
}

function misuse(
  code: ContextManagerErrorCode,
  verb: string,
  manager: unknown,
  problem: string,
  advice: string,
  cause?: Thrown,
): ContextManagerError {
  return new ContextManagerError(
    code,
    explain(`${verb} ${subject(manager)}`, problem, advice),
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
    'its source was already entered or closed',
    'Pass a function that makes a new one: aclosing(() => source()).',
  );
}

export function sourceDidNotStop(): ContextManagerError {
  return misuse(
    'ERR_DID_NOT_STOP',
    'exit',
    aclosing,
    'its source yielded again when return() was called',
    "Don't yield in its finally.",
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
    'the API ended without calling back',
    'Return its promise: fromCallback((body) => api(body)).',
  );
}

/** The API retries, or calls back after it has ended. */
export function calledBackAgain(isCalled: boolean, outcome: Thrown | undefined): ContextManagerError {
  return misuse(
    'ERR_ALREADY_ENTERED',
    'enter',
    fromCallback,
    isCalled ? 'the API called back again' : 'the API called back after it had ended',
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
    'the API ended before the block did',
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
    'its setup failed, and a manager that it had entered suppressed the error',
    'Suppress around the block instead.',
    failure,
  );
}

export function starForgotten(given: unknown): TypeError {
  const problem = 'enter() was used without yield*';
  return new TypeError(explain(`enter ${describe(given)}`, problem, 'Write yield* enter(manager).'));
}

/** The generator's driver doesn't know requests: a loop, or a decorator. */
export function notAnswered(): TypeError {
  return new TypeError(
    explain(
      'enter',
      'yield* enter() works only in the generator of a manager or a scope',
      'Write it in asyncContextManager() or scopeAsync().',
    ),
  );
}

export function notScope({ name, other, syntax }: FunctionForm, given: unknown): TypeError {
  const advice = kindOf(given).endsWith('GeneratorFunction')
    ? `Did you mean ${other}()?`
    : kindOf(given) === 'AsyncFunction'
      ? 'Did you forget the star?'
      : `Write ${name}(${syntax} () { … }).`;
  return wrongInput('run', `${name}() takes ${syntax}`, given, advice);
}

/** It was called, because a compiler may have turned a generator function into a plain function. */
export function scopeReturned({ name, syntax }: FunctionForm, returned: unknown, isManager: boolean): TypeError {
  const advice = isManager ? 'Did you mean withAsync()?' : `Write ${name}(${syntax} () { … }).`;
  const problem = `${name}() takes ${syntax}, but a function that returned ${describe(returned)} was given`;
  return new TypeError(explain('run', problem, advice));
}

export function plainYield(name: string, given: unknown, isManager: boolean): TypeError {
  const advice = isManager ? 'Did you forget enter()?' : 'Return the value instead.';
  return new TypeError(
    explain(`yield ${describe(given)} in ${name}()`, 'a scope takes only yield* enter(manager)', advice),
  );
}

export function notAll(given: unknown, required: string): TypeError {
  return wrongInput('make a manager', `all() takes ${required}`, given, 'Write all([a, b]) or all({ a, b }).');
}

export function notMember(given: unknown, place: string): TypeError {
  const problem = `all() takes managers and disposables, but ${describe(given)} was given ${place}`;
  return new TypeError(explain('make a manager', problem, likelySlip(given)));
}

export function someNotEntered(errors: unknown[], count: number): AggregateError {
  const problem = `${String(errors.length)} of ${String(count)} managers failed`;
  return new AggregateError(errors, explain('enter all()', problem, 'See errors.'));
}

// What is wrong with timeout() and deadline()

export function notDuration(caller: string, given: unknown, form: string): TypeError {
  return wrongInput('make a manager', `${caller} takes 0 or more milliseconds`, given, `Write ${form}.`);
}

export function notSignal(caller: string, given: unknown, form: string): TypeError {
  return wrongInput('make a manager', `${caller} takes an AbortSignal as { signal }`, given, `Write ${form}.`);
}

export function noAbortController(): TypeError {
  return new TypeError(
    explain(
      'make a signal',
      "the platform doesn't have AbortController",
      'Load a polyfill first, such as abort-controller/polyfill.',
    ),
  );
}

export function timedOut(ms: number): Error {
  const message = `The block didn't finish within ${String(ms)} ms. Give it more time, or make it faster.`;
  return platformError('TimeoutError', message);
}

export function teardownTimedOut(manager: unknown, ms: number): Error {
  const name = isObject(manager) && 'fn' in manager ? subject(manager) : describe(manager);
  const problem = `The teardown of ${name} didn't finish within ${String(ms)} ms`;
  return platformError('TimeoutError', `${problem}. Give it more time, or find what it waits for.`);
}

// What is wrong with abandonable() and deadline()

export function notAbortSignal(given: unknown): TypeError {
  const advice = 'Write abandonable(manager, signal).';
  return wrongInput('make a manager', 'abandonable() takes an AbortSignal', given, advice);
}

export function notLate(caller: string, given: unknown, form: string): TypeError {
  return wrongInput('make a manager', `${caller} takes a function as { late }`, given, `Write ${form}.`);
}

// What is wrong with taskGroup()

export function notTask(given: unknown): TypeError {
  return wrongInput('start a task', 'start() takes a function', given, 'Write start((signal) => work(signal)).');
}

export function groupFinished(given: unknown): ReferenceError {
  const problem = "the group's body has returned, and no task is running";
  return new ReferenceError(explain(`start ${describe(given)}`, problem, 'Start it earlier, or from a task.'));
}

export function severalFailed(errors: unknown[]): AggregateError {
  const problem = `its body and tasks threw ${String(errors.length)} errors`;
  return new AggregateError(errors, explain('finish taskGroup()', problem, 'See errors.'));
}

// What is wrong with resultBlocks()

export function notFailed(given: unknown): TypeError {
  return wrongInput('make drivers', 'resultBlocks() takes a function that recognizes an Err', given, failedForm);
}

export function notFailure(given: unknown): TypeError {
  return wrongReturn(
    'check the Result',
    'the function given to resultBlocks() must return { error } for an Err, and false for an Ok',
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
  const action = `call ${method}() on this ${stack}`;
  return new ReferenceError(explain(action, 'it was already exited, disposed or moved', advice));
}

export function stackAlreadyEntered(stack: string): ContextManagerError {
  return new ContextManagerError(
    'ERR_ALREADY_ENTERED',
    explain(`enter this ${stack}`, 'another block has already entered it', 'Make a new stack for this block.'),
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

/** `given` is a promise, which may still reject, or a generator, which hasn't run. */
export function completedTooEarly(given: unknown): TypeError {
  const [kind, advice] = isThenable(given)
    ? ['promise', 'write complete(await …)']
    : ['generator', 'iterate the generator'];
  const required = `complete() takes a result, not a ${kind}`;
  return wrongInput('complete', required, given, `The block has not succeeded yet: ${advice}.`);
}

export function outcomeNotSaid(): ContextManagerError {
  return new ContextManagerError(
    'ERR_OUTCOME_UNKNOWN',
    explain(
      'tell how the block ended',
      'its stack was disposed without complete()',
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
    'terminationSignal() takes 0 or more milliseconds as { grace }',
    given,
    'Write terminationSignal({ grace: 10_000 }).',
  );
}

export function notOnGrace(given: unknown): TypeError {
  return wrongInput(
    'make a manager',
    'terminationSignal() takes a function as { onGrace }',
    given,
    'Write terminationSignal({ grace: 10_000, onGrace: (report) => { … } }).',
  );
}

export function inWorker(): string {
  return explain(
    'listen for signals',
    'terminationSignal() was entered in a worker thread',
    'Let the main thread listen, and send the worker a message.',
  );
}

export function notDone(signal: string, grace: number): string {
  return `The process is still running ${String(grace)} ms after ${signal}. Close what is left, or give it more time.`;
}

/** Nothing keeps the process alive, so it ends. */
export function notFinished(signal: string): string {
  return `The block of terminationSignal() can't finish after ${signal}: nothing in the process is running. Look for a promise that never settles.`;
}

/** The last line of a report that can't name the open blocks. */
export function notObserved(): string {
  return 'Open blocks: unknown, because nothing observes this program. Start with node --import withal/observe/register to list them here.';
}

// What is wrong with a decorator, or with what it decorates

export function outcomeUnknown(manager: unknown): ContextManagerError {
  return new ContextManagerError(
    'ERR_OUTCOME_UNKNOWN',
    explain(
      `tell how the block of ${subject(manager)} ended`,
      'its generator was left early',
      'Iterate it to its end.',
    ),
  );
}

export function notManagerOrFunction(name: string, given: unknown, advice: string = likelySlip(given)): TypeError {
  return wrongInput('decorate', `${name}() takes a manager, or a function that returns one`, given, advice);
}

/** The decorator was written without its call. */
export function decoratorNotCalled(name: string, given: string): TypeError {
  const problem = `${name}() takes a manager, or a function that returns one, but ${given} was given`;
  return new TypeError(explain('decorate', problem, `Write @${name}(manager).`));
}

export function returnedNoManager(name: string, given: unknown, advice: string = slipOfFactory(given)): TypeError {
  return wrongInput('enter', `the function given to ${name}() must return a manager`, given, advice);
}

function slipOfFactory(given: unknown): string {
  return isThenable(given) ? 'Await in the manager instead.' : likelySlip(given);
}

/** `given` says what it is, because a class is a function too. */
export function notDecoratable(name: string, given: string): TypeError {
  const problem = `${name}() decorates functions and methods, but ${given} was given`;
  const advice = 'Put it in front of a method, or call it with a function.';
  return new TypeError(explain('decorate', problem, advice));
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

export function functionReturnedGenerator(fn: NamedFunction, given: unknown): TypeError {
  const advice = 'Decorate the generator function itself, compiled for ES2018 or later.';
  return wrongReturn(call(fn), 'it looks like a plain function', given, advice);
}

/** A caller iterates the promise of a function that isn't a generator function. */
export function promiseNotIterable(name: string): TypeError {
  return new TypeError(explain('iterate', `${name}() turned the result of the function into a promise`, 'Await it.'));
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
  if (!kind) return new TypeError(explain('observe', `"${name}" isn't an option of observe()`, 'Is it misspelled?'));
  const taken = { milliseconds: '0 or more milliseconds', count: 'a whole number (0 or more)' }[kind] ?? `a ${kind}`;
  return wrongInput('observe', `observe() takes ${taken} as { ${name} }`, given, `Write observe({ ${name}: … }).`);
}

/** For an environment variable. */
export function notSlow(given: unknown): TypeError {
  return wrongInput('observe', 'WITHAL_SLOW takes 0 or more milliseconds', given, 'Write WITHAL_SLOW=5000.');
}

export function notVisits(caller: string, given: unknown): TypeError {
  return wrongInput('draw', `${caller} takes a list of visits`, given, `Write ${caller.slice(0, -1)}watch.open()).`);
}

export function notDrawingOption(caller: string, name: string, taken: string, given: unknown): TypeError {
  const advice = `Write ${caller.slice(0, -1)}watch.open(), { ${name}: … }).`;
  return wrongInput('draw', `${caller} takes ${taken} as { ${name} }`, given, advice);
}
