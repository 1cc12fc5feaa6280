import { CliOption } from './arguments';

/** What `verify` and `report` read. */
export const ASSEMBLY: [name: string, description: string, preset: string] = [
  '[cdk.out]', 'the cloud assembly, as cdk synth writes it', 'cdk.out',
];

export const MANIFESTS = new CliOption(
  '--manifests <path>',
  'YAML that is not in the assembly: a file or a folder, such as what helm template prints; repeatable',
).repeatable();
