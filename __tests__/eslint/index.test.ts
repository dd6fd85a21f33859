import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import plugin, { configs, meta, rules, type RuleName } from '../../lib/eslint/index.ts';
import { messagesOn, pageOf } from '../helpers/lint.ts';

const manifest = createRequire(import.meta.url)('../../package.json') as { version: string };
const names = Object.keys(rules) as RuleName[];

/** The cells next to its name in the table of all rules. */
function rowOf(name: string): string[] {
  const readme = readFileSync(new URL('../../docs/lint/README.md', import.meta.url), 'utf8');
  const [, row = ''] = readme.split(`| [${name}](${name}.md)`);
  return (
    row
      .split('\n', 1)[0]
      ?.split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()) ?? []
  );
}

describe('the plugin', () => {
  it('is what a config needs, as its default export and by name', () => {
    expect(plugin).toEqual({ meta, rules, configs });
    expect(meta).toEqual({ name: 'withal/eslint', version: manifest.version });
  });

  it('has a rule for each file of rules', () => {
    const files = readdirSync(new URL('../../lib/eslint/rules', import.meta.url));
    expect(names).toEqual(files.map((file) => file.replace('.ts', '')));
  });

  it('has all rules in strict, and those that need no judgment in recommended', () => {
    const enabled = (config: keyof typeof configs) => Object.keys(configs[config].rules);
    expect(enabled('strict')).toEqual(names.map((name) => `withal/${name}`));
    expect(enabled('strict').filter((name) => !enabled('recommended').includes(name))).toEqual([
      'withal/exit-in-order',
      'withal/no-escaping-value',
    ]);
    expect(configs.recommended.plugins.withal).toBe(plugin);
    expect(configs.recommended.name).toBe('withal/recommended');
    expect(configs.strict.name).toBe('withal/strict');
    expect(new Set(Object.values(configs.strict.rules))).toEqual(new Set(['error']));
  });
});

describe.each(names)('the page of %s', (name) => {
  it("has the rule's name as its title, and every message word for word", () => {
    const page = pageOf(name);
    expect(page).toMatch(`# ${name}\n`);
    expect(messagesOn(page)).toEqual(rules[name].meta.messages);
  });

  it('is in the table of all rules, with its config, and what it can fix', () => {
    const { fixable, hasSuggestions } = rules[name].meta;
    const [, config, , fix] = rowOf(name);
    const enabled = Object.keys(configs.recommended.rules).includes(`withal/${name}`);
    expect(config).toBe(enabled ? 'recommended' : 'strict');
    expect(fix).toMatch(fixable ? /^fix/ : /^(?!fix)/);
    expect(fix).toMatch(hasSuggestions ? /suggestion/ : /^(?!.*suggestion)/);
  });
});

describe.each(names)('%s', (name) => {
  it("has a description in ESLint's style, and says whether it finds mistakes", () => {
    const { docs, type } = rules[name].meta;
    expect(docs.description).toMatch(/^(Require|Disallow) .+[^.]$/);
    // Without these, the code works, and is only harder to use.
    const isAdvice = name === 'annotate-defaults' || name === 'name-managers';
    expect(type).toBe(isAdvice ? 'suggestion' : 'problem');
  });
});
