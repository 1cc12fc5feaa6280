import { readPolicy } from './eksctl-policy';
import { FLAG } from './eksctl-shape';
import { Gaps } from './gaps';
import { Json, Path, YamlFile } from './yaml-file';
import { readShape } from './yaml-shape';
import { WEBHOOK_ROLE_ARN } from '../../conventions/name-rules';
import { quoted } from '../text';

const POLICY_ARN = /^arn:aws[a-z0-9-]*:iam::(\d{12}|aws):policy\/[\u0021-\u007e]+$/;
/** The tag of VPCs that eksctl creates. */
export const VPC_TAG = 'alpha.eksctl.io/cluster-name';

/** Well-known policies that become an AWS managed policy. */
const AWS_POLICIES: Record<string, { name: string; reason: string }> = {
  imageBuilder: { name: 'AmazonEC2ContainerRegistryPowerUser', reason: 'which eksctl attaches for it.' },
  ebsCSIController: {
    name: 'service-role/AmazonEBSCSIDriverPolicy',
    reason: 'which eksctl attaches for it. Controller.ebsCsiDriver is narrower.',
  },
  efsCSIController: {
    name: 'service-role/AmazonEFSCSIDriverPolicy',
    reason: 'which is limited to the tag of the driver, like eksctl\'s own statements. Controller.efsCsiDriver is'
      + ' narrower: it is limited to your file systems.',
  },
};
/** Well-known policies that become a controller of this library. */
const CONTROLLERS: WellKnownController[] = ['autoScaler', 'awsLoadBalancerController', 'externalDNS', 'certManager'];

/** Discontinued by AWS. */
const APP_MESH = ['appMesh', 'appMeshPreview'];

export type WellKnownController = 'autoScaler' | 'awsLoadBalancerController' | 'externalDNS' | 'certManager';

export type Texts = [key: string, value: string][];

/** The role that eksctl creates for a service account. */
export interface NewRole {
  readonly roleName?: string;
  readonly policyArns: string[];
  /** Names of AWS managed policies. */
  readonly awsPolicies: string[];
  readonly controllers: WellKnownController[];
  readonly inlinePolicy?: Map<string, Json>;
  readonly permissionsBoundary?: string;
  /** A pattern for the names of the service accounts in the namespace, instead of one name. */
  readonly subjectPattern?: string;
  readonly tags: Texts;
}

/** The keys of a role. */
export interface RoleKeys {
  readonly role: string;
  readonly policyArns: string;
  readonly policy: string;
  readonly boundary: string;
}

/** The values of a new role. */
export interface RoleValues {
  readonly roleName?: string;
  readonly subjectPattern?: string;
  readonly tags?: Texts;
  readonly policyArns?: string[];
  readonly permissionsBoundary?: string;
}

/** The limits for permissions of controllers. */
export interface Held {
  readonly clusterName: string;
  readonly vpcId?: string;
  /** Whether the file names subnets of an existing VPC, but not the VPC. */
  readonly isVpcUnknown: boolean;
  readonly hasZones: boolean;
}

/** The role of a service account, an association or an add-on. */
export class RoleReader {
  constructor(
    private readonly file: YamlFile, private readonly path: Path, private readonly gaps: Gaps,
    private readonly keys: RoleKeys, private readonly held: Held,
  ) {}

  public read({ policyArns = [], permissionsBoundary, roleName, subjectPattern, tags = [] }: RoleValues): NewRole {
    const document = this.in(this.keys.policy);
    if (policyArns.length === 0 && !this.file.has(this.in('wellKnownPolicies')) && !this.file.has(document)) {
      this.file.note(this.path, 'has no policies, which eksctl would reject. The role has no policies.');
    }
    if (roleName) {
      this.file.note(this.in('roleName'), 'the role in eksctl\'s stack has this name until that stack is deleted, and'
        + ' role names are unique in IAM. Use a different name while both exist.');
    }
    policyArns.forEach((arn, index) => this.checkPolicy([...this.in(this.keys.policyArns), index], arn));
    if (permissionsBoundary) this.checkPolicy(this.in(this.keys.boundary), permissionsBoundary);
    const unmapped = (cause: Path, advice: string) => this.gaps.add(document, advice, cause);
    return {
      policyArns,
      ...this.wellKnown(),
      inlinePolicy: this.file.has(document) ? readPolicy(this.file, document, unmapped) : undefined,
      permissionsBoundary,
      roleName,
      subjectPattern,
      tags,
    };
  }

