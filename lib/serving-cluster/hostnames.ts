import { Token } from 'cdktf';
import type { Problem } from '../core/errors';
import type { EndpointProps } from './endpoint-props';
import type { ServingGateway } from './routes';

/** What an endpoint has around it. */
export interface Surroundings {
  readonly gateway: ServingGateway | undefined;
  /** Host names of the endpoints that are there already. */
  readonly taken: ReadonlySet<string>;
}

const dnsName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/;

/** Everything that is wrong with an endpoint's host names. */
export function hostnameProblems(
  endpoint: string,
  { hostname, grpcHostname }: EndpointProps,
  { gateway, taken }: Surroundings,
): Problem[] {
  const names = Object.entries({ hostname, grpcHostname }).filter((entry): entry is [string, string] => !!entry[1]);
  const problems = names.flatMap(([prop, name]): Problem[] => {
    const got = `'${name}'`;
    if (!gateway)
      return [
        {
          what: `${prop} of endpoint '${endpoint}' needs a gateway`,
          got,
          do: `give one (in a preset: operators.gateway), or leave ${prop} out`,
        },
      ];
    if (Token.isUnresolved(name)) return [];
    return [
      ...(dnsName.test(name)
        ? []
        : [{ what: `${prop} of endpoint '${endpoint}' is no DNS name`, got, do: "write it as 'delay.example.com'" }]),
      ...(taken.has(name)
        ? [{ what: 'two endpoints have one host name', got: `${got} again, at '${endpoint}'`, do: 'give each its own' }]
        : []),
      ...(gateway.hostnames === undefined || gateway.hostnames.includes(name)
        ? []
        : [
            {
              what: `the gateway's certificate does not hold ${prop} of endpoint '${endpoint}'`,
              got,
              do: 'add it to serving.hostnames of the preset',
            },
          ]),
    ];
  });
  if (hostname !== undefined && hostname === grpcHostname) {
    problems.push({
      what: `endpoint '${endpoint}' has one name for REST and gRPC, and a listener takes one kind of route for a name`,
      got: `'${hostname}' twice`,
      do: 'give grpcHostname another',
    });
  }
  return problems;
}
