import { PodObject } from './facts';

const ENDED = ['Succeeded', 'Failed', 'Terminating'];

/** Whether a pod is running or will run. */
export function isLive({ phase }: Pick<PodObject, 'phase'>): boolean {
  return !ENDED.includes(phase);
}
