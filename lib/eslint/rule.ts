import type { JSONSchema, TSESLint } from '@typescript-eslint/utils';
import { fileOf, type Context, type File } from './file.ts';

export type Report<M extends string> = (descriptor: TSESLint.ReportDescriptor<M>) => void;

export interface RuleParts<M extends string> {
  readonly description: string;
  /** What is wrong, and what to write. */
  readonly messages: Readonly<Record<M, string>>;
  readonly type?: 'problem' | 'suggestion';
  readonly fixable?: 'code';
  readonly hasSuggestions?: boolean;
  readonly schema?: readonly JSONSchema.JSONSchema4[];
  check(file: File, report: Report<M>, options: readonly unknown[]): void;
}

/** A rule as the plugin exposes it: its types don't refer to anything that a consumer may not have installed. */
export interface Rule {
  readonly meta: {
    readonly type: 'problem' | 'suggestion';
    readonly docs: { readonly description: string };
    readonly messages: Record<string, string>;
    readonly schema: object[];
    readonly fixable?: 'code';
    readonly hasSuggestions?: boolean;
  };
  create(context: object): Record<string, (node: never) => void>;
}

/** Every rule looks at a whole file, because only the whole file shows what is a manager. */
export function rule<M extends string>({
  description,
  messages,
  type,
  fixable,
  hasSuggestions,
  schema,
  check,
}: RuleParts<M>): Rule {
  return {
    meta: {
      type: type ?? 'problem',
      docs: { description },
      messages,
      schema: [...(schema ?? [])],
      ...(fixable && { fixable }),
      ...(hasSuggestions && { hasSuggestions }),
    },
    create(given) {
      const context = given as Context;
      const report: Report<string> = (descriptor) => context.report(descriptor);
      return { 'Program:exit': () => check(fileOf(context), report, context.options) };
    },
  };
}
