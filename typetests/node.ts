// What the managers of withal/node give to the block, without the types of Node.

import { expectTypeOf } from 'expect-type';
import { withAsync, withSync, type ContextManager } from 'withal';
import {
  chdir,
  redirectStderr,
  redirectStdout,
  terminationSignal,
  type GraceReport,
  type OpenBlock,
  type TerminationError,
} from 'withal/node';

declare const log: { readonly name: string; write(text: string): boolean };
declare const file: {
  write(chunk: unknown, encoding: string, callback?: () => void): boolean;
  end(): void;
  once(event: string, listener: (...args: unknown[]) => void): unknown;
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown;
};
declare const url: { readonly href: string; readonly protocol: string };
declare const bytes: { write(bytes: Uint8Array): void };

// redirectStdout, redirectStderr

expectTypeOf(redirectStdout([])).toEqualTypeOf<ContextManager<string[]>>();
expectTypeOf(redirectStderr(log)).toEqualTypeOf<ContextManager<typeof log>>();
expectTypeOf(redirectStdout(file)).toEqualTypeOf<ContextManager<typeof file>>();
expectTypeOf(withSync(redirectStdout([]), (texts) => texts.join(''))).toEqualTypeOf<string>();

// @ts-expect-error -- the name of a file
redirectStdout('log.txt');
// @ts-expect-error -- it takes bytes
redirectStdout(bytes);
// @ts-expect-error -- an array of something else
redirectStdout([1]);
// @ts-expect-error -- nothing to write to
redirectStderr({});

// chdir

expectTypeOf(chdir('/')).toEqualTypeOf<ContextManager<undefined>>();
chdir(url);

// @ts-expect-error -- a number
chdir(1);

// terminationSignal

expectTypeOf(
  withSync(terminationSignal(), (signal) => {
    expectTypeOf(signal.aborted).toEqualTypeOf<boolean>();
    return 1;
  }),
).toEqualTypeOf<number | undefined>();
void withAsync(terminationSignal(['SIGHUP']), (signal) => {
  expectTypeOf((signal.reason as TerminationError).signal).toEqualTypeOf<`SIG${string}`>();
});

expectTypeOf(terminationSignal({ grace: 10_000 })).toEqualTypeOf(terminationSignal());
expectTypeOf(terminationSignal(['SIGHUP'], { grace: 10_000, onGrace: undefined })).toEqualTypeOf(terminationSignal());
terminationSignal(undefined, undefined);
terminationSignal({
  grace: Infinity,
  onGrace: async (report) => {
    expectTypeOf(report).toEqualTypeOf<GraceReport>();
    expectTypeOf(report.signal).toEqualTypeOf<`SIG${string}`>();
    expectTypeOf(report.open).toEqualTypeOf<readonly OpenBlock[]>();
    expectTypeOf(report.active).toEqualTypeOf<readonly string[]>();
    expectTypeOf(report.message).toEqualTypeOf<string>();
  },
});

// @ts-expect-error -- onGrace alone, which nothing would call
terminationSignal({ onGrace: () => undefined });
// @ts-expect-error -- the two arguments are swapped
terminationSignal({ grace: 1 }, ['SIGINT']);
// @ts-expect-error -- a number by itself
terminationSignal(['SIGINT'], 10_000);
// @ts-expect-error -- a signal by itself
terminationSignal('SIGINT');
// @ts-expect-error -- not the name of a signal
terminationSignal(['INT']);
