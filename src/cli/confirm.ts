/** A question before something that cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../ground/errors.ts';
import { type Io, Option } from './command.ts';
import { writeLine } from './output.ts';

export const yesOption = () => new Option('-y, --yes', 'do not ask');

/** Asks at a terminal; elsewhere --yes must say it. True when it may be done. */
export async function confirm(
  io: Io,
  question: string,
  yes: boolean | undefined,
): Promise<boolean> {
  if (yes) return true;
  if (!io.isTerminal) throw new UsageError(`${question} Say --yes where nobody can be asked.`);
  const asked = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const answer = await asked.question(`${question} [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return true;
    await writeLine(io, 'Nothing was done.');
    return false;
  } finally {
    asked.close();
  }
}

/** What is asked before entries are deleted. */
export function deleteQuestion(places: readonly { readonly id: string }[]): string {
  const what = places.length === 1 ? places[0]?.id : `${places.length} entries`;
  return `Delete ${what} for good?`;
}
