import { invalidRequest } from '../../domain/errors.ts';
import type { Expression } from '../../domain/query/expression.ts';
import type { Json } from '../../domain/value/value.ts';
import { inside } from './expression-place.ts';
import {
  type ArgumentParser,
  isOperatorObject,
  objectWith,
  parseNamed,
  positional,
} from './parse-arguments.ts';
import { isJsonObject } from './parse-scope.ts';

/** `[if, then, else]`, or an object of these names. */
export const condArguments: ArgumentParser = (source, place, parse) => {
  const names = ['if', 'then', 'else'];
  if (!isJsonObject(source)) return positional(3, 3)(source, place, parse);
  const fields = parseNamed(source, place, parse, names, names);
  return { args: names.map((name) => fields[name] ?? nothing) };
};

/** `{branches: [{case, then}…], default}`: `args` are case and then in turn. */
export const switchArguments: ArgumentParser = (source, place, parse) => {
  const fields = objectWith(source, place, ['branches', 'default'], ['branches']);
  const at = `${place.path}.branches`;
  const branches = fields.branches;
  if (!Array.isArray(branches)) throw invalidRequest('branches must be an array', at);
  if (branches.length === 0) throw invalidRequest('needs at least one branch', at);
  const args = branches.flatMap((branch: Json, i) => {
    const here = inside(place, `.branches[${i}]`);
    const names = ['case', 'then'];
    const parsed = parseNamed(branch, here, parse, names, names);
    return names.map((name) => parsed[name] ?? nothing);
  });
  const otherwise = fields.default;
  return otherwise === undefined
    ? { args }
    : { args, named: { default: parse(otherwise, inside(place, '.default')) } };
};

const nothing: Expression = { kind: 'literal', value: null };

/** A field name, or `{field, input}`; without `input` the field is CURRENT's. */
export const getFieldArguments: ArgumentParser = (source, place, parse) => {
  if (isJsonObject(source) && !isOperatorObject(source))
    return { named: parseNamed(source, place, parse, ['field', 'input'], ['field', 'input']) };
  return {
    named: {
      field: parse(source, place),
      input: { kind: 'variable', name: 'CURRENT', path: [] },
    },
  };
};

/** `$setField`, `$unsetField`: the field's name must be a constant string. */
export function fieldChange(...names: readonly string[]): ArgumentParser {
  return (source, place, parse) => {
    const fields = parseNamed(source, place, parse, names, names);
    const field = fields.field;
    if (field?.kind !== 'literal' || typeof field.value !== 'string')
      throw invalidRequest('field must be a constant string', `${place.path}.field`);
    return { named: fields };
  };
}

/** `{inputs: […], useLongestLength, defaults: […]}`. */
export const zipArguments: ArgumentParser = (source, place, parse) => {
  const fields = objectWith(source, place, ['inputs', 'useLongestLength', 'defaults'], ['inputs']);
  const { inputs = null, defaults = null, useLongestLength: longest = false } = fields;
  if (!Array.isArray(inputs)) throw invalidRequest('inputs must be an array', `${place.path}.inputs`);
  if (inputs.length === 0) throw invalidRequest('needs at least one input', `${place.path}.inputs`);
  if (typeof longest !== 'boolean')
    throw invalidRequest('useLongestLength must be a boolean', `${place.path}.useLongestLength`);
  const named: Record<string, Expression> = {
    inputs: parse(inputs, inside(place, '.inputs')),
    useLongestLength: { kind: 'literal', value: longest },
  };
  if (!Object.hasOwn(fields, 'defaults')) return { named };
  if (!Array.isArray(defaults)) throw invalidRequest('defaults must be an array', `${place.path}.defaults`);
  if (!longest || defaults.length !== inputs.length)
    throw invalidRequest('defaults needs useLongestLength and one value per input', `${place.path}.defaults`);
  return { named: { ...named, defaults: parse(defaults, inside(place, '.defaults')) } };
};

/** `{input, sortBy}`: 1, -1 or an order by fields, never an expression. */
export const sortArrayArguments: ArgumentParser = (source, place, parse) => {
  const { input = null, sortBy = null } = objectWith(source, place, ['input', 'sortBy'], ['input', 'sortBy']);
  const at = `${place.path}.sortBy`;
  if (isJsonObject(sortBy)) {
    const fields = Object.entries(sortBy);
    if (fields.length === 0) throw invalidRequest('sortBy needs at least one field', at);
    for (const [field, direction] of fields) checkOrder(field, direction, at);
  } else if (sortBy !== 1 && sortBy !== -1) {
    throw invalidRequest('sortBy must be 1, -1 or an object of fields', at);
  }
  return {
    named: { input: parse(input, inside(place, '.input')), sortBy: { kind: 'literal', value: sortBy } },
  };
};

function checkOrder(field: string, direction: Json, path: string): void {
  if (direction !== 1 && direction !== -1)
    throw invalidRequest('a direction must be 1 or -1', `${path}.${field}`);
  if (field.split('.').some((segment) => segment === ''))
    throw invalidRequest('field names may not be empty', `${path}.${field}`);
}

/** `$rand` takes nothing: `{}` or `[]`. */
export const noArguments: ArgumentParser = (source, place) => {
  const empty = typeof source === 'object' && source !== null && Object.keys(source).length === 0;
  if (!empty) throw invalidRequest('takes no arguments', place.path);
  return {};
};

/** `$meta: "textScore"`: the name of a field of metadata. */
export const metaArguments: ArgumentParser = (source, place) => {
  if (typeof source !== 'string' || !metadataFields.has(source))
    throw invalidRequest(`unknown field of metadata: ${JSON.stringify(source)}`, place.path);
  return { args: [{ kind: 'literal', value: source }] };
};

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/meta/ */
const metadataFields: ReadonlySet<string> = new Set([
  'textScore',
  'indexKey',
  'randVal',
  'recordId',
  'sortKey',
  'geoNearDistance',
  'geoNearPoint',
  'searchScore',
  'searchHighlights',
  'searchSequenceToken',
  'searchScoreDetails',
  'vectorSearchScore',
  'score',
  'scoreDetails',
  'timeseriesBucketMinTime',
  'timeseriesBucketMaxTime',
]);
