import { CfnResource, Stage } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { propertyOf } from '../../conventions/json';
import { deployedStack, renderedProperties } from '../values/tokens';

const CLUSTERS = ['AWS::EKS::Cluster', 'Custom::AWSCDK-EKS-Cluster'];
/** The first minor version of Kubernetes 1 that serves admission policies as v1. */
const MIN_MINOR = 30;

/** Returns a cluster that is too old for a guard, and its version, if it is certain which cluster the guard is for. */
export function oldCluster(guard: IConstruct): { readonly path: string; readonly version: string } | undefined {
  const all = (Stage.of(guard) ?? guard.node.root).node.findAll().filter((construct): construct is CfnResource =>
    CfnResource.isCfnResource(construct) && CLUSTERS.includes(construct.cfnResourceType));
  const own = all.filter(cluster => deployedStack(cluster) === deployedStack(guard));
  const [cluster, ...others] = own.length > 0 ? own : all;
  if (cluster === undefined || others.length > 0) return undefined;
  const { value: { Version: ofResource, Config: config } } = renderedProperties(cluster);
  const version = ofResource ?? propertyOf(config, 'version');
  const [, minor] = (typeof version === 'string' && /^1\.(\d+)$/.exec(version)) || [];
  return minor !== undefined && Number(minor) < MIN_MINOR
    ? { path: cluster.node.path, version: `${version}` } : undefined;
}
