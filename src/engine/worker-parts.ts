/** What a worker is put together from; tests put in their own. */
import type { Route, Step } from './define.ts';
import type { Desk } from './desk.ts';
import type { Ledger } from './settle.ts';
import type { Site } from './site.ts';

export type WorkerParts = {
  readonly site: Pick<Site, 'spool' | 'log'>;
  readonly name: string;
  readonly route: Route;
  readonly step: Step;
  /** Called before each settle. */
  readonly beforeSettle?: (() => Promise<void>) | undefined;
  readonly ledger: Ledger;
  /** The desk for one step. */
  readonly desk: (now: number) => Desk;
  readonly now: () => number;
  readonly pollMs: number;
  /** Called at each change of state. */
  readonly changed: () => void;
};
