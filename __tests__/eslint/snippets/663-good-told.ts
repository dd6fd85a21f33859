import { asyncContextManager } from 'withal';
declare function setError(e: unknown): void;
declare const state: { setFailure(e: unknown): void };
export const a = asyncContextManager(async function* a() { try { yield; } catch (error) { setError(error); } });
export const b = asyncContextManager(async function* b() { try { yield; } catch (error) { state.setFailure(error); } });
export const c = (resolve: (x: object) => void) => asyncContextManager(async function* c() {
  try { yield; resolve({ ok: true }); } catch (error) { resolve({ error }); }
});
export const d = (callback: (e?: unknown) => void) => asyncContextManager(async function* d() {
  try { yield; callback(); } catch (error) { callback(error); }
});
