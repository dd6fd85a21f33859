import { all, closing, nullContext, suppress } from 'withal';

suppress(RangeError); // !no-floating-managers
nullContext(1); // !no-floating-managers
closing({ close() {} }); // !no-floating-managers
all([nullContext(1)]); // !no-floating-managers
export {};
