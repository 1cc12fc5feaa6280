import { Controller } from '../../src';

test.each([undefined, []])('no certificate authority is an error: %j', certificateAuthorities => {
  expect(() => Controller.awsPrivateCaIssuer({ certificateAuthorities: certificateAuthorities as any })).toThrow(
    '[Controller.awsPrivateCaIssuer] `certificateAuthorities` must name at least one certificate authority, got: '
      + `${certificateAuthorities ? '[]' : 'nothing'}. `
      + 'Otherwise the controller would have access to all of them, or to none.',
  );
});
