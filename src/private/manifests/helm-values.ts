import { IConstruct } from 'constructs';
import { isObject, JsonObject, objectOf } from '../../conventions/json';
import { problem, show } from '../errors';
import { fieldName, isKnown } from './objects';
import { settleForManifest } from '../values/tokens';

/** Values for a Helm chart, as JSON. */
export type HelmValues = JsonObject;

/** The values of one service account in a file of Helm values. */
export interface HelmValuesPart {
  readonly owner: IConstruct;
  readonly fileName: string;
  readonly values: HelmValues;
}

/** How the chart of a controller expects its values. */
interface ChartConvention {
  readonly helmKey?: string;
  readonly helmNameOnly?: boolean;
  readonly helmValues?: { readonly [path: string]: unknown };
}

/** The owner of the values. */
interface ServiceAccountOwner extends IConstruct {
  readonly namespace: string;
  readonly serviceAccountName: string;
}

const KEY = /^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*$/;
const FILE_NAME = /^[A-Za-z0-9][\w.-]*\.ya?ml$/;

/** Returns what is wrong with the key of the values. */
export function helmKeyProblem(key: string): string | undefined {
  if (KEY.test(key)) return undefined;
  return problem(
    'key',
    'be a path of letters, digits, - and _, with dots between its parts',
    key,
    'For example serviceAccount or controller.serviceAccount, as in the values.yaml of the chart.',
  );
}

/** Returns what is wrong with the name of a values file. */
export function helmFileNameProblem(fileName: string): string | undefined {
  if (FILE_NAME.test(fileName) && fileName.length <= 200) return undefined;
  return problem('fileName', 'be the name of a file that ends in .yaml or .yml, without a folder', fileName,
    'For example external-dns.values.yaml. KubernetesManifests.of(stack).writeTo() determines the folder.');
}

/**
 * Returns the values of a service account, and other values that the chart of its controller needs, if they are known
 * at synth time. A key that does not end with that of the chart belongs to another chart.
 */
export function chartValues(
  owner: ServiceAccountOwner, key: string, serviceAccount: HelmValues, convention: ChartConvention = {},
): HelmValues {
  const { helmKey = 'serviceAccount', helmNameOnly, helmValues = {} } = convention;
  const isOwnChart = key === helmKey || key.endsWith(`.${helmKey}`);
  const values = setPath({}, key, isOwnChart && helmNameOnly ? owner.serviceAccountName : serviceAccount);
  if (!isOwnChart) return values;
  const chart = key.slice(0, key.length - helmKey.length);
  return Object.entries(helmValues)
    .map(([path, value]): [string, unknown] =>
      [path, settleForManifest(owner, typeof value === 'function' ? value(owner) : value)])
    .filter(([, value]) => value !== undefined && isKnown(value))
    .reduce((merged, [path, value]) => setPath(merged, `${chart}${path}`, value), values);
}

/** Sets a value at a path such as `controller.serviceAccount`. `\.` is a dot within a key. */
function setPath(values: HelmValues, path: string, value: unknown): HelmValues {
  const set = (inner: HelmValues, [first, ...rest]: string[]): HelmValues => ({
    ...inner,
    [first]: rest.length === 0 ? value : set(objectOf(inner[first]), rest),
  });
  return set(values, path.split(/(?<!\\)\./).map(part => part.replace(/\\\./g, '.')));
}

/** Resolves the values at synth time, and returns what is wrong with them. */
export function settleHelmValues({ owner, fileName, values }: HelmValuesPart): {
  values: HelmValues;
  problems: string[];
} {
  const problems: string[] = [];
  const settle = (value: unknown, path: string[]): unknown => {
    if (isObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, settle(item, [...path, key])]));
    }
    const settled = settleForManifest(owner, value);
    if (!isKnown(settled)) {
      problems.push(
        problem(
          `${fieldName(path)} of ${fileName}`,
          'be known at synth time',
          settled,
          `Set env with account and region on the stack of ${owner.node.path}, or pass its helmValues() to a resource `
            + 'of the deployment, such as a stack output or a HelmChart of the CDK.',
        ),
      );
    }
    return settled;
  };
  return { values: objectOf(settle(values, [])), problems };
}

/** Merges the values of several service accounts in one file, and returns where they contradict each other. */
export function mergeHelmValues(parts: HelmValuesPart[]): { values: HelmValues; problems: string[] } {
  const problems: string[] = [];
  const merge = (there: unknown, value: unknown, part: HelmValuesPart, path: string[]): unknown => {
    if (there === undefined || there === value) return value;
    if (isObject(there) && isObject(value)) {
      const added = Object.entries(value).map(([key, item]) => [
        key,
        merge(own(there, key), item, part, [...path, key]),
      ]);
      return { ...there, ...Object.fromEntries(added) };
    }
    problems.push(
      problem(
        `${fieldName(path)} of ${part.fileName}`,
        'be the same for every service account that writes to the file',
        value,
        `Another service account has ${show(there)}. Use a separate \`key\` or file for ${part.owner.node.path}.`,
      ),
    );
    return there;
  };
  const values = parts.reduce<HelmValues>(
    (merged, part) => objectOf(merge(merged, settleHelmValues(part).values, part, [])),
    {},
  );
  return { values, problems };
}

function own(map: HelmValues, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
