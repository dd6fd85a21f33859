import { describe, expect, it } from '@jest/globals';
import { readField } from '../../lib/support/error-fields.ts';

describe('readField', () => {
  it('returns what the field holds, even undefined', () => {
    expect([readField(new Error('', { cause: undefined }), 'cause'), readField(new Error(''), 'cause')]).toEqual([
      [undefined],
      [],
    ]);
  });

  it.each<[string, () => unknown]>([
    [
      "can't be read",
      () => {
        throw new Error('hostile');
      },
    ],
    ['changes each time', () => ({})],
  ])('returns the error itself for a field that %s', (_what, get) => {
    const error = Object.defineProperty(new Error('outer'), 'cause', { get });
    const [found, ...others] = readField(error, 'cause');
    expect([found === error, others]).toEqual([true, []]);
  });
});
