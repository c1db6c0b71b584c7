/** Asks a relay what it offers and whom it would take mail for; nothing is sent. */
import { sayHello } from './hello.ts';
import type { RelaySettings, ServerFacts } from './types.ts';
import { Wire } from './wire.ts';

export type Taken = {
  readonly address: string;
  readonly ok: boolean;
  /** What it answered. */
  readonly said: string;
};

export type Inquiry = {
  readonly facts: ServerFacts;
  readonly encrypted: boolean;
  readonly taken: readonly Taken[];
};

/** Greets a relay as hand-over does, names recipients, and leaves. Rejects with an `MtaError`. */
export async function inquire(
  relay: RelaySettings,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Inquiry> {
  const wire = await Wire.open(relay, signal);
  try {
    const facts = await sayHello(wire, relay);
    const { commandMs } = relay.timeouts;
    const taken: Taken[] = [];
    for (const address of addresses) {
      // One at a time, so that what is said of one says nothing of another.
      const mail = await wire.ask('MAIL FROM:<>\r\n', commandMs, 'MAIL');
      const rcpt = await wire.ask(`RCPT TO:<${address}>\r\n`, commandMs, 'RCPT');
      // What comes after a refused MAIL says nothing but that.
      const { code, lines } = mail.code < 300 ? rcpt : mail;
      taken.push({ address, ok: code < 300, said: `${code} ${lines.join(' ')}`.slice(0, 300) });
      await wire.ask('RSET\r\n', commandMs, 'RSET');
    }
    const { encrypted } = wire;
    await wire.ask('QUIT\r\n', relay.timeouts.quitMs, 'QUIT').catch(() => undefined);
    return { facts, encrypted, taken };
  } finally {
    wire.lose(new Error('done'));
  }
}
