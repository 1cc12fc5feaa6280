/**
 * Whether manifests match roles.
 */
import { basename, dirname } from 'path';
import { WEBHOOK_ROLE_ARN } from '../../conventions/name-rules';
import { AUDIENCE_ANNOTATION, ROLE_ARN_ANNOTATION } from '../../conventions/webhook-annotations';
import { AccessMap, ChangedFile, Place, Role, ServiceAccount } from '../access-map';
import { Found, Rule } from './rule';
import { accessOfPods, annotatedIn, placeOf, rolesByArn, saName } from './words';
import { Admission } from '../admission/admission';
import {
  admissionsOf,
  associationAdmission,
  ManifestAdmission,
  targetTrustAdmission,
} from '../admission/manifest-admissions';
import { grouped } from '../json-values';
import { andMore, listInShort } from '../lists';
import { placeholdersIn, renderCommands } from '../placeholders';
import { trustedBy } from '../reading/trusted-subjects';
import { hasStandIn } from '../stand-in';

export const ROLE_DOES_NOT_TRUST: Rule = {
  id: 'role-does-not-trust',
  severity: 'error',
  title: 'A ServiceAccount or an EKS Pod Identity association whose role does not trust it',
  why: '`AccessDenied` in the pod. Reported as a note if the answer is only known at deployment.',
  check: map => [...byAnnotation(map), ...byAssociation(map)],
};

function byAnnotation(map: AccessMap): Found[] {
  const byRole = grouped(annotatedIn(map).filter(({ name }) => !hasStandIn(name)), ({ roleArn }) => roleArn);
  const refused = admissionsOf(map)
    .filter(({ admission, audiences }) => admission.answer !== 'in' && audiences.length === 0)
    .filter(({ serviceAccount, role }) =>
      isRendered(serviceAccount) && !isNamedElsewhere(serviceAccount, byRole.get(role.arn) ?? []));
  return refused.map(({ serviceAccount, role, admission }) => ({
    ...verdict(saName(serviceAccount), role, admission),
    fix:
      admission.answer === 'unknown'
        ? fixOfUnknown(serviceAccount)
        : 'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
          + `[ServiceAccountSubject.exact('${serviceAccount.namespace}', '${serviceAccount.name}')]), or correct the `
          + 'ServiceAccount.',
    place: placeOf(serviceAccount, ROLE_ARN_ANNOTATION),
    others: [role.place],
  }));
}

function byAssociation(map: AccessMap): Found[] {
  const roles = rolesByArn(map);
  return map.associations.flatMap(association => {
    const { cluster, namespace, serviceAccount, roleArn, targetRoleArn = '', place } = association;
    const [role, target] = [roleArn, targetRoleArn].map(arn => roles.get(arn));
    const who = `Association of ${namespace}/${serviceAccount} with ${cluster}`;
    const found = (of: Role, admission: Admission, told: string, fix: string): Found[] =>
      admission.answer === 'in'
        ? []
        : [
          {
            ...verdict(told, of, admission),
            fix: admission.answer === 'unknown' ? fixOfUnknown({ namespace }) : fix,
            place,
            others: [of.place],
          },
        ];
    return [
      ...role ? found(role, associationAdmission(role, association), who, TRUST_PODS) : [],
      ...target
        ? found(target, targetTrustAdmission(target, association), `${who}, as role ${roleArn}`, TRUST_ROLE)
        : [],
    ];
  });
}

const TRUST_ROLE =
  'Trust the role of the association with trust.addPrincipal(), allowing sts:AssumeRole and sts:TagSession, or '
  + 'correct the association.';
const TRUST_PODS = 'Trust it with trust.addPodIdentity(), which adds sts:AssumeRole, sts:TagSession and the '
  + 'conditions, or correct the association.';

function verdict(who: string, role: Role, { answer, reasons }: Admission): Pick<Found, 'message' | 'severity'> {
  const reason = reasons.join('; ');
  return answer === 'unknown'
    ? { severity: 'note', message: `${who}: cannot determine whether it can assume role ${role.name}: ${reason}.` }
    : { message: `${who}: cannot assume role ${role.name}: ${reason}.` };
}

/** Whether a ServiceAccount of a Helm release, whose name is unknown, may be one that another manifest names. */
function isNamedElsewhere({ name, namespace, createdBy }: ServiceAccount, ofRole: readonly ServiceAccount[]): boolean {
  return createdBy !== undefined && hasStandIn(name)
    && ofRole.some(other => other.namespace === namespace || hasStandIn(namespace));
}

