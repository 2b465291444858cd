import { LogFormatter, LogItem, Logger as Powertools } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import type { Logger, LogLevel } from '../../application/ports/logger.ts';
import { describeError } from './describe-error.ts';

/** The fields and names of the service's own log lines, in place of Powertools'. */
class ServiceLogFormatter extends LogFormatter {
  formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { logLevel, timestamp, serviceName, message, lambdaContext, xRayTraceId } = attributes;
    return new LogItem({
      attributes: {
        level: logLevel.toLowerCase(),
        timestamp: timestamp.toISOString(),
        service: serviceName,
        trace_id: xRayTraceId,
        cold_start: lambdaContext?.coldStart,
        function_request_id: lambdaContext?.awsRequestId,
        ...additional,
        msg: message,
      },
    });
  }
}

/** Powertools' logger, for its middleware, and the same logger behind our port. */
export interface LambdaLogger extends Logger {
  readonly powertools: Powertools;
  flush(): void;
}

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Logs on Lambda, with the fields that the processes log with elsewhere. */
export function createLambdaLogger(level: LogLevel, service: string): LambdaLogger {
  const powertools = new Powertools({
    serviceName: service,
    logLevel: level,
    logFormatter: new ServiceLogFormatter(),
  });
  return {
    powertools,
    enabled: (asked) => severity[asked] >= severity[level],
    log: (at, message, fields, error) => {
      const described = error === undefined ? undefined : { failure: describeError(error) };
      powertools[at](message, { ...fields, ...described } as Record<string, string>);
    },
    flush: () => undefined,
  };
}
