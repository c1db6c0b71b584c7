import type { tell } from '../engine/people.ts';

/**
 * Writes to a member of what was done (`tell` of engine/people.ts). What writes letters is large:
 * it is loaded by who writes one, and who only lists members does not wait for it.
 */
export async function tellMember(...order: Parameters<typeof tell>): Promise<void> {
  const people = await import('../engine/people.ts');
  await people.tell(...order);
}
