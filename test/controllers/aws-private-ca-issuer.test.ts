import { Controller } from '../../src';

test.each([undefined, []])('no certificate authority is an error: %j', certificateAuthorities => {
  expect(() => Controller.awsPrivateCaIssuer({ certificateAuthorities: certificateAuthorities as any })).toThrow(
    '[Controller.awsPrivateCaIssuer] `certificateAuthorities` must name at least one certificate authority, got: '
      + `${certificateAuthorities ? '[]' : 'nothing'}. `
      + 'Without it the controller would reach all of them, or none.',
  );
});
