import { describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import plugin from '../../lib/eslint/index.ts';
import { labelsOf, languageOptionsFor, snippets, type Mode, type Snippet } from '../support/lint.ts';

/** The lines that are reported, as the labels have them. */
function reported({ code, path }: Snippet, mode: Mode): string[] {
  const config = { ...plugin.configs.strict, files: ['**/*.ts'], languageOptions: languageOptionsFor(mode) };
  const messages = new Linter({ cwd: '/' }).verify(code, config as Linter.Config, { filename: path });
  return [
    ...new Set(
      messages.map(({ line, ruleId, message }) => `${String(line)} ${ruleId?.replace('withal/', '') ?? message}`),
    ),
  ];
}

describe.each<Mode>(['typed', 'untyped'])('the strict config, %s', (mode) => {
  it.each(snippets())('reports what $name says, and nothing else', (snippet) => {
    expect(reported(snippet, mode).sort()).toEqual(labelsOf(snippet.code, mode).sort());
  });
});
