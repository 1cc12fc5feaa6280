/**
 * In the place of the models of the API in the Kubernetes client, which nothing uses: jest would compile a thousand
 * files.
 */
export const createConfiguration = undefined;
export const ServerConfiguration = undefined;
