/** Messages ready to be handed over, signed; batches of one mailing share one. */
import { statSync } from 'node:fs';
import { arcFields, type NewLink } from '../mail/dkim/arc.ts';
import { dkimFields, type ToSeal } from '../mail/dkim/field.ts';
import type { SigningKey } from '../mail/dkim/key.ts';
import type { HoleMarks } from '../mta/holes.ts';
import { messageFile, type Rendered, renderMessage } from '../mta/render.ts';
import { narrowRendering } from './opening.ts';
import { seal } from './sealing.ts';
import type { Signers, Signing } from './signers.ts';
import { keysFor } from './signing-keys.ts';

/** A message ready for one batch. */
export type Ready = Disposable & {
  readonly message: Rendered;
  /** The same for MTAs that take seven bits only. */
  readonly narrow: () => Promise<Rendered>;
  /** Undefined where all copies have the same signatures, or none. */
  readonly signing: CopySigning | undefined;
};

/** What has to be signed for each copy. */
export type CopySigning = Pick<Signing, 'sign'> & {
  /** The numbers of the values that signatures cover. */
  readonly brought: readonly number[];
};

type Made = {
  readonly message: Rendered;
  readonly narrow: () => Promise<Rendered>;
  readonly signing: (CopySigning & Signing) | undefined;
};
type Kept = { readonly made: Promise<Made>; users: number; isOld: boolean };

/** Small messages kept ready, in memory. */
const maxKept = 16;

/** What is to be made of a message. */
export type RenderingOrder = {
  readonly mailing: string;
  readonly marks: HoleMarks | undefined;
  /** Whose keys sign; undefined: nobody's. */
  readonly domain: string | undefined;
  /** The link that is to be sealed. */
  readonly arc: NewLink | undefined;
};

export type RenderingParts = {
  readonly keys: readonly SigningKey[];
  readonly sealingKey: (domain: string) => SigningKey | undefined;
  readonly signers: Signers;
  /** Larger bodies in which copies differ are read for each group of copies. */
  readonly mostOpenBytes?: number;
};

/** Smaller ones are held for signing, in each thread. */
const maxOpenBodyBytes = 8_388_608;

/** Renders and signs; keeps what batches to come will want again. */
export class Renderings {
  readonly #parts: RenderingParts;
  readonly #kept = new Map<string, Kept>();

  constructor(parts: RenderingParts) {
    this.#parts = parts;
  }

  /** The message in a file, signed for a domain. The batches of a mailing share the file. */
  async of(path: string, order: RenderingOrder): Promise<Ready> {
    const { dev, ino, mtimeMs } = statSync(path);
    // A file is written in again when all who had it are done with it.
    const key = `${order.mailing}.${dev}.${ino}.${mtimeMs}.${order.domain}`;
    const kept = this.#kept.get(key) ?? this.#keep(key, this.#make(path, order));
    kept.users += 1;
    let found = await kept.made.catch((error: unknown) => {
      this.#kept.delete(key);
      throw error;
    });
    // A streamed rendering reads the file of the batch that made it: that one may be gone.
    if (found.message.body.kind !== 'held' && kept.users > 1) {
      found = await this.#make(path, order);
      return { ...found, [Symbol.dispose]: () => found.signing?.end() };
    }
    if (found.message.body.kind !== 'held') this.#kept.delete(key);
    return { ...found, [Symbol.dispose]: () => this.#release(kept, found) };
  }

  #keep(key: string, made: Promise<Made>): Kept {
    const kept: Kept = { made, users: 0, isOld: false };
    this.#kept.set(key, kept);
    const [oldest] = this.#kept;
    if (this.#kept.size > maxKept && oldest !== undefined) {
      this.#kept.delete(oldest[0]);
      oldest[1].isOld = true;
      if (oldest[1].users === 0) void oldest[1].made.then(({ signing }) => signing?.end());
    }
    return kept;
  }

  #release(kept: Kept, { message, signing }: Made): void {
    kept.users -= 1;
    if (kept.users === 0 && (kept.isOld || message.body.kind !== 'held')) signing?.end();
  }

  async #make(path: string, { marks, domain, arc }: RenderingOrder): Promise<Made> {
    const came = await renderMessage(messageFile(path), marks);
    const narrow = async (): Promise<Rendered> => (await narrowRendering(path, marks)) ?? came;
    const { keys, signers, sealingKey, mostOpenBytes = maxOpenBodyBytes } = this.#parts;
    const own = domain === undefined ? [] : keysFor(keys, domain);
    if (own.length === 0) return { message: came, narrow: once(narrow), signing: undefined };
    // What is signed must not be re-coded on the way.
    const message = came.eightBit ? await narrow() : came;
    const seals = arc && domain !== undefined ? sealingKey(domain) : undefined;
    const sealer = (to: ToSeal) => {
      const signed = dkimFields(to, own);
      return arc && seals ? [...signed, ...arcFields(to, arc, seals, signed.length)] : signed;
    };
    const sealed = await seal(message, sealer, mostOpenBytes);
    const each = sealed.order;
    const same = { message: sealed.message, narrow: async () => sealed.message };
    if (!each) return { ...same, signing: undefined };
    const source = { path, marks, isNarrow: came.eightBit };
    const signing = { ...signers.begin(each, sealed.keys, source), brought: each.brought };
    return { ...same, signing };
  }
}

/** The promise of the first call, for all. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
