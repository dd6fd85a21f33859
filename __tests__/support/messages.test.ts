import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { enter } from '../../lib/index.ts';
import * as messages from '../../lib/support/messages.ts';

const maker = { name: 'contextManager', other: 'asyncContextManager', syntax: 'function*', kind: 'GeneratorFunction' };
const transaction = { fn: function* transaction() {} };
const scope = { name: 'scopeSync', other: 'scopeAsync', syntax: 'function*', kind: 'GeneratorFunction' };
const unnamed = { fn: function* () {} };
Object.defineProperty(unnamed.fn, 'name', { value: '' });

/** Every message, word for word. */
const table: Record<string, [error: Error, message: string][]> = {
  notMapper: [
    [
      messages.notMapper('map()', 1, 'map((value) => …)'),
      'Cannot make a manager: map() takes a function, but 1 was given. Write map((value) => …).',
    ],
    [
      messages.notMapper('tap()', null, 'tap((value) => …)'),
      'Cannot make a manager: tap() takes a function, but null was given. Write tap((value) => …).',
    ],
    [
      messages.notMapper('chain()', {}, 'chain((value) => manager(value))'),
      'Cannot make a manager: chain() takes a function, but an object (Object) was given. Write chain((value) => manager(value)).',
    ],
  ],
  notAlternative: [
    [
      messages.notAlternative(undefined),
      'Cannot make a manager: orElse() takes a manager, or a function that returns one, but undefined was given. Write orElse(other), or orElse((error) => other).',
    ],
  ],
  notFailed: [
    [
      messages.notFailed('isErr'),
      'Cannot make drivers: resultBlocks() takes a function that recognizes an Err, but "isErr" was given. Write resultBlocks((result) => result.isErr() && { error: result.error }).',
    ],
  ],
  notFailure: [
    [
      messages.notFailure(true),
      'Cannot check the Result: the function given to resultBlocks() must return { error } for an Err, and false for an Ok, but it returned true. Write resultBlocks((result) => result.isErr() && { error: result.error }).',
    ],
  ],
  notTask: [
    [
      messages.notTask(Promise.resolve()),
      'Cannot start a task: start() takes a function, but an object (Promise) was given. Write start((signal) => work(signal)).',
    ],
  ],
  groupFinished: [
    [
      messages.groupFinished(transaction.fn),
      "Cannot start function transaction(): the group's body has returned, and no task is running. Start it earlier, or from a task.",
    ],
  ],
  severalFailed: [
    [
      messages.severalFailed([1, undefined]),
      'Cannot finish taskGroup(): its body and tasks threw 2 errors. See errors.',
    ],
  ],
  notEnterable: [
    [
      messages.notEnterable('withAsync()', enter({ enter() {}, exit() {} })),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Enter) was given. Pass the manager, not enter(manager).',
    ],
    [
      messages.notEnterable('withAsync()', {}),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Object) was given. Did you mean closing() or all()?',
    ],
    [
      messages.notEnterable('withSync()', { enterAsync() {}, exitAsync() {} }, 'Did you mean withAsync()?'),
      'Cannot enter: withSync() takes a manager or a disposable, but an object (Object) was given. Did you mean withAsync()?',
    ],
    [
      messages.notEnterable('enterContext()', {}, 'Did you mean AsyncExitStack?'),
      'Cannot enter: enterContext() takes a manager or a disposable, but an object (Object) was given. Did you mean AsyncExitStack?',
    ],
    [
      messages.notEnterable('enter()', {}, 'Did you mean asyncContextManager() or scopeAsync()?'),
      'Cannot enter: enter() takes a manager or a disposable, but an object (Object) was given. Did you mean asyncContextManager() or scopeAsync()?',
    ],
    [
      messages.notEnterable('withAsync()', Promise.resolve()),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Promise) was given. Did you forget await?',
    ],
    [
      messages.notEnterable('withAsync()', function transaction() {}),
      'Cannot enter: withAsync() takes a manager or a disposable, but function transaction() was given. Did you forget to call it?',
    ],
    [
      messages.notEnterable('withAsync()', transaction.fn()),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Generator) was given. Did you mean aclosing()?',
    ],
    [
      messages.notEnterable('withAsync()', { enter() {} }),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Object) was given. It has only enter().',
    ],
    [
      messages.notEnterable('withAsync()', { enterAsync() {} }),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Object) was given. It has only enterAsync().',
    ],
    [
      messages.notEnterable('withAsync()', { exit() {} }),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Object) was given. It has only exit().',
    ],
    [
      messages.notEnterable('withAsync()', { exitAsync() {}, enter: 1 }),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Object) was given. It has only exitAsync().',
    ],
    [
      messages.notEnterable('withAsync()', { exit: true }),
      'Cannot enter: withAsync() takes a manager or a disposable, but an object (Object) was given. Did you mean closing() or all()?',
    ],
    [
      messages.notEnterable('withAsync()', transaction.fn),
      'Cannot enter: withAsync() takes a manager or a disposable, but function transaction() was given. Did you mean asyncContextManager() or contextManager()?',
    ],
    [
      messages.notEnterable('withAsync()', async function* transaction() {}),
      'Cannot enter: withAsync() takes a manager or a disposable, but function transaction() was given. Did you mean asyncContextManager() or contextManager()?',
    ],
  ],
  exitReturnedPromise: [
    [
      messages.exitReturnedPromise(Promise.resolve()),
      'Cannot exit: withSync() takes a manager whose exit() is synchronous, but it returned an object (Promise). Did you mean withAsync(), or exitAsync()?',
    ],
  ],
  bodyNotFunction: [
    [
      messages.bodyNotFunction('withAsync()', 1),
      'Cannot enter: withAsync() takes a body, but 1 was given. Pass a function.',
    ],
  ],
  bodyReturnedPromise: [
    [
      messages.bodyReturnedPromise('scopeSync()', Promise.resolve()),
      'Cannot exit: scopeSync() takes a synchronous function, but it returned an object (Promise). Did you mean scopeAsync()?',
    ],
    [
      messages.bodyReturnedPromise('withSync()', Promise.resolve()),
      'Cannot exit: withSync() takes a synchronous body, but it returned an object (Promise). Did you mean withAsync()?',
    ],
  ],
  notGeneratorFunction: [
    [
      messages.notGeneratorFunction(maker, 'make a manager', async function* transaction() {}),
      'Cannot make a manager: contextManager() takes function*, but function transaction() was given. Did you mean asyncContextManager()?',
    ],
    [
      messages.notGeneratorFunction(maker, 'enter transaction()', undefined),
      'Cannot enter transaction(): contextManager() takes function*, but undefined was given. Write manager = contextManager(function* manager() { … }).',
    ],
    [
      messages.notGeneratorFunction(maker, 'decorate', transaction.fn, 'session'),
      'Cannot decorate: contextManager() takes function*, but function transaction() was given. Write session = contextManager(function* session(this: …) { … }).',
    ],
  ],
  didNotYield: [
    [
      messages.didNotYield(transaction, undefined),
      'Cannot enter transaction(): its generator did not yield. Yield once on every path.',
    ],
  ],
  didNotStop: [
    [
      messages.didNotStop(transaction, undefined),
      'Cannot exit transaction(): its generator yielded twice. Return instead.',
    ],
  ],
  alreadyEntered: [
    [
      messages.alreadyEntered(transaction),
      'Cannot enter transaction(): it is already entered. Exit it first, or make another one.',
    ],
    ...[unnamed, {}].map((manager): [Error, string] => [
      messages.alreadyEntered(manager),
      'Cannot enter an unnamed manager (name its function; keep names when minifying): it is already entered. Exit it first, or make another one.',
    ]),
  ],
  notEntered: [
    [messages.notEntered(transaction), 'Cannot exit transaction(): it is not entered. Enter it first, and exit once.'],
  ],
  notThrown: [
    [
      messages.notThrown(transaction, null),
      'Cannot exit transaction(): its exit takes { error }, but null was given. Write { error }.',
    ],
  ],
  notClosable: [
    [
      messages.notClosable('a thing with a close()', {}),
      'Cannot make a manager: closing() takes a thing with a close(), but an object (Object) was given. Write closing(thing, (thing) => thing.end()).',
    ],
  ],
  notIterable: [
    [
      messages.notIterable(1),
      'Cannot make a manager: aclosing() takes an async iterable, an async iterator or an iterable, but 1 was given. Pass an iterable, an iterator, or a function that returns one.',
    ],
    [
      messages.notIterable(Promise.resolve()),
      'Cannot make a manager: aclosing() takes an async iterable, an async iterator or an iterable, but an object (Promise) was given. Did you forget await?',
    ],
  ],
  notSurround: [
    [
      messages.notSurround({}),
      'Cannot make a manager: fromCallback() takes a function that calls an API with a callback, but an object (Object) was given. Write fromCallback((body) => api(body)).',
    ],
  ],
  didNotCallBack: [
    [
      messages.didNotCallBack(),
      'Cannot enter fromCallback(): the API ended without calling back. Return its promise: fromCallback((body) => api(body)).',
    ],
  ],
  calledBackAgain: [
    [
      messages.calledBackAgain(true, { error: 'body' }),
      'Cannot enter fromCallback(): the API called back again. A body runs once: to retry, put the retry around the block.',
    ],
    [
      messages.calledBackAgain(false, undefined),
      'Cannot enter fromCallback(): the API called back after it had ended. Return its promise: fromCallback((body) => api(body)).',
    ],
  ],
  didNotWait: [
    [
      messages.didNotWait(),
      'Cannot exit fromCallback(): the API ended before the block did. Return its promise: fromCallback((body) => api(body)).',
    ],
  ],
  starForgotten: [
    [
      messages.starForgotten({}),
      'Cannot enter an object (Object): enter() was used without yield*. Write yield* enter(manager).',
    ],
  ],
  setupSuppressed: [
    [
      messages.setupSuppressed(transaction, { error: 1 }),
      'Cannot enter transaction(): its setup failed, and a manager that it had entered suppressed the error. Suppress around the block instead.',
    ],
  ],
  notAnswered: [
    [
      messages.notAnswered(),
      'Cannot enter: yield* enter() works only in the generator of a manager or a scope. Write it in asyncContextManager() or scopeAsync().',
    ],
  ],
  notScope: [
    [
      messages.notScope(scope, 1),
      'Cannot run: scopeSync() takes function*, but 1 was given. Write scopeSync(function* () { … }).',
    ],
    [
      messages.notScope(scope, async function* main() {}),
      'Cannot run: scopeSync() takes function*, but function main() was given. Did you mean scopeAsync()?',
    ],
    [
      messages.notScope(scope, async function main() {}),
      'Cannot run: scopeSync() takes function*, but function main() was given. Did you forget the star?',
    ],
  ],
  scopeReturned: [
    [
      messages.scopeReturned(scope, 5, false),
      'Cannot run: scopeSync() takes function*, but a function that returned 5 was given. Write scopeSync(function* () { … }).',
    ],
    [
      messages.scopeReturned(scope, 5, true),
      'Cannot run: scopeSync() takes function*, but a function that returned 5 was given. Did you mean withAsync()?',
    ],
  ],
  plainYield: [
    [
      messages.plainYield('scopeSync', 1, false),
      'Cannot yield 1 in scopeSync(): a scope takes only yield* enter(manager). Return the value instead.',
    ],
    [
      messages.plainYield('scopeSync', 1, true),
      'Cannot yield 1 in scopeSync(): a scope takes only yield* enter(manager). Did you forget enter()?',
    ],
  ],
  bodyIsGenerator: [
    [
      messages.bodyIsGenerator('withAsync()'),
      'Cannot run: the function given to withAsync() returns a generator. Use scopeAsync(), or iterate over it.',
    ],
  ],
  enterReturnedPromise: [
    [
      messages.enterReturnedPromise(Promise.resolve(), 'withAsync()'),
      'Cannot enter: a sync block takes a manager whose enter() is synchronous, but it returned an object (Promise). Did you mean withAsync(), or enterAsync()?',
    ],
  ],
  stackAlreadyEntered: [
    [
      messages.stackAlreadyEntered('ExitStack'),
      'Cannot enter this ExitStack: another block has already entered it. Make a new stack for this block.',
    ],
  ],
  notAll: [
    [
      messages.notAll(new Map(), 'a list or a record of managers'),
      'Cannot make a manager: all() takes a list or a record of managers, but an object (Map) was given. Write all([a, b]) or all({ a, b }).',
    ],
    [
      messages.notAll(null, 'an object as its options'),
      'Cannot make a manager: all() takes an object as its options, but null was given. Write all([a, b]) or all({ a, b }).',
    ],
  ],
  notMember: [
    [
      messages.notMember(undefined, 'at index 1'),
      'Cannot make a manager: all() takes managers and disposables, but undefined was given at index 1. Did you mean closing() or all()?',
    ],
    [
      messages.notMember(function database() {}, 'as db'),
      'Cannot make a manager: all() takes managers and disposables, but function database() was given as db. Did you forget to call it?',
    ],
  ],
  someNotEntered: [[messages.someNotEntered([1, 2], 3), 'Cannot enter all(): 2 of 3 managers failed. See errors.']],
  notDuration: [
    [
      messages.notDuration('timeout()', -1, 'timeout(1000), or timeout(Infinity)'),
      'Cannot make a manager: timeout() takes 0 or more milliseconds, but -1 was given. Write timeout(1000), or timeout(Infinity).',
    ],
    [
      messages.notDuration('deadline()', '1', 'deadline(manager, 1000)'),
      'Cannot make a manager: deadline() takes 0 or more milliseconds, but "1" was given. Write deadline(manager, 1000).',
    ],
  ],
  teardownTimedOut: [
    [
      messages.teardownTimedOut(transaction, 5),
      "The teardown of transaction() didn't finish within 5 ms. Give it more time, or find what it waits for.",
    ],
    [
      messages.teardownTimedOut(new Map(), 5),
      "The teardown of an object (Map) didn't finish within 5 ms. Give it more time, or find what it waits for.",
    ],
  ],
  notAbortSignal: [
    [
      messages.notAbortSignal(new AbortController()),
      'Cannot make a manager: abandonable() takes an AbortSignal, but an object (AbortController) was given. Write abandonable(manager, signal).',
    ],
  ],
  notLate: [
    [
      messages.notLate('abandonable()', 1, 'abandonable(manager, signal, { late: (ended) => … })'),
      'Cannot make a manager: abandonable() takes a function as { late }, but 1 was given. Write abandonable(manager, signal, { late: (ended) => … }).',
    ],
    [
      messages.notLate('deadline()', null, 'deadline(manager, ms, { late: (ended) => … })'),
      'Cannot make a manager: deadline() takes a function as { late }, but null was given. Write deadline(manager, ms, { late: (ended) => … }).',
    ],
  ],
  notSignal: [
    [
      messages.notSignal('timeout()', null, 'timeout(ms, { signal })'),
      'Cannot make a manager: timeout() takes an AbortSignal as { signal }, but null was given. Write timeout(ms, { signal }).',
    ],
    [
      messages.notSignal('taskGroup()', null, 'taskGroup({ signal })'),
      'Cannot make a manager: taskGroup() takes an AbortSignal as { signal }, but null was given. Write taskGroup({ signal }).',
    ],
    [
      messages.notSignal('aclosing()', 1, 'aclosing(source, { signal })'),
      'Cannot make a manager: aclosing() takes an AbortSignal as { signal }, but 1 was given. Write aclosing(source, { signal }).',
    ],
  ],
  noAbortController: [
    [
      messages.noAbortController(),
      "Cannot make a signal: the platform doesn't have AbortController. Load a polyfill first, such as abort-controller/polyfill.",
    ],
  ],
  timedOut: [[messages.timedOut(5), "The block didn't finish within 5 ms. Give it more time, or make it faster."]],
  stackFinished: [
    [
      messages.stackFinished('ExitStack', 'use', {}),
      'Cannot call use() on this ExitStack: it was already exited, disposed or moved. Nothing was done with an object (Object): dispose it, and make a new stack.',
    ],
    [
      messages.stackFinished('AsyncExitStack', 'move', undefined),
      'Cannot call move() on this AsyncExitStack: it was already exited, disposed or moved. Make a new one.',
    ],
  ],
  notDisposable: [
    [
      messages.notDisposable({}),
      'Cannot use: use() takes a disposable, null or undefined, but an object (Object) was given. Write adopt(value, (value) => value.close()).',
    ],
    [
      messages.notDisposable({ enter() {}, exit() {} }),
      'Cannot use: use() takes a disposable, null or undefined, but an object (Object) was given. Did you mean enterContext()?',
    ],
  ],
  notFunction: [
    [
      messages.notFunction('adopt', 1),
      'Cannot adopt: adopt() takes a function, but 1 was given. Write adopt(value, (value) => { … }).',
    ],
    [
      messages.notFunction('defer', 1),
      'Cannot defer: defer() takes a function, but 1 was given. Write defer(() => { … }).',
    ],
  ],
  notExit: [
    [
      messages.notExit({}),
      'Cannot push: push() takes a function, or a manager that is already entered, but an object (Object) was given. Did you mean enterContext(), or use()?',
    ],
  ],
  outcomeNotSaid: [
    [
      messages.outcomeNotSaid(),
      'Cannot tell how the block ended: its stack was disposed without complete(). If it succeeded, call complete() at its very end; or use withAsync() or withSync().',
    ],
  ],
  completedTooEarly: [
    [
      messages.completedTooEarly(Promise.resolve()),
      'Cannot complete: complete() takes a result, not a promise, but an object (Promise) was given. The block has not succeeded yet: write complete(await …).',
    ],
    [
      messages.completedTooEarly(transaction.fn()),
      'Cannot complete: complete() takes a result, not a generator, but an object (Generator) was given. The block has not succeeded yet: iterate the generator.',
    ],
  ],
  notMatcher: [
    [
      messages.notMatcher('passing()', 'Redirect'),
      'Cannot make a manager: passing() takes error classes and predicates, but "Redirect" was given. Write passing(manager, Redirect), or passing(manager, (error) => …).',
    ],
    [
      messages.notMatcher('suppress()', 'TypeError'),
      'Cannot make a manager: suppress() takes error classes and predicates, but "TypeError" was given. Write suppress(TypeError), or suppress((error) => …).',
    ],
  ],
  notObserveOptions: [
    [
      messages.notObserveOptions(1),
      'Cannot observe: observe() takes an object of options, but 1 was given. Write observe({ keep: 100 }).',
    ],
  ],
  notObserveOption: [
    [
      messages.notObserveOption('slw', undefined, 1),
      `Cannot observe: "slw" isn't an option of observe(). Is it misspelled?`,
    ],
    [
      messages.notObserveOption('slow', 'milliseconds', NaN),
      'Cannot observe: observe() takes 0 or more milliseconds as { slow }, but NaN was given. Write observe({ slow: … }).',
    ],
    [
      messages.notObserveOption('sites', 'boolean', 1),
      'Cannot observe: observe() takes a boolean as { sites }, but 1 was given. Write observe({ sites: … }).',
    ],
  ],
  notSlow: [
    [
      messages.notSlow('5s'),
      'Cannot observe: WITHAL_SLOW takes 0 or more milliseconds, but "5s" was given. Write WITHAL_SLOW=5000.',
    ],
  ],
  notVisits: [
    [
      messages.notVisits('report()', undefined),
      'Cannot draw: report() takes a list of visits, but undefined was given. Write report(watch.open()).',
    ],
  ],
  notDrawingOption: [
    [
      messages.notDrawingOption('timeline()', 'format', "'text' or 'svg'", 'png'),
      "Cannot draw: timeline() takes 'text' or 'svg' as { format }, but \"png\" was given. Write timeline(watch.open(), { format: … }).",
    ],
  ],
  matcherReturnedPromise: [
    [
      messages.matcherReturnedPromise(Promise.resolve()),
      'Cannot suppress: a predicate must be synchronous, but it returned an object (Promise). Await in a manager of your own instead.',
    ],
  ],
  alreadyOwned: [
    [
      messages.alreadyOwned(),
      'Cannot enter aclosing(): its source was already entered or closed. Pass a function that makes a new one: aclosing(() => source()).',
    ],
  ],
  sourceDidNotStop: [
    [
      messages.sourceDidNotStop(),
      "Cannot exit aclosing(): its source yielded again when return() was called. Don't yield in its finally.",
    ],
  ],
  notTarget: [
    [
      messages.notTarget('redirectStdout()', 'log.txt'),
      'Cannot make a manager: redirectStdout() takes a stream, an array or an object with a write(), but "log.txt" was given. Pass an array to collect the text.',
    ],
  ],
  notPath: [
    [
      messages.notPath(new URL('https://example.org')),
      'Cannot make a manager: chdir() takes a path or a file: URL, but an object (URL) was given. Write chdir(path).',
    ],
  ],
  notSignals: [
    [
      messages.notSignals('INT'),
      "Cannot make a manager: terminationSignal() takes an array of signals that a process can catch, but \"INT\" was given. Write terminationSignal(['SIGINT', 'SIGTERM']).",
    ],
  ],
  notGrace: [
    [
      messages.notGrace('5s'),
      'Cannot make a manager: terminationSignal() takes 0 or more milliseconds as { grace }, but "5s" was given. Write terminationSignal({ grace: 10_000 }).',
    ],
  ],
  notOnGrace: [
    [
      messages.notOnGrace(null),
      'Cannot make a manager: terminationSignal() takes a function as { onGrace }, but null was given. Write terminationSignal({ grace: 10_000, onGrace: (report) => { … } }).',
    ],
  ],
  outcomeUnknown: [
    [
      messages.outcomeUnknown(transaction),
      'Cannot tell how the block of transaction() ended: its generator was left early. Iterate it to its end.',
    ],
  ],
  notManagerOrFunction: [
    [
      messages.notManagerOrFunction('contextDecorator', 1),
      'Cannot decorate: contextDecorator() takes a manager, or a function that returns one, but 1 was given. Did you mean closing() or all()?',
    ],
    [
      messages.notManagerOrFunction('contextDecorator', {}, 'Did you mean asyncContextDecorator()?'),
      'Cannot decorate: contextDecorator() takes a manager, or a function that returns one, but an object (Object) was given. Did you mean asyncContextDecorator()?',
    ],
  ],
  decoratorNotCalled: [
    [
      messages.decoratorNotCalled('contextDecorator', 'the method save'),
      'Cannot decorate: contextDecorator() takes a manager, or a function that returns one, but the method save was given. Write @contextDecorator(manager).',
    ],
  ],
  returnedNoManager: [
    [
      messages.returnedNoManager('contextDecorator', undefined),
      'Cannot enter: the function given to contextDecorator() must return a manager, but undefined was given. Did you mean closing() or all()?',
    ],
    [
      messages.returnedNoManager('contextDecorator', Promise.resolve()),
      'Cannot enter: the function given to contextDecorator() must return a manager, but an object (Promise) was given. Await in the manager instead.',
    ],
  ],
  notDecoratable: [
    [
      messages.notDecoratable('contextDecorator', 'the field balance'),
      'Cannot decorate: contextDecorator() decorates functions and methods, but the field balance was given. Put it in front of a method, or call it with a function.',
    ],
  ],
  decoratedAsyncFunction: [
    [
      messages.decoratedAsyncFunction('contextDecorator', async function save() {}),
      'Cannot decorate: contextDecorator() takes a synchronous function, but function save() was given. Did you mean asyncContextDecorator()?',
    ],
  ],
  functionReturnedPromise: [
    [
      messages.functionReturnedPromise('contextDecorator', transaction.fn, Promise.resolve()),
      'Cannot call transaction(): contextDecorator() takes a synchronous function, but it returned an object (Promise). Did you mean asyncContextDecorator()?',
    ],
    [
      messages.functionReturnedPromise('contextDecorator', unnamed.fn, Promise.resolve()),
      'Cannot call an unnamed function: contextDecorator() takes a synchronous function, but it returned an object (Promise). Did you mean asyncContextDecorator()?',
    ],
  ],
  promiseNotIterable: [
    [
      messages.promiseNotIterable('asyncContextDecorator'),
      'Cannot iterate: asyncContextDecorator() turned the result of the function into a promise. Await it.',
    ],
  ],
  functionReturnedGenerator: [
    [
      messages.functionReturnedGenerator(transaction.fn, transaction.fn()),
      'Cannot call transaction(): it looks like a plain function, but it returned an object (Generator). Decorate the generator function itself, compiled for ES2018 or later.',
    ],
  ],
};

