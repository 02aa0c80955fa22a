import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A file that the server sends, with its type if browsers need it. */
export interface ServedFile {
  readonly body: Uint8Array | string
  readonly type?: string
}

/**
 * A server of files by their paths below these folders:
 * - `ranges` sends ranges, and breaks each answer to a request without a range after 40 %.
 * - `dates` does so too, and has a date and a weak tag, as servers of Node programs have.
 * - `tags` breaks each answer to a request without a range, and answers those with a range with the whole file.
 * - `plain` sends whole files, for requests of ranges too.
 * - `pieces` sends files in pieces without their length.
 * - `broken` breaks each answer, and has no ranges.
 * - `changing` breaks each answer, and has another version each time.
 * - `status/404` and so on answer with this status.
 */
export class FileServer {
  readonly files = new Map<string, ServedFile>()
  /** The requests so far, as `GET /ranges/a bytes=10-`. */
  readonly requests: string[] = []

  private constructor(
    private readonly server: Server,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** Starts a server. All answers have `headers`. */
  static async start(headers: Readonly<Record<string, string>> = {}): Promise<FileServer> {
    const server = createServer((request, response) => started.answer(request, response))
    const started = new FileServer(server, headers)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return started
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(url, this.origin)
    this.requests.push([method, pathname, headers.range].filter(Boolean).join(' '))
    for (const [name, value] of Object.entries(this.headers)) response.setHeader(name, value)
    const [, kind = '', ...rest] = decodeURIComponent(pathname).split('/')
    const file = this.files.get(rest.join('/'))
    if (!file) response.writeHead(kind === 'status' ? Number(rest[0]) : 404).end('<html>')
    else {
      if (file.type) response.setHeader('content-type', file.type)
      const send = Object.hasOwn(senders, kind) ? senders[kind as keyof typeof senders] : sendWhole
      send(response, typeof file.body === 'string' ? new TextEncoder().encode(file.body) : file.body, headers.range)
    }
  }
}

type Sender = (response: ServerResponse, body: Uint8Array, range: string | undefined) => void

let version = 0
const hourAgo = new Date(Date.now() - 3_600_000).toUTCString()

const senders = {
  ranges: (response, body, range) => sendRange(response.setHeader('etag', '"1"'), body, range),
  dates: (response, body, range) =>
    sendRange(response.setHeader('etag', 'W/"1"').setHeader('last-modified', hourAgo), body, range),
  tags: (response, body, range) => {
    response.setHeader('etag', '"1"').setHeader('content-length', body.length)
    if (range === undefined) breakAfter(response, body)
    else response.end(body)
  },
  pieces: (response, body) => {
    const length = Math.ceil(body.length / 7)
    for (let start = 0; start < body.length; start += length) response.write(body.subarray(start, start + length))
    response.end()
  },
  broken: (response, body) => breakAfter(response.setHeader('content-length', body.length), body),
  changing: (response, body) => {
    response.setHeader('etag', `"${++version}"`).setHeader('accept-ranges', 'bytes')
    breakAfter(response.setHeader('content-length', body.length), body)
  },
} satisfies Record<string, Sender>

function sendWhole(response: ServerResponse, body: Uint8Array): void {
  response.setHeader('content-length', body.length).end(body)
}

function sendRange(response: ServerResponse, body: Uint8Array, range: string | undefined): void {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  const part = body.subarray(start)
  response.setHeader('accept-ranges', 'bytes').setHeader('content-length', part.length)
  if (range === undefined) breakAfter(response, part)
  else response.writeHead(206, { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }).end(part)
}

/** Sends 40 % of a file, and breaks the connection. */
function breakAfter(response: ServerResponse, body: Uint8Array): void {
  response.write(body.subarray(0, Math.ceil(0.4 * body.length)))
  setTimeout(() => response.destroy(), 50)
}
