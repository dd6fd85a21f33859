import { describe, expect, it } from '@jest/globals';
import { callerIn, noteCaller, ownFolder } from '../../../lib/testing/kit/lines.ts';

describe('ownFolder', () => {
  it.each([
    [
      'Error\n    at a (file:///x/node_modules/withal/dist/testing/index.js:3:4)',
      'file:///x/node_modules/withal/dist/',
    ],
    ['Error\n    at a (/x/lib/testing/kit/lines.ts:3:4)', '/x/lib/'],
    ['Error\n    at a (/x/bundle.js:3:4)', undefined],
    ['Error\n    at a (/x/testing/other/z.js:3:4)', undefined],
    ['Error\n    at a (C:\\x\\lib\\testing\\index.ts:3:4)', 'C:\\x\\lib\\'],
    ['Error\n    at a (/x/testing/testing/z.js:3:4)', '/x/testing/'],
    ['', undefined],
  ])('of %p', (stack, folder) => {
    expect(ownFolder(stack)).toBe(folder);
  });
});

describe('noteCaller', () => {
  it('returns the line of the call', () => {
    expect(noteCaller()()).toMatch(/^__tests__\/testing\/kit\/lines\.test\.ts:\d+:\d+$/);
  });
});

describe('callerIn', () => {
  it.each([
    ['Error\n    at run (node:internal/x:1:2)\n    at async open (file:///srv/app.js:3:4)', '/srv/app.js:3:4'],
    ['Error\n    at /srv/app.js:3:4', '/srv/app.js:3:4'],
    ['Error\n    at new Timeout (ext:deno_node/timers.ts:1:2)\n    at /srv/app.js:3:4', '/srv/app.js:3:4'],
    ['Error\n    at C:\\app\\main.js:3:4', 'C:\\app\\main.js:3:4'],
    ['open@https://example.com/app.js:3:4\n@https://example.com/b.js:1:1', 'https://example.com/app.js:3:4'],
    ['Error\n    at <anonymous>', undefined],
    ['Error: it failed at /srv/message.js:1:2\n    at /srv/app.js:3:4', '/srv/app.js:3:4'],
    ['Error: (/srv/message.js:1:2) failed\n    at /srv/app.js:3:4', '/srv/app.js:3:4'],
    ['Error\n    at /srv/node:1/app.js:3:4', '/srv/node:1/app.js:3:4'],
    ['Error\n    at bun:wrap:1:2\n    at /srv/app.js:3:4', '/srv/app.js:3:4'],
    ['Error\n    at /srv/file://app.js:3:4', '/srv/file://app.js:3:4'],
    [`Error\n    at ${process.cwd()}/app.js:3:4`, 'app.js:3:4'],
    [`Error\n    at ${process.cwd()}-2/app.js:3:4`, `${process.cwd()}-2/app.js:3:4`],
    ['', undefined],
  ])('reads %p', (stack, line) => {
    expect(callerIn(stack)).toBe(line);
  });

  it.each([undefined, {}, { cwd: () => '' }])('returns the whole path if the process has no folder: %p', (process) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'process') as PropertyDescriptor;
    Object.defineProperty(globalThis, 'process', { value: process, configurable: true });
    try {
      expect(callerIn('Error\n    at /srv/app.js:3:4')).toBe('/srv/app.js:3:4');
    } finally {
      Object.defineProperty(globalThis, 'process', before);
    }
  });
});
