import type { ExpressionOperator } from '../../query/expression-operator.ts';
import { arithmeticOperators } from './arithmetic-operators.ts';
import { arrayOperators } from './array-operators.ts';
import { bindingOperators } from './binding-operators.ts';
import { bitwiseOperators } from './bitwise-operators.ts';
import { comparisonOperators } from './comparison-operators.ts';
import { conversionOperators } from './conversion-operators.ts';
import { dateArithmeticOperators } from './date-arithmetic-operators.ts';
import { datePartOperators } from './date-part-operators.ts';
import { dateTextOperators } from './date-text-operators.ts';
import { logicOperators } from './logic-operators.ts';
import { mathOperators } from './math-operators.ts';
import { objectOperators } from './object-operators.ts';
import type { OperatorCompiler } from './operator-compiler.ts';
import { regexOperators } from './regex-operators.ts';
import { replaceOperators } from './replace-operators.ts';
import { roundingOperators } from './rounding-operators.ts';
import { setOperators } from './set-operators.ts';
import { sortArrayOperators } from './sort-array-operators.ts';
import { statisticsOperators } from './statistics-operators.ts';
import { stringOperators } from './string-operators.ts';
import { substringOperators } from './substring-operators.ts';
import { trigonometryOperators } from './trigonometry-operators.ts';
import { typeOperators } from './type-operators.ts';
import { zipOperators } from './zip-operator.ts';

/** What every operator does: total, so that an operator without meaning does not compile. */
export const operatorCompilers: Readonly<Record<ExpressionOperator, OperatorCompiler>> = {
  ...arithmeticOperators,
  ...arrayOperators,
  ...bindingOperators,
  ...bitwiseOperators,
  ...comparisonOperators,
  ...conversionOperators,
  ...dateArithmeticOperators,
  ...datePartOperators,
  ...dateTextOperators,
  ...logicOperators,
  ...mathOperators,
  ...objectOperators,
  ...regexOperators,
  ...replaceOperators,
  ...roundingOperators,
  ...setOperators,
  ...sortArrayOperators,
  ...statisticsOperators,
  ...stringOperators,
  ...substringOperators,
  ...trigonometryOperators,
  ...typeOperators,
  ...zipOperators,
};
