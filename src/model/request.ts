/** What waits for somebody's word: a wish, a change of address, orders that want to be confirmed. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { ListId } from './ids.ts';
import type { Waiting } from './subscription.ts';

/** `orders`: lines that an unproven sender wrote; `move`: a change of address over all lists. */
export const requestKinds = ['join', 'leave', 'invite', 'orders', 'move'] as const;
export type RequestKind = (typeof requestKinds)[number];

export type Request = {
  readonly list: ListId;
  readonly kind: RequestKind;
  readonly waits: Waiting;
  /** Whom it concerns; of a move the new address. */
  readonly address: Address;
  readonly key: AddressKey;
  /** SHA-256 of the token, hex: a copy of the database confirms nothing. */
  readonly token: string;
  readonly detail: RequestDetail;
  readonly made: number;
  readonly expires: number;
};

export type RequestDetail = {
  readonly name?: string | undefined;
  /** Of orders: the lines. */
  readonly lines?: readonly string[] | undefined;
  /** Of a move: the address that is given up. */
  readonly from?: Address | undefined;
  /** The Message-ID of what asked for it, and who seemed to have sent that. */
  readonly messageId?: string | undefined;
  readonly askedBy?: string | undefined;
};

/** A request that waits for a moderator, what caused it, and when he was last told of it. */
export type UndecidedRequest = {
  readonly request: Request;
  readonly cause: string;
  /** 0: never. */
  readonly toldAt: number;
};

/** A request about which a moderator decided: who comes later is told. */
export type RequestDecided = {
  readonly list: ListId;
  readonly wish: 'join' | 'leave';
  readonly address: Address;
  readonly decision: RequestDecision;
  /** An address, or `cli:ann`; `byExpiry` where nobody decided in time. */
  readonly by: string;
  readonly at: number;
};

/** What can be decided about a request. */
export const requestDecisions = ['accept', 'reject'] as const;
export type RequestDecision = (typeof requestDecisions)[number];

/** What stands before the moderator in a consent that he gave. */
export const approvedBy = 'approved by ';

/** How, when and by which message somebody came onto a list, or left it. */
export type Consent = {
  readonly list: string;
  readonly address: string;
  readonly event: 'joined' | 'left';
  readonly at: number;
  /** `confirmed by mail`, `approved by mod@example.org`, `accepted an invitation` ... */
  readonly way: string;
  /** The entry, and so the lines of the log. */
  readonly cause: string;
  /** Of the request, and of the message that confirmed it. */
  readonly asked: string;
  readonly confirmed: string;
};
