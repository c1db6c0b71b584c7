/** All verbs of the command line, in the order of `--help`. One line, one file. */
import type { Verb } from './command.ts';

export type VerbEntry = {
  /** What is typed; several where one file has several verbs. */
  readonly name: string;
  readonly help: string;
  /** Loaded only when it is called: a listing should not wait for an SMTP client. */
  readonly load: () => Promise<Verb>;
};

const orders = () => import('./orders.ts');

/** The table. A new verb is one line in it. */
export const verbs: readonly VerbEntry[] = [
  { name: 'init', help: 'make a site', load: async () => (await import('./init.ts')).init },
  {
    name: 'config',
    help: 'check or show the configuration',
    load: async () => (await import('./config.ts')).config,
  },
  { name: 'start', help: 'start the suite', load: async () => (await import('./start.ts')).start },
  { name: 'stop', help: 'stop it, or some runners', load: async () => (await orders()).stop },
  { name: 'restart', help: 'replace the workers', load: async () => (await orders()).restart },
  { name: 'reload', help: 'take on the configuration', load: async () => (await orders()).reload },
  { name: 'reopen', help: 'open the logs again', load: async () => (await orders()).reopen },
  { name: 'pause', help: 'let queues rest', load: async () => (await orders()).pause },
  { name: 'resume', help: 'let them go on', load: async () => (await orders()).resume },
  {
    name: 'status',
    help: 'workers and queues; tells scripts by its exit code',
    load: async () => (await import('./status.ts')).status,
  },
  { name: 'top', help: 'the status, live', load: async () => (await import('./top.ts')).top },
  { name: 'domain', help: 'our domains', load: async () => (await import('./domain.ts')).domain },
  { name: 'list', help: 'lists and settings', load: async () => (await import('./list.ts')).list },
  {
    name: 'member',
    help: 'who is on a list, and how',
    load: async () => (await import('./member.ts')).member,
  },
  {
    name: 'request',
    help: 'wishes to join or leave that wait for a moderator',
    load: async () => (await import('./request.ts')).request,
  },
  {
    name: 'user',
    help: 'people and their addresses',
    load: async () => (await import('./user.ts')).user,
  },
  {
    name: 'rules',
    help: 'what is asked of postings',
    load: async () => (await import('./rules.ts')).rules,
  },
  {
    name: 'test-post',
    help: 'what would become of a posting',
    load: async () => (await import('./test-post.ts')).testPost,
  },
  { name: 'ban', help: 'who is not heard', load: async () => (await import('./ban.ts')).ban },
  {
    name: 'bounce',
    help: 'copies that come back',
    load: async () => (await import('./bounce.ts')).bounce,
  },
  {
    name: 'archive',
    help: 'what was said on the lists',
    load: async () => (await import('./archive.ts')).archive,
  },
  {
    name: 'queue',
    help: 'entries that wait or are in work',
    load: async () => (await import('./queue.ts')).queue,
  },
  {
    name: 'mailing',
    help: 'postings on their way',
    load: async () => (await import('./mailing.ts')).mailing,
  },
  {
    name: 'retry',
    help: 'copies that wait for another try',
    load: async () => (await import('./retry.ts')).retry,
  },
  {
    name: 'trace',
    help: 'what became of a message',
    load: async () => (await import('./trace.ts')).trace,
  },
  {
    name: 'held',
    help: 'mail that waits for a moderator',
    load: async () => (await import('./held.ts')).held,
  },
  {
    name: 'digest',
    help: 'postings that go out as one message',
    load: async () => (await import('./digest.ts')).digest,
  },
  {
    name: 'template',
    help: 'the texts of what Listmill writes',
    load: async () => (await import('./template.ts')).template,
  },
  {
    name: 'shunt',
    help: 'mail that we failed on',
    load: async () => (await import('./shunt.ts')).shunt,
  },
  { name: 'bad', help: 'what is no mail at all', load: async () => (await import('./bad.ts')).bad },
  {
    name: 'spool',
    help: 'whether the queues on disk are sound',
    load: async () => (await import('./spool.ts')).spool,
  },
  {
    name: 'inject',
    help: 'put a message into a queue',
    load: async () => (await import('./inject.ts')).inject,
  },
  {
    name: 'map',
    help: 'the way of mail through the house',
    load: async () => (await import('./map.ts')).map,
  },
  { name: 'cron', help: 'maintenance', load: async () => (await import('./cron.ts')).cron },
  {
    name: 'restore',
    help: 'put a copy of the database in its place',
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'doctor',
    help: 'what is wrong around the site, and the fix',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'dkim',
    help: 'the keys that sign what goes out',
    load: async () => (await import('./dkim.ts')).dkim,
  },
  {
    name: 'completion',
    help: 'a completion script for your shell',
    load: async () => (await import('./completion.ts')).completion,
  },
];
