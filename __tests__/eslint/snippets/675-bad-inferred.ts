import { asyncContextManager, contextManager } from 'withal';
export const a = contextManager(function* a({ ttl = 3 } = {}, name = `x`, when = new Date()) { // !annotate-defaults
  yield [ttl, name, when];
});
export const b = asyncContextManager(async function* b<T>(value: T, tries: number = 3) { yield [value, tries]; });
