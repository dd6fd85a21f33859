import { managersOf } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';

/** The types of neverthrow, fp-ts, Effect and similar libraries. */
const usual = [
  'Result',
  'ResultAsync',
  'Either',
  'TaskEither',
  'IOEither',
  'Ok',
  'Err',
  'Left',
  'Right',
  'Exit',
  'Success',
  'Failure',
];

export const resultBlocks: Rule = rule<'success'>({
  description: 'Disallow passing bodies that return errors as values to drivers that treat them as success',
  messages: {
    success:
      'This body returns its errors, but {{driver}} treats any returned value as success. Use the drivers from resultBlocks(), or throw.',
  },
  check(file, report) {
    const { types, settings } = file;
    if (!types) return;
    const names = settings.results ?? usual;
    for (const { body, call, takesResults, kind } of managersOf(file).blocks) {
      if (takesResults) continue;
      const isResult = kind === 'scope' ? types.givesResult(call, names) : types.returnsResult(body, names);
      const driver = kind === 'decorator' ? 'the decorator' : 'the block';
      if (isResult) report({ node: body, messageId: 'success', data: { driver } });
    }
  },
});
