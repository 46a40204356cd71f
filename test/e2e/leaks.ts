/** Places in which a secret stands, as it is or in base64: `state of acme-data: 2. secret`. An empty place is one where nobody looked. */
export const leaks = (secrets: readonly string[], places: Readonly<Record<string, string | Buffer>>): string[] =>
  Object.entries(places).flatMap(([place, content]) => [
    ...(content.length > 100 ? [] : [`${place}: is empty`]),
    ...secrets.flatMap((secret, i) =>
      content.includes(secret) || content.includes(Buffer.from(secret).toString('base64'))
        ? [`${place}: ${i + 1}. secret`]
        : [],
    ),
  ]);