/** What is printed instead of thrown. */
const printed: Record<string, readonly [text: string, expected: string]> = {
  inWorker: [
    messages.inWorker(),
    'Cannot listen for signals: terminationSignal() was entered in a worker thread. Let the main thread listen, and send the worker a message.',
  ],
  notDone: [
    messages.notDone('SIGTERM', 10_000),
    'The process is still running 10000 ms after SIGTERM. Close what is left, or give it more time.',
  ],
  notFinished: [
    messages.notFinished('SIGTERM'),
    "The block of terminationSignal() can't finish after SIGTERM: nothing in the process is running. Look for a promise that never settles.",
  ],
  notObserved: [
    messages.notObserved(),
    'Open blocks: unknown, because nothing observes this program. Start with node --import withal/observe/register to list them here.',
  ],
};

/** The codes that programs check. */
const codes: Record<string, string> = {
  didNotYield: 'ERR_DID_NOT_YIELD',
  didNotCallBack: 'ERR_DID_NOT_YIELD',
  calledBackAgain: 'ERR_ALREADY_ENTERED',
  didNotWait: 'ERR_OUTCOME_UNKNOWN',
  setupSuppressed: 'ERR_DID_NOT_YIELD',
  didNotStop: 'ERR_DID_NOT_STOP',
  sourceDidNotStop: 'ERR_DID_NOT_STOP',
  alreadyEntered: 'ERR_ALREADY_ENTERED',
  alreadyOwned: 'ERR_ALREADY_ENTERED',
  stackAlreadyEntered: 'ERR_ALREADY_ENTERED',
  notEntered: 'ERR_NOT_ENTERED',
  outcomeNotSaid: 'ERR_OUTCOME_UNKNOWN',
  outcomeUnknown: 'ERR_OUTCOME_UNKNOWN',
};

