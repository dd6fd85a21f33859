const { contextManager, withAsync } = await import('withal');
export const m = contextManager(function* m(on: boolean) { // !yields-once
  if (on) yield 1;
});
withAsync(m(true), () => 1); // !await-blocks
export {};
