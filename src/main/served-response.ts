import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];
type Done = (error?: Error | null) => void;

/** How a server serves its answers; read at each. */
export interface ServingState {
  /** The server is about to stop: each answer is the last of its connection and says so. */
  leaving: boolean;
  /** How long a client may take none of an answer that waits for it, milliseconds. */
  readonly writeStallMs: number;
}

/**
 * The responses of one server. A subclass and not a listener: it costs nothing where an answer goes out at once, as
 * nearly all do. A client that stops reading is cut off, since what waits for it takes memory and holds its query.
 */
export function servedResponses(state: ServingState) {
  return class ServedResponse<
    Request extends IncomingMessage = IncomingMessage,
  > extends ServerResponse<Request> {
    #watched = false;

    override writeHead(status: number, second?: string | Headers, headers?: Headers): this {
      if (state.leaving) this.shouldKeepAlive = false;
      return typeof second === 'string'
        ? super.writeHead(status, second, headers)
        : super.writeHead(status, second ?? headers);
    }

    override write(chunk: unknown, encoding?: BufferEncoding | Done, done?: Done): boolean {
      const taken =
        typeof encoding === 'string'
          ? super.write(chunk, encoding, done)
          : super.write(chunk, encoding ?? done);
      if (!taken) this.#watch();
      return taken;
    }

    override end(chunk?: unknown, encoding?: BufferEncoding | (() => void), done?: () => void): this {
      if (typeof encoding === 'string') super.end(chunk, encoding, done);
      else super.end(chunk, encoding ?? done);
      if (this.socket !== null && this.socket.writableLength > 0) this.#watch();
      return this;
    }

    /** Node's own timer knows of partial progress, and begins again with each. */
    #watch(): void {
      if (this.#watched) return;
      this.#watched = true;
      this.setTimeout(state.writeStallMs, () => {
        // Without anything that waits, it is the answer that is slow and not the client.
        if (this.socket !== null && this.socket.writableLength > 0) this.socket.destroy();
      });
    }
  };
}
