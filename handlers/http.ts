import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { handle } from 'hono/aws-lambda';
import { loadConfig } from '../src/infrastructure/config/load-config.ts';
import { createLambdaLogger } from '../src/infrastructure/telemetry/create-lambda-logger.ts';
import { createHttpApp } from '../src/interface/http/app.ts';
import { createContainer } from '../src/main/container.ts';
import { boundAnswer } from './bound-answer.ts';
import { keepDeadline } from './keep-deadline.ts';

const config = loadConfig();
const logger = createLambdaLogger(config.observability.log_level, config.app.name);
const container = createContainer({ config, logger });
container.setReady(true);

/**
 * The API on AWS Lambda: the same router as the HTTP server, for events of API Gateway (v1 and v2), Application Load
 * Balancers and Function URLs. Middy holds only what is Lambda's own.
 */
export const handler = middy()
  .use(injectLambdaContext(logger.powertools))
  .use(keepDeadline())
  .use(boundAnswer())
  .handler(handle(createHttpApp(container.http)));
