import { contextManager } from 'withal';
export const env = contextManager(function* env(vars: Record<string, string>) {
  const before = { ...process.env };
  for (const [key, value] of Object.entries(vars)) process.env[key] = value;
  yield;
  for (const key of Object.keys(vars)) process.env[key] = before[key]; // !protect-teardown
});
export const all = contextManager(function* all(vars: Record<string, string>) {
  const before = { ...process.env };
  Object.assign(process.env, vars);
  yield;
  Object.assign(process.env, before); // !protect-teardown
});
export const one = contextManager(function* one(key: string, value: string) {
  const before = process.env[key];
  process.env[key] = value;
  yield;
  if (before === undefined) delete process.env[key]; // !protect-teardown
  else process.env[key] = before; // !protect-teardown
});
