import {
  asyncContextManager,
  withAsync,
  type AsyncContextManager,
  type ContextManager,
} from 'withal';

export interface Mailer {
  readonly send: (address: string, text: string) => void;
}

export interface Customer {
  readonly name: string;
  readonly address?: string;
  /** When the bill is due, in milliseconds. */
  readonly due: number;
}

/**
 * Hands the emails of a block to a mail service: all of them if the block succeeded,
 * none if it failed.
 */
export const mailer = asyncContextManager(async function* mailer(url: string) {
  const emails: { address: string; text: string }[] = [];
  const made: Mailer = { send: (address, text) => emails.push({ address, text }) };
  yield made;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(emails) });
  const answer = await response.text();
  if (!response.ok) throw new Error(`The emails were refused: ${answer}`);
});

/** Reminds the customers who are late; returns how many there are. */
export async function remind(
  mailer: AsyncContextManager<Mailer> | ContextManager<Mailer>,
  customers: readonly Customer[],
): Promise<number> {
  const late = customers.filter(({ due }) => due < Date.now());
  await withAsync(mailer, ({ send }) => {
    for (const { name, address } of late) {
      if (!address) throw new Error(`${name} has no address.`);
      send(address, `Dear ${name}, please pay.`);
    }
  });
  return late.length;
}
