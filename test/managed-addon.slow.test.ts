/**
 * Everything that ManagedAddon writes, by the template validator of CloudFormation.
 */
import { join } from 'path';
import { App, CfnParameter } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AddonConflictResolution, ManagedAddon } from '../src';
import { templateProblems } from './judges/cloudformation';
import { literalProvider, literalStack } from './support';

test('the add-ons are valid', () => {
  const app = new App();
  const stack = literalStack(app);
  const size = new CfnParameter(stack, 'Size', { type: 'Number' }).valueAsNumber;
  const policyStatements = [new iam.PolicyStatement({ actions: ['ec2:DescribeVolumes'], resources: ['*'] })];
  new ManagedAddon(stack, 'Irsa', {
    clusterName: 'production', addonName: 'vpc-cni', oidcProvider: literalProvider(stack), policyStatements,
  });
  for (const resolveConflicts of Object.values(AddonConflictResolution)) {
    new ManagedAddon(stack, `Pods${resolveConflicts}`, {
      clusterName: resolveConflicts.toLowerCase(),
      addonName: 'external-dns',
      addonVersion: 'v0.19.0-eksbuild.1',
      installAgent: true,
      customNamespace: 'dns',
      configurationValues: { size, list: ['a', { b: true }] },
      resolveConflicts,
      preserveOnDelete: true,
      policyStatements,
    });
  }
  const { directory } = app.synth();
  expect(templateProblems(join(directory, 'Stack.template.json'))).toEqual([]);
});
