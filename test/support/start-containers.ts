import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';

/**
 * With `TESTCONTAINERS=1` and a Docker engine: starts the databases that `DATABASES` names (all when it is unset) and
 * that have no address in the environment yet, from the images of docker-compose.yml, and puts their addresses there.
 */
export async function startContainers(): Promise<() => Promise<void>> {
  const named = process.env.DATABASES?.split(',');
  const wanted = recipes.filter(
    ({ type, variable }) => !process.env[variable] && (named?.includes(type) ?? true),
  );
  const started = await Promise.all(
    wanted.map(async ({ variable, container, port, address, prepare }) => {
      const running = await container().withExposedPorts(port).start();
      await prepare?.(running);
      process.env[variable] = address(`${running.getHost()}:${running.getMappedPort(port)}`);
      return running;
    }),
  );
  return async () => {
    await Promise.all(started.map((running) => running.stop()));
  };
}

interface Recipe {
  readonly type: string;
  readonly variable: string;
  readonly port: number;
  readonly container: () => GenericContainer;
  readonly address: (host: string) => string;
  readonly prepare?: (running: StartedTestContainer) => Promise<void>;
}

const minutes = 60_000;

const recipes: readonly Recipe[] = [
  {
    type: 'mongodb',
    variable: 'MONGODB_URI',
    port: 27_017,
    container: () => new GenericContainer('mongo:7').withCommand(['--replSet', 'rs0', '--bind_ip_all']),
    address: (host) => `mongodb://${host}/documents?directConnection=true`,
    prepare: async (running) => {
      const initiate = "rs.initiate({_id:'rs0',members:[{_id:0,host:'localhost:27017'}]})";
      const wait = 'while (!db.hello().isWritablePrimary) sleep(100)';
      const { exitCode, output } = await running.exec([
        'mongosh',
        '--quiet',
        '--eval',
        `${initiate}; ${wait}`,
      ]);
      if (exitCode !== 0) throw new Error(`the replica set did not start: ${output}`);
    },
  },
  {
    type: 'postgresql',
    variable: 'POSTGRESQL_URI',
    port: 5432,
    container: () =>
      new GenericContainer('postgres:16')
        .withEnvironment({
          POSTGRES_USER: 'documents',
          POSTGRES_PASSWORD: 'documents',
          POSTGRES_DB: 'documents',
        })
        .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2)),
    address: (host) => `postgresql://documents:documents@${host}/documents`,
  },
  {
    type: 'mysql',
    variable: 'MYSQL_URI',
    port: 3306,
    container: () =>
      new GenericContainer('mysql:8.4')
        .withEnvironment({ MYSQL_ROOT_PASSWORD: 'documents', MYSQL_DATABASE: 'documents' })
        .withWaitStrategy(Wait.forLogMessage(/ready for connections.*port: 3306/)),
    address: (host) => `mysql://root:documents@${host}/documents`,
  },
  {
    type: 'vitess',
    variable: 'VITESS_URI',
    port: 33_577,
    container: () =>
      new GenericContainer('vitess/vttestserver:mysql80').withEnvironment({
        PORT: '33574',
        KEYSPACES: 'commerce,lookup',
        NUM_SHARDS: '2,1',
        MYSQL_BIND_HOST: '0.0.0.0',
      }),
    address: (host) => `mysql://user@${host}/commerce`,
  },
  {
    type: 'cassandra',
    variable: 'CASSANDRA_CONTACT_POINTS',
    port: 9042,
    container: () =>
      new GenericContainer('cassandra:4.1')
        .withEnvironment({ MAX_HEAP_SIZE: '1G', HEAP_NEWSIZE: '200M' })
        .withWaitStrategy(Wait.forLogMessage(/Startup complete/))
        .withStartupTimeout(4 * minutes),
    address: (host) => host,
  },
  {
    type: 'elasticsearch',
    variable: 'ELASTICSEARCH_URL',
    port: 9200,
    container: () =>
      new GenericContainer('docker.elastic.co/elasticsearch/elasticsearch:8.19.8')
        .withEnvironment({
          'discovery.type': 'single-node',
          'xpack.security.enabled': 'false',
          ES_JAVA_OPTS: '-Xms1g -Xmx1g',
        })
        .withWaitStrategy(Wait.forHttp('/_cluster/health', 9200))
        .withStartupTimeout(4 * minutes),
    address: (host) => `http://${host}`,
  },
];
