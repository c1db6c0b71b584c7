import { createHmac } from 'node:crypto';
import { plainFacts, readFacts } from './facts.ts';
import { MtaError, type RelaySettings, type ServerFacts, type Trouble } from './types.ts';
import type { Reply, Wire } from './wire.ts';

/** Greets a fresh wire: banner, EHLO, STARTTLS, AUTH. Returns what the server offers in the end. */
export async function sayHello(wire: Wire, relay: RelaySettings): Promise<ServerFacts> {
  const banner = await wire.ask('', relay.timeouts.greetingMs, 'the greeting');
  // 421 or 554 here: it is there, and will not have us now.
  if (banner.code !== 220) throw refusal('busy', 'the greeting', banner);
  let facts = await askFacts(wire, relay);
  if (relay.tls === 'required' || relay.tls === 'opportunistic') {
    facts = await secure(wire, relay, facts);
  }
  if (relay.auth) await authenticate(wire, relay, facts, relay.auth);
  return facts;
}

async function askFacts(wire: Wire, relay: RelaySettings): Promise<ServerFacts> {
  const { commandMs } = relay.timeouts;
  const verb = relay.protocol === 'lmtp' ? 'LHLO' : 'EHLO';
  const extended = await wire.ask(`${verb} ${relay.helo}\r\n`, commandMs, verb);
  if (extended.code === 250) return readFacts(extended.lines);
  if (extended.code < 500 || relay.protocol === 'lmtp') throw refusal('busy', verb, extended);
  const plain = await wire.ask(`HELO ${relay.helo}\r\n`, commandMs, 'HELO');
  if (plain.code !== 250) throw refusal('busy', 'HELO', plain);
  return plainFacts;
}

async function secure(wire: Wire, relay: RelaySettings, facts: ServerFacts): Promise<ServerFacts> {
  const mayGoOn = relay.tls === 'opportunistic';
  if (!facts.startTls) {
    if (mayGoOn) return facts;
    throw new MtaError('tls', `${relay.name} does not offer STARTTLS`);
  }
  const reply = await wire.ask('STARTTLS\r\n', relay.timeouts.commandMs, 'STARTTLS');
  if (reply.code !== 220) {
    if (mayGoOn && reply.code !== 421) return facts;
    throw refusal('tls', 'STARTTLS', reply);
  }
  try {
    await wire.startTls();
  } catch (error) {
    if (error instanceof MtaError && error.trouble === 'aborted') throw error;
    throw new MtaError('tls', `${relay.name}: no TLS after STARTTLS`, { cause: error });
  }
  // Whatever was said in the clear is forgotten (RFC 3207).
  return await askFacts(wire, relay);
}

type Credentials = { readonly user: string; readonly password: string };

async function authenticate(
  wire: Wire,
  relay: RelaySettings,
  facts: ServerFacts,
  { user, password }: Credentials,
): Promise<void> {
  const { commandMs } = relay.timeouts;
  const say = (line: string): Promise<Reply> => wire.ask(`${line}\r\n`, commandMs, 'AUTH');
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  // A site that says "none" knows its network; one that hoped for TLS does not get a leak.
  const clear = wire.encrypted || relay.tls === 'none';
  const offers = (mechanism: string): boolean => facts.auth.includes(mechanism);
  let reply: Reply;
  if (clear && offers('PLAIN')) {
    reply = await say(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`);
  } else if (clear && offers('LOGIN')) {
    reply = await say('AUTH LOGIN');
    if (reply.code === 334) reply = await say(base64(user));
    if (reply.code === 334) reply = await say(base64(password));
  } else if (offers('CRAM-MD5')) {
    reply = await say('AUTH CRAM-MD5');
    if (reply.code === 334) {
      const challenge = Buffer.from(reply.lines.join(''), 'base64');
      const proof = createHmac('md5', password).update(challenge).digest('hex');
      reply = await say(base64(`${user} ${proof}`));
    }
  } else {
    const offered = facts.auth.join(' ') || 'none';
    const why = clear ? '' : ', and without TLS the password must not go out';
    throw new MtaError('auth', `${relay.name} offers no way to log in (${offered})${why}`);
  }
  if (reply.code !== 235) throw refusal('auth', 'AUTH', reply);
}

function refusal(trouble: Trouble, what: string, reply: Reply): MtaError {
  const text = reply.lines
    .join(' ')
    .replace(/\p{Cc}/gu, '?')
    .slice(0, 500);
  const now = reply.code === 421 ? 'busy' : trouble;
  return new MtaError(now, `the server answered ${what} with ${reply.code} ${text}`);
}