/** The names of the errors that are neither a ContextManagerError nor a TypeError. */
const names: Record<string, string> = {
  someNotEntered: 'AggregateError',
  groupFinished: 'ReferenceError',
  severalFailed: 'AggregateError',
  timedOut: 'TimeoutError',
  teardownTimedOut: 'TimeoutError',
  stackFinished: 'ReferenceError',
};

describe('messages', () => {
  it.each(
    Object.values(table)
      .flat()
      .map(([error, message]) => [message, error] as const),
  )('%s', (message, error) => {
    expect(error.message).toBe(message);
  });

  it.each(Object.values(printed))('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('are all asserted here', () => {
    const { subject: _subject, explain: _explain, wrongInput: _wrongInput, ...all } = messages;
    expect(Object.keys({ ...table, ...printed }).sort()).toEqual(Object.keys(all).sort());
  });

  it.each(Object.entries(table))('have the name and code that programs check: %s', (name, errors) => {
    const code = codes[name];
    const expected = code ? { name: 'ContextManagerError', code } : { name: names[name] ?? 'TypeError' };
    for (const [error] of errors) expect(error).toMatchObject(expected);
  });

  it('didNotStop keeps the thrown error', () => {
    expect(messages.didNotStop(transaction, { error: undefined })).toHaveProperty('cause', undefined);
    expect(messages.didNotStop(transaction, undefined)).not.toHaveProperty('cause');
  });

  it('setupSuppressed keeps the failure', () => {
    expect(messages.setupSuppressed(transaction, { error: undefined })).toHaveProperty('cause', undefined);
  });

  it('someNotEntered keeps every error', () => {
    expect(messages.someNotEntered([1, undefined], 3).errors).toStrictEqual([1, undefined]);
  });

  it('severalFailed keeps every error', () => {
    expect(messages.severalFailed([1, undefined]).errors).toStrictEqual([1, undefined]);
  });
});

