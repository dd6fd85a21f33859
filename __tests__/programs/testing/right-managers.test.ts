import { describe, expect, it } from '@jest/globals';
import { lenientRight } from '../../testing/managers/lenient-right.ts';
import { rightManagers } from '../../testing/managers/right.ts';

describe('managerCases', () => {
  it.each([...rightManagers, ...lenientRight].map(({ name, cases }) => [name, cases] as const))(
    'does not accuse: %s',
    async (_name, cases) => {
      const accusations: string[] = [];
      for (const { run } of cases()) await run().catch((error: unknown) => accusations.push(String(error)));
      expect(accusations).toEqual([]);
    },
    120_000,
  );
});
