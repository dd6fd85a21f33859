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

export type Rule = TSESLint.RuleModule<string, readonly unknown[], { description: string }>;

/** Every rule looks at a file as a whole: what is a manager there shows only then. */
export function rule<M extends string>({ description, messages, type, fixable, hasSuggestions, schema, check }: RuleParts<M>): Rule {
  return {
    defaultOptions: [],
    meta: {
      type: type ?? 'problem',
      docs: { description },
      messages,
      schema: schema ?? [],
      ...(fixable && { fixable }),
      ...(hasSuggestions && { hasSuggestions }),
    },
    create: (context: Context) => ({
      'Program:exit'() {
        check(fileOf(context), context.report.bind(context) as Report<M>, context.options);
      },
    }),
  };
}
