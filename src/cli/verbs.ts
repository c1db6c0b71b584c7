/** All verbs of the command line, in the order of `--help`. One line, one file. */
import type { Verb } from './command.ts';

export type VerbEntry = {
  /** What is typed; several where one file has several verbs. */
  readonly name: string;
  readonly help: string;
  /** Loaded only when it is called: a listing should not wait for an SMTP client. */
  readonly load: () => Promise<Verb>;
};

export const verbs: readonly VerbEntry[] = [
  { name: 'init', help: 'make a site', load: async () => (await import('./init.ts')).init },
  {
    name: 'config',
    help: 'check or show the configuration',
    load: async () => (await import('./config.ts')).config,
  },
  { name: 'domain', help: 'our domains', load: async () => (await import('./domain.ts')).domain },
  { name: 'list', help: 'lists and settings', load: async () => (await import('./list.ts')).list },
  {
    name: 'member',
    help: 'who is on a list, and how',
    load: async () => (await import('./member.ts')).member,
  },
  {
    name: 'user',
    help: 'people and their addresses',
    load: async () => (await import('./user.ts')).user,
  },
  {
    name: 'completion',
    help: 'a completion script for your shell',
    load: async () => (await import('./completion.ts')).completion,
  },
];
