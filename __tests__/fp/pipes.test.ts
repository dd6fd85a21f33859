import { describe, expect, it } from '@jest/globals';
import { pipe as effectPipe } from 'effect/Function';
import { expectTypeOf } from 'expect-type';
import { flow, pipe as fpTsPipe } from 'fp-ts/lib/function.js';
import { pipe as remedaPipe, piped } from 'remeda';
import { chain, lift, map, of, optional, orElse, tap, use, useSync } from '../../lib/fp/index.ts';
import { asyncContextManager, contextManager, suppress, type AsyncContextManager } from '../../lib/index.ts';

const log: string[] = [];

const connection = asyncContextManager(async function* connection(url: string) {
  log.push('connect');
  yield { url };
  log.push('close');
});

const transaction = asyncContextManager(async function* transaction(client: { url: string }) {
  try {
    yield client.url.length;
    log.push('commit');
  } catch {
    log.push('roll back');
    return 'rolled back' as const;
  }
  return 'rolled back' as const;
});

const section = contextManager(function* section() {
  yield 'section';
});

const fail = () => {
  throw new Error('no');
};

describe('withal/fp', () => {
  it('works in the pipe of fp-ts', async () => {
    const managed = fpTsPipe(
      connection('db://host'),
      tap(({ url }) => log.push(url)),
      chain((client) => transaction(client)),
      map((length) => [length]),
    );
    expectTypeOf(managed).toEqualTypeOf<AsyncContextManager<number[], 'rolled back'>>();
    const result = fpTsPipe(
      managed,
      use(async ([length]) => length),
    );
    expectTypeOf(result).toEqualTypeOf<Promise<number | undefined | 'rolled back'>>();
    expect(await result).toBe(9);
    expect(log.splice(0)).toEqual(['connect', 'db://host', 'commit', 'close']);
    expect(await fpTsPipe(managed, use(fail))).toBe('rolled back');
    expect(log.splice(0)).toEqual(['connect', 'db://host', 'roll back', 'close']);
  });

  it('works in the pipe of Remeda', async () => {
    const managed = remedaPipe(
      connection('db://host'),
      tap(({ url }) => log.push(url)),
      chain((client) => transaction(client)),
      map((length) => [length]),
    );
    expectTypeOf(managed).toEqualTypeOf<AsyncContextManager<number[], 'rolled back'>>();
    const result = remedaPipe(
      managed,
      use(async ([length]) => length),
    );
    expectTypeOf(result).toEqualTypeOf<Promise<number | undefined | 'rolled back'>>();
    expect(await result).toBe(9);
    expect(log.splice(0)).toEqual(['connect', 'db://host', 'commit', 'close']);
  });

  it('works in the pipe of Effect', async () => {
    const managed = effectPipe(
      connection('db://host'),
      chain((client) => transaction(client)),
      map((length) => [length]),
    );
    expectTypeOf(managed).toEqualTypeOf<AsyncContextManager<number[], 'rolled back'>>();
    expect(
      await effectPipe(
        managed,
        use(([length]) => length),
      ),
    ).toBe(9);
    expect(log.splice(0)).toEqual(['connect', 'commit', 'close']);
  });

  it('composes without a value', async () => {
    const urlOf = flow(
      connection,
      map(({ url }) => url),
    );
    expectTypeOf(urlOf).toEqualTypeOf<(url: string) => AsyncContextManager<string>>();
    expect(await use((url: string) => url)(urlOf('db://host'))).toBe('db://host');
    const lengthOf = piped(
      map((client: { url: string }) => client.url),
      map((url) => url.length),
    );
    expectTypeOf(lengthOf(connection('db://host'))).toEqualTypeOf<AsyncContextManager<number>>();
    expect(await use((length: number) => length)(lengthOf(connection('db://host')))).toBe(9);
    log.splice(0);
  });

  it('takes every function through both pipes', async () => {
    const some = (isTraced: boolean) => isTraced && section();
    const viaFpTs = fpTsPipe(
      some(true),
      optional,
      map((name) => name ?? 'untraced'),
      orElse(of(1)),
    );
    const viaRemeda = remedaPipe(
      some(false),
      optional,
      map((name) => name ?? 'untraced'),
      orElse(of(1)),
    );
    expectTypeOf(viaFpTs).toEqualTypeOf<AsyncContextManager<string | number>>();
    expectTypeOf(viaRemeda).toEqualTypeOf<AsyncContextManager<string | number>>();
    expect(
      await fpTsPipe(
        viaFpTs,
        use((name) => name),
      ),
    ).toBe('section');
    expect(
      await remedaPipe(
        viaRemeda,
        use((name) => name),
      ),
    ).toBe('untraced');
    expectTypeOf(fpTsPipe(section(), lift)).toEqualTypeOf<AsyncContextManager<string>>();
    expectTypeOf(remedaPipe(section(), lift)).toEqualTypeOf<AsyncContextManager<string>>();
    const length = fpTsPipe(
      section(),
      useSync((name) => name.length),
    );
    expectTypeOf(length).toEqualTypeOf<number>();
    expect(length).toBe(7);
    const suppressed = remedaPipe(
      suppress(Error),
      useSync(() => 1),
    );
    expectTypeOf(suppressed).toEqualTypeOf<number | undefined>();
    expect(suppressed).toBe(1);
  });
});
