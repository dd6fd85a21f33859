const withAsync = (x: unknown) => x;
const asyncContextManager = (f: unknown) => f;
export const m = asyncContextManager(function* () { yield 1; yield 2; });
withAsync(1);
const stack = { enterContext() { return Promise.resolve(); }, complete() {} };
stack.enterContext();
stack.complete();
export {};
