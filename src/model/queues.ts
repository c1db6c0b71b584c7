/** The queues, and the places where mail is parked. */

/** In the order of the flow: an entry only ever moves right (or is parked). */
export const queueNames = [
  'incoming',
  'command',
  'bounce',
  'pipeline',
  'archive',
  'digest',
  'mailing',
  'virgin',
  'outgoing',
] as const;
export type QueueName = (typeof queueNames)[number];

/** For a moderator; for the admin, because we failed; because it is no message at all. */
export const parkingNames = ['held', 'shunt', 'bad'] as const;
export type ParkingName = (typeof parkingNames)[number];

/** 0 goes first; 5 is ordinary mail. */
export const priorities = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
export type Priority = (typeof priorities)[number];
export const ordinaryPriority: Priority = 5;

/** Whether a text from outside names a queue. */
export function isQueueName(text: string): text is QueueName {
  return (queueNames as readonly string[]).includes(text);
}

/** Whether a text from outside names a parking place. */
export function isParkingName(text: string): text is ParkingName {
  return (parkingNames as readonly string[]).includes(text);
}
