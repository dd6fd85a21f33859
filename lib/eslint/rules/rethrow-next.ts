import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { ancestorsOf, unwrap, type FunctionNode, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { isParameterOf, managersOf, type Block } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';

type Message = 'caught' | 'hono' | 'trpc';

export const rethrowNext: Rule = rule<Message>({
  description: "Disallow a body that only calls a framework's next()",
  messages: {
    caught:
      'Hono and tRPC catch errors inside next(), so a failed request ends this block as a success. Rethrow the error that they keep.',
    hono: 'Rethrow c.error, where Hono keeps it.',
    trpc: 'Rethrow the error of the result, where tRPC keeps it.',
  },
  hasSuggestions: true,
  check(file, report) {
    if (file.nodes.some(importsRejecting)) return;
    for (const block of managersOf(file).blocks) {
      const next = block.kind === 'driver' ? nextOf(block, file) : undefined;
      if (next) report({ node: block.body, messageId: 'caught', suggest: suggestionsFor(block, next, file) });
    }
  },
});

/** Frameworks whose `next()` rejects when the request fails. */
const rejecting = /^(koa|@koa\/.*|koa-.*|@oak\/oak|grammy|telegraf|astro:middleware)$/;

function importsRejecting(node: Node): boolean {
  return node.type === 'ImportDeclaration' && rejecting.test(node.source.value);
}

interface Next {
  /** The function whose parameter it is. */
  readonly middleware: FunctionNode;
  /** `next`, or `next({ ctx })` */
  readonly expression: Node;
  readonly isPart: boolean;
}

/** The `next()` that is the whole body. */
function nextOf({ body, call: driver, fn }: Block, file: File): Next | undefined {
  if (!fn) return isNext(body, body, driver, file);
  const called = unwrap(onlyExpressionOf(fn) ?? fn);
  const call = called.type === 'AwaitExpression' ? unwrap(called.argument) : called;
  return call.type === 'CallExpression' ? isNext(call.callee, call, driver, file) : undefined;
}

function onlyExpressionOf({ body }: FunctionNode): Node | null | undefined {
  if (body.type !== 'BlockStatement') return body;
  const [statement, another] = body.body;
  if (another) return undefined;
  if (statement?.type === 'ExpressionStatement') return statement.expression;
  return statement?.type === 'ReturnStatement' ? statement.argument : undefined;
}

/** `next` of `(c, next) => …` and of `({ next }) => …`, `opts.next` of `(opts) => …` */
function isNext(callee: Node, expression: Node, driver: Node, file: File): Next | undefined {
  const node = unwrap(callee);
  if (!/(^|\.)next$/.test(file.code.getText(node))) return undefined;
  const name = node.type === 'MemberExpression' ? unwrap(node.object) : node;
  const variable = file.variables.of(name);
  const middleware = ancestorsOf(driver).find((around): around is FunctionNode =>
    isParameterOf(variable, around as FunctionNode),
  );
  const isWhole = name === node && middleware?.params.some((param) => file.variables.of(param) === variable);
  return middleware && { middleware, expression, isPart: !isWhole };
}

function suggestionsFor(
  { body, fn }: Block,
  { middleware, expression, isPart }: Next,
  { code }: File,
): TSESLint.SuggestionReportDescriptor<Message>[] {
  const context = middleware.params[0] as TSESTree.Parameter;
  const given = fn ? parametersOf(fn, code) : '()';
  const call = fn ? code.getText(expression) : `${code.getText(expression)}()`;
  const write = (text: string) => (fixer: TSESLint.RuleFixer) =>
    fixer.replaceText(body, `async ${given} => { ${text} }`);
  if (isPart) {
    const text = `const result = await ${call}; if (!result.ok) throw result.error; return result;`;
    return [{ messageId: 'trpc', fix: write(text) }];
  }
  if (context.type !== 'Identifier' || middleware.params.length !== 2) return [];
  return [{ messageId: 'hono', fix: write(`await ${call}; if (${context.name}.error) throw ${context.name}.error;`) }];
}

function parametersOf({ params }: FunctionNode, code: File['code']): string {
  return `(${params.map((param: TSESTree.Parameter) => code.getText(param)).join(', ')})`;
}
