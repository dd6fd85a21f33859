import { AsyncExitStack, timeout } from 'withal';

export async function open() {
  await using stack = new AsyncExitStack();
  const signal = await stack.enterContext(timeout(10));
  return { signal, stack: stack.move() };
}
export async function make() {
  const stack = new AsyncExitStack();
  await stack.enterContext(timeout(1));
  return stack;
}
export class Service implements AsyncDisposable {
  readonly #stack = new AsyncExitStack();
  async start() { await this.#stack.enterContext(timeout(1)); }
  async [Symbol.asyncDispose]() { await this.#stack.exitAsync(); }
}
export {};
