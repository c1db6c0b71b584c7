/** Whether the MTA takes our mail, and would bring that of our lists to us. */
import { explain } from '../../ground/errors.ts';
import { inquire } from '../../mta/inquiry.ts';
import { MtaError, type RelaySettings, type ServerFacts } from '../../mta/types.ts';
import { examiner, type Finding } from './finding.ts';

export type RelayView = {
  readonly relay: RelaySettings;
  /** A posting address, a bounce address with a detail, and one that nobody has. */
  readonly addresses: readonly string[];
  readonly nobody: string | undefined;
  /** Where else mail for the first list goes: its sub-addresses. */
  readonly others?: readonly string[];
  readonly messageBytes: number;
  readonly separator: string;
  readonly signal: AbortSignal;
};

const isLoopback = /^(?:127\.|localhost$|::1$)/i;

/** Speaks to one relay; nothing is sent. */
export async function examineRelay(view: RelayView): Promise<Finding[]> {
  const { relay, addresses, nobody } = view;
  const { bad } = examiner('hand-off', relay.name);
  const all = nobody === undefined ? addresses : [...addresses, nobody];
  try {
    const { facts, encrypted, taken } = await inquire(relay, all, view.signal);
    const found = [...handOff(view, facts), tls(view, facts, encrypted), ...routes(view, taken)];
    return [...found, ...(await aliases(view, taken[0]))];
  } catch (error) {
    const trouble = error instanceof MtaError ? error.trouble : undefined;
    const fixes: Readonly<Record<string, string>> = {
      refused: 'Is the MTA running, and does it listen there? Look at [[relay]] host and port.',
      tls: 'Its certificate does not fit: repair it, set tlsVerify = false, or tls = "opportunistic".',
      auth: 'Look at [[relay]] user and passwordFile.',
    };
    const fix = fixes[trouble ?? ''] ?? 'Look at the log of the MTA.';
    return [bad(`It cannot be spoken to: ${explain(error)}.`, fix)];
  }
}

function handOff({ relay, messageBytes }: RelayView, facts: ServerFacts): Finding[] {
  const { ok, warn, bad } = examiner('hand-off', relay.name);
  const found = [ok('It answers, and speaks with us.')];
  if (!facts.pipelining) {
    found.push(warn('It does not offer PIPELINING: each copy costs several round trips.'));
  }
  if (facts.size !== undefined && facts.size > 0 && facts.size < messageBytes) {
    const text = `It takes ${facts.size} bytes, and we take in ${messageBytes}.`;
    found.push(bad(text, `Raise its limit, or set limits.messageBytes = ${facts.size}.`));
  }
  if (!facts.smtputf8) {
    found.push(
      warn('It does not offer SMTPUTF8: addresses like ñandú@example.com cannot be reached.'),
    );
  }
  return found;
}

function tls({ relay }: RelayView, { startTls }: ServerFacts, encrypted: boolean): Finding {
  const { ok, warn } = examiner('tls', relay.name);
  const host = relay.place.kind === 'tcp' ? relay.place.host : 'localhost';
  if (encrypted) {
    const isChecked = relay.tls !== 'opportunistic' && relay.tlsRejectUnauthorized;
    return ok(`The connection is encrypted${isChecked ? ', and its certificate is good' : ''}.`);
  }
  if (isLoopback.test(host))
    return ok('The connection is not encrypted, and stays on this machine.');
  const fix = startTls
    ? 'Set tls = "required" for this relay.'
    : 'Let it offer STARTTLS, or reach it over a network of your own.';
  return warn(`Mail goes to ${host} in the clear.`, fix);
}

type Answered = { readonly address: string; readonly ok: boolean; readonly said: string };

const isReturnPath = /-bounces[^@]*@/;

function routes({ nobody, separator, relay }: RelayView, taken: readonly Answered[]): Finding[] {
  const posting = taken.find(({ address }) => address !== nobody && !isReturnPath.test(address));
  return taken.flatMap((one) => {
    if (one.address !== nobody) return route(one, separator, posting?.ok ?? true);
    // Where everything is refused, that says nothing of nobody's address.
    return posting?.ok === false ? [] : nobodys(one, relay);
  });
}

function nobodys({ address, ok: isTaken }: Answered, relay: RelaySettings): Finding {
  const { ok, warn } = examiner('transport', relay.name);
  if (!isTaken) return ok('Addresses that nobody has are refused at the door.');
  const fix = 'Use the policy service (docs/policy.md), or a map of recipients.';
  return warn(`It takes mail for ${address}, which is nobody's, and would have to bounce it.`, fix);
}

function route(
  { address, ok: isTaken, said }: Answered,
  separator: string,
  isPostingTaken: boolean,
): Finding {
  const isReturn = isReturnPath.test(address);
  const { ok, bad } = examiner(isReturn ? 'return-path' : 'transport', address);
  if (isTaken) return ok('The MTA takes mail for it.');
  const ownFix = isReturn
    ? `Let it know "${separator}" as the separator (Postfix: recipient_delimiter), as in site.separator.`
    : 'Bring its domain to us: docs/mta-postfix.md and its like have the lines.';
  const usual = isReturn && !isPostingTaken ? 'Mend the transport first.' : ownFix;
  return bad(`The MTA refuses mail for it: ${said}.`, fixOf(said) ?? usual);
}

/**
 * An MTA with a line for each address may know some of a list's and not others. It is asked where
 * it knows the first: who refuses too much in one session hangs up.
 */
async function aliases(view: RelayView, posting: Answered | undefined): Promise<Finding[]> {
  const { relay, others = [], signal } = view;
  if (!posting?.ok || others.length === 0) return [];
  const { ok, bad } = examiner('alias', posting.address);
  const { taken } = await inquire(relay, others, signal);
  const refused = taken.filter((one) => !one.ok);
  const [first] = refused;
  if (!first) return [ok('The MTA takes mail for all its other addresses, too.')];
  const names = refused.map(({ address }) => address).join(', ');
  const fix = 'Add them to its map or its aliases: docs/mta-postfix.md and its like name them all.';
  return [bad(`The MTA refuses mail for ${names}: ${first.said}.`, fixOf(first.said) ?? fix)];
}

/** What is refused may not be the address, but who asks, or in whose name. */
function fixOf(said: string): string | undefined {
  if (/sender (?:address )?(?:rejected|denied|refused)|\b5\.1\.[78]\b/i.test(said)) {
    return 'Let it take mail from the null sender <>: bounces come from there (Postfix: smtpd_sender_restrictions).';
  }
  if (/client host rejected|relay(?:ing)? (?:access )?(?:denied|not permitted)/i.test(said)) {
    return 'Let it take mail from this machine (Postfix: mynetworks), and know the domain as one of its own (relay_domains).';
  }
  return undefined;
}