  /** Notes keys that eksctl ignores if there is the ARN of an existing role. */
  public noteIgnored(...keys: string[]): void {
    const { policyArns, policy, boundary, role } = this.keys;
    for (const key of [policyArns, policy, 'wellKnownPolicies', boundary, 'roleName', ...keys]) {
      if (!this.file.has(this.in(key))) continue;
      const reason = `is ignored, as in eksctl, because ${role} refers to an existing role.`;
      this.file.note(this.in(key), reason);
    }
  }

  /** Whether no role can have this ARN, so that nothing can be written. */
  public isImpossible(arn: string): boolean {
    if (WEBHOOK_ROLE_ARN.test(arn)) return false;
    this.gaps.add(
      this.in(this.keys.role),
      `No role can have the ARN ${quoted(arn)}. Correct it (the account has 12 digits) and import again.`,
    );
    return true;
  }

  /** Invalid ARNs are kept, because without the boundary or policy the role would have other permissions. */
  private checkPolicy(path: Path, arn: string): void {
    if (POLICY_ARN.test(arn)) return;
    this.file.note(path, `no policy can have the ARN ${quoted(arn)}, so IAM will reject it. Correct it before you`
      + ' deploy.');
  }

  private wellKnown(): Pick<NewRole, 'awsPolicies' | 'controllers'> {
    const policies = this.in('wellKnownPolicies');
    this.gaps.unknown(policies, [...Object.keys(AWS_POLICIES), ...CONTROLLERS, ...APP_MESH]);
    const awsPolicies: string[] = [];
    const controllers: WellKnownController[] = [];
    for (const key of this.file.keys(policies)) {
      const path = [...policies, key];
      const isController = (CONTROLLERS as string[]).includes(key);
      const isKnown = isController || Object.hasOwn(AWS_POLICIES, key) || APP_MESH.includes(key);
      if (!isKnown || !readShape(FLAG, this.file, path)) continue;
      if (APP_MESH.includes(key)) {
        this.gaps.add(path, 'AWS has discontinued App Mesh. The role does not include it.');
      } else if (isController) {
        if (this.controller(path, key as WellKnownController)) controllers.push(key as WellKnownController);
      } else {
        const { name, reason } = AWS_POLICIES[key];
        awsPolicies.push(name);
        this.file.note(path, `is written as the AWS managed policy ${name}, ${reason}`);
      }
    }
    return { awsPolicies, controllers };
  }

  /** Whether the program can include the controller. */
  private controller(path: Path, controller: WellKnownController): boolean {
    const { factory, needsZones, scope } = describeController(controller, this.held);
    if (controller === 'awsLoadBalancerController' && this.held.isVpcUnknown) {
      this.gaps.add(path, 'The file contains subnets of an existing VPC, but not the VPC itself, so the role does not'
        + ' include these permissions. Import again with --vpc <id>.');
      return false;
    }
    if (needsZones && !this.held.hasZones) {
      this.gaps.add(path, 'eksctl allows it to change all records in all hosted zones of the account. The role does'
        + ' not include these permissions.'
        + ` Import again with --hosted-zone <id> for each zone that it manages, or add controller: ${factory}({`
        + ' hostedZones: […] }).');
      return false;
    }
    this.file.note(path, `is written as ${factory}, which is narrower than in eksctl: ${scope}`);
    return true;
  }

  private in(key: string): Path {
    return [...this.path, key];
  }
}

/** The controller for a well-known policy, and its limits. */
interface Described {
  readonly factory: string;
  readonly needsZones: boolean;
  readonly scope: string;
}

function describeController(controller: WellKnownController, { clusterName, vpcId }: Held): Described {
  const vpc = vpcId ?? `the VPC with the tag ${VPC_TAG} = ${clusterName}, which the CDK CLI looks up`;
  switch (controller) {
    case 'autoScaler': return {
      factory: 'Controller.clusterAutoscaler',
      needsZones: false,
      scope: `it only changes Auto Scaling groups with the tag k8s.io/cluster-autoscaler/${clusterName} = owned.`
        + ' Make sure that yours have it.',
    };
    case 'awsLoadBalancerController': return {
      factory: 'Controller.awsLoadBalancerController',
      needsZones: false,
      scope: `it only changes load balancers with the tag elbv2.k8s.aws/cluster = ${clusterName}, and security groups`
        + ` of ${vpc}.`,
    };
    case 'externalDNS': return {
      factory: 'Controller.externalDns',
      needsZones: true,
      scope: 'it only changes records in the zones of --hosted-zone.',
    };
    case 'certManager': return {
      factory: 'Controller.certManager',
      needsZones: true,
      scope: 'it only changes TXT records _acme-challenge.* in the zones of --hosted-zone.',
    };
  }
}
