import { Component, createElement, useState, type ReactNode } from 'react';
import { withAsync } from 'withal';
import { useAsyncManager, useManager } from './hooks.ts';
import { added, call, presence, preview } from './managers.ts';

export interface PhotoProps {
  readonly blob: Blob;
  /** Gets the keys; in a browser: `window`. */
  readonly target: EventTarget;
}

/** A picture. Any key enlarges it, or makes it small again. */
export function Photo({ blob, target }: PhotoProps): ReactNode {
  const [isLarge, setLarge] = useState(false);
  const src = useManager(
    () => preview(blob, target, () => setLarge((isLarge) => !isLarge)),
    [blob, target],
  );
  return createElement('img', { src, className: isLarge ? 'large' : 'small' });
}

/** Who is in a room, while you are in it yourself. */
export function Room({ room, name }: { room: string; name: string }): ReactNode {
  const people = useAsyncManager(() => presence(room, name), [room, name]);
  return people ? `in the room: ${people.join(', ')}` : 'entering …';
}

/** A list. Each item appears at once, and disappears if the shop refuses it. */
export function Basket({ shop }: { shop: string }): ReactNode {
  const [items, setItems] = useState<readonly { name: string }[]>([]);
  const [problem, setProblem] = useState('');

  const add = (name: string) => {
    withAsync(added(setItems, { name }), () => call('POST', `${shop}/${name}`)).catch(
      (error: unknown) => setProblem(String(error)),
    );
  };

  const buttons = ['tea', 'gold'].map((name) =>
    createElement(
      'button',
      { key: name, type: 'button', onClick: () => add(name) },
      name,
    ),
  );
  const list = items.map(({ name }) => name).join(', ');
  return createElement('form', null, buttons, list, createElement('p', null, problem));
}

/** Shows the error of what is in it. */
export class Boundary extends Component<{ children?: ReactNode }> {
  static getDerivedStateFromError(error: unknown): { problem: string } {
    return { problem: String(error) };
  }

  override state: { readonly problem?: string } = {};

  override render(): ReactNode {
    return this.state.problem ?? this.props.children;
  }
}
