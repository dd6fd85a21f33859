import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { builds, type Library } from '../helpers/builds.ts';

/** A program that a compiler lowers: its generators aren't native. */
const program = `
export function make({ asyncContextManager, contextManager, enter }, events) {
  const part = contextManager(function* part(name) {
    events.push('enter ' + name);
    try {
      yield name;
    } catch (error) {
      events.push(name + ' sees ' + error);
      throw error;
    } finally {
      events.push('exit ' + name);
    }
  });
  const sync = contextManager(function* sync() {
    const first = yield* enter(part('first'));
    const second = yield* enter(part('second'));
    try {
      yield first + second;
    } finally {
      yield* enter(part('late'));
    }
  });
  const async = asyncContextManager(async function* async() {
    const first = yield* enter(part('first'));
    const second = yield* enter(part('second'));
    try {
      yield first + second;
    } finally {
      yield* enter(part('late'));
    }
  });
  return { sync, async };
}`;

interface Managers {
  sync(): never;
  async(): never;
}

async function lowered(target: ts.ScriptTarget, library: Library, events: string[]): Promise<Managers> {
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { target, module: ts.ModuleKind.ESNext },
  });
  const { make } = (await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as {
    make(library: Library, events: string[]): Managers;
  };
  return make(library, events);
}

describe.each(builds)('%s', (_build, library) => {
  const { withAsync, withSync } = library;

  it.each(['ES5', 'ES2015', 'ES2017', 'ESNext'] as const)(
    'drives generators that were lowered to %s',
    async (target) => {
      const events: string[] = [];
      const { sync, async } = await lowered(ts.ScriptTarget[target], library, events);
      const fail = (): never => {
        throw 'no';
      };
      for (const run of [
        (body: () => unknown) => withSync(sync(), body),
        (body: () => unknown) => withAsync(async(), body),
      ]) {
        expect(await run((...values: unknown[]) => values[0])).toBe('firstsecond');
        expect(events.splice(0)).toEqual([
          'enter first',
          'enter second',
          'enter late',
          'exit late',
          'exit second',
          'exit first',
        ]);
        await expect((async () => run(fail))()).rejects.toBe('no');
        expect(events.splice(0).filter((event) => event.includes('sees'))).toEqual([
          'late sees no',
          'second sees no',
          'first sees no',
        ]);
      }
    },
  );
});
