import { contextManager } from 'withal';

export const m = contextManager(function* m() {
  try {
    yield;
  } catch (error) { // !no-silent-swallow
    switch ((error as { code: string }).code) {
      case 'ENOENT':
        break;
      default:
        throw error;
    }
  }
});
export {};
