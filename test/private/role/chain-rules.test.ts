/**
 * Chains of roles that somebody made by hand: an error where a half is missing, and none where both are there.
 */
import { App, Aspects, IAspect, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import {
  IrsaRole, IrsaServiceAccount, IWorkloadIdentity, PodIdentityServiceAccount, ServiceAccountSubject, TrustPolicy,
} from '../../../src';
import { agnosticStack, literalProvider, literalStack, REGION } from '../../support';

const OWN = '111122223333';
const DATA = '444455556666';
const NAMES = { namespace: 'reports', serviceAccountName: 'importer' };
const BOTH = ['sts:AssumeRole', 'sts:TagSession'];
const WHY = 'EKS Pod Identity tags the session, and session tags are transitive.';
const ROLE_ARN = /arn:aws:iam::111122223333:role\/reports-importer-\w{10}/.source;

/** The stacks of both accounts, and another one of the first. */
interface World {
  readonly app: App;
  readonly own: Stack;
  readonly beside: Stack;
  readonly data: Stack;
}

function world(): World {
  const app = new App();
  const [own, beside] = ['Own', 'Beside'].map(id => literalStack(app, id));
  return { app, own, beside, data: literalStack(app, 'Data', { account: DATA, region: REGION }) };
}

const byPodIdentity = ({ own }: World, props = {}) =>
  new PodIdentityServiceAccount(own, 'Importer', { ...NAMES, clusterName: 'production', ...props });
const byIrsa = ({ own }: World, props = {}) =>
  new IrsaServiceAccount(own, 'Importer', { ...NAMES, oidcProvider: literalProvider(own), ...props });

const inbox = (scope: Stack, trust = new TrustPolicy(), roleName: string | undefined = 'inbox') =>
  new IrsaRole(scope, 'Inbox', { roleName, trust });
const permit = (identity: IWorkloadIdentity, actions: string[], resource: string) =>
  identity.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
const INBOX = `arn:aws:iam::${DATA}:role/inbox`;
const named = (identity: IWorkloadIdentity) => new iam.ArnPrincipal(identity.roleArn);
const withTags = (principal: iam.PrincipalBase) => new iam.SessionTagsPrincipal(principal);

function problemsOf({ app }: World): string[] {
  try {
    app.synth();
    return [];
  } catch (error) {
    const [, ...lines] = (error as Error).message.split('\n');
    return lines.map(line => line.trim()).filter(line => line !== '');
  }
}

describe('a chain that works is no error', () => {
  test.each<[string, (world: World) => void]>([
    ['written by grantAssume', at => byPodIdentity(at).grantAssume(inbox(at.data))],
    ['in one account, with the trust half alone', at => {
      inbox(at.beside, new TrustPolicy().addPrincipal(byPodIdentity(at)));
    }],
    ['by hand, with session tags in both halves', at => {
      const importer = byPodIdentity(at);
      permit(importer, BOTH, INBOX);
      inbox(at.data, new TrustPolicy().addPrincipal(withTags(named(importer))));
    }],
    ['by hand, with IRSA', at => {
      const importer = byIrsa(at);
      inbox(at.data, new TrustPolicy().addPrincipal(named(importer))).grantAssumeRole(importer.grantPrincipal);
    }],
    ['by hand, without session tags', at => {
      const importer = byPodIdentity(at, { disableSessionTags: true });
      inbox(at.data, new TrustPolicy().addPrincipal(named(importer))).grantAssumeRole(importer.grantPrincipal);
    }],
    ['by hand, to a role that trusts the account', at => {
      const importer = byPodIdentity(at);
      const role = inbox(at.beside, new TrustPolicy().addPrincipal(withTags(new iam.AccountPrincipal(OWN))));
      permit(importer, BOTH, `arn:aws:iam::${OWN}:role/inbox`);
      expect(role).toBeDefined();
    }],
    ['by hand, in one account, where the trust is enough', at => {
      const importer = byPodIdentity(at);
      permit(importer, ['sts:AssumeRole'], `arn:aws:iam::${OWN}:role/inbox`);
      inbox(at.beside, new TrustPolicy().addPrincipal(withTags(named(importer))));
    }],
    ['with a permission by wildcard', at => {
      const importer = byPodIdentity(at);
      permit(importer, ['sts:*'], '*');
      inbox(at.data, new TrustPolicy().addPrincipal(importer));
    }],
    ['with a permission under a condition', at => {
      const importer = byPodIdentity(at);
      permit(importer, ['sts:AssumeRole'], INBOX);
      importer.addToPrincipalPolicy(new iam.PolicyStatement({
        actions: ['sts:TagSession'], resources: ['*'], conditions: { Bool: { 'aws:SecureTransport': 'true' } },
      }));
      inbox(at.data, new TrustPolicy().addPrincipal(importer));
    }],
    ['with a managed policy, which may hold the permission', at => {
      const importer = byPodIdentity(at);
      importer.addManagedPolicy(iam.ManagedPolicy.fromManagedPolicyName(at.own, 'Assume', 'assume'));
      permit(importer, ['sts:AssumeRole'], INBOX);
      inbox(at.data, new TrustPolicy().addPrincipal(importer));
    }],
    ['with a managed policy of the app', at => {
      const importer = byPodIdentity(at);
      new iam.ManagedPolicy(at.own, 'Assume', {
        roles: [importer.role],
        statements: [new iam.PolicyStatement({ actions: BOTH, resources: [INBOX] })],
      });
      inbox(at.data, new TrustPolicy().addPrincipal(importer));
    }],
    ['with a permission inside the role', at => {
      const statements = [new iam.PolicyStatement({ actions: BOTH, resources: [INBOX] })];
      const inlinePolicies = { Assume: new iam.PolicyDocument({ statements }) };
      inbox(at.data, new TrustPolicy().addPrincipal(byPodIdentity(at, { inlinePolicies })));
    }],
    ['with a policy that somebody else attaches', at => {
      const importer = byPodIdentity(at);
      const statements = [new iam.PolicyStatement({ actions: BOTH, resources: [INBOX] })];
      new iam.Policy(at.own, 'Assume', { roles: [importer.role], statements });
      inbox(at.data, new TrustPolicy().addPrincipal(importer));
    }],
    ['from a role that is also used without session tags', at => {
      const role = new IrsaRole(at.own, 'Shared', {
        roleName: 'shared',
        trust: new TrustPolicy()
          .addServiceAccounts(literalProvider(at.own), [ServiceAccountSubject.exact('reports', 'web')])
          .addPodIdentity({
            clusterArn: `arn:aws:eks:${REGION}:${OWN}:cluster/production`,
            subjects: [ServiceAccountSubject.exact('reports', 'importer')],
          }),
      });
      const importer = byPodIdentity(at, { role });
      new IrsaServiceAccount(at.own, 'Web', {
        oidcProvider: literalProvider(at.own, 'WebOidc'), namespace: 'reports', serviceAccountName: 'web', role,
      });
      permit(importer, ['sts:AssumeRole'], INBOX);
      inbox(at.data, new TrustPolicy().addPrincipal(new iam.ArnPrincipal(`arn:aws:iam::${OWN}:role/shared`)));
    }],
    ['with an external ID, which only the pod knows', at => {
      const importer = byPodIdentity(at);
      importer.grantAssume(iam.Role.fromRoleArn(at.own, 'ByArn', INBOX));
      inbox(at.data, new TrustPolicy().addPrincipal(importer, { externalId: 'secret' }));
    }],
    ['as a target role that looks at the session tags', at => {
      const target = inbox(at.data);
      const importer = byPodIdentity(at, { targetRole: target });
      target.trust.addPrincipal(withTags(named(importer).withConditions({
        StringEquals: {
          'aws:RequestTag/kubernetes-namespace': 'reports', 'aws:RequestTag/kubernetes-service-account': 'importer',
        },
      })));
    }],
    ['as a target role with the external ID', at => {
      const target = inbox(at.data);
      const importer = byPodIdentity(at, { targetRole: target, disableSessionTags: true });
      target.trust.addPrincipal(importer, { externalId: importer.externalId });
    }],
    ['as a target role that trusts the account', at => {
      byPodIdentity(at, {
        targetRole: inbox(at.data, new TrustPolicy().addPrincipal(withTags(new iam.AccountPrincipal(OWN)))),
      });
    }],
    ['as a target role that is imported', at => {
      byPodIdentity(at, { targetRole: iam.Role.fromRoleArn(at.own, 'Target', INBOX) });
    }],
  ])('%s', (_, build) => {
    const at = world();
    build(at);
    expect(problemsOf(at)).toEqual([]);
  });

  test('in stacks that know neither account nor region', () => {
    const app = new App();
    const [own, data] = [agnosticStack(app, 'Own'), agnosticStack(app, 'Data')];
    const importer = new PodIdentityServiceAccount(own, 'Importer', { ...NAMES, clusterName: 'production' });
    inbox(data, new TrustPolicy().addPrincipal(importer), undefined);
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a chain that lacks a half is an error', () => {
  const untagged = new RegExp(
    '^\\[Own/Importer\\] `Data/Inbox` must also trust the role of this service account '
    + `for sts:TagSession, got: "only sts:AssumeRole"\\. ${WHY} Use grantAssume\\(\\) `
    + 'on this service account instead, or change '
    + 'the statement to: \\{"Effect":"Allow","Action":\\["sts:AssumeRole","sts:TagSession"\\],'
    + `"Principal":\\{"AWS":"${ROLE_ARN}"\\}\\}$`,
  );
  const unpermitted = new RegExp(
    '^\\[Own/Importer\\] `policies of Own/Importer/Role` must also allow sts:TagSession on '
    + `arn:aws:iam::${DATA}:role/inbox, got: "only sts:AssumeRole"\\. ${WHY} Use grantAssume\\(\\) ` + 'on this '
    + 'service account instead of grantAssumeRole\\(\\) on the role, or allow both actions\\.$',
  );
  const nothing = new RegExp(
    '^\\[Own/Importer\\] `policies of Own/Importer/Role` must allow sts:AssumeRole on '
    + `arn:aws:iam::${DATA}:role/inbox, got: "no such statement"\\. Data/Inbox ` + 'trusts this service account, but a '
    + 'role in another account also requires a permission. Use grantAssume\\(\\) on this service account\\.$',
  );
  const target = (actions: string, got: string) => new RegExp(
    `^\\[Own/Importer\\] \`targetRole\` must trust the role of this service account for ${actions}, `
    + `got: "Data/Inbox: ${got}`,
  );

  test.each<[string, (world: World) => void, RegExp[]]>([
    ['the trust of an ARN, without session tags', at => {
      const importer = byPodIdentity(at);
      permit(importer, BOTH, INBOX);
      inbox(at.data, new TrustPolicy().addPrincipal(named(importer)));
    }, [untagged]],
    ['a statement of the trust policy, without session tags', at => {
      const importer = byPodIdentity(at);
      permit(importer, BOTH, INBOX);
      const role = inbox(at.data, new TrustPolicy().addPrincipal(new iam.ServicePrincipal('ec2.amazonaws.com')));
      const principals = [importer.grantPrincipal];
      role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals }));
    }, [untagged]],
    ['the role of an L1, without session tags', at => {
      const importer = byPodIdentity(at);
      permit(importer, BOTH, INBOX);
      new iam.CfnRole(at.data, 'Inbox', {
        roleName: 'inbox',
        assumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: ['x', importer.roleArn] } },
        },
      });
    }, [untagged]],
    ['step 1 of a migration', at => {
      const importer = byIrsa(at, { podIdentity: { clusterName: 'production' } });
      permit(importer, BOTH, INBOX);
      inbox(at.data, new TrustPolicy().addPrincipal(named(importer)));
    }, [untagged]],
    ['the permission of grantAssumeRole, without session tags', at => {
      const importer = byPodIdentity(at);
      inbox(at.data, new TrustPolicy().addPrincipal(importer)).grantAssumeRole(importer.grantPrincipal);
    }, [unpermitted]],
    ['both halves of the CDK', at => {
      const importer = byPodIdentity(at);
      inbox(at.data, new TrustPolicy().addPrincipal(named(importer))).grantAssumeRole(importer.grantPrincipal);
    }, [untagged, unpermitted]],
    ['the permission for a role that the app does not own', at => {
      permit(byPodIdentity(at), ['sts:AssumeRole'], INBOX);
    }, [unpermitted]],
    ['no permission, across accounts', at => {
      inbox(at.data, new TrustPolicy().addPrincipal(byPodIdentity(at)));
    }, [nothing]],
    ['no permission, across accounts, with IRSA', at => {
      inbox(at.data, new TrustPolicy().addPrincipal(byIrsa(at)));
    }, [nothing]],
    ['a target role that trusts nobody of it', at => {
      byPodIdentity(at, {
        targetRole: inbox(at.data, new TrustPolicy().addPrincipal(new iam.ServicePrincipal('ec2.amazonaws.com'))),
      });
    }, [target('sts:AssumeRole and sts:TagSession', '')]],
    ['a target role without session tags', at => {
      const role = inbox(at.data);
      role.trust.addPrincipal(named(byPodIdentity(at, { targetRole: role })));
    }, [target('sts:AssumeRole and sts:TagSession', 'action differs')]],
    ['a target role for another namespace', at => {
      const role = inbox(at.data);
      role.trust.addPrincipal(withTags(named(byPodIdentity(at, { targetRole: role })).withConditions({
        StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'report' },
      })));
    }, [target('sts:AssumeRole and sts:TagSession', '')]],
    ['a target role by ARN, without session tags and for another role', at => {
      inbox(at.data, new TrustPolicy().addPrincipal(new iam.ArnPrincipal(`arn:aws:iam::${OWN}:role/other`)));
      byPodIdentity(at, { disableSessionTags: true, targetRole: iam.Role.fromRoleArn(at.own, 'ByArn', INBOX) });
    }, [target('sts:AssumeRole', 'principal differs')]],
  ])('%s', (_, build, expected) => {
    const at = world();
    build(at);
    const found = problemsOf(at);
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
    expect(found).toHaveLength(expected.length);
  });

  test('to a role that trusts the account, in one account', () => {
    const at = world();
    permit(byPodIdentity(at), ['sts:AssumeRole'], `arn:aws:iam::${OWN}:role/inbox`);
    inbox(at.beside, new TrustPolicy().addPrincipal(withTags(new iam.AccountPrincipal(OWN))));
    expect(problemsOf(at)).toEqual([expect.stringContaining(
      `must also allow sts:TagSession on arn:aws:iam::${OWN}:role/inbox`,
    )]);
  });

  test('from an existing role', () => {
    const at = world();
    const arn = `arn:aws:iam::${OWN}:role/shared`;
    byPodIdentity(at, { role: iam.Role.fromRoleArn(at.own, 'Shared', arn, { mutable: false }) });
    inbox(at.data, new TrustPolicy().addPrincipal(new iam.ArnPrincipal(arn)));
    expect(problemsOf(at)).toEqual([expect.stringMatching(/^\[Own\/Importer\] `Data\/Inbox` must also trust the role .*/)]);
  });

  test('that an aspect makes', () => {
    const at = world();
    byPodIdentity(at).grantAssume(inbox(at.data));
    const takeTags: IAspect = {
      visit: (node: IConstruct) => {
        if (!(node instanceof iam.CfnRole) || Stack.of(node) !== at.data) return;
        node.addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Action', 'sts:AssumeRole');
      },
    };
    Aspects.of(at.app).add(takeTags);
    expect(problemsOf(at)).toEqual([expect.stringMatching(/^\[Own\/Importer\] `Data\/Inbox` must also trust the role .*/)]);
  });
});
