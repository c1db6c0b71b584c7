/** Addresses and tokens by which moderators decide. */
import { type Address, addressKey, joinAddress } from '../mail/address.ts';
import { makeToken } from '../mail/token.ts';
import type { HeldKey } from '../model/held.ts';
import type { EntryId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import type { Desk } from './desk.ts';

/** The token by which one person decides about one posting; the same at each time. */
export function heldKey(
  { secret }: Pick<Desk, 'secret'>,
  list: Pick<ListView, 'id'>,
  id: EntryId,
  who: Address,
): HeldKey {
  return { token: makeToken(secret.for('held'), 'held', list.id, id, addressKey(who)), who };
}

/** `cats-accept+TOKEN`. */
export function heldAddress(
  { config }: Pick<Desk, 'config'>,
  list: ListView,
  sub: 'accept' | 'reject' | 'discard' | 'held' | 'confirm',
  token: string,
): Address {
  return joinAddress(`${list.name}-${sub}${config.site.separator}${token}`, list.domain);
}
