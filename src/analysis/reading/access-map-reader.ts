/**
 * Builds the access map of an assembly and additional manifests.
 */
import { readdirSync, statSync } from 'fs';
import { join } from 'path';
import {
  AccessMap,
  Addon,
  Association,
  ChangedFile,
  Place,
  Policy,
  Provider,
  Role,
  ServiceAccount,
  Suppression,
  Text,
} from '../access-map';
import { UnknownReach } from '../cluster-access';
import { ConstructPaths } from '../construct-paths';
import { Assembly, ResourceJson, StackTemplate } from './assembly';
import { arnParts } from '../iam/patterns';
import { arrayOf, grouped, JsonObject, objectOf, propertyOf, textOf } from '../json-values';
import { principalsOfAwsAuth } from './aws-auth';
import { authenticationModeOf, clusterAccessIn } from './cluster-principals';
import { accountsOfChart } from './helm-values';
import { Intrinsics, pseudoParameter } from './intrinsics';
import { addObjects, KubernetesObjects, ManifestOptions, noObjects, readManifests } from './kubernetes';
import { ManifestText } from './manifest-objects';
import { isThere } from './stack-record';
import { audienceOf, ROLE_ARN_ANNOTATION } from '../../conventions/webhook-annotations';
import { hasStandIn, isStandIn, standIn } from '../stand-in';
import { canonical, readText, reasonOf, UnusableInput } from './unusable-input';
import { ADDON_SERVICE_ACCOUNTS } from '../../conventions/addons';
import { DEFAULT_AUDIENCE } from '../../conventions/web-identity';
import { accessOf, clustersOf } from '../admission/access';
import { closedByGuards } from '../guard/closed-by';
import { recognizeGuards } from '../guard/guard';
import { ReachInput } from '../reach/cluster-worlds';
import { ReachOptions, reachesOf } from '../reach/reaches';

export interface AccessMapOptions {
  /** Files and folders of manifests, in addition to the manifests of the assembly. */
  readonly manifests?: string[];
  /** Manifests that have already been read. */
  readonly manifestTexts?: readonly ManifestText[];
  /** Collects errors while the rest is still read. If undefined, the first error is thrown. */
  readonly unreadable?: UnusableInput[];
  /** The namespace of objects without one. */
  readonly namespace?: string;
  /**
   * The label with the owner of a namespace, service account or binding.
   *
   * @default `owner`
   */
  readonly ownerLabel?: string;
}

export const DEFAULT_OWNER_LABEL = 'owner';

const MAX_FILE_BYTES = 128 * 1024 * 1024;
const YAML_FILE = /\.(ya?ml|json)$/;
/** Relevant targets of `kubectl patch`: roles, bindings, `aws-auth`, and names only known at deployment. */
const PATCH_OF_RBAC = /^(?:cluster)?role(?:binding)?s?[./]|^(?:configmaps?|cm)\/aws-auth$|⟨/i;

