import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';

export type WireDocument = Record<string, unknown>;

/** A command as it came over the wire, with its document sequences put in their places. */
export interface WireCommand {
  readonly name: string;
  readonly body: WireDocument;
}

/**
 * What becomes of a command: `pass` on to the server; `cut` the connection before it arrives; `lose` the answer, after
 * the server has done it; or an answer in the server's stead.
 */
export type Fate = 'pass' | 'cut' | 'lose' | WireDocument;

/** A way to MongoDB that tells every command, and on which a test decides what happens to each. */
export interface MongodbWire {
  readonly port: number;
  /** Everything that was sent, greetings and heartbeats apart. */
  readonly commands: readonly WireCommand[];
  /** The greetings: a new connection tells there who it is. */
  readonly greetings: readonly WireDocument[];
  /** What happens to the commands from now on; by default all pass. */
  decide(decision: (command: WireCommand) => Fate): void;
  /** Changes what the server says of itself in its greeting. */
  disguise(greeting: WireDocument): void;
  /** Forgets what was sent and lets everything pass. */
  clear(): void;
  close(): Promise<void>;
}

const opReply = 1;
const opQuery = 2004;
const opMessage = 2013;
const greetingNames: ReadonlySet<string> = new Set(['hello', 'ismaster', 'isMaster']);

/** @see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
export async function mongodbWire(target: {
  readonly host: string;
  readonly port: number;
}): Promise<MongodbWire> {
  const commands: WireCommand[] = [];
  const greetings: WireDocument[] = [];
  const sockets = new Set<Socket>();
  let decision: (command: WireCommand) => Fate = () => 'pass';
  let disguised: WireDocument | undefined;
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    const lost = new Set<number>();
    const greeted = new Set<number>();
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    eachMessage(client, (message) => {
      const command = commandOf(message);
      if (greetingNames.has(command.name)) {
        greetings.push(command.body);
        greeted.add(message.readInt32LE(4));
        upstream.write(message);
        return;
      }
      commands.push(command);
      const fate = decision(command);
      if (fate === 'cut') end();
      else if (typeof fate === 'object') client.write(messageOf(fate, message.readInt32LE(4)));
      else {
        if (fate === 'lose') lost.add(message.readInt32LE(4));
        upstream.write(message);
      }
    });
    eachMessage(upstream, (message) => {
      const to = message.readInt32LE(8);
      if (lost.has(to)) end();
      else
        client.write(disguised !== undefined && greeted.has(to) ? withFields(message, disguised) : message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    greetings,
    decide: (next) => {
      decision = next;
    },
    disguise: (greeting) => {
      disguised = greeting;
    },
    clear: () => {
      commands.length = 0;
      greetings.length = 0;
      decision = () => 'pass';
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The address of the server that tests run on. */
export function addressOf(uri: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(uri.replace('mongodb://', 'http://'));
  return { host: hostname, port: Number(port || 27_017) };
}

function eachMessage(socket: Socket, take: (message: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
}

function commandOf(message: Buffer): WireCommand {
  const body = message.readInt32LE(12) === opQuery ? queryOf(message) : sectionsOf(message);
  return { name: Object.keys(body)[0] ?? '', body };
}

/** The form of the first greeting: flags, the name of the collection, skip, limit, the command. */
function queryOf(message: Buffer): WireDocument {
  return read(message, message.indexOf(0, 20) + 9);
}

function sectionsOf(message: Buffer): WireDocument {
  let body: WireDocument = {};
  const sequences: WireDocument = {};
  for (let at = 20; at < message.length; ) {
    const size = message.readInt32LE(at + 1);
    if (message[at] === 0) body = read(message, at + 1);
    else {
      const end = message.indexOf(0, at + 5);
      const documents: WireDocument[] = [];
      for (let next = end + 1; next < at + 1 + size; next += message.readInt32LE(next))
        documents.push(read(message, next));
      sequences[message.toString('utf8', at + 5, end)] = documents;
    }
    at += 1 + size;
  }
  return { ...body, ...sequences };
}

function read(message: Buffer, at: number): WireDocument {
  const bytes = message.subarray(at, at + message.readInt32LE(at));
  return BSON.deserialize(bytes, { bsonRegExp: true, promoteValues: false });
}

function messageOf(answer: WireDocument, to: number): Buffer {
  const header = Buffer.alloc(21);
  const body = BSON.serialize(answer);
  header.writeInt32LE(header.length + body.length, 0);
  header.writeInt32LE(to, 8);
  header.writeInt32LE(opMessage, 12);
  return Buffer.concat([header, body]);
}

/** A greeting's answer with other fields; `undefined` takes one away. */
function withFields(message: Buffer, fields: WireDocument): Buffer {
  const start = message.readInt32LE(12) === opReply ? 36 : 21;
  const answer: WireDocument = { ...BSON.deserialize(message.subarray(start)), ...fields };
  const body = BSON.serialize(answer, { ignoreUndefined: true });
  const changed = Buffer.concat([message.subarray(0, start), body]);
  changed.writeInt32LE(changed.length, 0);
  return changed;
}