function fixOfUnknown({ namespace, createdBy }: Pick<ServiceAccount, 'namespace' | 'createdBy'>): string {
  if (createdBy !== undefined) return 'Set its name there, or also pass the rendered manifests.';
  return /^⟨namespace/.test(namespace)
    ? 'Set the namespace in the manifest, or pass it to verify with --namespace.'
    : 'Compare the two after the deployment.';
}

export const AUDIENCE_MISMATCH: Rule = {
  id: 'audience-mismatch',
  severity: 'error',
  title: 'A ServiceAccount whose role trusts it only for a different audience',
  why: '`AccessDenied` in the pod. The webhook requests tokens for the audience in the annotation '
    + `\`${AUDIENCE_ANNOTATION}\`, by default sts.amazonaws.com.`,
  check: map =>
    admissionsOf(map)
      .filter(({ audiences }) => audiences.length > 0)
      .map(audienceMismatch),
};

function audienceMismatch({ serviceAccount, role, audiences }: ManifestAdmission): Found {
  const { audience } = serviceAccount;
  const own = audience === '' ? 'the API server, because the annotation is empty' : audience;
  const or = audience === '' ? '' : `, or trust { audience: '${audience}' }`;
  return {
    message: `${saName(serviceAccount)}: its tokens are for ${own}, `
      + `but role ${role.name} accepts only tokens for ${audiences.join(', ')}.`,
    fix: `Add the annotation ${AUDIENCE_ANNOTATION}: ${audiences[0]}${or}.`,
    place: placeOf(serviceAccount, AUDIENCE_ANNOTATION, ROLE_ARN_ANNOTATION),
    others: [role.place],
  };
}

export const ROLE_NOT_FOUND: Rule = {
  id: 'role-not-found',
  severity: 'error',
  title:
    'A ServiceAccount or association whose role is not in the templates: an error if the ARN is invalid, a warning if '
      + "the role's account is one of the app's, otherwise a note",
  why: 'The pod gets no credentials. Roles owned by another app are fine: pass them to the construct as `role`, and '
    + 'this rule no longer fires.',
  check: map => {
    const all = [...map.roles.map(({ arn }) => arn), ...map.existingRoles];
    const known = new Set(all);
    const byIdentity = new Map(all.map(arn => [identityOf(arn), arn]));
    const annotated = map.serviceAccounts
      .filter(({ roleArn }) => roleArn !== undefined && !known.has(roleArn) && placeholdersIn(roleArn).length === 0)
      .map(serviceAccount =>
        notFound(
          map,
          byIdentity,
          saName(serviceAccount),
          serviceAccount.roleArn!,
          placeOf(serviceAccount, ROLE_ARN_ANNOTATION),
        ),
      );
    const associated = map.associations
      .filter(({ roleArn }) => !known.has(roleArn))
      .map(({ namespace, serviceAccount, roleArn, place }) =>
        notFound(map, byIdentity, `Association of ${namespace}/${serviceAccount}`, roleArn, place),
      );
    return [...annotated, ...associated];
  },
};

/** A role ARN without path and case: names are unique in an account regardless of both. */
function identityOf(arn: string): string {
  return arn.replace(/:role\/(.*\/)?([^/]*)$/, (_, __, name: string) => `:role/${name.toLowerCase()}`);
}

