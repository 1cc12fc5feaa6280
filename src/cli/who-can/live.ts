/**
 * The access map of a running cluster, for `who-can --live`.
 */
import { LiveOptions } from './live-options';
import { AccessMap } from '../../analysis/access-map';
import { Output } from '../command';
import { liveMapOf } from '../doctor/live/live-map';
import { DoctorOptions } from '../doctor/options';
import { Origin } from '../report/report-data';

/** @throws UnusableInput if the cluster cannot be read */
export async function askCluster(
  { context, timeout, ...given }: LiveOptions, output: Output, version: string,
): Promise<{ readonly map: AccessMap; readonly origin: Origin }> {
  const options: DoctorOptions = {
    ...given,
    all: true,
    assume: false,
    awsOnly: false,
    contexts: context === undefined ? [] : [context],
    ...timeout !== undefined && { timeoutSeconds: timeout },
    watch: false,
    intervalSeconds: 0,
    format: 'text',
  };
  // A separate bundle, because the clients of AWS and Kubernetes are larger than everything else.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { readCluster } = require('../doctor/doctor') as typeof import('../doctor/doctor');
  const facts = await readCluster(options, output);
  const { map, unread, isWholeCluster, digest } = liveMapOf(facts);
  const stacks = map.accounts.map(account => ({ name: facts.title, account, region: facts.region }));
  return {
    map,
    origin: {
      version,
      source: { files: 0, digest, stacks },
      unreadable: unread.map(words => `Not read: ${words}.`),
      isWholeCluster,
    },
  };
}
