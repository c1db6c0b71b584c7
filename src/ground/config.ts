/** Finds a site and reads its configuration; what is wrong is told with file, key and remedy. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { type Config, configSchema } from './config-schema.ts';
import { inEnglish } from './english.ts';
import { exit, explain, UsageError } from './errors.ts';

export { type Config, type RelayConfig, type RunnerConfig, runnerConfig } from './config-schema.ts';

/** Where the system keeps the one site of a machine. */
export const systemConfigFile = '/etc/listmill/listmill.toml';

/** Where a site keeps what. All absolute. */
export type SitePaths = {
  readonly root: string;
  readonly configFile: string;
  readonly templates: string;
  readonly spool: string;
  readonly var: string;
  readonly database: string;
  /** What was sent lately, where it is limited. */
  readonly pace: string;
  /** What became of each copy. */
  readonly ledger: string;
  readonly run: string;
  readonly keys: string;
  readonly archive: string;
  readonly digests: string;
  readonly backup: string;
  /** A file, or `stderr`. */
  readonly log: string;
};

export type SiteConfig = { readonly config: Config; readonly paths: SitePaths };

/** The configuration file of the site in a folder, whether or not it is there. */
export function configFileOf(root: string): string {
  return join(root, 'config', 'listmill.toml');
}

/**
 * The root of the site to work with: the one that was named, else that of the current folder,
 * else the system's.
 */
export function findSite(
  named: string | undefined,
  cwd: string,
  system = systemConfigFile,
): string {
  if (named !== undefined) {
    const root = resolve(cwd, named);
    if (rootConfigFile(root) !== undefined) return root;
    throw new UsageError(
      `no site in ${root}: ${configFileOf(root)} is not there; ` +
        `"listmill init ${named}" makes one`,
      exit.config,
    );
  }
  if (existsSync(configFileOf(cwd))) return cwd;
  if (existsSync(system)) return dirname(system);
  throw new UsageError(
    `no site: neither ${configFileOf(cwd)} nor ${system} is there; ` +
      'name one with --site DIR or LISTMILL_SITE, or make one with "listmill init DIR"',
    exit.config,
  );
}

function rootConfigFile(root: string): string | undefined {
  const inSite = configFileOf(root);
  if (existsSync(inSite)) return inSite;
  const flat = join(root, 'listmill.toml');
  return existsSync(flat) ? flat : undefined;
}

/** Reads and checks the configuration of the site in `root`. */
export function loadConfig(root: string): SiteConfig {
  const file = rootConfigFile(root) ?? configFileOf(root);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${explain(error)}`, exit.config, { cause: error });
  }
  const config = parseConfig(text, file);
  return { config, paths: pathsOf(root, file, config) };
}

/** Checks the text of a configuration; `file` is only named in complaints. */
export function parseConfig(text: string, file: string): Config {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const where = error instanceof TomlError ? `:${error.line}:${error.column}` : '';
    throw new UsageError(`${file}${where}: no TOML: ${explain(error)}`, exit.config, {
      cause: error,
    });
  }
  const parsed = configSchema.safeParse(value, inEnglish);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.slice(0, 10).map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const keys = issue.keys.map((key) => [...issue.path, key].join('.'));
      return `${file}: unknown key ${keys.join(', ')}; ${knownKeys(issue.path)}`;
    }
    const key = issue.path.join('.') || 'the whole file';
    return `${file}: ${key} is ${show(valueAt(value, issue.path))}; wanted: ${issue.message}`;
  });
  throw new UsageError(lines.join('\n'), exit.config);
}

function knownKeys(path: readonly PropertyKey[]): string {
  if (path.length > 0) return `"listmill config show" lists the keys of ${path.join('.')}`;
  return `the sections are ${Object.keys(configSchema.def.shape).join(', ')}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value)?.slice(0, 80) ?? String(value));
}

function pathsOf(root: string, configFile: string, config: Config): SitePaths {
  const below = (folder: string, path: string) => (isAbsolute(path) ? path : join(folder, path));
  const spool = below(root, config.spool);
  const varFolder = below(root, config.var);
  return {
    root,
    configFile,
    templates: join(configFile, '..', 'templates'),
    spool,
    var: varFolder,
    database: join(varFolder, 'listmill.db'),
    ledger: join(varFolder, 'ledger.db'),
    pace: join(varFolder, 'pace.db'),
    run: join(varFolder, 'run'),
    keys: join(varFolder, 'keys'),
    archive: join(varFolder, 'archive'),
    digests: join(varFolder, 'digests'),
    backup: below(varFolder, config.backup.folder),
    log: config.log.to === 'stderr' ? 'stderr' : below(varFolder, config.log.to),
  };
}
