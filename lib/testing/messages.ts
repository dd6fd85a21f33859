import { describe, isObject } from '../support/describe.ts';
import { explain, wrongInput } from '../support/messages.ts';
import type { Call, Phase } from './kit/recorder.ts';

// What is wrong with a manager

function unacceptable(
  name: string,
  required: string,
  given: string,
  advice: string,
  cause?: { error: unknown },
): Error {
  // The quoted text may end with a period.
  return new Error(
    explain(`accept ${name}`, required, given.replace(/\.$/, ''), advice),
    cause && { cause: cause.error },
  );
}

/** A manager has the name of its generator function, or of its class. */
export function nameOf(manager: unknown): string {
  const { fn, constructor } = Object(manager) as { fn?: Named; constructor?: Named };
  if (fn) return fn.name ? `${fn.name}()` : 'an unnamed manager';
  return constructor?.name && constructor.name !== 'Object'
    ? `an instance of ${constructor.name}`
    : 'an unnamed manager';
}

interface Named {
  readonly name?: string;
}

function place({ label, line }: Call): string {
  const at = line();
  return at ? `${label} at ${at}` : label;
}

function listed(texts: readonly string[]): string {
  const unique = [...new Set(texts)];
  return unique.length > 3 ? `${unique.slice(0, 3).join(', ')}, …` : unique.join(' and ');
}

/** Which calls acquired what is left; if that is unknown, the calls of the setup. */
function acquiredBy(calls: readonly Call[]): string {
  const acquiring = calls.filter(({ opened }) => opened > 0);
  if (acquiring.length > 0) return `, acquired by ${listed(acquiring.map(place))}`;
  const called = calls.filter(({ phase, state }) => phase === 'setup' && state === 'done');
  return called.length > 0 ? `; its setup called ${listed(called.map(place))}` : '';
}

export function actedEarly(name: string, what: string): Error {
  return unacceptable(
    name,
    'it must do nothing before it is entered',
    `${what} as soon as it was made`,
    'Move that into its setup: the code before the yield, or its enter method.',
  );
}

export function calledEarly(name: string, call: Call): Error {
  return actedEarly(name, `it called ${place(call)}`);
}

export function leftOpen(name: string, when: string, count: number, calls: readonly Call[]): Error {
  return count < 0
    ? unacceptable(
        name,
        `${when} must leave open what was open before`,
        `it leaves ${String(-count)} fewer open: something was released twice, or was not the manager's to release`,
        'Release each thing once, and only what you acquired.',
      )
    : unacceptable(
        name,
        `${when} must leave nothing open`,
        `it leaks: it leaves ${String(count)} more open than before${acquiredBy(calls)}`,
        'Begin the try right after the acquisition, and release each thing in its own finally.',
      );
}

export function changedProbe(
  name: string,
  when: string,
  probe: string,
  was: string,
  is: string,
  calls: readonly Call[],
): Error {
  return unacceptable(
    name,
    `${when} must leave ${probe} as before`,
    `it was ${was} and is left as ${is}${acquiredBy(calls)}`,
    'Undo the setup in a finally.',
  );
}

export function swallowed(name: string, when: string): Error {
  return unacceptable(
    name,
    `${when} must reject with that error`,
    'it resolved: the error was swallowed',
    'Rethrow whatever you caught, or declare it with suppresses.',
  );
}

export function replaced(name: string, when: string, error: unknown): Error {
  return unacceptable(
    name,
    `${when} must reject with that very error`,
    `it rejected with another one: ${describe(error)}`,
    'Rethrow whatever you caught, or declare the new error with translates.',
    { error },
  );
}

export function rewritten(name: string, when: string, field: string, was: string, is: string): Error {
  return unacceptable(
    name,
    `${when} must reject with that error as it was`,
    `its ${field} was rewritten from ${was} to ${is}`,
    'Leave it alone, or throw a new error with it as the cause and declare that with translates.',
  );
}

export function notSuppressed(name: string, when: string, error: unknown): Error {
  return unacceptable(
    name,
    `${when} must resolve, because suppresses says so`,
    `it rejected with ${describe(error)}`,
    'Catch the error around the yield, or declare less with suppresses.',
    { error },
  );
}

export function dropped(name: string, when: string, error: unknown): Error {
  return unacceptable(
    name,
    `${when} must reject with an error that leads to it`,
    `it rejected with one that doesn't: ${describe(error)}`,
    'Pass { cause: error } to the error that you throw in its place.',
    { error },
  );
}

export function failed(name: string, when: string, where: string, error: unknown): Error {
  return unacceptable(name, `${when} must resolve`, `${where} failed with ${describe(error)}`, 'See the cause.', {
    error,
  });
}

