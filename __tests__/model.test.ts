import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modelled } from './helpers/model.ts';
import { outcomeOf } from './helpers/outcome.ts';
import { asyncPlayer, syncPlayer } from './helpers/players.ts';
import { programs } from './helpers/programs.ts';
import { randomRuns } from './helpers/random.ts';
import { Notes } from './helpers/script.ts';

const parameters = randomRuns(500);
const { numRuns } = parameters;

const forms = [
  { form: 'async', player: asyncPlayer, isSync: false },
  { form: 'sync', player: syncPlayer, isSync: true },
];

describe('the model', () => {
  it.each(forms)(
    `agrees with the $form form of ${String(numRuns)} programs`,
    async ({ player, isSync }) => {
      await fc.assert(
        fc.asyncProperty(programs(isSync), async (program) => {
          const actual = new Notes();
          actual.add('end', await outcomeOf(() => player(actual).run(program)));
          const expected = new Notes();
          expected.add('end', modelled(program, expected));
          expect(actual.lines).toEqual(expected.lines);
        }),
        parameters,
      );
    },
    50 * numRuns,
  );
});
