import { afterEach, describe, expect, it } from '@jest/globals';
import { nameOf, siteOf } from '../../../lib/observe/engine/names.ts';

const { prepareStackTrace, stackTraceLimit } = Error;

afterEach(() => {
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
});

describe('the name', () => {
  it.each([
    ['a plain object', {}, 'Object'],
    ['an object with a tag', { [Symbol.toStringTag]: 'Tagged' }, 'Tagged'],
    ['an object without a prototype', Object.create(null), 'Object'],
    ['an object whose constructor has an odd name', { constructor: { name: 5 } }, 'Object'],
    ['an object whose class has no name', new (class {})(), 'unnamed'],
    ['a number', 5, '5'],
  ])('of %s', (_what, thing, name) => {
    expect(nameOf(thing)).toBe(name);
  });
});

describe('the site', () => {
  it.each(['dist', 'lib'])('leaves out only the frames of this package, which is in %s', (folder) => {
    const own = '/srv/lib/app/node_modules/withal';
    const theirs = [
      'at other (/srv/lib/app/node_modules/tool/dist/index.js:1:1)',
      'at hidden (/srv/lib/app/node_modules/mental/lib/index.js:1:1)',
      'at Object.app (/srv/lib/app/dist/app.js:1:1)',
    ];
    const frames = [
      `at stackOf (${own}/${folder}/observe/engine/names.js:1:1)`,
      `at siteOf (${own}/${folder}/observe/engine/names.js:1:1)`,
      `at withSync (${own}/dist/with-sync.js:1:1)`,
      `at withSync (${own}/lib/with-sync.ts:1:1)`,
      ...theirs,
      'at node:internal/timers:5:1',
    ];
    Error.prepareStackTrace = () => ['Error', ...frames.map((frame) => `    ${frame}`)].join('\n');
    expect(siteOf()).toBe(theirs.join('\n'));
  });

  it('leaves the limit of stack traces alone', () => {
    for (const limit of [1, 0, 30]) {
      Error.stackTraceLimit = limit;
      siteOf();
      expect(Error.stackTraceLimit).toBe(limit);
    }
    Reflect.deleteProperty(Error, 'stackTraceLimit');
    expect(siteOf()).toBe('');
    expect(Error).not.toHaveProperty('stackTraceLimit');
  });
});