/** `phase` is the phase in which it waits, and `waiting` the call that it waits for. */
export function endless(name: string, when: string, ms: number, phase: Phase, waiting: Call | undefined): Error {
  const what = phase === 'body' ? 'the block itself' : `its ${phase}`;
  return unacceptable(
    name,
    `${when} must end within ${String(ms)} ms`,
    `${what} still waits${waiting ? ` for ${place(waiting)}` : ''}`,
    'Settle what it waits for, or allow more time with timeout.',
  );
}

export function withoutEffect(name: string, when: string, effect: string): Error {
  return unacceptable(
    name,
    `${when} must have an effect`,
    `nothing was committed: it is still ${effect}`,
    'Commit after the yield.',
  );
}

export function committed(name: string, when: string, was: string, is: string): Error {
  return unacceptable(
    name,
    `${when} must have no effect`,
    `it was committed: the effect was ${was} and is ${is}`,
    'Commit after a bare yield, never in a finally; undo in a catch, whatever was thrown.',
  );
}

export function otherEffect(name: string, expected: number, effect: number): Error {
  return unacceptable(
    name,
    `three blocks at once must have the effect of three in turn, which is ${String(expected)} more`,
    `it is ${String(effect)} more: blocks were mixed up`,
    'Keep the state of each block in a variable inside the generator function. If all blocks share one connection, pass concurrent: false.',
  );
}

export function notAwaited(name: string, when: string, call: Call): Error {
  return unacceptable(
    name,
    `${when} must end after its teardown`,
    `${place(call)} was not awaited and is still running`,
    'Await it.',
  );
}

export function releasedTwice(name: string, when: string, first: Call, second: Call): Error {
  return unacceptable(
    name,
    `${when} must release each thing once`,
    `one was released twice: ${place(first)}, and ${place(second)}`,
    'Remove one of the two.',
  );
}

export function gaveReleased(name: string, when: string, release: Call): Error {
  return unacceptable(
    name,
    `${when} must get a value that is still set up`,
    `its value was already released by ${place(release)}`,
    'Release after the yield.',
  );
}

export function usedAfterRelease(name: string, when: string, release: Call, use: Call): Error {
  return unacceptable(
    name,
    `${when} must release last`,
    `${place(use)} came after ${place(release)}: it was released too early`,
    'Enter what it depends on with enter(), so that it is released afterwards.',
  );
}

export function releasedEarly(name: string, when: string, count: number): Error {
  return unacceptable(
    name,
    `${when} must stay set up until it ends`,
    `it released ${String(count)} while the block still ran`,
    'Release after the yield, and await what you do before it.',
  );
}

export function overlapping(name: string): Error {
  return unacceptable(
    name,
    'a manager with concurrent: "exclusive" must let in one block at a time',
    'two ran at once',
    'Wait in its setup until the other block is over.',
  );
}

// What is wrong with how it fails

export function ranAnyway(name: string, call: Call): Error {
  return unacceptable(
    name,
    'a block must not run if its setup fails',
    `it ran although ${place(call)} failed: the failure was swallowed`,
    'Rethrow it, or allow it with mayIgnore.',
  );
}

export function setupFailureDropped(name: string, call: Call, error: unknown): Error {
  return unacceptable(
    name,
    'a setup that fails must reject with its error, or with one that leads to it',
    `${place(call)} failed, and the block rejected with ${describe(error)}: the failure was dropped`,
    'Rethrow it, or pass it as the cause.',
    { error },
  );
}

export function teardownFailureIgnored(name: string, when: string, call: Call): Error {
  return unacceptable(
    name,
    `${when} must reject if its teardown fails`,
    `it resolved although ${place(call)} failed: the failure was ignored`,
    'Await the call and let its error through, or allow it with mayIgnore.',
  );
}

export function teardownFailureDropped(name: string, when: string, call: Call, error: unknown): Error {
  return unacceptable(
    name,
    `${when} must reject with the error of its teardown, or with one that leads to it`,
    `${place(call)} failed, and it rejected with ${describe(error)}: the failure was dropped`,
    'Rethrow it, or pass it as the cause.',
    { error },
  );
}

/** The error with which a call is made to fail. */
export function injected({ label }: Call): Error {
  return new Error(`${label} failed, because managerCases() made it fail.`);
}

// What is left in the process, or wrong with the world

export function leftBehind(name: string, leftovers: readonly string[]): Error {
  return unacceptable(
    name,
    'a block must leave nothing behind',
    `each one leaves ${listed(leftovers)}`,
    'Clear, close or remove it in a finally.',
  );
}

export function unheard(name: string, error: unknown): Error {
  return unacceptable(
    name,
    'each rejection must be handled',
    `one in the background was not: ${describe(error)}`,
    'Await the promise in the teardown, or catch what it rejects with.',
    { error },
  );
}

export function worldStuck(ms: number): Error {
  return new Error(
    explain(
      'leave the world',
      `it must end within ${String(ms)} ms`,
      'it still waits',
      'Does the manager still hold a part of it? If not, give it more time with timeout.',
    ),
  );
}

