// The least that a manager function can do. It counts what it holds when it exits, so that no engine can optimize it
// away.

let exits = 0;

export function* part(value) {
  try {
    yield value;
  } finally {
    exited();
  }
}

export async function* partAsync(value) {
  try {
    yield value;
  } finally {
    exited();
  }
}

export function exited() {
  exits += 1;
}

export function checkExits() {
  if (exits === 0) throw new Error('Nothing was exited.');
}
