/** The tag with the cluster whose controller created a resource. */
export const TAG = 'elbv2.k8s.aws/cluster';

/** Matches resources that the controller of the cluster created. */
export const owned = (clusterName: string) => ({ [`aws:ResourceTag/${TAG}`]: clusterName });

/** Matches requests that create a resource of the cluster. */
export const requested = (clusterName: string) => ({ [`aws:RequestTag/${TAG}`]: clusterName });

/** Matches a change of tags other than the cluster tag. */
export const untouched = () => ({ [`aws:RequestTag/${TAG}`]: 'true' });
