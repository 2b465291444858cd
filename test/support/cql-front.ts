import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A message of Cassandra's native protocol 4: https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec */
export interface CqlFrame {
  readonly stream: number;
  readonly opcode: number;
  readonly body: Buffer;
  readonly bytes: Buffer;
  /** Who the connection logged in as, when the front asks for that. */
  readonly username?: string | undefined;
}

export interface CqlAnswer {
  readonly opcode: number;
  readonly body: Buffer;
}

/** A front of a real Cassandra: it may speak TLS, ask for a password, answer in the server's place, and be closed. */
export interface CqlFront {
  readonly port: number;
  /** Asked before each message is let through; what it answers is the answer. */
  before: (frame: CqlFrame) => CqlAnswer | undefined;
  /** Asked of each message that is let through: what it answers is the answer in place of the server's. */
  instead: (frame: CqlFrame) => CqlAnswer | undefined;
  /** Statements and batches that were let through, and most of them under way at a time. */
  readonly statements: { total: number; underWay: number; most: number };
  /** Closes every connection and takes no other. */
  readonly cut: () => Promise<void>;
  readonly restore: () => Promise<void>;
}

export interface CqlFrontOptions {
  readonly tls?: TlsOptions;
  /** Who may come in. */
  readonly login?: (username: string, password: string) => boolean;
}

export const opcodes = {
  error: 0x00,
  startup: 0x01,
  ready: 0x02,
  authenticate: 0x03,
  query: 0x07,
  execute: 0x0a,
  batch: 0x0d,
  authResponse: 0x0f,
  authSuccess: 0x10,
} as const;

/** @param code of the protocol's section 9, for example 0x1001: overloaded. */
export function errorAnswer(code: number, message: string): CqlAnswer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(code);
  return { opcode: opcodes.error, body: Buffer.concat([head, text(message)]) };
}

export async function cqlFront(
  target: { readonly host: string; readonly port: number },
  { tls, login }: CqlFrontOptions = {},
): Promise<CqlFront> {
  const sockets = new Set<Socket>();
  const serve = (incoming: Socket): void => {
    const outgoing = connect(target.port, target.host);
    join(incoming, outgoing);
    const passed = new Set<number>();
    const answers = new Map<number, CqlAnswer>();
    let username: string | undefined;
    const admit =
      login &&
      doorman(login, incoming, outgoing, (name) => {
        username = name;
      });
    onFrames(incoming, (message) => {
      if (admit?.(message) === true) return;
      const frame = { ...message, username };
      const answer = front.before(frame);
      if (answer !== undefined) {
        incoming.write(bytesOf(frame.stream, answer));
        return;
      }
      const other = front.instead(frame);
      if (other !== undefined) answers.set(frame.stream, other);
      if (isStatement(frame)) count(passed, frame.stream);
      outgoing.write(frame.bytes);
    });
    onFrames(outgoing, (frame) => {
      if (passed.delete(frame.stream)) front.statements.underWay -= 1;
      const loggedIn = login !== undefined && frame.opcode === opcodes.ready;
      const answer = loggedIn ? success : answers.get(frame.stream);
      answers.delete(frame.stream);
      incoming.write(answer === undefined ? frame.bytes : bytesOf(frame.stream, answer));
    });
  };
  const join = (incoming: Socket, outgoing: Socket): void => {
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  };
  const count = (passed: Set<number>, stream: number): void => {
    passed.add(stream);
    const { statements } = front;
    statements.total += 1;
    statements.underWay += 1;
    statements.most = Math.max(statements.most, statements.underWay);
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const front: CqlFront = {
    port,
    before: () => undefined,
    instead: () => undefined,
    statements: { total: 0, underWay: 0, most: 0 },
    restore: () => listen(port),
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return front;
}

function isStatement({ opcode }: CqlFrame): boolean {
  return opcode === opcodes.execute || opcode === opcodes.batch || opcode === opcodes.query;
}

const success: CqlAnswer = { opcode: opcodes.authSuccess, body: Buffer.from([0xff, 0xff, 0xff, 0xff]) };

/** Asks for a password as Cassandra's PasswordAuthenticator does; true: the message was its own. */
function doorman(
  login: NonNullable<CqlFrontOptions['login']>,
  incoming: Socket,
  outgoing: Socket,
  enters: (username: string) => void,
): (frame: CqlFrame) => boolean {
  let startup = Buffer.alloc(0);
  return ({ opcode, stream, body, bytes }) => {
    // A driver tries newer protocols first, which the server refuses.
    if (opcode === opcodes.startup && bytes[0] === 4) {
      startup = Buffer.from(bytes);
      const authenticator = text('org.apache.cassandra.auth.PasswordAuthenticator');
      incoming.write(bytesOf(stream, { opcode: opcodes.authenticate, body: authenticator }));
      return true;
    }
    if (opcode !== opcodes.authResponse) return false;
    const [, username = '', password = ''] = body.subarray(4).toString().split('\0');
    if (login(username, password)) {
      enters(username);
      startup.writeInt16BE(stream, 2);
      outgoing.write(startup);
    } else incoming.write(bytesOf(stream, errorAnswer(0x0100, 'Provided username or password is incorrect')));
    return true;
  };
}

function onFrames(socket: Socket, take: (frame: CqlFrame) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readInt32BE(5)) {
      const bytes = rest.subarray(0, 9 + rest.readInt32BE(5));
      rest = rest.subarray(bytes.length);
      take({ stream: bytes.readInt16BE(2), opcode: bytes[4] ?? 0, body: bytes.subarray(9), bytes });
    }
  });
}

function bytesOf(stream: number, { opcode, body }: CqlAnswer): Buffer {
  const head = Buffer.alloc(9);
  head[0] = 0x84;
  head.writeInt16BE(stream, 2);
  head[4] = opcode;
  head.writeInt32BE(body.length, 5);
  return Buffer.concat([head, body]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
}
