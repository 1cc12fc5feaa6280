/**
 * Makes the access map of an assembly and of manifests beside it.
 */
import { readdirSync, statSync } from 'fs';
import { join } from 'path';
import {
  AccessMap,
  Addon,
  Association,
  Place,
  Policy,
  Provider,
  Role,
  ServiceAccount,
  Suppression,
  Text,
  Workload,
} from '../access-map';
import { Assembly, ResourceJson, StackTemplate } from './assembly';
import { Intrinsics, pseudoParameter } from './intrinsics';
import { accessOf, clustersOf } from '../admission/access';
import { arrayOf, grouped, JsonObject, objectOf, propertyOf, textOf } from '../json-values';
import { KubernetesObjects, ManifestText, readManifests } from './kubernetes';
import { DEFAULT_AUDIENCE } from '../../conventions/web-identity';
import { standIn } from '../stand-in';
import { readText, reasonOf, UnusableInput } from './unusable-input';
import { ADDON_SERVICE_ACCOUNTS } from '../../conventions/addons';

export interface AccessMapOptions {
  /** Files and folders of manifests, beside those that the assembly holds. */
  readonly manifests?: string[];
  /** Manifests that are read already. */
  readonly manifestTexts?: readonly ManifestText[];
  /** Gets what cannot be read, and the rest is read all the same. Without it, the first error is thrown. */
  readonly unreadable?: UnusableInput[];
  /** Of objects that name none. */
  readonly namespace?: string;
}

const MAX_FILE_BYTES = 128 * 1024 * 1024;
const YAML_FILE = /\.(ya?ml|json)$/;

/**
 * @throws UnusableInput when a manifest cannot be read
 */
export function accessMapOf(assembly: Assembly, options: AccessMapOptions = {}): AccessMap {
  return new Reader(assembly, options).map();
}

/** A resource of a template. */
interface Found {
  readonly stack: StackTemplate;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly metadata: unknown;
  readonly place: Place;
}

class Reader {
  private readonly intrinsics: Intrinsics;
  private readonly resources: Found[];
  private readonly byType: Map<string, Found[]>;
  private readonly references = new Map<string, Text | undefined>();
  private ownManaged?: Map<string, { document: unknown; place: Place }>;

  constructor(private readonly assembly: Assembly, private readonly options: AccessMapOptions) {
    this.intrinsics = new Intrinsics(assembly);
    this.resources = assembly.stacks.flatMap(stack =>
      resourcesIn(stack.template.Resources ?? {}).flatMap(([logicalId, value]) => {
        const resource = objectOf<ResourceJson>(value);
        return typeof resource.Type === 'string' && this.intrinsics.mayExist(stack, resource)
          ? [foundIn(stack, logicalId, resource.Type, resource)]
          : [];
      }),
    );
    this.byType = grouped(this.resources, ({ type }) => type);
  }

  public map(): AccessMap {
    const roles = this.roles();
    const { serviceAccounts: declared, workloads } = this.manifests();
    const serviceAccounts = [...declared, ...this.addonServiceAccounts()];
    const associations = [...this.associations(), ...this.addonAssociations()];
    const access = accessOf(roles, serviceAccounts, associations);
    return {
      clusters: clustersOf(access),
      providers: this.providers(),
      roles,
      serviceAccounts,
      associations,
      addons: this.addons(),
      workloads,
      access,
      accounts: unique(this.assembly.stacks.map(({ account }) => account ?? standIn('AWS::AccountId'))),
      suppressions: this.suppressions(),
      existingRoles: unique(
        this.assembly.stacks.flatMap(stack => stack.existingRoles.map(arn => this.text(stack, arn))),
      ),
      existingProviders: unique(
        this.assembly.stacks.flatMap(stack => stack.existingProviders.map(arn => this.text(stack, arn))),
      ),
    };
  }

  private suppressions(): Suppression[] {
    return this.resources.flatMap(({ stack, logicalId, metadata }) =>
      arrayOf(propertyOf(metadata, 'cdk_irsa', 'rules_to_suppress')).flatMap((suppression): Suppression[] => {
        const { id, reason } = objectOf(suppression);
        if (typeof reason !== 'string' || reason.trim() === '') return [];
        return [{ stack: stack.path, logicalId, rule: textOf(id), reason }];
      }));
  }