export function casesFailed(count: number, errors: readonly Error[]): AggregateError {
  const required = `all ${String(count)} cases must pass`;
  const message = explain('accept the manager', required, `${String(errors.length)} failed`, 'See errors.');
  return new AggregateError(errors, [message, ...errors.map(({ message }) => `- ${message}`)].join('\n'));
}

// What is wrong with the input

export function notSetting(caller: string, required: string, given: unknown): TypeError {
  return wrongInput(
    'make cases',
    `${caller} takes ${required}`,
    given,
    `Write ${caller.slice(0, -1)}() => manager(), { … }).`,
  );
}

export function notWrappable(given: unknown): TypeError {
  return wrongInput(
    'wrap',
    'faults.wrap() takes an object or a function',
    given,
    'Wrap the object whose methods it calls.',
  );
}

export function notPatchable(object: unknown, method: PropertyKey): TypeError {
  return wrongInput(
    'patch',
    'faults.patch() takes an object and the names of methods that can be replaced',
    isObject(object) ? object[method] : object,
    `Is ${String(method)} a method? For a module, pass its default export.`,
  );
}

// What is wrong with fixtures

export function notFixtureFunction(caller: string, given: unknown): TypeError {
  return wrongInput(
    'make a fixture',
    `${caller} takes a function that destructures the fixtures it needs, because runners read them from its text`,
    given,
    'Write ({ db }) => transaction(db), or () => database().',
  );
}

export function notRunner(caller: string, required: string): TypeError {
  return new TypeError(
    explain('set up a fixture', `${caller} works with ${required}`, 'another runner calls it', 'Use withFixtures().'),
  );
}

export function notObjectForm(): TypeError {
  return new TypeError(
    explain(
      'set up a fixture',
      'fixture() works in an object of fixtures',
      'it was passed to extend() with a name',
      'Write extend({ db: fixture(() => database()) }).',
    ),
  );
}

export function notShared(required: string, given: unknown): TypeError {
  return wrongInput(
    'make a shared fixture',
    `shared() takes ${required}`,
    given,
    "Write ...shared('db', () => database(), 'file').",
  );
}

export function testsFailed(errors: readonly unknown[]): AggregateError {
  return new AggregateError(errors, `${String(errors.length)} tests failed.`);
}

export function notTestFunction(given: unknown): TypeError {
  return wrongInput(
    'add fixtures',
    'withFixtures() takes the test function of a runner',
    given,
    'Write withFixtures(test, { db: () => database() }).',
  );
}

export function extendInstead(): TypeError {
  return new TypeError(
    explain(
      'add fixtures',
      'withFixtures() is for runners that have no fixtures of their own',
      'this one has extend()',
      'Write test.extend({ db: fixture(() => database()) }).',
    ),
  );
}

export function notFixtures(given: unknown): TypeError {
  return wrongInput(
    'add fixtures',
    'withFixtures() takes an object of functions that make managers',
    given,
    'Write { db: () => database() }.',
  );
}

export function notFixture(name: string, given: unknown): TypeError {
  return wrongInput(
    `add fixture ${name}`,
    "it must be a function that makes a manager, or such a function and { scope: 'test' | 'file' }",
    given,
    `Write ${name}: () => manager(), or ${name}: [() => manager(), { scope: 'file' }].`,
  );
}

export function unknownFixture(name: string, known: readonly string[]): TypeError {
  const names = [...new Set(known)].join(', ');
  return new TypeError(
    explain(
      `take fixture ${name}`,
      `it must be one of ${names || 'none'}`,
      'it is not',
      `Add ${name} in withFixtures().`,
    ),
  );
}

export function cyclicFixtures(path: readonly string[]): TypeError {
  return new TypeError(
    explain('add fixtures', 'fixtures must not need each other', `these do: ${path.join(' → ')}`, 'Break the cycle.'),
  );
}

export function fileFixtureNeeds(name: string, need: string): TypeError {
  return new TypeError(
    explain(
      `add fixture ${name}`,
      'a fixture of the file may need only others of the file',
      `it needs ${need}, which is made for each test`,
      `Give ${need} the scope 'file' too.`,
    ),
  );
}

export function needsAfterAll(): TypeError {
  return new TypeError(
    explain(
      'add fixtures',
      "fixtures with { scope: 'file' } need a hook that tears them down",
      'there is none',
      'Write withFixtures(test, { … }, { afterEach, afterAll }).',
    ),
  );
}

export function hasNoEach(): TypeError {
  return new TypeError(
    explain('define a test for each row', 'the runner must have each()', 'it has none', 'Define the tests in a loop.'),
  );
}

export function testEnded(): Error {
  return new Error(
    explain('finish the test', 'it must end before its runner moves on', 'it did not', 'Did it take too long?'),
  );
}
