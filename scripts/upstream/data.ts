/**
 * What the project knows about each controller's upstream: one `*.upstream.yaml` next to the controller's source.
 */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { parse } from 'yaml';
import { z } from 'zod';

const CONTROLLERS = join(__dirname, '..', '..', 'src', 'controllers');
const ENDING = '.upstream.yaml';

/** `*` stands for any text, `?` for one character, as in a policy. */
const action = z.string().regex(/^[a-z0-9-]+:[\w*?]+$/i, 'must be an action such as s3:Get*');
const url = z.string().regex(/^https:\/\/\S+$/, 'must be an https:// URL');
const sentence = z.string().trim().min(15, 'must say more');

const reasons = z.array(z.strictObject({ actions: z.array(action).min(1), reason: sentence })).default([]);

const schema = z.strictObject({
  /** The factory of `Controller` or, in `ack/`, of `AckService`. */
  factory: z.string().regex(/^[a-z]\w+$/),
  project: z.string().min(1),
  /** The last version that was compared: the release, and the date of the newest commit or page. */
  version: z.string().min(1),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-08-22'),
  /** What upstream publishes. */
  policies: z
    .array(
      z.strictObject({
        /** Name in the folder of this controller, which is named after the data file. */
        file: z.string().min(1),
        url,
        /** Policies in the file, counted from 1, that are not for this controller or cannot be read. */
        leave: z.array(z.strictObject({ policy: z.number().int().positive(), reason: sentence })).default([]),
        /** Digest of all policies in the file. Changes if upstream changes one of them. */
        digest: z.string().regex(/^[0-9a-f]{12}$/, 'must be a digest that the command printed'),
        /** The values of placeholders, with the names in our samples. */
        values: z.record(z.string().min(1), z.string()).default({}),
      }),
    )
    .default([]),
  /** If upstream publishes no policy for these actions: the code or documentation from which they were derived. */
  derived: z.array(z.strictObject({ actions: z.array(action).min(1), url, says: sentence })).default([]),
  /** Why upstream has actions that we lack. */
  lacks: reasons,
  /** Why we allow them on less, or under more conditions. */
  narrows: reasons,
  /** Why we allow them on more, or under fewer conditions. */
  widens: reasons,
  /** Why we have actions that upstream lacks. */
  adds: reasons,
});

export type UpstreamData = z.infer<typeof schema>;
export type PublishedPolicy = UpstreamData['policies'][number];

/** A data file, or why it is invalid. */
export interface DataFile {
  /** Path relative to `src/controllers`, without extension: `ack/s3`. Also the name of its folder of upstream files. */
  readonly name: string;
  readonly data?: UpstreamData;
  readonly problem?: string;
}

/** The name of the data file of a factory: `ebs-csi-driver` of `ebsCsiDriver`. */
export function dataFileName(factory: string): string {
  return factory.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}

/** All data files, in the order of their names. */
export function dataFiles(folder = CONTROLLERS): DataFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith(ENDING))
    .map(path => path.slice(0, -ENDING.length).replaceAll('\\', '/'))
    .sort()
    .map(name => ({ name, ...readData(readFileSync(join(folder, `${name}${ENDING}`), 'utf8')) }));
}

/** The contents of a data file. */
export function readData(text: string): Omit<DataFile, 'name'> {
  let written: unknown;
  try {
    written = parse(text);
  } catch (error) {
    return { problem: `is not YAML: ${error}` };
  }
  const { data, error } = schema.safeParse(written);
  if (!data) return { problem: z.prettifyError(error) };
  return data.policies.length + data.derived.length > 0
    ? { data }
    : { problem: 'must have `policies`, or `derived` if upstream publishes none' };
}
