import { asyncContextManager, contextManager } from 'withal';
import { readFile, writeFile } from 'node:fs/promises';
declare const i18n: { getLocale(): string; setLocale(l: string): void };
export const restored = asyncContextManager(async function* restored(path: string) {
  const before = await readFile(path);
  yield before;
  await writeFile(path, before); // !protect-teardown
});
export const locale = contextManager(function* locale(to: string) {
  const before = i18n.getLocale();
  i18n.setLocale(to);
  yield;
  i18n.setLocale(before); // !protect-teardown
});
export const free = contextManager(function* free() {
  const before = i18n.getLocale();
  yield;
  i18n.setLocale(before); // !protect-teardown
});
