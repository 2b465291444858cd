import { invalidRequest } from '../../domain/errors.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ExpressionPlace } from './expression-place.ts';
import { binding, inside } from './expression-place.ts';
import { type ArgumentParser, type Arguments, objectWith } from './parse-arguments.ts';
import { parseVariableName } from './parse-expression-variable.ts';
import { isJsonObject } from './parse-scope.ts';

/** `{vars: {name: …}, in: …}`: `args` are the values of `binds`, in order. */
export const letArguments: ArgumentParser = (source, place, parse) => {
  const { vars = null, in: body = null } = objectWith(source, place, ['vars', 'in'], ['vars', 'in']);
  if (!isJsonObject(vars)) throw invalidRequest('vars must be an object', `${place.path}.vars`);
  const binds = Object.keys(vars).map((name) => parseVariableName(name, `${place.path}.vars`));
  return {
    binds,
    args: binds.map((name) => parse(vars[name] ?? null, inside(place, `.vars.${name}`))),
    named: { in: parse(body, binding(inside(place, '.in'), binds)) },
  };
};

/** `{input, as, [body]}`: the element is bound to `as`, else to `this`. */
function overElements(body: 'in' | 'cond', others: readonly string[]): ArgumentParser {
  return (source, place, parse): Arguments => {
    const known = ['input', 'as', body, ...others];
    const fields = objectWith(source, place, known, ['input', body]);
    const binds = [Object.hasOwn(fields, 'as') ? elementName(fields.as, place) : 'this'];
    const named = Object.keys(fields).filter((name) => name !== 'as');
    return {
      binds,
      named: Object.fromEntries(
        named.map((name) => {
          const at = inside(place, `.${name}`);
          return [name, parse(fields[name] ?? null, name === body ? binding(at, binds) : at)];
        }),
      ),
    };
  };
}

function elementName(source: Json | undefined, place: ExpressionPlace): string {
  return parseVariableName(source, `${place.path}.as`);
}

export const mapArguments = overElements('in', []);
export const filterArguments = overElements('cond', ['limit']);

/** `{input, initialValue, in}`, with `this` and `value` bound. */
export const reduceArguments: ArgumentParser = (source, place, parse) => {
  const names = ['input', 'initialValue', 'in'];
  const { input = null, initialValue = null, in: body = null } = objectWith(source, place, names, names);
  const binds = ['this', 'value'];
  return {
    binds,
    named: {
      input: parse(input, inside(place, '.input')),
      initialValue: parse(initialValue, inside(place, '.initialValue')),
      in: parse(body, binding(inside(place, '.in'), binds)),
    },
  };
};
