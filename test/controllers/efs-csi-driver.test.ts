/**
 * The EFS CSI driver: what the table of all controllers cannot say.
 */
import { Controller } from '../../src';

test.each([
  ['efsCsiDriver', () => Controller.efsCsiDriver({ fileSystems: [] })],
  ['efsCsiNode', () => Controller.efsCsiNode({ fileSystems: [] })],
])('%s needs a file system', (factory, make) => {
  expect(make).toThrow(
    `[Controller.${factory}] \`fileSystems\` must name at least one file system, got: []. ` + 'Otherwise the '
      + 'controller would have access to all of them, or to none.',
  );
});
