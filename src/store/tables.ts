/** The tables as Kysely sees them. `migrations.ts` makes them; the two change together. */

import type { Rhythm } from '../model/digest.ts';
import type { DeliveryMode, DeliveryStatus, PostAction, Role } from '../model/list.ts';
import type { AliasTables } from './author-aliases.ts';
import type { OursTables } from './bounce-ours.ts';
import type { BounceTables } from './bounce-tables.ts';
import type { BulkTables } from './bulk-tables.ts';
import type { DigestTables } from './digest-tables.ts';
import type { HeldTables } from './held-tables.ts';
import type { RequestDecisionTables } from './request-decisions.ts';
import type { Generated } from './sql.ts';
import type { SubscriptionTables } from './subscription-tables.ts';

/** 0 or 1: SQLite has no booleans. */
export type Flag = 0 | 1;

export type Tables = AliasTables &
  BounceTables &
  BulkTables &
  DigestTables &
  HeldTables &
  OursTables &
  RequestDecisionTables &
  SubscriptionTables & {
    domain: { name: string; description: string; created: number };
    list: {
      seq: Generated<number>;
      id: string;
      name: string;
      domain: string;
      created: number;
      /** The number of the newest posting. */
      postings: Generated<number>;
      /** The version of the settings: each edit makes a new one. */
      version: Generated<number>;
      /** Under which name its archive stands; no two lists have one. */
      archive: string;
    };
    /** Where a renamed list still receives. */
    list_alias: { id: string; name: string; domain: string; list: number; since: number };
    address: {
      seq: Generated<number>;
      /** As its owner writes it. */
      address: string;
      key: string;
      verified: number | null;
      created: number;
    };
    user: { number: Generated<number>; name: string; created: number };
    user_address: { address: number; user: number; preferred: Flag };
    member: {
      number: Generated<number>;
      list: number;
      role: Role;
      address: number;
      name: string;
      mode: DeliveryMode;
      /** Of a member with digests: when they come. */
      rhythm: Generated<Rhythm>;
      status: DeliveryStatus;
      status_since: number;
      action: PostAction;
      /** JSON: whatever else the list's people keep of a member, by name. */
      attributes: string;
      joined: number;
      /** What made him a member: a cause. */
      source: string;
    };
    setting: { list: number; name: string; value: string; version: number };
    setting_history: {
      list: number;
      version: number;
      name: string;
      at: number;
      who: string;
      /** JSON; null is the default. */
      old: string | null;
      new: string | null;
    };
    change_log: {
      seq: Generated<number>;
      at: number;
      cause: string;
      list: string | null;
      kind: string;
      subject: string;
      /** JSON. */
      detail: string;
    };
    posting: {
      list: number;
      number: number;
      root: string;
      message_id: string;
      author: string;
      subject: string;
      at: number;
      authenticated: Generated<string | null>;
    };
    mailing: {
      id: string;
      list: number | null;
      batches: number;
      batches_done: number;
      recipients: number;
      delivered: number;
      refused: number;
      failed: number;
      cut_done: Flag;
      started: number;
      finished: number | null;
      cancelled: Generated<number>;
    };
    /** Of the ledger, a database of its own. */
    ledger_mailing: {
      seq: Generated<number>;
      id: string;
      list: string | null;
      message_id: string;
      received: number;
      hops: string;
      at: number;
    };
    ledger_batch: {
      seq: Generated<number>;
      mailing: number;
      batch: string;
      round: number;
      at: number;
      answers: Buffer;
    };
    /** Of the books of the pace, a database of its own. */
    pace_window: { key: string; start: number; current: number; before: number };
    pace_slow: {
      key: string;
      rate: number;
      until: number;
      strikes: number;
      why: string;
      at: number;
    };
    pace_under_way: { key: string; holder: string; count: number; until: number };
    pace_held: { key: string; until: number; why: string };
    pace_strain: {
      relay: string;
      worker: number;
      lanes: number;
      most: number;
      ms: number;
      usual: number;
      later: number;
      at: number;
    };
    mailing_order: { mailing: string; what: 'pause' | 'cancel' | 'go'; who: string; at: number };
    refusal: {
      seq: Generated<number>;
      list: number | null;
      member: number | null;
      address: string;
      mailing: string;
      code: number;
      enhanced: string | null;
      text: string;
      at: number;
      cause: string;
    };
    settled: { cause: string; fate: string; at: number };
    ban: {
      seq: Generated<number>;
      list: number | null;
      entry: string;
      address_key: string | null;
      reason: string;
      who: string;
      at: number;
    };
    seen: {
      seq: Generated<number>;
      list: number;
      message_id: string | null;
      author: string;
      root: string;
      at: number;
    };
    poster: { list: number; author: string; accepted: number };
    dmarc_finding: { domain: string; finding: string; until: number };
    generation: { id: number; value: number };
  };
