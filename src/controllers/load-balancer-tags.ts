/** What says which cluster's controller has made a resource. */
export const TAG = 'elbv2.k8s.aws/cluster';

/** What the controller of the cluster has made. */
export const owned = (clusterName: string) => ({ [`aws:ResourceTag/${TAG}`]: clusterName });

/** What it makes as the cluster's own. */
export const requested = (clusterName: string) => ({ [`aws:RequestTag/${TAG}`]: clusterName });

/** A change of other tags: not of the one that says whose it is. */
export const untouched = () => ({ [`aws:RequestTag/${TAG}`]: 'true' });