interface Explained {
  /** The beginning of a message: the action, what is required, and what was given. */
  readonly start: string;
  /** The ends it may have: what to do. */
  readonly ends: string[];
}

/** The sections of docs/messages.md. */
function explained(): Explained[] {
  const page = readFileSync(new URL('../../docs/messages.md', import.meta.url), 'utf8');
  const [, ...sections] = page.split(/^### /m);
  const found = sections.map((section) => ({
    start: /^`(.*)`$/m.exec(section)?.[1] ?? section,
    ends: [...section.matchAll(/^(?:\| `(.*?)` +\||Fix: `(.*?)`)/gm)].map(([, row, fix]) => row ?? fix ?? ''),
  }));
  // If an end is just `…`, the page refers to those in its first section.
  const known = found[0]?.ends ?? [];
  return found.map(({ start, ends }) => ({ start, ends: ends.flatMap((end) => (end === '…' ? known : [end])) }));
}

/** On the page `…` stands for anything. */
function isLike(message: string, pattern: string): boolean {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${pattern.split('…').map(literal).join('.*')}$`).test(message);
}

describe('the page of messages', () => {
  const all = [...Object.values(table).flat(), ...Object.values(printed)].map(([, message]) => message);
  const sections = explained();

  it.each(all)('explains once: %s', (message) => {
    const its = sections.filter(({ start, ends }) => ends.some((end) => isLike(message, `${start} ${end}`)));
    expect(its).toHaveLength(1);
  });

  it.each(sections.map(({ start }) => start))("explains no message that doesn't exist: %s", (start) => {
    expect(all.filter((message) => isLike(message, `${start} …`))).not.toEqual([]);
  });

  it.each([...new Set(sections.flatMap(({ ends }) => ends))])("explains no ending that doesn't exist: %s", (end) => {
    expect(all.filter((message) => isLike(message, `…. ${end}`))).not.toEqual([]);
  });
});
