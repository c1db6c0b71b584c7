/** Whether DNS says of our domains and our host what receivers want to see. */
import { explain } from '../../ground/errors.ts';
import type { SigningKey } from '../../mail/dkim/key.ts';
import type { AskTxt } from '../../mta/dmarc.ts';
import { findPolicy } from '../../mta/dmarc.ts';
import type { Names } from '../../mta/names.ts';
import { checkSpf, spfRecords } from '../../mta/spf.ts';
import { checkKey, zoneLine } from '../key-check.ts';
import { keysFor } from '../signing-keys.ts';
import { examiner, type Finding } from './finding.ts';

export type DnsView = {
  readonly names: Names;
  readonly ask: AskTxt;
  readonly keys: readonly SigningKey[];
  /** The name that we give in EHLO, and the addresses from which the world gets our mail. */
  readonly helo: string;
  readonly senders: readonly string[];
  readonly limitMs: number;
};

/** All that is asked of one domain. */
export async function examineDomain(view: DnsView, domain: string): Promise<Finding[]> {
  const parts = [mx, spf, dkim, dmarc].map(async (one) => {
    try {
      return await one(view, domain);
    } catch (error) {
      const { bad } = examiner(one.name, domain);
      return [
        bad(`No name server answers: ${explain(error)}.`, 'Look at [dns] servers, and try again.'),
      ];
    }
  });
  return (await Promise.all(parts)).flat();
}

async function mx({ names }: DnsView, domain: string): Promise<Finding[]> {
  const { ok, bad } = examiner('mx', domain);
  const hosts = await names.mx(domain);
  if (hosts.length > 0) return [ok(`Mail for it goes to ${hosts.slice(0, 3).join(', ')}.`)];
  if ((await names.addresses(domain)).length > 0) return [ok('It has no MX, but an address.')];
  const text = 'It has neither MX nor address: no posting and no bounce reaches it.';
  return [bad(text, `Publish: ${domain}. IN MX 10 <your mail server>.`)];
}

async function spf({ names, senders, helo }: DnsView, domain: string): Promise<Finding[]> {
  const { ok, warn, bad } = examiner('spf', domain);
  const records = await spfRecords(names, domain);
  const [own = '<address>'] = senders;
  const wanted = `Publish: ${domain}. IN TXT "v=spf1 mx ip${own.includes(':') ? 6 : 4}:${own} -all"`;
  if (records.length === 0) return [bad('There is no SPF record.', wanted)];
  if (records.length > 1) return [bad('There are several SPF records.', 'Leave one of them.')];
  if (senders.length === 0) {
    return [warn(`${helo} has no address in DNS, so nothing can be compared.`, 'See ptr.')];
  }
  const found = await Promise.all(
    senders.map(async (address) => [address, await checkSpf(names, domain, address)] as const),
  );
  return found.map(([address, result]) => {
    if (result === 'pass') return ok(`${address} may send for it.`);
    if (result === 'permerror') {
      return bad('The record cannot be worked out, or needs more than 10 questions.', wanted);
    }
    const add = `Add ip${address.includes(':') ? 6 : 4}:${address} to the record: ${records[0]}`;
    return bad(`${address}, which sends our mail, is not allowed (${result}).`, add);
  });
}

async function dkim({ keys, ask, limitMs }: DnsView, domain: string): Promise<Finding[]> {
  const { ok, warn, bad } = examiner('dkim', domain);
  const own = keysFor(keys, domain);
  if (own.length === 0) {
    const text = 'Mail of its lists is not signed by us.';
    return [warn(text, `listmill dkim keygen ${domain}; or let the MTA sign for it.`)];
  }
  const checks = own.map((key) => checkKey(key, ask, AbortSignal.timeout(limitMs)));
  const findings = (await Promise.all(checks)).map(({ name, ok: fits, text, record }) =>
    fits ? ok(`${name}: ${text}`) : bad(`${name}: ${text}`, `Publish: ${zoneLine(name, record)}`),
  );
  if (own.some(({ algorithm }) => algorithm === 'rsa')) return findings;
  const text = 'Many receivers do not know Ed25519, and no key is RSA.';
  return [...findings, warn(text, `listmill dkim keygen ${domain}`)];
}

async function dmarc({ ask, limitMs }: DnsView, domain: string): Promise<Finding[]> {
  const { ok, warn } = examiner('dmarc', domain);
  const found = await findPolicy(ask, domain, limitMs);
  const record = `Publish: _dmarc.${domain}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@${domain}"`;
  switch (found.kind) {
    case 'policy':
      return [ok(`${found.domain} asks for ${found.policy}.`)];
    case 'none':
      return [warn('There is no DMARC record; large receivers want one of bulk senders.', record)];
    case 'trouble':
      return [warn(`No answer about DMARC: ${found.why}.`, 'Try again later.')];
  }
}

/** Whether the host from which mail goes out has one name there and back. */
export async function examineHost({ names, helo, senders }: DnsView): Promise<Finding[]> {
  const { ok, bad } = examiner('ptr', helo);
  try {
    if (!helo.includes('.')) {
      const fix = 'Set [[relay]] helo, and the name of the MTA, to a name that DNS knows.';
      return [bad(`"${helo}" is no full host name.`, fix)];
    }
    if (senders.length === 0) {
      // Asked again: whoever does not answer must not be taken for "no".
      await names.addresses(helo);
      return [bad('The name has no address in DNS.', 'Publish an A record for it.')];
    }
    return await Promise.all(
      senders.map(async (address) => {
        const back = await names.ptr(address);
        const fix = `Have your provider set the PTR of ${address} to ${helo}.`;
        if (back.length === 0) return bad(`${address} has no name (PTR).`, fix);
        const confirmed = await Promise.all(
          back.map(async (name) => (await names.addresses(name)).includes(address)),
        );
        if (!confirmed.includes(true)) {
          return bad(`${address} is called ${back[0]}, which is not that address.`, fix);
        }
        return ok(`${address} is ${back.join(', ')}, there and back.`);
      }),
    );
  } catch (error) {
    return [bad(`No name server answers: ${explain(error)}.`, 'Look at [dns] servers.')];
  }
}
