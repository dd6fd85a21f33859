// The base classes: a manager that is its own value.

import { expectTypeOf } from 'expect-type';
import {
  AbstractAsyncContextManager,
  AbstractContextManager,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
  type Fallback,
  type Thrown,
} from 'withal';

class Draft extends AbstractContextManager {
  text = '';
  exit(thrown?: Thrown) {
    if (thrown) this.text = '';
  }
}

class Swallowing extends AbstractContextManager {
  exit(thrown?: Thrown) {
    return thrown !== undefined;
  }
}

class Substituting extends AbstractContextManager {
  exit(thrown?: Thrown) {
    return thrown && { value: 0 };
  }
}

class Upload extends AbstractAsyncContextManager {
  size = 0;
  async exitAsync(thrown?: Thrown) {
    if (thrown) this.size = 0;
  }
}

class SwallowingLater extends AbstractAsyncContextManager {
  async exitAsync(thrown?: Thrown) {
    return thrown !== undefined;
  }
}

class Connected extends AbstractContextManager {
  override enter() {
    return this;
  }
  exit() {
    // Nothing to tear down.
  }
}

// The value is the object, of its own class

withSync(new Draft(), (draft) => {
  expectTypeOf(draft).toEqualTypeOf<Draft>();
});
void withAsync(new Draft(), (draft) => {
  expectTypeOf(draft.text).toEqualTypeOf<string>();
});
void withAsync(new Upload(), (upload) => {
  expectTypeOf(upload).toEqualTypeOf<Upload>();
});
withSync(new Connected(), (connected) => {
  expectTypeOf(connected).toEqualTypeOf<Connected>();
});

// The fallback is read from the exit

expectTypeOf<Fallback<Draft>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<Upload>>().toEqualTypeOf<never>();
expectTypeOf(withSync(new Draft(), () => 1)).toEqualTypeOf<number>();
expectTypeOf(withSync(new Swallowing(), () => 1)).toEqualTypeOf<number | undefined>();
expectTypeOf(withSync(new Substituting(), () => 'result')).toEqualTypeOf<string | number>();
expectTypeOf(withAsync(new Upload(), () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(withAsync(new SwallowingLater(), () => 1)).toEqualTypeOf<Promise<number | undefined>>();

// They are managers, but not disposables

expectTypeOf<Draft>().toExtend<ContextManager<Draft>>();
expectTypeOf<Swallowing>().toExtend<ContextManager<Swallowing, undefined>>();
expectTypeOf<Upload>().toExtend<AsyncContextManager<Upload>>();
expectTypeOf<Draft>().not.toExtend<Disposable>();
expectTypeOf<Upload>().not.toExtend<AsyncDisposable>();

// What they refuse

// @ts-expect-error -- a base class can't be instantiated
void new AbstractContextManager();
// @ts-expect-error -- a base class can't be instantiated
void new AbstractAsyncContextManager();
// @ts-expect-error -- its exit is missing
export class Unfinished extends AbstractContextManager {}
// @ts-expect-error -- its exitAsync is missing
export class UnfinishedLater extends AbstractAsyncContextManager {}
export class Overly extends AbstractContextManager {
  // @ts-expect-error -- an exit that returns neither true nor { value }
  exit() {
    return 'yes';
  }
}
// @ts-expect-error -- its exit is async
withSync(new Upload(), () => 1);
