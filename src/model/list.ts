/** What a step may know of a list, a member and a roster. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { Rhythm } from './digest.ts';
import type { ListId } from './ids.ts';
import type { Settings } from './settings.ts';

export type ListView = {
  readonly id: ListId;
  readonly name: string;
  readonly domain: string;
  /** The posting address. */
  readonly address: Address;
  readonly settings: Settings;
  /** Where mail comes to it as well: what it was called before, and its aliases; the newest first. */
  readonly former: readonly Former[];
  /** Under which name its archive stands: the id that it was made with, whatever it is called now. */
  readonly archive: ListId;
};

export type Former = Pick<ListView, 'id' | 'name' | 'domain'>;

/** What an address can be on a list. */
export const roles = ['member', 'owner', 'moderator', 'nonmember'] as const;
export type Role = (typeof roles)[number];

/** How a member gets the list's mail. */
export const deliveryModes = ['regular', 'mime', 'plain', 'html', 'summary', 'notice'] as const;
export type DeliveryMode = (typeof deliveryModes)[number];

/** Why copies stop: nobody, the member, the owner or moderator, or bounces said so. */
export const deliveryStatuses = ['enabled', 'by-member', 'by-owner', 'by-bounces'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** What becomes of postings by one address. */
export const postActions = ['default', 'accept', 'hold', 'reject', 'discard'] as const;
export type PostAction = (typeof postActions)[number];

export type MemberView = {
  /** Rises with each subscription of the site; never used again. */
  readonly number: number;
  readonly list: ListId;
  readonly role: Role;
  readonly address: Address;
  readonly key: AddressKey;
  readonly name: string;
  readonly mode: DeliveryMode;
  /** When digests come, for those who have them. */
  readonly rhythm: Rhythm;
  readonly status: DeliveryStatus;
  readonly action: PostAction;
};

/** The addresses of a list besides the posting address. */
export function listAddress(list: Pick<ListView, 'name' | 'domain'>, sub: string): string {
  return `${list.name}-${sub}@${list.domain}`;
}
