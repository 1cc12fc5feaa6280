import { createHash } from 'crypto';

/**
 * Which stack a service account is in, by its name alone (rendezvous hashing: each stack draws a number for it, the
 * highest has it). So none moves when another one comes or goes. A further stack takes its share from all, and the
 * others keep the rest.
 */
export function stackOf(namespace: string, name: string, stacks: number): number {
  const draws = Array.from({ length: stacks }, (_, stack) =>
    createHash('sha256').update(`${stack}/${namespace}/${name}`).digest('hex'),
  );
  return draws.reduce((best, draw, stack) => (draw > draws[best] ? stack : best), 0);
}
