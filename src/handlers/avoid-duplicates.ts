import { type AddressKey, addressKey, mailboxesIn, parseAddress } from '../mail/address.ts';
import type { Handler } from '../model/draft.ts';
import { subAddresses } from '../model/incoming-work.ts';
import type { ListView } from '../model/list.ts';

/** As many as an entry carries; whoever stands further behind just gets two copies. */
const maxAddressed = 1000;
const fields = ['to', 'cc', 'resent-to', 'resent-cc'];

/**
 * Note who got the posting directly, for members who want it once.
 *
 * Addresses are compared as keys, so case does not matter. The list's own addresses do not count.
 * Cc is left as it is, though the dropped member's next answer to all will reach him twice: who
 * got a message is the author's statement and is often signed, and no handler sees the roster.
 */
export const avoidDuplicates: Handler = {
  name: 'avoid-duplicates',
  apply(draft, { list }) {
    const ours = ownKeys(list);
    const keys = new Set<AddressKey>();
    for (const { address } of fields.flatMap((field) => mailboxesIn(draft.headers, field))) {
      if (address === undefined || keys.size >= maxAddressed) continue;
      const key = addressKey(address);
      if (!ours.has(key)) keys.add(key);
    }
    return { ...draft, addressed: [...keys] };
  },
};

function ownKeys({ address, settings }: ListView): ReadonlySet<string> {
  const key = addressKey(address);
  const [local, domain] = [key.slice(0, key.lastIndexOf('@')), key.slice(key.lastIndexOf('@'))];
  const aliases = settings.acceptableAliases.map(parseAddress);
  return new Set([
    key,
    ...subAddresses.map((sub) => `${local}-${sub}${domain}`),
    ...aliases.flatMap((alias) => (alias === undefined ? [] : [addressKey(alias)])),
  ]);
}
