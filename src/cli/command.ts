/** The shape of a verb, and what it is given. One verb (or family of verbs) a file. */
import type { Command } from 'commander';
import type { Site } from '../engine/site.ts';

export { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** What a verb works with: streams that tests can read, and the site that was selected. */
export type Io = {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** True when standard output is a terminal: progress bars and colours are for people. */
  readonly isTerminal: boolean;
  /** Opens the site named by --site, LISTMILL_SITE, the folder or the system, once. */
  site(): Promise<Site>;
  /** The folder that --site or LISTMILL_SITE names, without opening it. */
  readonly siteOption: string | undefined;
  /** The current folder: what relative paths count from. */
  readonly cwd: string;
  readonly now: () => number;
  /** Ends the command with this code, after the streams are written. */
  exit(code: number): void;
};

/** Adds its commands to the program. */
export type Verb = (program: Command, io: Io) => void;
