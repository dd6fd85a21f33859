import { describe, expect, it } from '@jest/globals';
import { readField } from '../../lib/support/error-fields.ts';

describe('readField', () => {
  const unreadable = {
    get cause(): never {
      throw new Error('unreadable');
    },
  };
  const changing = {
    get cause() {
      return {};
    },
  };
  const errors = [1, 2];

  it.each<[string, unknown, string, unknown[]]>([
    ['a cause', { cause: 1 }, 'cause', [1]],
    ['a cause of undefined', { cause: undefined }, 'cause', [undefined]],
    ['no cause', {}, 'cause', []],
    ['a primitive', 'thrown', 'cause', []],
    ['several errors', { errors }, 'errors', errors],
    ['a list that is no list', { errors: 1 }, 'errors', [1]],
    ['a list in another field', { cause: errors }, 'cause', [errors]],
    ['a field that can’t be read', unreadable, 'cause', [unreadable]],
    ['a field that is another each time', changing, 'cause', [changing]],
  ])('%s', (_what, node, field, expected) => {
    expect(readField(node, field)).toEqual(expected);
    expect(readField(node, field)[0]).toBe(expected[0]);
  });
});
