/** What is said by the program that measures to the row that asked for it. */
import { z } from 'zod';

const figureSchema = z.object({
  peer: z.string(),
  members: z.number(),
  isEach: z.boolean(),
  acks: z.enum(['at once', 'delayed']),
  transaction: z.number().optional(),
  perSecond: z.number().optional(),
  trouble: z.string().optional(),
});

/** One peer in one way: its rate, or why there is none. */
export type Figure = z.infer<typeof figureSchema>;

export function readFigure(line: string): Figure {
  return figureSchema.parse(JSON.parse(line));
}
