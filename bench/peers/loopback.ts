/** How the loopback of this network of ours answers. */
import { run } from './run.ts';

const ip = '/sbin/ip';

export async function openLoopback(): Promise<void> {
  await run(ip, ['link', 'set', 'lo', 'up']);
}

/**
 * Says yes to each segment at once, or after up to 40 ms unless there is an answer to send. mlmmj
 * sends a message in two pieces and, without TCP_NODELAY, waits for the yes to the first: with
 * the usual delay that is all it does.
 */
export async function acknowledge(when: 'at once' | 'delayed'): Promise<void> {
  for (const range of ['127.0.0.0/8', '127.0.0.1']) {
    const route = ['local', range, 'dev', 'lo', 'proto', 'kernel', 'scope', 'host'];
    const quick = ['quickack', when === 'at once' ? '1' : '0'];
    await run(ip, ['route', 'change', 'table', 'local', ...route, 'src', '127.0.0.1', ...quick]);
  }
}
