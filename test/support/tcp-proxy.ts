import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that a test can cut and open again. */
export interface TcpProxy {
  readonly port: number;
  /** Closes every connection and takes no other. */
  readonly cut: () => Promise<void>;
  readonly restore: () => Promise<void>;
  /** Keeps all connections and takes others, but lets nothing through any more. */
  readonly freeze: () => void;
  /** Lets those through that came meanwhile; those that froze are closed. */
  readonly thaw: () => void;
}

export async function tcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const waiting = new Set<Socket>();
  let frozen = false;
  const server: Server = createServer((incoming) => {
    if (frozen) waiting.add(incoming.on('error', () => undefined));
    else join(incoming);
  });
  const join = (incoming: Socket): void => {
    const outgoing = connect(target.port, target.host);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  };
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  const drop = (): void => {
    for (const socket of [...sockets, ...waiting]) socket.destroy();
    waiting.clear();
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    restore: () => listen(port),
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    thaw: () => {
      frozen = false;
      const joining = [...waiting];
      waiting.clear();
      drop();
      for (const socket of joining) join(socket);
    },
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
}
