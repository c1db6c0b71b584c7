import {
  type Address,
  type AddressKey,
  addressKey,
  domainOf,
  joinAddress,
  localPart,
  mailboxesIn,
  parseAddress,
} from '../mail/address.ts';
import { compilePattern, isWrong } from '../model/pattern.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

const fields = ['to', 'cc', 'resent-to', 'resent-cc'];

/** A posting that does not name the list was most likely sent to a bought address book. */
export const implicitDestination: Rule = {
  name: 'implicit-destination',
  check({ headers, list }) {
    if (!list.settings.explicitDestination) return undefined;
    const wanted = new Set<AddressKey>([addressKey(list.address)]);
    for (const { name, domain } of list.former) wanted.add(addressKey(joinAddress(name, domain)));
    const patterns: string[] = [];
    for (const alias of list.settings.acceptableAliases) {
      if (alias.startsWith('^')) patterns.push(alias);
      const address = parseAddress(alias);
      if (address !== undefined) wanted.add(addressKey(address));
    }
    const named = fields.some((field) =>
      mailboxesIn(headers, field).some(
        ({ address }) =>
          address !== undefined && (isOneOf(wanted, address) || matches(patterns, address)),
      ),
    );
    return named ? undefined : { why: reason('not-addressed', {}) };
  },
};

/** `cats+whatever@example.com` is `cats@example.com`, as it was for the MTA. */
function isOneOf(wanted: ReadonlySet<AddressKey>, address: Address): boolean {
  if (wanted.has(addressKey(address))) return true;
  const local = localPart(address);
  const plus = local.indexOf('+');
  if (plus < 1) return false;
  const base = parseAddress(`${local.slice(0, plus)}@${domainOf(address)}`);
  return base !== undefined && wanted.has(addressKey(base));
}

/** An expression may mean the whole address or what stands before the @. */
function matches(patterns: readonly string[], address: Address): boolean {
  return patterns.some((entry) => {
    const pattern = compilePattern(entry);
    return !isWrong(pattern) && (pattern.test(address) || pattern.test(localPart(address)));
  });
}
