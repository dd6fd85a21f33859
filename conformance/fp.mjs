// What `withal/fp` does on every runtime, with the core from the same build.

import { resultsOf } from './cases.mjs';

const failure = new Error('block');

export function suite(withal, fp) {
  return resultsOf(casesOf(withal, fp), expectations);
}

const expectations = {
  'fp: a pipe of managers is a block': ['ab!', ['a+', 'ab+', 'tap ab', 'ab-', 'a-']],
  "fp: the block's error reaches every manager of a pipe": [true, ['a+', 'ab+', 'ab sees block', 'a sees block']],
  'fp: another manager if the setup fails': ['b', ['fails', 'b+', 'b-']],
  'fp: an optional manager': ['none', 'a'],
  'fp: a sync manager, lifted': ['s', ['s+', 's-']],
  'fp: sync blocks': ['value!', 'TypeError'],
  'fp: wrong input is refused': ['TypeError', 'TypeError', 'TypeError'],
};

const pipe = (value, ...functions) => functions.reduce((given, f) => f(given), value);

function casesOf({ asyncContextManager, contextManager }, fp) {
  const { chain, lift, map, of, optional, orElse, tap, use, useSync } = fp;
  const loggedIn = (log) =>
    asyncContextManager(async function* logged(name) {
      log.push(`${name}+`);
      try {
        yield name;
      } catch (error) {
        log.push(`${name} sees ${error.message}`);
        throw error;
      }
      log.push(`${name}-`);
    });
  const nameOf = (run) => {
    try {
      return run();
    } catch ({ name }) {
      return name;
    }
  };

  return {
    'fp: a pipe of managers is a block': async () => {
      const log = [];
      const logged = loggedIn(log);
      const result = pipe(
        logged('a'),
        chain((value) => logged(`${value}b`)),
        tap((value) => log.push(`tap ${value}`)),
        map((value) => `${value}!`),
        use((value) => value),
      );
      return [await result, log];
    },
    "fp: the block's error reaches every manager of a pipe": async () => {
      const log = [];
      const logged = loggedIn(log);
      const result = pipe(
        logged('a'),
        chain((value) => logged(`${value}b`)),
        map((value) => value.length),
        use(() => Promise.reject(failure)),
      );
      return [await result.catch((error) => error === failure), log];
    },
    'fp: another manager if the setup fails': async () => {
      const log = [];
      const failing = asyncContextManager(async function* failing() {
        log.push('fails');
        if (log.length > 0) throw failure;
        yield 'a';
      });
      const result = await pipe(
        failing(),
        orElse(() => loggedIn(log)('b')),
        use((value) => value),
      );
      return [result, log];
    },
    'fp: an optional manager': async () => {
      const named = (manager) => use((value) => value ?? 'none')(optional(manager));
      return [await named(undefined), await named(loggedIn([])('a'))];
    },
    'fp: a sync manager, lifted': async () => {
      const log = [];
      const section = contextManager(function* section() {
        log.push('s+');
        yield 's';
        log.push('s-');
      });
      return [await use((value) => value)(lift(section())), log];
    },
    'fp: sync blocks': () => [
      useSync((value) => `${value}!`)(of('value')),
      nameOf(() => useSync(async () => {})(of('value'))),
    ],
    'fp: wrong input is refused': () => [map, chain, use].map((word) => nameOf(() => word('no function'))),
  };
}
