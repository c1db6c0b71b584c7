/** `listmill dkim`: the keys that sign what goes out. */
import { resolve } from 'node:path';
import { keyLookup } from '../engine/dkim-lookup.ts';
import { checkKey, zoneLine } from '../engine/key-check.ts';
import { allKeys, keyFile, keyName, makeKey } from '../engine/signing-keys.ts';
import type { Site } from '../engine/site.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { algorithms, recordOf, type SigningKey } from '../mail/dkim/key.ts';
import { type Verified, verifyDkim } from '../mail/dkim/verify.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import { txtAsker } from '../mta/dmarc.ts';
import { jsonOption } from './arguments.ts';
import { Option, type Verb } from './command.ts';
import { type Column, type Format, list, note, writeLine } from './output.ts';

type KeygenOptions = {
  readonly selector?: string;
  readonly algorithm: (typeof algorithms)[number];
  readonly bits: string;
};

const minBits = 2048;
const maxBits = 4096;
const checkMs = 15_000;

export const dkim: Verb = (program, io) => {
  const family = program.command('dkim').description('the keys that sign what goes out');
  addKeygen(family, io);
  addShow(family, io);
  addCheck(family, io);
  addVerify(family, io);
};

const addKeygen: Verb = (family, io) => {
  family
    .command('keygen')
    .description('make a key for a domain, and say what DNS must have')
    .argument('<domain>')
    .option('--selector <name>', 'its name in DNS; left out: the year and the algorithm')
    .addOption(new Option('--algorithm <name>', 'which kind').choices(algorithms).default('rsa'))
    .option('--bits <n>', `size of an RSA key, ${minBits} to ${maxBits}`, String(minBits))
    .action(async (domain: string, options: KeygenOptions) => {
      const { paths } = await io.site();
      const bits = Number(options.bits);
      if (!Number.isInteger(bits) || bits < minBits || bits > maxBits) {
        throw new UsageError(`--bits is ${minBits} to ${maxBits}, not ${options.bits}`, exit.usage);
      }
      const selector =
        options.selector ?? `${new Date(io.now()).getUTCFullYear()}-${options.algorithm}`;
      const name = keyName({ selector, domain: domain.toLowerCase() });
      if (!/^[a-z0-9.-]+\._domainkey\.[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(name)) {
        throw new UsageError(`${name} is no name that DNS could have`, exit.usage);
      }
      const made = makeKey(paths, name, options.algorithm, bits);
      await note(io, `The key lies in ${keyFile(paths, name)}. Keep it secret, and back it up.`);
      await note(io, 'DNS must have:');
      await writeLine(io, zoneLine(name, recordOf(made)));
      await note(io, `When "listmill dkim check" finds it there, sign with it: in listmill.toml,`);
      await note(io, `[dkim] keys = [..., "${name}"], and then "listmill reload".`);
    });
};

const addShow: Verb = (family, io) => {
  family
    .command('show')
    .description('the keys there are, and their records for DNS')
    .argument('[domain]', 'of this domain only')
    .addOption(jsonOption())
    .action(async (domain: string | undefined, format: Format) => {
      const site = await io.site();
      const keys = keysOf(site, domain).map((key) => rowOf(site, key));
      if (format.json) {
        await list(io, format, keys, columns);
        return;
      }
      for (const { name, record, signs } of keys) {
        await writeLine(io, zoneLine(name, record));
        if (!signs) await note(io, `; ${name} is not in dkim.keys: it signs nothing.`);
      }
      if (keys.length === 0) await note(io, 'No keys; "listmill dkim keygen DOMAIN" makes one.');
    });
};

const addCheck: Verb = (family, io) => {
  family
    .command('check')
    .description('whether DNS has the records of the keys; exit code 1 where it has not')
    .argument('[domain]', 'of this domain only')
    .addOption(jsonOption())
    .action(async (domain: string | undefined, format: Format) => {
      const site = await io.site();
      const { dns } = site.config;
      const ask = txtAsker(dns.servers, dns.timeoutMs);
      const signal = AbortSignal.timeout(checkMs);
      const keys = keysOf(site, domain);
      const found = await Promise.all(keys.map((key) => checkKey(key, ask, signal)));
      const rows = found.map((row) => ({
        ...row,
        signs: site.config.dkim.keys.includes(row.name),
      }));
      const shown: readonly Column<(typeof rows)[number]>[] = [
        { title: 'KEY', of: ({ name }) => name },
        { title: 'SIGNS', of: ({ signs }) => (signs ? 'yes' : 'no') },
        { title: 'DNS', of: ({ text }) => text },
      ];
      await list(io, format, rows, shown, 'No keys.');
      if (rows.some(({ ok }) => !ok)) io.exit(exit.failure);
    });
};

const addVerify: Verb = (family, io) => {
  family
    .command('verify')
    .description('whether the signatures of a message are good; exit code 1 where one is not')
    .argument('<file>', 'the message')
    .addOption(jsonOption())
    .action(async (file: string, format: Format) => {
      const { config } = await io.site();
      const message = await readMessage(resolve(io.cwd, file));
      if (isBroken(message)) throw new UsageError(message.reason, exit.dataErr);
      const ask = txtAsker(config.dns.servers, config.dns.timeoutMs);
      const rows = await verifyDkim(message, keyLookup(ask, checkMs), io.now() / 1000);
      const shown: readonly Column<Verified>[] = [
        { title: 'DOMAIN', of: ({ domain }) => domain },
        { title: 'SELECTOR', of: ({ selector }) => selector },
        { title: 'RESULT', of: ({ result }) => result },
        { title: 'WHY', of: ({ why }) => why },
      ];
      await list(io, format, rows, shown, 'No signatures.');
      if (rows.some(({ result }) => result !== 'pass')) io.exit(exit.failure);
    });
};

type Row = {
  readonly name: string;
  readonly algorithm: string;
  readonly signs: boolean;
  readonly record: string;
};

const columns: readonly Column<Row>[] = [
  { title: 'KEY', of: ({ name }) => name },
  { title: 'ALGORITHM', of: ({ algorithm }) => algorithm },
];

function rowOf({ config }: Site, key: SigningKey): Row {
  const name = keyName(key);
  const { algorithm } = key;
  return { name, algorithm, signs: config.dkim.keys.includes(name), record: recordOf(key) };
}

function keysOf({ paths }: Site, domain: string | undefined): readonly SigningKey[] {
  const wanted = domain?.toLowerCase();
  return allKeys(paths).filter((key) => wanted === undefined || key.domain === wanted);
}
