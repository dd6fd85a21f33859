import { asyncContextManager } from 'withal';
declare const api: { login(u: string): Promise<void>; logout(): Promise<void>; signIn(): Promise<void>; signOut(): Promise<void> };
export const user = asyncContextManager(async function* user(name: string) {
  await api.login(name);
  yield api;
  await api.logout(); // !protect-teardown
});
export const signed = asyncContextManager(async function* signed() {
  await api.signIn();
  yield api;
  await api.signOut(); // !protect-teardown
});