/**
 * @throws UnusableInput if a manifest cannot be read
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
  readonly condition: unknown;
  readonly metadata: unknown;
  readonly place: Place;
}

class Reader {
  private readonly intrinsics: Intrinsics;
  private readonly resources: Found[];
  private readonly byType: Map<string, Found[]>;
  private readonly references = new Map<StackTemplate, Map<string, Text | undefined>>();
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
    const { recorded, objects: { serviceAccounts: annotated, awsAuth, admission, ...manifests } } = this.manifests();
    const declared = withRolesOfTemplates(annotated, roles);
    const serviceAccounts = [
      ...declared,
      ...undeclared([...recorded, ...this.handedServiceAccounts()], declared),
      ...this.addonServiceAccounts(),
    ];
    const associations = [...this.associations(), ...this.addonAssociations()];
    const access = accessOf(roles, serviceAccounts, associations);
    const { clusters, principals: entries } = clusterAccessIn({
      ofType: (...types) => this.ofType(...types),
      text: (stack, value) => this.text(stack, value),
      resolve: (stack, value) => this.intrinsics.resolve(stack, value).value,
      clusterArn,
    });
    const principals = [
      ...entries,
      ...awsAuth.filter(({ cluster }) => authenticationModeOf(clusters, cluster) !== 'API')
        .flatMap(principalsOfAwsAuth),
    ];
    const { guards, others: otherPolicies } = recognizeGuards(admission);
    const closedBy = closedByGuards(guards, { access, principals, clusters });
    return {
      clusters: clustersOf(access),
      providers: this.providers(),
      roles,
      serviceAccounts,
      associations,
      addons: this.addons(),
      ...manifests,
      access,
      principals,
      guards,
      otherPolicies,
      ...this.reaches(
        { ...manifests, access, serviceAccounts, principals, clusters }, { ...closedBy !== undefined && { closedBy } },
      ),
      accounts: unique(this.assembly.stacks.map(({ account }) => account ?? standIn('AWS::AccountId'))),
      suppressions: this.suppressions(),
      constructPaths: this.constructPaths(),
      existingRoles: unique(
        this.assembly.stacks.flatMap(stack => stack.existingRoles.map(arn => this.text(stack, arn))),
      ),
      existingProviders: unique(
        this.assembly.stacks.flatMap(stack => stack.existingProviders.map(arn => this.text(stack, arn))),
      ),
      changedFiles: this.changedFiles(),
    };
  }

  private reaches(input: ReachInput, options: ReachOptions): Pick<AccessMap, 'reaches' | 'unknownReaches'> {
    const { reaches, unknownReaches } = reachesOf(input, options);
    return { reaches, unknownReaches: [...unknownReaches, ...this.unreadRbac()] };
  }

  /** RBAC that the CDK applies to clusters but that is not in the templates. */
  private unreadRbac(): UnknownReach[] {
    const charts = this.ofType('Custom::AWSCDK-EKS-HelmChart').map(({ stack, logicalId, properties, place }) => {
      const name = properties.Release === undefined ? logicalId : this.text(stack, properties.Release);
      return { stack, properties, place, what: `Helm release ${name}` };
    });
    const manifests = this.ofType('Custom::AWSCDK-EKS-KubernetesResource').filter(({ stack, properties }) =>
      !/^\s*\[/.test(this.intrinsics.text(stack, properties.Manifest) ?? ''))
      .map(({ stack, logicalId, properties, place }) => ({ stack, properties, place, what: `manifest ${logicalId}` }));
    const patches = this.ofType('Custom::AWSCDK-EKS-KubernetesPatch').filter(({ stack, properties }) =>
      PATCH_OF_RBAC.test(this.text(stack, properties.ResourceName)))
      .map(({ stack, logicalId, properties, place }) => ({ stack, properties, place, what: `patch ${logicalId}` }));
    return [...charts, ...manifests, ...patches].map(({ stack, properties, place, what }) => ({
      cluster: clusterArn(stack, this.text(stack, properties.ClusterName)),
      actor: { kind: 'Group', name: standIn(`subjects of ${what}`) },
      reason: `the roles and bindings of ${what} are not in the input`,
      places: [place],
    }));
  }

  private changedFiles(): ChangedFile[] {
    return this.assembly.stacks.flatMap(({ path, record }) =>
      (record?.files ?? []).flatMap(({ file, state }): ChangedFile[] => {
        const isChanged = state === 'changed' || state === 'replaced' || state === 'missing';
        return isChanged ? [{ state, place: { file }, writtenBy: path }] : [];
      }));
  }

  /** ServiceAccounts that the app passes to charts rendered elsewhere. */
  private handedServiceAccounts(): ServiceAccount[] {
    return this.assembly.stacks.flatMap(stack =>
      (stack.record?.serviceAccounts ?? []).map(({ namespace, name, annotations, nestedStack, constructPath }) => {
        const path = nestedStack === undefined ? stack.path : `${stack.path}/${nestedStack}`;
        const own = this.assembly.stacks.find(candidate => candidate.path === path) ?? stack;
        const texts = Object.fromEntries(
          Object.entries(objectOf(annotations)).map(([key, value]) => [key, this.text(own, value)]),
        );
        return {
          namespace: this.text(own, namespace),
          name: this.text(own, name),
          roleArn: texts[ROLE_ARN_ANNOTATION],
          audience: audienceOf(texts),
          place: { file: own.file, stack: own.path, constructPath: textOf(constructPath) },
        };
      }));
  }

  private suppressions(): Suppression[] {
    return this.resources.flatMap(({ stack, logicalId, metadata }) =>
      arrayOf(propertyOf(metadata, 'cdk_irsa', 'rules_to_suppress')).flatMap((suppression): Suppression[] => {
        const { id, reason } = objectOf(suppression);
        if (typeof reason !== 'string' || reason.trim() === '') return [];
        return [{ stack: stack.path, logicalId, rule: textOf(id), reason }];
      }));
  }

  private constructPaths(): ConstructPaths {
    const paths: Record<string, string> = {};
    for (const { place: { stack, logicalId, constructPath } } of this.resources) {
      if (constructPath !== undefined) paths[`${stack}/${logicalId}`] = constructPath;
    }
    return paths;
  }

  private ofType(...types: string[]): Found[] {
    return types.flatMap(type => this.byType.get(type) ?? []);
  }

  /** The value of a `Ref`. Cached, because roles are referenced often. */
  private reference(stack: StackTemplate, value: unknown): Text | undefined {
    const logicalId = propertyOf(value, 'Ref');
    if (typeof logicalId !== 'string') return undefined;
    let known = this.references.get(stack);
    if (known === undefined) this.references.set(stack, known = new Map());
    if (!known.has(logicalId)) known.set(logicalId, this.intrinsics.text(stack, value));
    return known.get(logicalId);
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
      const { TargetRoleArn: target, Policy: policy, DisableSessionTags: disable = false } = properties;
      const disabled = of(disable);
      return {
        cluster: clusterArn(stack, of(properties.ClusterName)),
        namespace: of(properties.Namespace),
        serviceAccount: of(properties.ServiceAccount),
        roleArn: of(properties.RoleArn),
        disableSessionTags: hasStandIn(disabled) ? 'unknown' : disabled === 'true',
        ...target !== undefined && { targetRoleArn: of(target) },
        ...policy !== undefined && this.sessionPolicy(stack, policy),
        place,
      };
    });
  }

  private sessionPolicy(
    stack: StackTemplate, policy: unknown,
  ): Pick<Association, 'sessionPolicy' | 'sessionPolicyLength'> {
    const text = this.intrinsics.text(stack, policy);
    return {
      sessionPolicy: this.document(stack, policy).value ?? text ?? null,
      ...text !== undefined && { sessionPolicyLength: text.replace(/⟨[^⟨⟩]*⟩/g, '').length },
    };
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

  /** The namespace of an add-on, and the service account that gets its role. */
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
    return this.ofType('AWS::IAM::Role').map(({ stack, logicalId, properties, condition, place }) => {
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
        ...typeof condition === 'string' && { condition },
        policies: [
          ...this.ownPolicies(stack, properties, place),
          ...(attached.get(roleKey(account, name)) ?? []).map(({ policy }) => policy),
        ],
        place,
      };
    });
  }

  /** A policy document as an object; a deferred document is a JSON text. */
  private document(stack: StackTemplate, value: unknown): { value: unknown; unresolved: string[] } {
    const resolved = this.intrinsics.resolve(stack, value);
    if (typeof resolved.value !== 'string') return resolved;
    try {
      return { ...resolved, value: JSON.parse(resolved.value) };
    } catch {
      return { value: undefined, unresolved: [...resolved.unresolved, 'the policy is not valid JSON'] };
    }
  }

  private ownPolicies(stack: StackTemplate, properties: JsonObject, place: Place): Policy[] {
    const { Policies: inline, ManagedPolicyArns: managed, PermissionsBoundary: boundary } = properties;
    return [
      ...elementsOf(this.intrinsics.resolve(stack, inline).value).map((policy): Policy => ({
        name: textOf(typeof policy === 'string' ? policy : propertyOf(policy, 'PolicyName')),
        kind: 'inline',
        document: this.document(stack, propertyOf(policy, 'PolicyDocument')).value,
        place,
      })),
      ...elementsOf(this.intrinsics.resolve(stack, managed).value)
        .map(arn => this.managedPolicy(textOf(arn), 'managed')),
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

  /** The managed policies of this assembly, by ARN. */
  private managedPolicies(): Map<string, { document: unknown; place: Place }> {
    this.ownManaged ??= new Map(
      this.ofType('AWS::IAM::ManagedPolicy').map(({ stack, logicalId, properties, place }) => [
        this.text(stack, { Ref: logicalId }),
        { document: this.document(stack, properties.PolicyDocument).value, place },
      ]),
    );
    return this.ownManaged;
  }

  /** Policies that list their roles, grouped by role. */
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

  /** `recorded`: ServiceAccounts of missing files, as recorded by synth. */
  private manifests(): { objects: KubernetesObjects; recorded: ServiceAccount[] } {
    const { manifests = [], manifestTexts = [], namespace, unreadable } = this.options;
    const { ownerLabel = DEFAULT_OWNER_LABEL } = this.options;
    const options: ManifestOptions = { ownerLabel, ...namespace !== undefined && { namespace } };
    const given = manifests.flatMap(path => yamlFilesIn(path));
    const known = new Set([...given, ...manifestTexts.map(({ place }) => place.file)].map(canonical));
    const isNew = (file: string) => known.size === 0 || !known.has(canonical(file));
    const files = unique([
      ...this.assembly.stacks.flatMap(({ manifestFiles }) => manifestFiles.filter(isNew)),
      ...given,
    ]);
    const generated = this.assembly.stacks.flatMap(({ record }) => record?.files ?? [])
      .filter(({ kind, file }) => kind === 'manifests' && isNew(file));
    const objects = noObjects();
    const recorded: ServiceAccount[] = [];
    const attempt = (read: () => KubernetesObjects, isOfFile = true) => {
      try {
        const { serviceAccounts, ...others } = read();
        addObjects(objects, others);
        if (isOfFile) addObjects(objects, { serviceAccounts });
        else for (const account of serviceAccounts) recorded.push(account);
      } catch (error) {
        if (unreadable === undefined || !UnusableInput.is(error)) throw error;
        unreadable.push(error);
      }
    };
    // one at a time to save memory, because there may be many
    for (const file of files) {
      attempt(() => readManifests({ text: readText(file, undefined, MAX_FILE_BYTES), place: { file } }, options));
    }
    for (const written of generated) {
      const { file, text } = written;
      attempt(() => readManifests({ text, place: { file } }, options), isThere(written));
    }
    for (const manifest of [...manifestTexts, ...this.outputs()]) attempt(() => readManifests(manifest, options));
    for (const { cluster, isConditional, ...manifest } of this.appliedByEks()) {
      attempt(() => readManifests(manifest, { ...options, cluster, isConditional }));
    }
    for (const declared of this.charts()) addObjects(objects, declared);
    return { objects, recorded };
  }

  /** Manifests in stack outputs. */
  private outputs(): ManifestText[] {
    return this.assembly.stacks.flatMap(stack => Object.entries(stack.template.Outputs ?? {})
      .map(([logicalId, output]) => ({ logicalId, value: propertyOf(output, 'Value') }))
      .filter(({ logicalId, value }) => /^KubernetesManifests/.test(logicalId) && value !== undefined)
      .map(({ logicalId, value }) => ({ text: this.text(stack, value), place: placeOf(stack, logicalId) })));
  }

  /** Manifests that a custom resource of the CDK applies to a cluster. */
  private appliedByEks(): (ManifestText & { readonly cluster: Text; readonly isConditional: boolean })[] {
    return this.ofType('Custom::AWSCDK-EKS-KubernetesResource').flatMap(({ stack, properties, condition, place }) => {
      const text = this.intrinsics.text(stack, properties.Manifest);
      const cluster = clusterArn(stack, this.text(stack, properties.ClusterName));
      const isConditional = this.intrinsics.mayBeMissing(stack, condition);
      return text === undefined ? [] : [{ text: wrapInList(text), place, cluster, isConditional }];
    });
  }

  /** Charts that a custom resource of the CDK installs. */
  private charts(): Partial<KubernetesObjects>[] {
    return this.ofType('Custom::AWSCDK-EKS-HelmChart').map(({ stack, logicalId, properties, place }) => {
      const { Release: release, Namespace: namespace, Values: values } = properties;
      const name = release === undefined ? logicalId : this.text(stack, release);
      const maker = { words: `Helm release ${name}`, kind: 'Helm release', name, place };
      return accountsOfChart(
        { ...maker, namespace: namespace === undefined ? 'default' : this.text(stack, namespace) },
        values === undefined ? '' : this.text(stack, values),
      );
    });
  }
}

/**
 * The service accounts that no manifest declares. Several clusters may have service accounts with the same name, so the
 * role determines the matching manifest; a manifest without a known role matches any of them.
 */
function undeclared(handed: ServiceAccount[], declared: readonly ServiceAccount[]): ServiceAccount[] {
  const declaredByName = grouped(declared, nameOf);
  return [...grouped(handed, nameOf)].flatMap(([name, all]) => {
    const found = declaredByName.get(name) ?? [];
    const roles = new Set(found.map(({ roleArn }) => roleArn));
    const open = all.filter(({ roleArn }) => !roles.has(roleArn));
    const isAboutAny = found.some(({ roleArn }) => !all.some(account => account.roleArn === roleArn));
    return isAboutAny ? [] : open;
  });
}

/**
 * A template by itself does not contain its account, but ARNs in manifests do. If exactly one role of such a template
 * has the name in an ARN, it is that role; otherwise the two would not be compared.
 */
function withRolesOfTemplates(accounts: readonly ServiceAccount[], roles: readonly Role[]): ServiceAccount[] {
  const known = new Set(roles.map(({ arn }) => arn));
  const inUnknownAccounts = grouped(roles.filter(({ account }) => isStandIn(account)), ({ arn }) => resourceOf(arn));
  return accounts.map(account => {
    if (account.roleArn === undefined || known.has(account.roleArn)) return account;
    const [role, ...others] = inUnknownAccounts.get(resourceOf(account.roleArn)) ?? [];
    return role && others.length === 0 ? { ...account, roleArn: role.arn } : account;
  });
}

/** `role/<path and name>` of an ARN. */
function resourceOf(arn: Text): string {
  return arnParts(arn)[5] ?? '';
}

function nameOf({ namespace, name }: ServiceAccount): string {
  return `${namespace}/${name}`;
}

/** All resources. Resources of a loop are returned once, because the loop variable is not known. */
function resourcesIn(section: unknown): [logicalId: string, resource: unknown][] {
  return Object.entries(objectOf(section)).flatMap(([key, resource]) =>
    (key.startsWith('Fn::ForEach::') && Array.isArray(resource) ? resourcesIn(resource[2]) : [[key, resource]]));
}

/** Wraps a JSON list of objects in a List. */
function wrapInList(text: string): string {
  return `{"apiVersion":"v1","kind":"List","items":${text}}`;
}

function foundIn(
  stack: StackTemplate,
  logicalId: string,
  type: string,
  { Properties: properties, Metadata: metadata, Condition: condition }: ResourceJson,
): Found {
  const path = propertyOf(metadata, 'aws:cdk:path');
  const place = placeOf(stack, logicalId);
  return {
    stack,
    logicalId,
    type,
    properties: objectOf(properties),
    condition,
    metadata,
    place: typeof path === 'string' ? { ...place, constructPath: path } : place,
  };
}

function placeOf(stack: StackTemplate, logicalId: string): Place {
  const constructPath = stack.constructPaths.get(logicalId);
  return { file: stack.file, stack: stack.path, logicalId, ...constructPath !== undefined && { constructPath } };
}

/** The elements of a list. A list that is only known at deployment is one element, so that it does not seem empty. */
function elementsOf(value: unknown): unknown[] {
  return isStandIn(value) ? [value] : arrayOf(value);
}

/** Role names are unique in an account. */
function roleKey(account: Text, name: Text): string {
  return `${account}/${name}`;
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
