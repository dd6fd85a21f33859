import { describe, expect, it, jest } from '@jest/globals';
import { asyncDispose, dispose } from '../../lib/support/symbols.ts';

describe('symbols', () => {
  it("are the platform's if it has them", () => {
    expect([dispose, asyncDispose]).toEqual([Symbol.dispose, Symbol.asyncDispose]);
  });

  it('are the registered ones if it has none', async () => {
    const platform = Symbol;
    const bare = Object.assign((name: string) => platform(name), { for: (name: string) => platform.for(name) });
    jest.resetModules();
    globalThis.Symbol = bare as unknown as SymbolConstructor;
    try {
      const again = '../../lib/support/symbols.ts?again';
      const fresh = (await import(again)) as typeof import('../../lib/support/symbols.ts');
      expect([fresh.dispose, fresh.asyncDispose]).toEqual([
        platform.for('Symbol.dispose'),
        platform.for('Symbol.asyncDispose'),
      ]);
    } finally {
      globalThis.Symbol = platform;
    }
  });
});
