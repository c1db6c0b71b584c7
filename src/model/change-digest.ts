/** Changes of digests. */
import type { Collected, Rhythm, TurnReason } from './digest.ts';
import type { ListId } from './ids.ts';

export type DigestChange =
  /** A posting waits for its digests; its file is there. */
  | { readonly kind: 'collected'; readonly list: ListId; readonly posting: Collected }
  /** A stream may turn: where its reason still holds, what waits in it becomes an issue. */
  | {
      readonly kind: 'turned';
      readonly list: ListId;
      readonly rhythm: Rhythm;
      readonly why: TurnReason;
    }
  /** All messages of an issue are on their way. */
  | { readonly kind: 'issued'; readonly list: ListId; readonly issue: number };
