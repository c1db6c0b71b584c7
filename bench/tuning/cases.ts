/** The settings of docs/tuning.md that are tried, each beside the same without it. */
import { join } from 'node:path';
import { root } from '../../test/sources.ts';
import type { Mailing } from './measure.ts';
import type { Settings } from './mta.ts';

export type Case = Mailing & {
  readonly mta: 'Postfix' | 'Exim';
  readonly name: string;
  readonly settings: Settings;
};

type Tried = Omit<Case, 'mta' | 'verp' | 'members'>;
type Lines = Readonly<Record<string, string>>;

const asItComes: Tried = { name: 'as it comes', settings: {} };
const instance: Tried = { name: 'an instance for lists alone', settings: {}, apart: true };

const main = (some: Lines, more: Partial<Tried> = {}): Tried => ({
  name: named(some),
  settings: { main: some },
  ...more,
});

const transport = (some: Lines): Tried => ({ name: named(some), settings: { transport: some } });

const named = (some: Lines): string =>
  Object.entries(some)
    .map(([key, value]) => `${key} = ${value}`.trimEnd())
    .join(', ');

const inLargeTransactions = 'batchRecipients = 5000\ntransactionRecipients = 5000';
const fullQueue = { qmgr_message_active_limit: '200', qmgr_message_recipient_limit: '200' };
const certificate = {
  smtpd_tls_cert_file: join(root, 'test/fixtures/tls/cert.pem'),
  smtpd_tls_key_file: join(root, 'test/fixtures/tls/key.pem'),
};

const postfixAlone: readonly Tried[] = [
  asItComes,
  main({ smtpd_authorized_verp_clients: '127.0.0.1' }),
  // For 127.0.0.1 they hold only where it is no exception.
  main({ smtpd_client_connection_count_limit: '2' }),
  main({ smtpd_client_connection_count_limit: '2', smtpd_client_event_limit_exceptions: '' }),
  main(
    { smtpd_tls_security_level: 'may', ...certificate },
    { name: 'smtpd_tls_security_level = may, and tls = "opportunistic"', tls: 'opportunistic' },
  ),
  main({ receive_override_options: 'no_header_body_checks, no_address_mappings' }),
  main({ smtp_connection_cache_on_demand: 'no' }),
  main({ smtp_connection_cache_destinations: 'static:all' }),
];

/** With receivers who take longer than Postfix, so that its queue grows. */
const postfixSlow: readonly Tried[] = [
  asItComes,
  main({ in_flow_delay: '0' }),
  main(fullQueue),
  main({ ...fullQueue, in_flow_delay: '0' }),
  instance,
  main({ smtp_destination_concurrency_limit: '50' }),
];

const postfixShared: readonly Tried[] = [
  asItComes,
  main({ in_flow_delay: '0' }),
  main({ default_destination_recipient_limit: '500' }),
  main({ smtp_destination_concurrency_limit: '50' }),
  main({ initial_destination_concurrency: '20' }),
  main(
    { smtpd_recipient_limit: '5000' },
    { name: 'smtpd_recipient_limit = 5000, and ours as much', outgoing: inLargeTransactions },
  ),
];

const unqueued = { smtp_accept_queue_per_connection: '0' };

const eximAlone: readonly Tried[] = [
  asItComes,
  main({ queue_run_max: '20' }),
  transport({ connection_max_messages: '5' }),
  main(unqueued),
  main({ ...unqueued, queue_only_load: '0.01' }),
  main({ ...unqueued, split_spool_directory: 'true' }),
  main({ ...unqueued, smtp_accept_max_per_connection: '10' }),
  main({ ...unqueued, smtp_accept_max: '4' }),
  main(unqueued, {
    name: 'smtp_accept_queue_per_connection = 0, and 40 connections of ours',
    outgoing: 'connections = 20',
  }),
  main(
    { ...unqueued, smtp_accept_max: '100' },
    {
      name: `${named({ ...unqueued, smtp_accept_max: '100' })}, and 40 connections of ours`,
      outgoing: 'connections = 20',
    },
  ),
  { ...instance, name: `${named(unqueued)}, ${instance.name}`, settings: { main: unqueued } },
];

const eximShared: readonly Tried[] = [
  asItComes,
  main({ remote_max_parallel: '20' }),
  transport({ max_rcpt: '500' }),
  main({ recipients_max: '100' }),
  { name: 'transactions of 5000', settings: {}, outgoing: inLargeTransactions },
];

export const cases: readonly Case[] = [
  ...postfixAlone.map(
    (one) => ({ mta: 'Postfix', verp: 'always', members: 3000, ...one }) as const,
  ),
  ...postfixSlow.map(
    (one) => ({ mta: 'Postfix', verp: 'always', members: 1500, replyMs: 100, ...one }) as const,
  ),
  ...postfixShared.map(
    (one) => ({ mta: 'Postfix', verp: 'never', members: 10_000, ...one }) as const,
  ),
  ...eximAlone.map((one) => ({ mta: 'Exim', verp: 'always', members: 500, ...one }) as const),
  ...eximShared.map((one) => ({ mta: 'Exim', verp: 'never', members: 10_000, ...one }) as const),
];
