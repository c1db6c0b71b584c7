/** The keys with which a site signs its mail: which there are, and where they lie. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, SitePaths } from '../ground/config.ts';
import { namesIn } from '../ground/disk.ts';
import { exit, explain, UsageError } from '../ground/errors.ts';
import { freshSigningKey } from '../ground/secret.ts';
import { type Algorithm, readPrivateKey, type SigningKey } from '../mail/dkim/key.ts';

const between = '._domainkey.';
const suffix = '.pem';

/** The name of a key in DNS. */
export function keyName({ selector, domain }: Pick<SigningKey, 'selector' | 'domain'>): string {
  return selector + between + domain;
}

/** Where the file of a key lies. */
export function keyFile(paths: Pick<SitePaths, 'keys'>, name: string): string {
  return join(paths.keys, 'dkim', name + suffix);
}

/** The keys that sign, as the configuration has them. */
export function signingKeys({ dkim }: Config, paths: Pick<SitePaths, 'keys'>): SigningKey[] {
  return dkim.keys.map((name) => readKey(paths, name));
}

/** All keys that were made, whether or not they sign, by name. */
export function allKeys(paths: Pick<SitePaths, 'keys'>): SigningKey[] {
  const folder = join(paths.keys, 'dkim');
  const files = existsSync(folder) ? namesIn(folder).sort() : [];
  return files
    .filter((file) => file.endsWith(suffix) && file.includes(between))
    .map((file) => readKey(paths, file.slice(0, -suffix.length)));
}

function readKey(paths: Pick<SitePaths, 'keys'>, name: string): SigningKey {
  const file = keyFile(paths, name);
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `dkim.keys: cannot read ${file}: ${explain(error)}; "listmill dkim keygen" makes keys`,
      exit.config,
      { cause: error },
    );
  }
  const found = readPrivateKey(pem);
  if (!found) throw new UsageError(`${file} holds no RSA or Ed25519 key`, exit.config);
  const at = name.indexOf(between);
  return { selector: name.slice(0, at), domain: name.slice(at + between.length), ...found };
}

/** Makes a key; fails where one of that name is there. */
export function makeKey(
  paths: Pick<SitePaths, 'keys'>,
  name: string,
  algorithm: Algorithm,
  bits: number,
): SigningKey {
  const file = keyFile(paths, name);
  if (existsSync(file)) throw new UsageError(`${file} is there already`, exit.cantCreate);
  mkdirSync(join(paths.keys, 'dkim'), { recursive: true, mode: 0o700 });
  const key = freshSigningKey(algorithm, bits);
  const pem = key.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  return readKey(paths, name);
}

/** Those that sign for a domain: its own, or those of the nearest domain above it. */
export function keysFor(keys: readonly SigningKey[], domain: string): readonly SigningKey[] {
  for (let name = domain.toLowerCase(); name.includes('.'); ) {
    const own = keys.filter((key) => key.domain === name);
    if (own.length > 0) return own;
    name = name.slice(name.indexOf('.') + 1);
  }
  return [];
}
