/** What /proc says of processes: memory, CPU time, children. */
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory in bytes; 0 when the process is gone. */
export function memoryOf(pid: number): number {
  const status = readOrEmpty(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

/** CPU time of all threads of a process, ms. Those of the scheduler are exact; ticks are 10 ms. */
export function cpuMsOf(pid: number): number {
  const threads = namesOf(`/proc/${pid}/task`);
  const exact = threads.map((id) => readOrEmpty(`/proc/${pid}/task/${id}/schedstat`));
  if (exact.some((text) => text !== '')) {
    return exact.reduce((sum, text) => sum + Number(text.split(' ')[0] ?? 0), 0) / 1e6;
  }
  const fields = statOf(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

/** CPU time of a process and of those that it has waited for, ms; in ticks of 10 ms. */
function withWaitedMs(pid: number): number {
  const ticks = statOf(pid).slice(11, 15).map(Number);
  return ticks.reduce((sum, value) => sum + value, 0) * 10;
}

/** CPU time of a process and of all that it has started, ms. */
export function cpuMsOfTree(pid: number): number {
  return [pid, ...descendantsOf(pid)].reduce((sum, one) => sum + withWaitedMs(one), 0);
}

/** CPU time of all that ever ran here, ms: true where all processes are ours. */
export function cpuMsOfAll(): number {
  const pids = namesOf('/proc').filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, pid) => sum + withWaitedMs(Number(pid)), 0);
}

/** CPU time of this process and of those that it has waited for, ms. */
export function cpuMsOfSelf(): number {
  return withWaitedMs(process.pid);
}

/** Children, their children and so on. */
export function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of namesOf('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statOf(Number(name))[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (const next = [...(children.get(pid) ?? [])]; next.length > 0; ) {
    const one = next.shift() ?? 0;
    found.push(one);
    next.push(...(children.get(one) ?? []));
  }
  return found;
}

/** Node programs that were told of a folder: what a throw-away site has running, detached or not. */
export function nodesNaming(folder: string): readonly number[] {
  return namesOf('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      const [program, ...args] = readOrEmpty(`/proc/${name}/cmdline`).split('\0');
      return program === process.execPath && args.some((arg) => arg.startsWith(folder));
    })
    .map(Number);
}

/** Watches the resident memory of processes; `names` is asked each time, for new ones. */
export function watchMemory(names: () => ReadonlyMap<string, number>, everyMs = 25) {
  const peaks = new Map<string, number>();
  const look = (): void => {
    for (const [name, pid] of names()) {
      peaks.set(name, Math.max(peaks.get(name) ?? 0, memoryOf(pid)));
    }
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    peaks,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The fields of `stat` after the name of the program: state, parent ... */
function statOf(pid: number): readonly string[] {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(') ') + 2).split(' ');
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
