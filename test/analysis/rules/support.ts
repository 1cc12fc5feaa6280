/**
 * Golden cases of rules: templates and manifests in a folder, and what a rule finds in them.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join, relative } from 'path';
import { AccessMap, Place } from '../../../src/analysis/access-map';
import { accessMapOf } from '../../../src/analysis/reading/access-map-reader';
import { readAssembly } from '../../../src/analysis/reading/assembly';
import { Severity } from '../../../src/analysis/rules/rule';
import { ACCOUNT, ISSUER, PROVIDER_ARN, REGION } from '../../support';

export const OTHER_ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/ANOTHER';
export const OTHER_PROVIDER_ARN = PROVIDER_ARN.replace(ISSUER, OTHER_ISSUER);
export const CLUSTER_ARN = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/production`;

/** One stack of an app. */
export interface StackFiles {
  readonly resources: Record<string, any>;
  readonly parameters?: any;
  /** Default: account and region of the tests; `unknown` for one that can go anywhere. */
  readonly environment?: string;
  /** ARNs of roles that the app says are somebody else's. */
  readonly existingRoles?: any[];
  /** ARNs of providers that the app imports. */
  readonly existingProviders?: any[];
  /** What the library recorded of its own outputs. */
  readonly record?: any;
}

/** What one case is about. */
export interface Files {
  /** The resources of one stack, `Stack`. */
  readonly resources?: Record<string, any>;
  readonly stacks?: Record<string, StackFiles>;
  /** Texts of YAML, by the names of their files. */
  readonly manifests?: Record<string, string>;
  /** What the library recorded for the one stack. */
  readonly record?: any;
  /** Texts of files that nobody passes. */
  readonly beside?: Record<string, string>;
}

/** A finding, as a case expects it. */
export interface Expected {
  /** Default: that of the rule. */
  readonly severity?: Severity;
  readonly message: string;
  readonly fix: string;
  /** `Stack/LogicalId`, or `file.yaml:line:column`, of which columns are not compared. */
  readonly at: string;
  readonly others?: string[];
}

export interface Case extends Files {
  readonly rule: string;
  readonly name: string;
  /** Nothing: the rule does not fire. */
  readonly expected: Expected[];
  /** Other rules that find an error or a warning in the same files. */
  readonly also?: string[];
}

const directory = mkdtempSync(join(tmpdir(), 'cdk-irsa-rules-'));
afterAll(() => rmSync(directory, { recursive: true }));
let folders = 0;

/** Writes the files, and reads them as all doors do. */
export function mapOf({
  resources = {}, record, stacks = { Stack: { resources, record } }, manifests = {}, beside = {},
}: Files): {
    map: AccessMap;
    folder: string;
  } {
  const folder = join(directory, `${folders++}`);
  const assembly = join(folder, 'cdk.out');
  mkdirSync(assembly, { recursive: true });
  const artifacts = Object.entries(stacks).map(
    ([id, { environment = `aws://${ACCOUNT}/${REGION}`, existingRoles = [], existingProviders = [], ...stack }]) => [
      id,
      {
        type: 'aws:cloudformation:stack',
        environment: environment === 'unknown' ? 'aws://unknown-account/unknown-region' : environment,
        properties: { templateFile: `${id}.template.json` },
        metadata: {
          [`/${id}`]: stack.record === undefined ? [] : [{ type: 'cdk-irsa:record', data: `${id}.cdk-irsa.json` }],
          [`/${id}/Sa`]: [
            ...existingRoles.map(data => ({ type: 'cdk-irsa:existing-role', data })),
            ...existingProviders.map(data => ({ type: 'cdk-irsa:existing-provider', data })),
          ],
        },
      },
    ],
  );
  write(assembly, 'manifest.json', { version: '48.0.0', artifacts: Object.fromEntries(artifacts) });
  for (const [id, stack] of Object.entries(stacks)) {
    write(assembly, `${id}.template.json`, { Parameters: stack.parameters, Resources: stack.resources });
    if (stack.record !== undefined) write(assembly, `${id}.cdk-irsa.json`, stack.record);
  }
  for (const [name, text] of Object.entries(beside)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  for (const [name, text] of Object.entries(manifests)) writeFileSync(join(folder, name), text);
  return {
    map: accessMapOf(readAssembly(assembly), { manifests: Object.keys(manifests).map(name => join(folder, name)) }),
    folder,
  };
}

export function placeText({ file, line, column, stack, logicalId }: Place, folder: string): string {
  if (logicalId !== undefined) return `${stack}/${logicalId}`;
  return `${relative(folder, file)}${line === undefined ? '' : `:${line}:${column}`}`;
}

function write(folder: string, name: string, content: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(content));
}

/** A role with these statements. */
export function role(RoleName: string, statements: any, properties: Record<string, unknown> = {}): any {
  return {
    Type: 'AWS::IAM::Role',
    Properties: { RoleName, AssumeRolePolicyDocument: trust(statements), ...properties },
  };
}

export function trust(statements: any): any {
  return { Version: '2012-10-17', Statement: statements };
}

/** A statement that lets in whom the conditions say. */
export function webIdentity(Condition?: any, more: Record<string, unknown> = {}): any {
  return {
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: PROVIDER_ARN },
    ...(Condition && { Condition }),
    ...more,
  };
}

/** As it should be. */
export function trusting(
  subject: string | string[] = 'payments:api',
  audience = 'sts.amazonaws.com',
  issuer = ISSUER,
): any {
  return webIdentity(
    { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subs(subject) } },
    { Principal: { Federated: PROVIDER_ARN.replace(ISSUER, issuer) } },
  );
}

function subs(subject: string | string[]): string | string[] {
  return Array.isArray(subject)
    ? subject.map(one => `system:serviceaccount:${one}`)
    : `system:serviceaccount:${subject}`;
}

/** A statement for EKS Pod Identity. */
export function podIdentity(more: Record<string, unknown> = {}): any {
  return {
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Principal: { Service: 'pods.eks.amazonaws.com' },
    ...more,
  };
}

export function association(RoleArn: any, more: Record<string, unknown> = {}): any {
  return {
    Type: 'AWS::EKS::PodIdentityAssociation',
    Properties: { ClusterName: 'production', Namespace: 'payments', ServiceAccount: 'api', RoleArn, ...more },
  };
}

export function provider(issuer = ISSUER, ClientIdList: any = ['sts.amazonaws.com']): any {
  return { Type: 'AWS::IAM::OIDCProvider', Properties: { Url: `https://${issuer}`, ClientIdList } };
}

export function arnOf(roleName: string, account = ACCOUNT): string {
  return `arn:aws:iam::${account}:role/${roleName}`;
}

/** A ServiceAccount as YAML. */
export function serviceAccount(name: string, annotations: Record<string, string> = {}): string {
  const [namespace, own] = name.includes('/') ? name.split('/') : [undefined, name];
  return yaml({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: own, namespace, annotations } });
}

/** With a role. */
export function annotated(name: string, roleArn: string, audience?: string): string {
  return serviceAccount(name, {
    'eks.amazonaws.com/role-arn': roleArn,
    ...(audience && { 'eks.amazonaws.com/audience': audience }),
  });
}

export function pod(name: string, spec: Record<string, unknown>, annotations: Record<string, string> = {}): string {
  const [namespace, own] = name.split('/');
  return yaml({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: own, namespace, annotations },
    spec: { containers: [{ name: 'main', image: 'main:1.0.0' }], ...spec },
  });
}

/** JSON is YAML. */
function yaml(object: unknown): string {
  return `---\n${JSON.stringify(object)}\n`;
}
