import { contextManager } from 'withal';
export const env = contextManager(function* env(vars: Record<string, string>) {
  const saved = { ...process.env };
  Object.assign(process.env, vars);
  yield;
  process.env = saved; // !protect-teardown
});
export const locale = contextManager(function* locale(i18n: { locale: string }, to: string) {
  const previous = i18n.locale;
  i18n.locale = to;
  yield to;
  i18n.locale = previous; // !protect-teardown
});
