/** Ends an exhaustive `switch`: a new member of the union does not compile until it has its own case. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected member of a closed union: ${JSON.stringify(value)}`);
}
