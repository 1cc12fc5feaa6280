import { Controller } from '../../src';

test.each(['argoCdImageUpdater', 'fluxImageReflector'] as const)('%s needs a repository', factory => {
  expect(() => Controller[factory]({ repositories: [] })).toThrow(
    new Error(
      `[Controller.${factory}] \`repositories\` must name at least one repository, got: []. ` + 'Otherwise the '
        + 'controller would have access to all of them, or to none.',
    ),
  );
});
