import { shell } from './checks/commands';
import { DoctorOptions } from './options';

/** The command with the same options, to check whether a fix worked. */
export function nextCommand(options: DoctorOptions): string {
  const { format, assume, awsOnly, contexts, timeoutSeconds } = options;
  const values: [flag: string, value: string | number | undefined][] = [
    ['--cluster', options.cluster],
    ['--issuer', options.issuer],
    ['--namespace', options.namespace],
    ['--service-account', options.serviceAccount],
    ['--role', options.role],
    ['--pod', options.pod],
    ['--action', options.action],
    ['--resource', options.resource],
    ['--region', options.region],
    ['--profile', options.profile],
    ['--role-profile', options.roleProfile],
    ...contexts.map((context): [string, string] => ['--context', context]),
    ['--timeout', timeoutSeconds],
    ['--format', format === 'text' ? undefined : format],
  ];
  const flags = Object.entries({ '--assume': assume, '--aws-only': awsOnly });
  return [
    'npx cdk-irsa doctor',
    ...values.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${shell(`${value}`)}`])),
    ...flags.flatMap(([flag, isGiven]) => (isGiven ? [flag] : [])),
  ].join(' ');
}
