import { describe, expect, it } from '@jest/globals';
import { builds, copies } from './helpers/builds.ts';
import { errorOf } from './helpers/outcome.ts';

describe.each(builds)('%s', (_build, library) => {
  const { AbstractAsyncContextManager, AbstractContextManager, withAsync, withSync } = library;
  const error = new Error('body');

  class Draft extends AbstractContextManager {
    state = 'open';
    exit(thrown?: { error: unknown }): void {
      this.state = thrown ? 'discarded' : 'saved';
    }
  }

  class AsyncDraft extends AbstractAsyncContextManager {
    state = 'open';
    async exitAsync(thrown?: { error: unknown }): Promise<void> {
      await Promise.resolve();
      this.state = thrown ? 'discarded' : 'saved';
    }
  }

  const fail = () => {
    throw error;
  };

  describe('AbstractContextManager', () => {
    it('enters as itself', async () => {
      const draft = new Draft();
      expect(withSync(draft, (same) => same === draft && same.state)).toBe('open');
      expect(draft.state).toBe('saved');
      expect(await errorOf(() => withSync(draft, fail))).toBe(error);
      expect(draft.state).toBe('discarded');
    });

    it("isn't a disposable", () => {
      expect(Symbol.dispose in Draft.prototype).toBe(false);
    });

    it('recognizes every manager; its subclasses recognize only their own', () => {
      for (const [, other] of copies) expect(new Draft()).toBeInstanceOf(other.AbstractContextManager);
      expect({ enter() {}, exit() {} }).toBeInstanceOf(AbstractContextManager);
      expect({ enter() {}, exit() {} }).not.toBeInstanceOf(Draft);
      expect(new Draft()).toBeInstanceOf(Draft);
      expect({}).not.toBeInstanceOf(AbstractContextManager);
    });
  });

  describe('AbstractAsyncContextManager', () => {
    it('enters as itself', async () => {
      const draft = new AsyncDraft();
      expect(await withAsync(draft, (same) => same === draft && same.state)).toBe('open');
      expect(draft.state).toBe('saved');
      expect(await errorOf(() => withAsync(draft, fail))).toBe(error);
      expect(draft.state).toBe('discarded');
    });

    it("isn't a disposable", () => {
      expect(Symbol.asyncDispose in AsyncDraft.prototype).toBe(false);
    });

    it('recognizes every manager; its subclasses recognize only their own', () => {
      for (const [, other] of copies) expect(new AsyncDraft()).toBeInstanceOf(other.AbstractAsyncContextManager);
      expect({ async enterAsync() {}, async exitAsync() {} }).toBeInstanceOf(AbstractAsyncContextManager);
      expect({ async enterAsync() {}, async exitAsync() {} }).not.toBeInstanceOf(AsyncDraft);
      expect(new AsyncDraft()).toBeInstanceOf(AsyncDraft);
      expect(new Draft()).not.toBeInstanceOf(AbstractAsyncContextManager);
    });
  });
});
