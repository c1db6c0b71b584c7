import type { Transform } from 'node:stream';
import { type MimeNode, Splitter, type SplitterOptions } from '@zone-eu/mailsplit';

export type { MimeNode } from '@zone-eu/mailsplit';

/** What the splitter gives: a part's header, or bytes of a part or of what is around parts. */
export type SplitterOutput =
  | MimeNode
  | { readonly type: 'data' | 'body' | 'none'; readonly node: MimeNode; readonly value?: Buffer };

type Next = (error: unknown, output?: SplitterOutput | false, flush?: boolean) => void;

/** The members of the splitter that are touched here, which its types leave out. */
type Inside = Transform & {
  readonly node: MimeNode;
  newNode: (parent?: MimeNode | false) => void;
  processLine: (line: Buffer | false, final: boolean, next: Next) => void;
};

/**
 * A stream that takes a message's bytes and gives `SplitterOutput`s (mailsplit).
 *
 * A part whose header is cut short by a boundary is given out like any other. mailsplit alone
 * forgets such a header when a sibling follows, and gives its lines twice when none does.
 */
export function makeSplitter(options: SplitterOptions): Splitter {
  const splitter = new Splitter(options);
  const inside = splitter as unknown as Inside;
  const newNode = inside.newNode.bind(splitter);
  const processLine = inside.processLine.bind(splitter);
  inside.newNode = (parent) => {
    const { node } = inside;
    if (hasOpenHeader(node)) {
      node.parseHeaders();
      inside.push(node);
    }
    newNode(parent);
  };
  inside.processLine = (line, final, next) => {
    const cut = hasOpenHeader(inside.node);
    // Flushed, the boundary line stands for itself; else it would begin where the header did.
    processLine(line, final, (error, output, flush = false) => {
      next(error, output, flush || (cut && output !== false && output?.type === 'data'));
    });
  };
  return splitter;
}

function hasOpenHeader(node: MimeNode): boolean {
  return node._headerlen > 0 && !node.headers;
}