  private ofType(...types: string[]): Found[] {
    return types.flatMap(type => this.byType.get(type) ?? []);
  }

  /** What `Ref` is, of roles mostly, is asked for again and again. */
  private reference(stack: StackTemplate, value: unknown): Text | undefined {
    const logicalId = propertyOf(value, 'Ref');
    if (typeof logicalId !== 'string') return undefined;
    const key = resourceKey(stack, logicalId);
    if (!this.references.has(key)) this.references.set(key, this.intrinsics.text(stack, value));
    return this.references.get(key);
  }

  private text(stack: StackTemplate, value: unknown): Text {
    return this.reference(stack, value) ?? this.intrinsics.text(stack, value) ?? standIn(`${stack.path}/unreadable`);
  }

  private providers(): Provider[] {
    return this.ofType('AWS::IAM::OIDCProvider', 'Custom::AWSCDKOpenIdConnectProvider').map(
      ({ stack, logicalId, properties, place }) => {
        const arn = this.text(stack, { Ref: logicalId });
        const { value } = this.intrinsics.resolve(stack, properties.ClientIdList ?? properties.ClientIDList);
        return {
          arn,
          issuer: arn.replace(/^.*?:oidc-provider\//, ''),
          audiences: Array.isArray(value) ? value.map(textOf) : undefined,
          place,
        };
      },
    );
  }

  private associations(): Association[] {
    return this.ofType('AWS::EKS::PodIdentityAssociation').map(({ stack, properties, place }): Association => {
      const of = (value: unknown) => this.text(stack, value);
      const { TargetRoleArn: target, Policy: policy } = properties;
      return {
        cluster: clusterArn(stack, of(properties.ClusterName)),
        namespace: of(properties.Namespace),
        serviceAccount: of(properties.ServiceAccount),
        roleArn: of(properties.RoleArn),
        disableSessionTags: of(properties.DisableSessionTags ?? false) === 'true',
        ...target !== undefined && { targetRoleArn: of(target) },
        ...policy !== undefined && { sessionPolicy: this.document(stack, policy).value },
        place,
      };
    });
  }

  private addons(): Addon[] {
    return this.ofType('AWS::EKS::Addon').map(({ stack, properties, place }) => ({
      cluster: clusterArn(stack, this.text(stack, properties.ClusterName)),
      name: this.text(stack, properties.AddonName),
      place,
    }));
  }

  /** EKS annotates the service account of an add-on with its role. */
  private addonServiceAccounts(): ServiceAccount[] {
    return this.ofType('AWS::EKS::Addon').flatMap(({ stack, properties, place }) => {
      if (properties.ServiceAccountRoleArn === undefined) return [];
      const { addon, namespace, name } = this.addonNames(stack, properties);
      const roleArn = this.text(stack, properties.ServiceAccountRoleArn);
      return [{ namespace, name, roleArn, audience: DEFAULT_AUDIENCE, addon, place }];
    });
  }

  private addonAssociations(): Association[] {
    return this.ofType('AWS::EKS::Addon').flatMap(({ stack, properties, place }) => {
      const { addon, namespace } = this.addonNames(stack, properties);
      return arrayOf(this.intrinsics.resolve(stack, properties.PodIdentityAssociations).value).map(value => ({
        cluster: clusterArn(stack, this.text(stack, properties.ClusterName)),
        namespace,
        serviceAccount: textOf(propertyOf(value, 'ServiceAccount')),
        roleArn: textOf(propertyOf(value, 'RoleArn')),
        addon,
        place,
      }));
    });
  }

  /** Where the service accounts of an add-on are, and which of them gets its role. */
  private addonNames(stack: StackTemplate, properties: JsonObject): { addon: Text; namespace: Text; name: Text } {
    const addon = this.text(stack, properties.AddonName);
    const known = ADDON_SERVICE_ACCOUNTS.get(addon);
    const custom = propertyOf(properties.NamespaceConfig, 'Namespace');
    return {
      addon,
      namespace: custom === undefined
        ? known?.namespace ?? standIn(`namespace of add-on ${addon}`)
        : this.text(stack, custom),
      name: known && !known.podIdentityOnly ? known.names[0] : standIn(`service account of add-on ${addon}`),
    };
  }

  private roles(): Role[] {
    const attached = this.attachedPolicies();
    return this.ofType('AWS::IAM::Role').map(({ stack, logicalId, properties, place }) => {
      const trust = this.document(stack, properties.AssumeRolePolicyDocument);
      const [account, name] = [pseudoParameter(stack, 'AWS::AccountId')!, this.text(stack, { Ref: logicalId })];
      return {
        arn: this.text(stack, { 'Fn::GetAtt': [logicalId, 'Arn'] }),
        name,
        account,
        region: pseudoParameter(stack, 'AWS::Region')!,
        partition: pseudoParameter(stack, 'AWS::Partition')!,
        trust: trust.value,
        unresolved: trust.unresolved,
        policies: [
          ...this.ownPolicies(stack, properties, place),
          ...(attached.get(roleKey(account, name)) ?? []).map(({ policy }) => policy),
        ],
        place,
      };
    });
  }

  /** A document as an object; a deferred one is a JSON text. */
  private document(stack: StackTemplate, value: unknown): { value: unknown; unresolved: string[] } {
    const resolved = this.intrinsics.resolve(stack, value);
    if (typeof resolved.value !== 'string') return resolved;
    try {
      return { ...resolved, value: JSON.parse(resolved.value) };
    } catch {
      return { value: undefined, unresolved: [...resolved.unresolved, 'the policy is a text that is not JSON'] };
    }
  }

  private ownPolicies(stack: StackTemplate, properties: JsonObject, place: Place): Policy[] {
    const { Policies: inline, ManagedPolicyArns: managed, PermissionsBoundary: boundary } = properties;
    return [
      ...arrayOf(this.intrinsics.resolve(stack, inline).value).map((policy): Policy => ({
        name: textOf(propertyOf(policy, 'PolicyName')),
        kind: 'inline',
        document: this.document(stack, propertyOf(policy, 'PolicyDocument')).value,
        place,
      })),
      ...arrayOf(this.intrinsics.resolve(stack, managed).value).map(arn => this.managedPolicy(textOf(arn), 'managed')),
      ...(boundary === undefined ? [] : [this.managedPolicy(this.text(stack, boundary), 'boundary')]),
    ];
  }

  private managedPolicy(arn: string, kind: 'managed' | 'boundary'): Policy {
    const own = this.managedPolicies().get(arn);
    return {
      name: arn.replace(/^.*?:policy\/(.*\/)?/, ''),
      kind,
      arn,
      ...(own && { document: own.document, place: own.place }),
    };
  }

  /** Of this assembly, by ARN. */
  private managedPolicies(): Map<string, { document: unknown; place: Place }> {
    this.ownManaged ??= new Map(
      this.ofType('AWS::IAM::ManagedPolicy').map(({ stack, logicalId, properties, place }) => [
        this.text(stack, { Ref: logicalId }),
        { document: this.document(stack, properties.PolicyDocument).value, place },
      ]),
    );
    return this.ownManaged;
  }

  /** Policies that name their roles, by the role. */
  private attachedPolicies(): Map<string, { role: string; policy: Policy }[]> {
    const types = ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy'];
    const attached = this.ofType(...types).flatMap(({ stack, logicalId, type, properties, place }) => {
      const names = type === 'AWS::IAM::RolePolicy' ? [properties.RoleName] : arrayOf(properties.Roles);
      if (names.length === 0) return [];
      const policy: Policy =
        type === 'AWS::IAM::ManagedPolicy'
          ? this.managedPolicy(this.text(stack, { Ref: logicalId }), 'managed')
          : {
            name: this.text(stack, properties.PolicyName),
            kind: 'inline',
            document: this.document(stack, properties.PolicyDocument).value,
            place,
          };
      return names.map(name => ({
        role: roleKey(pseudoParameter(stack, 'AWS::AccountId')!, this.text(stack, name)),
        policy,
      }));
    });
    return grouped(attached, ({ role }) => role);
  }

  private manifests(): { serviceAccounts: ServiceAccount[]; workloads: Workload[] } {
    const { manifests = [], manifestTexts = [], namespace, unreadable } = this.options;
    const files = unique([
      ...this.assembly.stacks.flatMap(({ manifestFiles }) => manifestFiles),
      ...manifests.flatMap(path => yamlFilesIn(path)),
    ]);
    const serviceAccounts: ServiceAccount[] = [];
    const workloads: Workload[] = [];
    const attempt = (read: () => KubernetesObjects) => {
      try {
        const found = read();
        for (const one of found.serviceAccounts) serviceAccounts.push(one);
        for (const one of found.workloads) workloads.push(one);
      } catch (error) {
        if (unreadable === undefined || !UnusableInput.is(error)) throw error;
        unreadable.push(error);
      }
    };
    // one at a time: there may be a lot of them
    for (const file of files) {
      attempt(() => readManifests({ text: readText(file, undefined, MAX_FILE_BYTES), place: { file } }, namespace));
    }
    for (const manifest of [...manifestTexts, ...this.outputs(), ...this.appliedByEks()]) {
      attempt(() => readManifests(manifest, namespace));
    }
    return { serviceAccounts, workloads };
  }

  /** Manifests that leave the deployed stack. */
  private outputs(): ManifestText[] {
    return this.assembly.stacks.flatMap(stack => Object.entries(stack.template.Outputs ?? {})
      .map(([logicalId, output]) => ({ logicalId, value: propertyOf(output, 'Value') }))
      .filter(({ logicalId, value }) => /^KubernetesManifests/.test(logicalId) && value !== undefined)
      .map(({ logicalId, value }) => ({ text: this.text(stack, value), place: placeOf(stack, logicalId) })));
  }

  /** Manifests that CDK's own custom resource applies to a cluster. */
  private appliedByEks(): ManifestText[] {
    return this.ofType('Custom::AWSCDK-EKS-KubernetesResource').flatMap(({ stack, properties, place }) => {
      const text = this.intrinsics.text(stack, properties.Manifest);
      return text === undefined ? [] : [{ text: wrapInList(text), place }];
    });
  }
}

/** Those of a loop once: what its variable is, nobody knows there. */
function resourcesIn(section: unknown): [logicalId: string, resource: unknown][] {
  return Object.entries(objectOf(section)).flatMap(([key, resource]) =>
    (key.startsWith('Fn::ForEach::') && Array.isArray(resource) ? resourcesIn(resource[2]) : [[key, resource]]));
}

/** A JSON list of objects as a List. */
function wrapInList(text: string): string {
  return `{"apiVersion":"v1","kind":"List","items":${text}}`;
}

function foundIn(
  stack: StackTemplate,
  logicalId: string,
  type: string,
  { Properties: properties, Metadata: metadata }: ResourceJson,
): Found {
  const path = propertyOf(metadata, 'aws:cdk:path');
  const place = placeOf(stack, logicalId);
  return {
    stack,
    logicalId,
    type,
    properties: objectOf(properties),
    metadata,
    place: typeof path === 'string' ? { ...place, constructPath: path } : place,
  };
}

function placeOf(stack: StackTemplate, logicalId: string): Place {
  const constructPath = stack.constructPaths.get(logicalId);
  return { file: stack.file, stack: stack.path, logicalId, ...constructPath !== undefined && { constructPath } };
}

function resourceKey({ path }: StackTemplate, logicalId: string): string {
  return `${path}/${logicalId}`;
}

/** The name of a role is its account's. */
function roleKey(account: Text, name: Text): string {
  return JSON.stringify([account, name]);
}

function clusterArn(stack: StackTemplate, name: Text): Text {
  const pseudo = (parameter: string) => pseudoParameter(stack, parameter);
  return `arn:${pseudo('AWS::Partition')}:eks:${pseudo('AWS::Region')}:${pseudo('AWS::AccountId')}:cluster/${name}`;
}

function yamlFilesIn(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter(name => YAML_FILE.test(name) && !/(^|[\\/])(\.git|node_modules)[\\/]/.test(name))
      .sort()
      .map(name => join(path, name))
      .filter(name => !statSync(name).isDirectory());
  } catch (error) {
    throw new UnusableInput(`${path}: cannot be read: ${reasonOf(error)}.`);
  }
}

function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}
