/** What the sink of a demo got: counted in the files that it wrote, not in our own log. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Copies = {
  /** Files of the sink: one a transaction. */
  readonly files: number;
  /** How often each recipient got the message of that subject. */
  readonly times: ReadonlyMap<string, number>;
};

/** Who got the message whose subject holds `subject`. */
export function copiesOf(delivered: string, subject: string): Copies {
  const folder = join(delivered, 'new');
  const times = new Map<string, number>();
  let files = 0;
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const text = readFileSync(join(folder, name), 'latin1');
    const header = text.slice(0, text.indexOf('\r\n\r\n'));
    if (!/^subject:(.*)$/im.exec(header)?.[1]?.includes(subject)) continue;
    files += 1;
    for (const [, address = ''] of header.matchAll(/^delivered-to: (.*?)\r?$/gim)) {
      times.set(address, (times.get(address) ?? 0) + 1);
    }
  }
  return { files, times };
}
