/** What is to be done with each part of a message that a list filters. */
import { type Walkable, walkMime } from './mime.ts';

/** Which parts may pass, and how the rest is shaped. */
export type FilterWishes = {
  readonly passesContent: (part: {
    readonly type: string;
    readonly filename: string | undefined;
  }) => boolean;
  readonly passesContainer: (type: string) => boolean;
  readonly collapse: boolean;
  readonly htmlToText: boolean;
};

/**
 * `keep`: byte for byte, with all that is in it. `text`: HTML that becomes plain text. `rebuild`:
 * a multipart of which something goes. `replace`: its one part stands in its place.
 */
export type Treatment = 'keep' | 'text' | 'rebuild' | 'replace' | 'remove';

export type FilterPlan = {
  /** By the index of the part; the message itself is 0. */
  readonly treatments: ReadonlyMap<number, Treatment>;
  /** For people: types and names of the content that goes. */
  readonly removed: readonly string[];
};

type Node = {
  readonly index: number;
  readonly type: string;
  readonly filename: string | undefined;
  readonly container: boolean;
  readonly children: Node[];
};

const maxNamed = 20;

/** Looks at the parts of a message; undefined where it can stay as it is, or cannot be read. */
export async function planFilter(
  message: Walkable,
  wishes: FilterWishes,
): Promise<FilterPlan | undefined> {
  // By number, so that headers which were looked at need not stay.
  const nodes = new Map<number, Node>();
  let root: Node | undefined;
  for await (const event of walkMime(message)) {
    // What cannot be walked to its end cannot be taken apart: a rule tells the moderators.
    if (event.kind === 'verdict') return undefined;
    if (event.kind !== 'part') continue;
    const { part } = event;
    const { index, filename, container } = part;
    const type = `${part.type}/${part.subtype}`;
    const node: Node = { index, type, filename, container, children: [] };
    nodes.set(index, node);
    root ??= node;
    if (part.parent) nodes.get(part.parent.index)?.children.push(node);
  }
  if (root === undefined) return undefined;
  const treatments = new Map<number, Treatment>();
  const removed: string[] = [];
  plan(root, wishes, treatments, removed);
  if (treatments.get(root.index) === 'keep') return undefined;
  return { treatments, removed: removed.slice(0, maxNamed) };
}

/** Decides about a part and all in it; the answer is its own treatment. */
function plan(
  node: Node,
  wishes: FilterWishes,
  treatments: Map<number, Treatment>,
  removed: string[],
): Treatment {
  const decided = node.container
    ? planContainer(node, wishes, treatments, removed)
    : planContent(node, wishes, removed);
  treatments.set(node.index, decided);
  return decided;
}

function planContent(node: Node, wishes: FilterWishes, removed: string[]): Treatment {
  if (!wishes.passesContent(node)) {
    removed.push(nameOf(node));
    return 'remove';
  }
  return wishes.htmlToText && node.type === 'text/html' ? 'text' : 'keep';
}

function planContainer(
  node: Node,
  wishes: FilterWishes,
  treatments: Map<number, Treatment>,
  removed: string[],
): Treatment {
  if (!wishes.passesContainer(node.type)) {
    removed.push(nameOf(node));
    return 'remove';
  }
  const found = node.children.map((child) => plan(child, wishes, treatments, removed));
  const left = node.children.filter((_, n) => found[n] !== 'remove');
  if (node.type === 'multipart/alternative' && wishes.collapse) {
    for (const { index } of left.splice(1)) treatments.set(index, 'remove');
  }
  if (left.length === 0) return 'remove';
  const isWhole = left.length === node.children.length && found.every((one) => one === 'keep');
  const isSigned = node.type === 'multipart/signed';
  if (left.length === 1 && !isSigned && (!isWhole || wishes.collapse)) return 'replace';
  return isWhole ? 'keep' : 'rebuild';
}

function nameOf({ type, filename }: Node): string {
  return filename === undefined ? type : `${filename} (${type})`;
}
