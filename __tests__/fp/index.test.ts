import { readdir } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import * as sources from '../../lib/fp/index.ts';
import { fpBuilds } from '../helpers/builds.ts';

describe.each(fpBuilds)('withal/fp, %s', (_build, library) => {
  it('exports what the table of contents lists, and nothing else', () => {
    expect(Object.keys(library).sort()).toEqual([
      'chain',
      'lift',
      'map',
      'of',
      'optional',
      'orElse',
      'tap',
      'use',
      'useSync',
    ]);
  });

  it('exports functions under their own names', () => {
    for (const [name, value] of Object.entries(library)) expect(value.name).toBe(name);
  });

  const { chain, lift, map, of, orElse, tap } = library;

  it('makes managers that are named after their functions', () => {
    const managers = {
      map: map((value: number) => value)(of(1)),
      tap: tap(() => undefined)(of(1)),
      chain: chain(of)(of(1)),
      orElse: orElse(of(2))(of(1)),
      lift: lift(of(1)),
    };
    for (const [name, manager] of Object.entries(managers))
      expect(JSON.parse(JSON.stringify(manager))).toEqual({ manager: name, isEntered: false });
  });
});

describe('the layout', () => {
  it('has a file for each public word', async () => {
    const words = Object.keys(sources).map((name) => name.replace(/\B[A-Z]/g, '-$&').toLowerCase());
    const files = await readdir(new URL('../../lib/fp/', import.meta.url));
    expect(files.sort()).toEqual([...words, 'any-manager', 'index'].map((word) => `${word}.ts`).sort());
  });
});
