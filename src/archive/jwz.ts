/**
 * Threads as Jamie Zawinski describes them (https://www.jwz.org/doc/threading.html): by
 * References and In-Reply-To, with empty places for messages that nobody has, and by subject
 * where an answer says nothing of what it answers.
 */

export type ThreadMessage = {
  readonly id: string;
  /** The nearest ancestor last. */
  readonly references: readonly string[];
  /** Bare; empty: none. */
  readonly subject: string;
  /** Whether the subject says that it answers one. */
  readonly isAnswer: boolean;
  readonly at: number;
};

/** A place in a tree; without a message it only holds its children together. */
export type ThreadNode<M> = {
  readonly message: M | undefined;
  readonly children: readonly ThreadNode<M>[];
};

type Box<M> = {
  message: M | undefined;
  parent: Box<M> | undefined;
  readonly children: Set<Box<M>>;
};

/** The trees of some messages, the oldest first; ids that come twice count once. */
export function threadTrees<M extends ThreadMessage>(messages: readonly M[]): ThreadNode<M>[] {
  const boxes = new Map<string, Box<M>>();
  const boxOf = (id: string): Box<M> => {
    const known = boxes.get(id);
    if (known) return known;
    const made: Box<M> = { message: undefined, parent: undefined, children: new Set() };
    boxes.set(id, made);
    return made;
  };
  for (const message of messages) {
    const own = boxOf(message.id);
    if (own.message !== undefined) continue;
    own.message = message;
    let above: Box<M> | undefined;
    for (const id of message.references) {
      const box = boxOf(id);
      if (above && box.parent === undefined && !isAbove(box, above)) adopt(above, box);
      above = box;
    }
    // What the message says of its parent is better than what others guessed before it came.
    if (above === own || (above && isAbove(own, above))) above = undefined;
    if (own.parent) leave(own);
    if (above) adopt(above, own);
  }
  const roots = [...boxes.values()].filter(({ parent }) => parent === undefined);
  return bySubject(roots.flatMap(pruned)).map(nodeOf).sort(byTime);
}

function isAbove<M>(upper: Box<M>, lower: Box<M>): boolean {
  for (let at: Box<M> | undefined = lower; at; at = at.parent) if (at === upper) return true;
  return false;
}

function adopt<M>(parent: Box<M>, child: Box<M>): void {
  child.parent = parent;
  parent.children.add(child);
}

function leave<M>(child: Box<M>): void {
  child.parent?.children.delete(child);
  child.parent = undefined;
}

/** Empty boxes give their children to whoever is above; at the top only when there is one. */
function pruned<M>(root: Box<M>): Box<M>[] {
  // By hand: a thread may be deeper than the stack.
  const order: Box<M>[] = [root];
  for (let n = 0; n < order.length; n += 1) order.push(...(order[n]?.children ?? []));
  for (const box of order.reverse()) {
    if (box.message !== undefined) continue;
    const { parent } = box;
    if (!parent && box.children.size > 1) continue;
    const children = [...box.children];
    for (const child of children) {
      leave(child);
      if (parent) adopt(parent, child);
    }
    if (parent) leave(box);
    else return children;
  }
  return [root];
}

/** Step 5: answers without references go below what has their subject. */
function bySubject<M extends ThreadMessage>(roots: readonly Box<M>[]): Box<M>[] {
  const first = new Map<string, Box<M>>();
  for (const root of roots) {
    const { subject, isAnswer } = subjectOf(root);
    if (subject === '') continue;
    const there = first.get(subject);
    const isBetter =
      !there ||
      (root.message === undefined && there.message !== undefined) ||
      (there.message !== undefined && subjectOf(there).isAnswer && !isAnswer);
    if (isBetter) first.set(subject, root);
  }
  return roots.filter((root) => {
    const { subject, isAnswer } = subjectOf(root);
    const there = subject === '' ? undefined : first.get(subject);
    if (!there || there === root) return true;
    if (there.message === undefined && root.message === undefined) {
      for (const child of [...root.children]) {
        leave(child);
        adopt(there, child);
      }
      return false;
    }
    // Two questions with one subject are two threads: weekly reports are no conversation.
    if (!isAnswer && there.message !== undefined) return true;
    adopt(there, root);
    return false;
  });
}

function subjectOf<M extends ThreadMessage>(box: Box<M>): { subject: string; isAnswer: boolean } {
  const message = box.message ?? [...box.children].find((child) => child.message)?.message;
  return { subject: message?.subject.toLowerCase() ?? '', isAnswer: message?.isAnswer ?? false };
}

function nodeOf<M extends ThreadMessage>(root: Box<M>): ThreadNode<M> {
  type Made = { readonly message: M | undefined; children: ThreadNode<M>[] };
  const made = new Map<Box<M>, Made>();
  const order: Box<M>[] = [root];
  for (let n = 0; n < order.length; n += 1) order.push(...(order[n]?.children ?? []));
  for (const box of order.reverse()) {
    const children = [...box.children].flatMap((child) => made.get(child) ?? []);
    made.set(box, { message: box.message, children: children.sort(byTime) });
  }
  return made.get(root) ?? { message: root.message, children: [] };
}

function byTime<M extends ThreadMessage>(a: ThreadNode<M>, b: ThreadNode<M>): number {
  return firstTime(a) - firstTime(b);
}

function firstTime<M extends ThreadMessage>({ message, children }: ThreadNode<M>): number {
  return message?.at ?? children[0]?.message?.at ?? 0;
}
