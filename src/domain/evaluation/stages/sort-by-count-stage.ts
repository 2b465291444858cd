import { compileGroup } from './group-stage.ts';
import { compileSort } from './sort-stage.ts';
import type { StageCompiler } from './stage-runner.ts';

/** `$group` by the expression with a count, the largest group first. */
export const compileSortByCount: StageCompiler<'sortByCount'> = (stage, context) => {
  const group = compileGroup(
    {
      kind: 'group',
      id: stage.expression,
      fields: [
        {
          name: 'count',
          accumulator: '$sum',
          args: { input: { kind: 'literal', value: 1 } },
          sortBy: undefined,
        },
      ],
    },
    context,
  );
  const sort = compileSort({ kind: 'sort', sort: [{ path: ['count'], direction: -1 }] }, context);
  return (input) => sort(group(input));
};
