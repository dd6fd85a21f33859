/**
 * An ESLint plugin for mistakes with managers that neither the compiler nor the runtime can see.
 *
 * @module withal/eslint
 */

import type { Rule } from './rule.ts';
import { annotateDefaults } from './rules/annotate-defaults.ts';
import { awaitBlocks } from './rules/await-blocks.ts';
import { completeLast } from './rules/complete-last.ts';
import { enterWithStar } from './rules/enter-with-star.ts';
import { exitInOrder } from './rules/exit-in-order.ts';
import { finishStacks } from './rules/finish-stacks.ts';
import { nameManagers } from './rules/name-managers.ts';
import { noEscapingValue } from './rules/no-escaping-value.ts';
import { noFloatingManagers } from './rules/no-floating-managers.ts';
import { noGeneratorBody } from './rules/no-generator-body.ts';
import { noLeakySetup } from './rules/no-leaky-setup.ts';
import { noSilentSwallow } from './rules/no-silent-swallow.ts';
import { noThenableYield } from './rules/no-thenable-yield.ts';
import { protectTeardown } from './rules/protect-teardown.ts';
import { resultBlocks } from './rules/result-blocks.ts';
import { rethrowNext } from './rules/rethrow-next.ts';
import { settleInBody } from './rules/settle-in-body.ts';
import { yieldsOnce } from './rules/yields-once.ts';

export type { Rule } from './rule.ts';

/** The name of a rule, without `withal/`. */
export type RuleName =
  | 'annotate-defaults'
  | 'await-blocks'
  | 'complete-last'
  | 'enter-with-star'
  | 'exit-in-order'
  | 'finish-stacks'
  | 'name-managers'
  | 'no-escaping-value'
  | 'no-floating-managers'
  | 'no-generator-body'
  | 'no-leaky-setup'
  | 'no-silent-swallow'
  | 'no-thenable-yield'
  | 'protect-teardown'
  | 'result-blocks'
  | 'rethrow-next'
  | 'settle-in-body'
  | 'yields-once';

/** An entry of a flat config. */
export interface Config {
  readonly name: string;
  readonly plugins: Record<'withal', Plugin>;
  readonly rules: Record<string, 'error'>;
}

/** The plugin, for a flat config. */
export interface Plugin {
  readonly meta: { readonly name: string; readonly version: string };
  readonly rules: Record<RuleName, Rule>;
  readonly configs: Record<'recommended' | 'strict', Config>;
}

/** Identifies the plugin, for ESLint's cache and messages. */
export const meta: Plugin['meta'] = { name: 'withal/eslint', version: '0.2.0' };

/** The rules by name. */
export const rules: Plugin['rules'] = {
  'annotate-defaults': annotateDefaults,
  'await-blocks': awaitBlocks,
  'complete-last': completeLast,
  'enter-with-star': enterWithStar,
  'exit-in-order': exitInOrder,
  'finish-stacks': finishStacks,
  'name-managers': nameManagers,
  'no-escaping-value': noEscapingValue,
  'no-floating-managers': noFloatingManagers,
  'no-generator-body': noGeneratorBody,
  'no-leaky-setup': noLeakySetup,
  'no-silent-swallow': noSilentSwallow,
  'no-thenable-yield': noThenableYield,
  'protect-teardown': protectTeardown,
  'result-blocks': resultBlocks,
  'rethrow-next': rethrowNext,
  'settle-in-body': settleInBody,
  'yields-once': yieldsOnce,
};

const names = Object.keys(rules) as RuleName[];

const strictOnly: readonly RuleName[] = ['exit-in-order', 'no-escaping-value'];

/** `recommended` has the rules that find mistakes; `strict` has all rules. */
export const configs: Plugin['configs'] = {
  get recommended() {
    return configOf(
      'recommended',
      names.filter((name) => !strictOnly.includes(name)),
    );
  },
  get strict() {
    return configOf('strict', names);
  },
};

function configOf(name: string, enabled: readonly RuleName[]): Config {
  const levels = Object.fromEntries(enabled.map((rule) => [`withal/${rule}`, 'error' as const]));
  return { name: `withal/${name}`, plugins: { withal: plugin }, rules: levels };
}

const plugin: Plugin = { meta, rules, configs };

export { plugin as default };
