import { Texts, NewRole, RoleReader, Held } from './eksctl-role';
import { WITH_ROLE, WITHOUT_ROLE } from './eksctl-shape';
import { Gap, Gaps } from './gaps';
import { Place } from './remarks';
import { Path, YamlFile } from './yaml-file';
import { Read, readShape } from './yaml-shape';
import { MAX_TOKEN_SECONDS, MIN_TOKEN_SECONDS } from '../../conventions/webhook-annotations';
import { matchesPattern } from '../../conventions/wildcards';

const AUDIENCE = 'sts.amazonaws.com';
const WEBHOOK_ANNOTATIONS = ['role-arn', 'audience', 'token-expiration', 'sts-regional-endpoints']
  .map(name => `eks.amazonaws.com/${name}`);
const ROLE_KEYS = {
  role: 'attachRoleARN', policyArns: 'attachPolicyARNs', policy: 'attachPolicy', boundary: 'permissionsBoundary',
};
const KEYS = [
  'metadata', 'roleOnly', 'status', 'wellKnownPolicies', 'roleName', 'subjectPattern', 'tags',
  ...Object.values(ROLE_KEYS),
];

/** An EKS Pod Identity association. */
export interface Association {
  readonly targetRoleArn?: string;
  readonly disableSessionTags: boolean;
  readonly tags: Texts;
}

/** A service account in eksctl. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  /** False for only the role. */
  readonly createServiceAccount: boolean;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly audience?: string;
  /** In seconds. */
  readonly tokenExpiration?: number;
  readonly regionalStsEndpoint?: boolean;
  /** The EKS Pod Identity association. Undefined if the role is assumed by IRSA. */
  readonly association?: Association;
  /** The ARN of an existing role, or a new one. */
  readonly role: string | NewRole;
  /** Reported at the service account in the program. */
  readonly gaps: Gap[];
  /** Whether the gaps leave nothing to write. */
  readonly isLeftOut: boolean;
}

/** The names of service accounts and their places. */
export class TakenNames {
  private readonly places = new Map<string, Place>();

  public has(name: string): boolean {
    return this.places.has(name);
  }

  /** Adds a name. A second one is a problem of the file. */
  public checkOnce(file: YamlFile, path: Path, name: string, owner: Path): void {
    const first = this.places.get(name);
    if (!first) this.places.set(name, file.place(owner));
    else file.problem(path, 'be unique in its namespace', `${name} is already in line ${first.line}.`);
  }
}

type Annotations = Pick<ServiceAccount, 'annotations' | 'audience' | 'tokenExpiration' | 'regionalStsEndpoint'>;

/** One item of `iam.serviceAccounts`. */
export class AccountReader {
  private readonly path: Path;
  private readonly gaps: Gaps;
  private readonly roles: RoleReader;

  constructor(private readonly file: YamlFile, index: number, held: Held) {
    this.path = ['iam', 'serviceAccounts', index];
    this.gaps = new Gaps(file);
    this.roles = new RoleReader(file, this.path, this.gaps, ROLE_KEYS, held);
  }

  public read(taken: TakenNames): ServiceAccount | undefined {
    const shape = this.file.at(this.in('attachRoleARN')) ? WITH_ROLE : WITHOUT_ROLE;
    const account = readShape<Read<typeof WITH_ROLE>>(shape, this.file, this.path);
    if (!account) return undefined;
    const { metadata, roleOnly = false, attachRoleARN } = account;
    const { name, namespace = 'default', labels = [], annotations = [] } = metadata;
    this.gaps.unknown(this.path, KEYS);
    this.gaps.unknown(this.in('metadata'), ['name', 'namespace', 'labels', 'annotations']);
    taken.checkOnce(this.file, this.in('metadata', 'name'), `${namespace}/${name}`, this.in('metadata'));

    this.note('status', 'is ignored: eksctl writes it but does not read it.');
    for (const key of roleOnly ? ['labels', 'annotations'] : []) {
      this.note(['metadata', key], 'is ignored, as in eksctl, because roleOnly creates no'
        + ' ServiceAccount.');
    }
    const isLeftOut = attachRoleARN !== undefined && this.isWithoutUse(attachRoleARN, roleOnly);
    if (attachRoleARN) this.roles.noteIgnored('subjectPattern', 'tags');
    const { attachPolicyARNs: policyArns, ...values } = account as Read<typeof WITHOUT_ROLE>;
    const role = attachRoleARN ?? this.roles.read({ ...values, policyArns });
    const pattern = typeof role === 'string' ? undefined : role.subjectPattern;
    const isLockedOut = pattern !== undefined && !matchesPattern(pattern, name);
    if (isLockedOut && !roleOnly) {
      this.gaps.add(this.in('subjectPattern'), 'It does not match the name of the service account, so its pods could'
        + ' not assume the role. Only the role is written, without the ServiceAccount.');
    }
    return {
      namespace,
      name,
      createServiceAccount: !roleOnly && !isLockedOut,
      labels,
      ...this.annotations(annotations),
      role,
      gaps: this.gaps.all,
      isLeftOut,
    };
  }

  private in(...keys: string[]): Path {
    return [...this.path, ...keys];
  }

  private note(key: string | string[], message: string): void {
    const path = this.in(...[key].flat());
    if (this.file.has(path)) this.file.note(path, message);
  }

  /** Whether nothing can be written for a service account with an existing role. */
  private isWithoutUse(arn: string, roleOnly: boolean): boolean {
    if (!roleOnly) return this.roles.isImpossible(arn);
    this.gaps.add(this.in('attachRoleARN'), 'In combination with roleOnly, eksctl creates neither a role nor a'
      + ' ServiceAccount, and neither does the program.');
    return true;
  }

  /** Annotations of the webhook have separate properties. eksctl sets the role ARN itself. */
  private annotations(annotations: Texts): Annotations {
    const given = new Map(annotations);
    const [arn, audience, expiration, regional] = WEBHOOK_ANNOTATIONS;
    const gap = (key: string, advice: string) => this.gaps.add(this.in('metadata', 'annotations', key), advice);
    const [audienceText, expirationText, regionalText] = [audience, expiration, regional].map(key => given.get(key));
    this.note(['metadata', 'annotations', arn], 'is replaced with the role ARN of this service account, as in'
      + ' eksctl.');
    if (audienceText !== undefined && audienceText !== AUDIENCE) {
      gap(audience, `The role trusts only ${AUDIENCE}, as in eksctl.`);
    }
    const seconds = /^\d+$/.test(expirationText ?? '') ? Number(expirationText) : 0;
    const isValid = seconds >= MIN_TOKEN_SECONDS && seconds <= MAX_TOKEN_SECONDS;
    if (expirationText !== undefined && !isValid) {
      gap(expiration, `It must be ${MIN_TOKEN_SECONDS} to ${MAX_TOKEN_SECONDS} seconds. Set tokenExpiration.`);
    }
    if (regionalText !== undefined && !/^(true|false)$/.test(regionalText)) {
      gap(regional, 'It must be "true" or "false". Set regionalStsEndpoint.');
    }
    return {
      annotations: annotations.filter(([key]) => !WEBHOOK_ANNOTATIONS.includes(key)),
      audience: audienceText === AUDIENCE ? AUDIENCE : undefined,
      tokenExpiration: isValid ? seconds : undefined,
      regionalStsEndpoint: regionalText === 'false' ? false : undefined,
    };
  }
}