function notFound(
  { accounts }: AccessMap,
  byIdentity: ReadonlyMap<string, string>,
  who: string,
  arn: string,
  place: Place,
): Found {
  if (arn === '') {
    return {
      severity: 'note',
      message: `${who}: the annotation ${ROLE_ARN_ANNOTATION} is empty, so its pods get no role.`,
      fix: 'Set the annotation to the role ARN, or remove it.',
      place,
    };
  }
  if (hasStandIn(arn)) {
    return {
      severity: 'note',
      message: `${who}: role ${arn} is only known at deployment.`,
      fix: 'After the deployment, check that the role trusts it.',
      place,
    };
  }
  if (!WEBHOOK_ROLE_ARN.test(arn)) {
    const fix = WEBHOOK_ROLE_ARN.test(arn.trim().replace(/^["']|["']$/g, ''))
      ? 'Remove the whitespace or quotation marks around it.'
      : 'Write arn:<partition>:iam::<account>:role/<name>, as in the output of the stack or in roleArn.';
    return {
      message: `${who}: ${JSON.stringify(arn)} is not a role ARN that the pod identity webhook accepts.`,
      fix,
      place,
    };
  }
  const similar = byIdentity.get(identityOf(arn));
  if (similar !== undefined) {
    const what = similar.toLowerCase() === arn.toLowerCase() ? 'upper and lower case' : 'the path';
    return {
      message: `${who}: there is no role ${arn}. The role with this name is ${similar}, which differs in ${what}.`,
      fix: `Write ${similar}.`,
      place,
    };
  }
  const [, account] = /:iam::(\d{12}):/.exec(arn)!;
  return {
    severity: accounts.includes(account) ? 'warning' : 'note',
    message: `${who}: role ${arn} is not in the `
      + `templates${accounts.includes(account) ? `, although account ${account} is one of the app's` : ''}.`,
    fix: "Correct the ARN. If another app owns the role, pass it as `role`: Role.fromRoleArn(stack, 'Role', "
      + 'roleArn).',
    place,
  };
}

export const REPEATED_SERVICE_ACCOUNT: Rule = {
  id: 'repeated-service-account',
  severity: 'error',
  title: 'Two ServiceAccounts with the same namespace and name: in one file, or with different roles for one cluster',
  why: 'The one that is applied last replaces the other one and its role.',
  check: map => {
    const roles = rolesByArn(map);
    const declared = map.serviceAccounts.filter(({ boundBy }) => boundBy === undefined);
    return [...grouped(declared, saName).values()]
      .filter(all => all.length > 1)
      .flatMap(all => repetitions(all, roles));
  },
};

/** Repetitions among ServiceAccounts of one name. Different files are normal: they are for different clusters. */
function repetitions(all: ServiceAccount[], roles: ReadonlyMap<string, Role>): Found[] {
  const first = new Map<string, ServiceAccount>(); // per file, and per issuer
  return all.flatMap(serviceAccount => {
    const { roleArn, place } = serviceAccount;
    const issuers = issuersOf(roles.get(roleArn ?? '')).map(issuer => `issuer ${issuer}`);
    const file = `${place.file} ${place.logicalId} ${place.constructPath}`;
    const inFile = first.get(file);
    const other = inFile ?? issuers
      .map(issuer => first.get(issuer))
      .find(earlier => earlier && !isSame(earlier, serviceAccount));
    for (const key of [file, ...issuers]) if (!first.has(key)) first.set(key, serviceAccount);
    return other && (roleArn || other.roleArn) ? [repetition(serviceAccount, other, roles)] : [];
  });
}

function repetition(one: ServiceAccount, other: ServiceAccount, roles: ReadonlyMap<string, Role>): Found {
  const places = { place: one.place, others: [other.place] };
  if (isSame(one, other)) {
    const message = `${saName(one)}: is declared twice in one file.`;
    return { severity: 'warning', message, fix: 'Remove one of them.', ...places };
  }
  const [left, right] = [other, one].map(({ roleArn, audience }) =>
    roleArn ? `role ${roles.get(roleArn)?.name ?? roleArn} for ${audience}` : 'no role',
  );
  return {
    message: `${saName(one)}: is declared twice for one cluster, with ${left} and with ${right}.`,
    fix: 'Keep only one, or give one of them a different name or namespace.',
    ...places,
  };
}

function issuersOf(role: Role | undefined): string[] {
  return role
    ? [
      ...new Set(
        trustedBy(role.trust)
          .filter(({ via }) => via === 'irsa')
          .map(({ cluster }) => cluster),
      ),
    ]
    : [];
}

function isSame(one: ServiceAccount, other: ServiceAccount): boolean {
  return one.roleArn === other.roleArn && one.audience === other.audience;
}

export const ROLE_WITHOUT_SERVICE_ACCOUNT: Rule = {
  id: 'role-without-service-account',
  severity: 'note',
  title: 'A role that trusts service accounts, but no manifest or association uses it',
  why: 'Usually the ServiceAccount belongs to a Helm chart, an add-on or another repository that was not read.',
  check: map => {
    const byRole = grouped(accessOfPods(map), ({ role }) => role);
    return map.roles.flatMap(({ arn, name, place }) => {
      const trusted = byRole.get(arn) ?? [];
      if (trusted.length === 0 || trusted.some(({ used }) => used)) return [];
      const [first, ...more] = trusted.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
      return [{
        message: `Role ${name}: trusts ${first}${andMore(more.length)}, but none of the given manifests uses it.`,
        fix: 'To check them together, also pass the manifests that use it. Render Helm charts with helm template.',
        place,
      }];
    });
  },
};

/** Pods without a serviceAccountName use `default`. */
export const DEFAULT_WITH_ROLE: Rule = {
  id: 'default-with-role',
  severity: 'warning',
  title: 'The ServiceAccount `default` has a role',
  why: 'Every pod in the namespace that does not set `serviceAccountName` gets the role.',
  check: map =>
    annotatedIn(map)
      .filter(({ name }) => name === 'default')
      .map(serviceAccount => ({
        message: `${saName(serviceAccount)}: has role ${serviceAccount.roleArn}, which every pod in the namespace `
          + 'without a serviceAccountName gets.',
        fix: 'Create a separate ServiceAccount for the workload and set it as its serviceAccountName.',
        place: placeOf(serviceAccount, ROLE_ARN_ANNOTATION),
      })),
};

export const CHANGED_FILE: Rule = {
  id: 'changed-file',
  severity: 'warning',
  title: 'A generated file that differs from what synth wrote; a note if it is missing',
  why: 'The applied manifest differs from what the app generates, and the next synth overwrites it.',
  check: ({ changedFiles }) => {
    const missing = changedFiles.filter(({ state }) => state === 'missing');
    return [
      ...changedFiles.filter(({ state }) => state !== 'missing').map(changed),
      ...[...grouped(missing, ({ place }) => dirname(place.file)).values()].map((all): Found => ({
        severity: 'note',
        message: 'Generated files are missing: '
          + `${listInShort(all.map(({ place }) => basename(place.file)), SHOWN_FILES)}. `
          + 'Their content as recorded by synth was checked instead.',
        fix: 'Run `cdk synth` to regenerate them. If they are elsewhere, pass them as manifests to check them too.',
        place: all[0].place,
      })),
    ];
  },
};

function changed({ state, place, writtenBy }: ChangedFile): Found {
  return state === 'changed'
    ? {
      message: `The file differs from what the last synth of ${writtenBy} wrote. Its current content was checked.`,
      fix: 'Change the app instead of the file, and run `cdk synth` to regenerate it.',
      place,
    }
    : {
      message: `The file is not the one that the last synth of ${writtenBy} wrote: the header of generated files is `
        + 'missing. Unless you passed the file, the content recorded by synth was checked instead.',
      fix: 'Restore the file, or pass it as a manifest to check it.',
      place,
    };
}

const SHOWN_FILES = 3;

const SHOWN_PLACEHOLDERS = 3;

export const NOT_RENDERED: Rule = {
  id: 'not-rendered',
  severity: 'note',
  title: 'A manifest with placeholders (`${NAME}`, `{{ … }}`, `<NAME>`) in a namespace, a name or a role ARN',
  why: 'The manifest is not rendered yet, so the other rules cannot compare these values.',
  check: ({ serviceAccounts, workloads, impersonators }) => {
    const objects = [
      ...serviceAccounts.map(serviceAccount => (
        { place: serviceAccount.place, placeholders: placeholdersOf(serviceAccount) })),
      ...[...workloads, ...impersonators].map(({ place, namespace, name, serviceAccount }) => (
        { place, placeholders: placeholdersIn(namespace, name, serviceAccount) })),
    ];
    const unrendered = objects.filter(({ placeholders }) => placeholders.length > 0);
    return [...grouped(unrendered, ({ place }) => place.file).values()].map(all => {
      const placeholders = [...new Set(all.flatMap(object => object.placeholders))];
      return {
        message: `The manifest is not rendered yet; it contains the placeholder${placeholders.length === 1 ? '' : 's'} `
          + `${listInShort(placeholders, SHOWN_PLACEHOLDERS)}.`,
        fix: `Pass the rendered manifests instead: ${renderCommands(placeholders).join('; ')}.`,
        place: all[0].place,
      };
    });
  },
};

function placeholdersOf({ namespace, name, roleArn = '', audience }: ServiceAccount): string[] {
  return placeholdersIn(namespace, name, roleArn, audience);
}

function isRendered(serviceAccount: ServiceAccount): boolean {
  return placeholdersOf(serviceAccount).length === 0;
}
